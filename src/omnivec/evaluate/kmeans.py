"""Groups of directions: k-means on the sphere. NumPy alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.index.cosine import Rows, scaled

STARTS, ROUNDS = 10, 100


class Grouping(NamedTuple):
    """Which group each unit is in, and how near to its centre."""

    groups: NDArray[np.int64]
    """(n,) from 0."""
    cohesion: float
    """Sum of the cosines with the centres."""


def group(units: Rows, count: int, *, starts: int = STARTS, rounds: int = ROUNDS, seed: int = 1) -> Grouping:
    """`count` groups of vectors of length one (n, dim): the best of several starts.

    Starts are drawn as far from each other as k-means++ does it; a group that loses all its members gets the
    one that is farthest from its centre. Same seed, same groups, on one machine.

    Sources: Dhillon and Modha 2001 (spherical k-means); Arthur and Vassilvitskii 2007 (k-means++).
    """
    generator = np.random.default_rng(seed)
    count = min(count, len(units))
    tries = [_settled(units, _centres(units, count, generator), rounds) for _ in range(starts)]
    return max(tries, key=lambda grouping: grouping.cohesion)


def _centres(units: Rows, count: int, generator: np.random.Generator) -> Rows:
    """Rows drawn one by one, each with odds of its distance from the nearest of those before."""
    chosen = [int(generator.integers(len(units)))]
    apart = np.maximum(1 - units @ units[chosen[0]], 0).astype(np.float64)
    for _ in range(count - 1):
        total = apart.sum()
        odds = apart / total if total > 0 else None  # all that is left lies on a centre
        chosen.append(int(generator.choice(len(units), p=odds)))
        np.minimum(apart, np.maximum(1 - units @ units[chosen[-1]], 0), out=apart)
    return units[chosen]


def _settled(units: Rows, centres: Rows, rounds: int) -> Grouping:
    groups = np.full(len(units), -1)
    for _ in range(rounds):
        cosines = units @ centres.T
        nearest = cosines.argmax(axis=1)
        near = cosines[np.arange(len(units)), nearest]
        sizes = np.bincount(nearest, minlength=len(centres))
        for empty in np.flatnonzero(sizes == 0).tolist():
            lone = int(np.where(sizes[nearest] > 1, near, np.inf).argmin())
            sizes[nearest[lone]] -= 1
            nearest[lone], near[lone], sizes[empty] = empty, 1, 1
        if (nearest == groups).all():
            break
        groups = nearest
        sums = np.zeros_like(centres)
        order = np.argsort(groups, kind="stable")
        starts = np.searchsorted(groups[order], np.arange(len(centres)))
        sums[:] = np.add.reduceat(units[order], starts, axis=0)
        centres = scaled(sums)
    return Grouping(groups, float(near.sum(dtype=np.float64)))
