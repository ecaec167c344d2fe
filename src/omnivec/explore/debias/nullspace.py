"""Iterative null-space projection: as long as a plane parts two lists of words, project onto that plane.

Source: Ravfogel, Elazar, Gonen, Twiton, Goldberg 2020, Null It Out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate.bias.logistic import fitted, widened
from omnivec.evaluate.bias.words import unit
from omnivec.explore.debias.removal import Rows, without


@final
@dataclass(frozen=True)
class Nullspace:
    """What was projected away. `axes` (removed, dim) float64, orthonormal."""

    axes: Rows
    accuracies: tuple[float, ...]
    """Of the linear classifier of each round on words held out; the last removed nothing."""


def nullspace(rows: Rows, first: NDArray[np.bool_], *, rounds: int, seed: int = 1) -> Nullspace:
    """The axes that must go until no plane parts two lists of words better than chance does.

    rows: (n, dim), used at length one; first: (n,), on which side a word is; rounds: at most. A fifth of the
    words is held out of each classifier, and it ends when that fifth is told no better than by chance, two
    standard errors above the share of the larger side.
    """
    held = np.zeros(len(rows), bool)
    generator = np.random.default_rng(seed)
    for side in (first, ~first):
        members = generator.permutation(np.flatnonzero(side))
        held[members[: len(members) // 5]] = True
    left, axes, accuracies = unit(rows), np.empty((0, rows.shape[1])), list[float]()
    chance = max(first[held].mean(), 1 - first[held].mean())
    enough = chance + 2 * np.sqrt(chance * (1 - chance) / held.sum())
    while True:
        weights = fitted(left[~held], np.where(first[~held], 1.0, -1.0))
        told = widened(left[held]) @ weights > 0
        accuracies.append(float((told == first[held]).mean()))
        if accuracies[-1] <= enough or len(axes) == min(rounds, rows.shape[1] - 1):
            return Nullspace(axes, tuple(accuracies))
        axis = without(weights[None, :-1], axes)
        axes = np.concatenate([axes, unit(axis)])
        left = without(left, axes)
