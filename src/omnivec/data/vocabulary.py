"""The words a learner knows: their order, their counts, and what follows from the counts alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.store.formats.word2vec import read_counts, write_counts

Rule = Callable[[str, int], bool | None]
"""Word and count → True: keep, False: drop, None: let min_count decide."""


@dataclass(frozen=True)
class Vocabulary:
    """Words by falling count, equal counts by their UTF-8 bytes.

    keys: the words; counts: (words,) int64; total: tokens read, those of dropped words included; types:
    different words read.
    """

    keys: Sequence[str]
    counts: NDArray[np.int64]
    total: int
    types: int

    @classmethod
    def of(
        cls,
        counts: Mapping[str, int],
        *,
        min_count: int = 1,
        max_size: int | None = None,
        rule: Rule | None = None,
    ) -> Vocabulary:
        """A vocabulary from given counts."""
        words, numbers = list(counts), np.fromiter(counts.values(), np.int64, len(counts))
        if (numbers < 0).any():
            raise OptionError(
                f"counts must be 0 or more, got {numbers.min()} for {words[int(numbers.argmin())]!r}"
            )
        if not numbers.any():
            raise OptionError("a vocabulary needs a word that occurs, got no counts above 0")
        chosen = select(words, numbers, min_count=min_count, max_size=max_size, rule=rule)
        return cls([words[k] for k in chosen], numbers[chosen], int(numbers.sum()), len(words))

    def __len__(self) -> int:
        return len(self.keys)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write `word count` lines, the layout of word2vec's and GloVe's vocabulary files.

        Raises: OutputError when the path exists and `overwrite` is not set, and when a word holds a line end.
        """
        write_counts(path, self.keys, self.counts, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """Read `word count` lines; they need not be sorted. A word may hold spaces: the last one counts.

        All words stay, also those with count 0; total and types are those of the file.
        Raises: FormatError naming the line.
        """
        return cls.of(read_counts(path), min_count=0)


def select(
    words: Sequence[str],
    counts: NDArray[np.int64],
    *,
    min_count: int,
    max_size: int | None = None,
    rule: Rule | None = None,
) -> NDArray[np.int64]:
    """The places of the words that stay, in the vocabulary's order."""
    stays = counts >= min_count
    if rule is not None:
        for place, (word, count) in enumerate(zip(words, counts.tolist(), strict=True)):
            if (verdict := rule(word, count)) is not None:
                stays[place] = verdict
    places = np.flatnonzero(stays)
    # Code points and UTF-8 bytes have one order.
    by_bytes = np.array(sorted(places.tolist(), key=words.__getitem__), np.int64)
    return by_bytes[np.argsort(-counts[by_bytes], kind="stable")][:max_size]


def nothing_left(words: Sequence[str], counts: NDArray[np.int64], min_count: int, name: str) -> InputError:
    """The error for a vocabulary that min_count or the rule emptied, with the counts."""
    top = int(counts.argmax())
    if counts[top] >= min_count:
        return InputError(f"{name}: the rule keeps none of the {len(words):,} different words")
    word = words[top] if len(words[top]) <= 40 else words[top][:40] + "…"
    return InputError(
        f"{name}: no word occurs {min_count:,} times (the most frequent, {word!r}, occurs {counts[top]:,} "
        "times); lower min_count"
    )


def keep_thresholds(counts: NDArray[np.int64], sample: float, total: int) -> NDArray[np.uint32]:
    """A token survives if 32 random bits are ≤ its word's threshold, (words,) uint32.

    The probability is √(s/f) + s/f, at most 1, with f = count / total; sample 0 keeps everything.
    Definition: reference/skipgram.py.
    """
    with np.errstate(divide="ignore"):
        share = np.full(len(counts), np.inf) if sample == 0 else sample * total / counts
    keep: NDArray[np.float64] = np.minimum(1, np.sqrt(share) + share)
    thresholds: NDArray[np.float64] = np.maximum(np.ceil(keep * 2**32) - 1, 0)
    return thresholds.astype(np.uint32)
