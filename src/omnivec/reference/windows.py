"""Which words meet: what subsampling keeps, and who stands around whom.

Sources: Mikolov, Sutskever, Chen, Corrado, Dean 2013, section 2.3, for subsampling; Mikolov, Chen, Corrado,
Dean 2013, section 3.2, for a radius that is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.random import below, random_at


def keep_thresholds(
    counts: ArrayLike, sample: float, total: int, formula: str = "word2vec"
) -> NDArray[np.uint32]:
    """A token survives if 32 random bits are ≤ its word's threshold, (words,) uint32.

    The probability, at most 1, with f = count / total and s = sample: √(s/f) + s/f with the formula
    `word2vec`, as word2vec.c and fastText write in two ways; √(s/f) with `paper`, as the paper and CS224n.
    Sample 0 keeps everything.
    """
    counts = np.asarray(counts, np.float64)
    with np.errstate(divide="ignore"):  # a word that never occurs is kept
        share = np.full(len(counts), np.inf) if sample == 0 else sample * total / counts
    keep = np.minimum(1, np.sqrt(share) + (share if formula == "word2vec" else 0))
    thresholds: NDArray[np.uint32] = np.maximum(np.ceil(keep * 2**32) - 1, 0).astype(np.uint32)
    return thresholds


def thinned(tokens: Sequence[int], keep: NDArray[np.uint32], base: int) -> list[int]:
    """The positions that survive subsampling."""
    return [p for p, word in enumerate(tokens) if (random_at(base, p) & 0xFFFFFFFF) <= keep[word]]


def windows(
    tokens: Sequence[int],
    units: Sequence[int],
    keep: NDArray[np.uint32],
    base: int,
    window: int,
    kind: str = "dynamic",
) -> Iterator[tuple[int, list[int]]]:
    """(Position of the centre, its context words) for every survivor; no window crosses a unit's border.

    Tokens that did not survive leave no gap: the window reaches further. The radius is uniform in
    1 … window, or always window where kind is `fixed`.
    """
    for position, around in neighbours(tokens, units, keep, base, window, kind):
        yield position, [tokens[p] for p in around]


def neighbours(
    tokens: Sequence[int],
    units: Sequence[int],
    keep: NDArray[np.uint32],
    base: int,
    window: int,
    kind: str = "dynamic",
) -> Iterator[tuple[int, list[int]]]:
    """`windows` with the positions of the context words in their place."""
    survivors = thinned(tokens, keep, base)
    unit = np.searchsorted(units, survivors, side="right")
    for place, position in enumerate(survivors):
        reach = window if kind == "fixed" else 1 + below(random_at(base, position), window)
        around = [
            q for q in range(max(0, place - reach), min(len(survivors), place + reach + 1)) if q != place
        ]
        yield position, [survivors[q] for q in around if unit[q] == unit[place]]
