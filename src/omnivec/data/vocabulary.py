"""The words a learner knows: their order, their counts, and what follows from the counts alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.store.formats.word2vec import read_counts, write_counts
from omnivec.store.keys import Keys

Rule = Callable[[str, int], bool | None]
"""Word and count → True: keep, False: drop, None: let min_count decide."""


@dataclass(frozen=True)
class Vocabulary:
    """Words by falling count, equal counts by their UTF-8 bytes.

    keys: the words; counts: (words,) int64; total: tokens read, those of dropped words included; types:
    different words read; labels: what is to be told of a text, in the same order, where there are labels.
    """

    keys: Sequence[str]
    counts: NDArray[np.int64]
    total: int
    types: int
    labels: Vocabulary | None = None

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


def extended(
    known: Vocabulary,
    words: Sequence[str],
    counts: NDArray[np.int64],
    *,
    min_count: int,
    max_size: int | None = None,
    rule: Rule | None = None,
) -> Vocabulary:
    """The known words, all of them, and those of a text that come to them; counts add up.

    min_count, max_size and the rule choose among the new words alone: a known one stays however rare it is in
    the text. The order is the vocabulary's, so rows change. total: that of both texts; types: the text's.
    """
    row = {word: row for row, word in enumerate(known.keys)}
    rows = np.fromiter((row.get(word, -1) for word in words), np.int64, len(words))
    old = known.counts.astype(np.int64, copy=True)
    old[rows[rows >= 0]] += counts[rows >= 0]
    others = np.flatnonzero(rows < 0)
    names = [words[k] for k in others.tolist()]
    room = None if max_size is None else max(0, max_size - len(known))
    fresh = select(names, counts[others], min_count=min_count, max_size=room, rule=rule)
    names = [*row, *(names[k] for k in fresh)]
    numbers = np.concatenate([old, counts[others][fresh]])
    order = select(names, numbers, min_count=0)
    keys = Keys.build([names[k] for k in order], numbers[order])
    return Vocabulary(keys, numbers[order], known.total + int(counts.sum()), len(words))


def nothing_left(words: Sequence[str], counts: NDArray[np.int64], min_count: int, name: str) -> InputError:
    """The error for a vocabulary that min_count or the rule emptied, with the counts."""
    top = int(counts.argmax())
    if counts[top] >= min_count:
        return InputError(f"{name}: the rule keeps none of the {len(words):,} different words")
    word = words[top] if len(words[top]) <= 40 else words[top][:40] + "…"
    return InputError(
        f"{name}: no word occurs {times(min_count)} (the most frequent, {word!r}, occurs "
        f"{times(counts[top])}); lower min_count"
    )


def times(count: int) -> str:
    """`once`, `2 times`."""
    return "once" if count == 1 else f"{count:,} times"


def keep_thresholds(
    counts: NDArray[np.int64], sample: float, total: int, formula: str = "word2vec"
) -> NDArray[np.uint32]:
    """A token survives if 32 random bits are ≤ its word's threshold, (words,) uint32.

    The probability is √(s/f) + s/f, or √(s/f) by the formula `paper`, at most 1, with f = count / total;
    sample 0 keeps everything. Definition: reference/windows.py. Source of the second: Mikolov et al. 2013
    (arXiv 1310.4546), equation 5.
    """
    with np.errstate(divide="ignore"):
        share = np.full(len(counts), np.inf) if sample == 0 else sample * total / counts
    keep: NDArray[np.float64] = np.minimum(1, np.sqrt(share) + (share if formula == "word2vec" else 0))
    thresholds: NDArray[np.float64] = np.maximum(np.ceil(keep * 2**32) - 1, 0)
    return thresholds.astype(np.uint32)


def check_negatives(words: int, negatives: int, exclude: str, distinct: bool) -> None:
    """Raise OptionError when a vocabulary of `words` has not enough of them for distinct negatives.

    One more must be left than is drawn: a sampler that always takes all others draws nothing.
    """
    others, which = (words, "words") if exclude == "keep" else (words - 1, "words beside the centre")
    if distinct and negatives >= others:
        lower = f"lower negatives to {others - 1:,} at most, or " if others > 1 else ""
        raise OptionError(
            f"negatives must be fewer than the {others:,} {which} when they are to be distinct, got "
            f"{negatives:,}; {lower}leave distinct_negatives out"
        )


def keep_chance(thresholds: NDArray[np.uint32]) -> NDArray[np.float64]:
    """The chance that each threshold stands for, (words,) float64, exact."""
    return (thresholds.astype(np.float64) + 1) / 2**32
