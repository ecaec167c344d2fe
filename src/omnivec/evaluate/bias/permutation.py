"""Is a difference between two groups more than chance? All ways to part their members anew, or many of them.

Source: Fisher 1935; Caliskan, Bryson, Narayanan 2017 part the targets of WEAT so. The p-value of drawn
partitions counts the one observed among them: Phipson and Smyth 2010, eq. 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError

ALL_AT_MOST = 200_000
"""Partitions up to which all are tried: two groups of ten have 184,756."""

_CELLS = 1 << 21  # of the masks, or of the sums of all rows, that are held at a time: 16 MB

_SAME = 1e-9  # of the spread of the scores: sums in another order differ by less


class PValues(NamedTuple):
    """Of each row of scores; `permutations` is how many partitions were tried, all there are if `exact`."""

    values: NDArray[np.float64]
    permutations: int
    exact: bool


def p_values(
    scores: NDArray[np.float64],
    first: int,
    *,
    permutations: int = 10_000,
    seed: int = 1,
    two_sided: bool = False,
) -> PValues:
    """How often a partition's first group has at least the mean that it was observed to have.

    scores: (rows, n), in each row those of the first group's `first` members, then the second's; partitions
    are the same for all rows, and keep the sizes. two_sided: at least as far from the mean of all, on either
    side. All partitions are tried where there are few, else `permutations` are drawn.
    Raises: OptionError for permutations < 1.
    """
    if permutations < 1:
        raise OptionError(f"permutations must be 1 or more, got {permutations}")
    n = scores.shape[1]
    centred = scores - scores.mean(axis=1, keepdims=True)
    observed = centred[:, :first].sum(axis=1)
    margin = _SAME * np.abs(centred).sum(axis=1) + 1e-15
    bound = (np.abs(observed) if two_sided else observed) - margin
    exact = comb(n, first) <= ALL_AT_MOST
    step = max(_CELLS // max(n, len(scores)), 1)
    masks = _all(n, first, step) if exact else _drawn(n, first, permutations, seed, step)
    reached, tried = np.zeros(len(scores), np.int64), 0
    for mask in masks:
        sums = centred @ mask.T
        reached += ((np.abs(sums) if two_sided else sums) >= bound[:, None]).sum(axis=1)
        tried += len(mask)
    values = reached / tried if exact else (reached + 1) / (tried + 1)
    return PValues(values, tried, exact)


def _all(n: int, first: int, step: int) -> Iterator[NDArray[np.float64]]:
    """Every choice of `first` of n, as rows of zeros and ones, `step` at a time."""
    few = min(first, n - first)  # who is chosen, or who is not: of many words and one, the one
    ways = combinations(range(n), few)
    while choices := list(islice(ways, step)):
        masks = _masks(np.array(choices), n)
        yield masks if few == first else 1.0 - masks


def _drawn(n: int, first: int, permutations: int, seed: int, step: int) -> Iterator[NDArray[np.float64]]:
    generator = np.random.default_rng(seed)
    for start in range(0, permutations, step):
        order = generator.random((min(step, permutations - start), n)).argpartition(first - 1, axis=1)
        yield _masks(order[:, :first], n)


def _masks(choices: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    masks = np.zeros((len(choices), n))
    np.put_along_axis(masks, choices, 1.0, axis=1)
    return masks
