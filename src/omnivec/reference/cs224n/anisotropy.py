"""Why the picture of assignment 2 disappoints: vectors that all point one way, and rare words among them.

A word that is met a few times has hardly left its start and has been pushed the same way as all other rare
words, so its cosine with nearly everything is close to 1: such neighbours say little. Counts beside
neighbours and the mean cosine of the whole table show it.
Source: Mimno, Thompson 2017, The strange geometry of skip-gram with negative sampling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from omnivec.reference.cs224n.gradient import normalize_rows
from omnivec.reference.cs224n.losses import Rows


class Neighbour(NamedTuple):
    """A word near another one, and how often it stands in the text."""

    word: str
    cosine: float
    occurrences: int


def mean_cosine(vectors: Rows) -> float:
    """The mean cosine of all pairs of different rows: 0 for directions at random, 1 if all are the same.

    From the sum s of the n unit rows: s·s counts every pair twice and every row with itself once.
    """
    n = len(vectors)
    if n < 2:
        raise ValueError(f"a pair needs two rows, got {n}")
    unit = normalize_rows(np.asarray(vectors, np.float64))
    total = unit.sum(axis=0)
    return float((total @ total - (unit * unit).sum()) / (n * (n - 1)))


def neighbours_with_counts(
    word: str, word2ind: Mapping[str, int], vectors: Rows, counts: Any, top: int = 10
) -> list[Neighbour]:
    """The nearest words by cosine with their counts; vectors (words, d), counts (words,), equals by id."""
    if word not in word2ind:
        raise ValueError(f"unknown word {word!r}: it is not among the {len(word2ind)} words of word2ind")
    unit = normalize_rows(vectors[: len(word2ind)])
    cosines = unit @ unit[word2ind[word]]
    words = {row: key for key, row in word2ind.items()}
    order = [int(row) for row in np.argsort(-np.round(cosines, 12), kind="stable") if row != word2ind[word]]
    return [Neighbour(words[row], float(cosines[row]), int(counts[row])) for row in order[:top]]
