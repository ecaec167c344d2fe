"""Sentences of the Stanford Sentiment Treebank, their counts, and the random draws of the training.

The file is `datasetSentences.txt`: a header, then a number and a sentence a line. All draws come from one
`random.Random` in a fixed order, so that a training can be repeated number by number.
Source: CS224n, assignment 2; Socher and others 2013, Recursive Deep Models for Semantic Compositionality.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

UNKNOWN = "UNK"
COPIES = 30
"""The sentences are thinned in so many copies, so that rare words meet other neighbours in each."""


class StanfordSentiment:
    """Words as ids by first appearance, and the windows and negatives that a training draws.

    Args:
        path: datasetSentences.txt; or `StanfordSentiment.from_sentences` for sentences in memory.
        rng: the generator of all draws; `random.Random(31415)` if none is given, the seed of the hand-out.
        table_size: entries of the table from which negatives are drawn.
        sample: t of the keep probability √(t·N/f) of a word that occurs f times among N.

    """

    def __init__(
        self, path: str | Path, rng: random.Random | None = None, table_size: int = 1_000_000,
        sample: float = 1e-5,
    ) -> None:  # fmt: skip
        self._start(_sentences(Path(path)), rng, table_size, sample)

    @classmethod
    def from_sentences(
        cls, sentences: Iterable[Iterable[str]], rng: random.Random | None = None,
        table_size: int = 1_000_000, sample: float = 1e-5,
    ) -> StanfordSentiment:  # fmt: skip
        """The same for sentences that are lists of words."""
        made = cls.__new__(cls)
        made._start([[word.lower() for word in words] for words in sentences], rng, table_size, sample)
        return made

    def _start(
        self, sentences: list[list[str]], rng: random.Random | None, table_size: int, sample: float
    ) -> None:
        if not any(sentences):
            raise ValueError("no words in the sentences: one sentence with two words is the least")
        self.sentences, self.table_size, self.sample = sentences, table_size, sample
        self.rng = random.Random(31415) if rng is None else rng
        self.tokens: dict[str, int] = {}
        counts: list[int] = []
        for word in (word for words in sentences for word in words):
            if word not in self.tokens:
                self.tokens[word] = len(counts)
                counts.append(0)
            counts[self.tokens[word]] += 1
        self.tokens.setdefault(UNKNOWN, len(counts))
        self.counts = np.array([*counts, 1])
        """(types,) how often each word occurs; UNK stands last and counts once."""

    @cached_property
    def reject_probability(self) -> list[float]:
        """max(0, 1 − √(t·N/f)) of each word: how often it is left out."""
        return [max(0.0, 1 - np.sqrt(self.sample * self.counts.sum() / f)) for f in self.counts.tolist()]

    @cached_property
    def thinned(self) -> list[list[str]]:
        """The copies without the words that were left out, and without sentences of fewer than two words.

        Made at the first context, where its draws have their place in the order: one number for each word
        that can be rejected, in the order of the text.
        """
        reject = {word: self.reject_probability[row] for word, row in self.tokens.items()}
        draw = self.rng.random
        kept = (
            [word for word in words if reject[word] <= 0 or draw() >= reject[word]]
            for _ in range(COPIES)
            for words in self.sentences
        )
        left = [words for words in kept if len(words) > 1]
        if not any(len(set(words)) > 1 for words in left):
            raise ValueError(f"no sentence keeps two different words at sample={self.sample}; raise it")
        return left

    @cached_property
    def table(self) -> list[int]:
        """Ids in proportion to count^0.75: entry i is the first id whose cumulative share · size is ≥ i."""
        weights = self.counts**0.75
        cumulative = np.cumsum(weights / weights.sum()) * self.table_size
        rows = np.searchsorted(cumulative, np.arange(self.table_size), side="left")
        found: list[int] = np.minimum(rows, len(weights) - 1).tolist()
        return found

    def get_random_context(self, window: int = 5) -> tuple[str, list[str]]:
        """A centre word and up to `window` words on each side of it, those equal to the centre left out.

        A sentence is drawn, then a place in it; both again if nothing stands around the place.
        """
        if window < 1:
            raise ValueError(f"a window has at least one word on each side, got {window}")
        sentences = self.thinned
        while True:
            words = sentences[self.rng.randint(0, len(sentences) - 1)]
            place = self.rng.randint(0, len(words) - 1)
            center = words[place]
            around = words[max(0, place - window) : place] + words[place + 1 : place + window + 1]
            context = [word for word in around if word != center]
            if context:
                return center, context

    def sample_token_idx(self) -> int:
        """The id of a word, drawn from the table."""
        return self.table[self.rng.randint(0, self.table_size - 1)]

    def sample_negatives(self, outside_word_idx: int, k: int) -> list[int]:
        """The ids that `get_negative_samples` would draw, four times as fast: randint written out.

        `randint(0, n − 1)` takes as many random bits as n has, again while they make n or more.
        """
        bits, width, size, table = (
            self.rng.getrandbits, self.table_size.bit_length(), self.table_size, self.table,
        )  # fmt: skip
        found: list[int] = []
        while len(found) < k:
            place = bits(width)
            if place < size and table[place] != outside_word_idx:
                found.append(table[place])
        return found


def _sentences(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as lines:
        next(lines, None)
        return [[word.lower() for word in line.split()[1:]] for line in lines]
