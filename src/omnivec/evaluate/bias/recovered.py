"""What vectors still tell of a bias: can classifiers, clusters and neighbours part two lists of words?

Taking a direction away hides a bias from the measures that look along it, and hardly from these.
Source: Gonen and Goldberg 2019, Lipstick on a Pig.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError
from omnivec.evaluate.bias.logistic import fitted, widened
from omnivec.evaluate.bias.words import unit
from omnivec.evaluate.intervals import Interval, bootstrap
from omnivec.evaluate.kmeans import group
from omnivec.evaluate.partition import purity
from omnivec.results import ResultTable, Tabular

Rows: TypeAlias = NDArray[np.float64]
Sides: TypeAlias = NDArray[np.bool_]

FOLDS, NEAREST = 5, 10
MEASURES = {
    "linear": "told by a linear classifier",
    "kernel": "told by a classifier with kernels",
    "clusters": "told by two clusters",
    "neighbours": "of the 10 nearest, same side",
}
"""Fields of `Recovered` in words."""

LEAST = 10
"""Words that each side needs, so that every fold has two of each."""


@final
@dataclass(frozen=True)
class Recovered(Tabular):
    """Shares of words put on the side they belong to. By chance it would be about `chance`."""

    linear: float
    """By logistic regression, held-out words."""
    linear_interval: Interval
    kernel: float
    """By a machine with Gaussian kernels, which sees more than a plane parts; held-out words."""
    kernel_interval: Interval
    clusters: float
    """Purity of two clusters that were found without the sides."""
    neighbours: float
    """Share of the ten nearest among these words that are of a word's own side, on average."""
    words: tuple[int, int]
    """On the two sides."""

    @property
    def chance(self) -> float:
        """The share of the larger side."""
        return max(self.words) / sum(self.words)

    def by_chance(self, measure: str) -> float:
        """What chance gives of one of `MEASURES`: `chance`, and of neighbours how often two share a side."""
        if measure != "neighbours":
            return self.chance
        pairs = [count * (count - 1) for count in (*self.words, sum(self.words))]
        return (pairs[0] + pairs[1]) / pairs[2]

    def tables(self) -> list[ResultTable]:
        """A row for each way of telling the sides."""
        rows = [(title, getattr(self, name), self.by_chance(name)) for name, title in MEASURES.items()]
        notes = [
            f"Asked were {self.words[0]:,} and {self.words[1]:,} words; 95 % intervals: linear "
            f"{self.linear_interval}, kernels {self.kernel_interval}."
        ]
        return [ResultTable("Recovered", ("", "share", "by chance"), rows, notes=notes)]

    def as_json(self) -> dict[str, object]:
        """All of it."""
        return {
            "linear": self.linear, "linear_ci": self.linear_interval.as_json(), "kernel": self.kernel,
            "kernel_ci": self.kernel_interval.as_json(), "clusters": self.clusters,
            "neighbours": self.neighbours, "chance": self.chance, "words": list(self.words),
        }  # fmt: skip


def recovered(vectors: Rows, first: Sides, *, seed: int = 1) -> Recovered:
    """How well two lists of words can still be told apart.

    vectors: (n, dim), compared at length one; first: (n,), on which side a word is. The words are cut into
    five parts, each of which is told by what was learned of the others.
    Raises: InputError for fewer than ten words on a side.
    """
    sides = int(first.sum()), int((~first).sum())
    if min(sides) < LEAST:
        raise InputError(
            f"{LEAST} words or more are needed on each side to ask whether they can be told apart, got "
            f"{sides[0]} and {sides[1]}"
        )
    rows = unit(vectors)
    fold = _folds(first, seed)
    linear, kernel = (_right(rows, first, fold, told) for told in (linearly, by_kernel))
    return Recovered(
        linear=float(linear.mean()), linear_interval=bootstrap("mean", linear, seed=seed),
        kernel=float(kernel.mean()), kernel_interval=bootstrap("mean", kernel, seed=seed),
        clusters=purity(group(rows.astype(np.float32), 2, seed=seed).groups, first.astype(np.int64)),
        neighbours=_neighbours(rows, first), words=sides,
    )  # fmt: skip


def linearly(rows: Rows, first: Sides, asked: Rows) -> Sides:
    """On which side the asked rows are, by logistic regression on the given ones."""
    side: Sides = widened(asked) @ fitted(rows, np.where(first, 1.0, -1.0)) > 0
    return side


def by_kernel(rows: Rows, first: Sides, asked: Rows) -> Sides:
    """On which side the asked rows are, by a least-squares support vector machine with Gaussian kernels.

    The kernel is exp(-|x - y|² / (dim · variance)), the penalty 1.
    Source: Suykens and Vandewalle 1999, Least Squares Support Vector Machine Classifiers, eq. 20.
    """
    width = 1.0 / (rows.shape[1] * (float(rows.var()) or 1.0))
    kernel = np.exp(-width * _distances(rows, rows))
    kernel[np.diag_indices_from(kernel)] += 1.0
    ones, labels = np.linalg.solve(
        kernel, np.stack([np.ones(len(rows)), np.where(first, 1.0, -1.0)], axis=1)
    ).T
    intercept = labels.sum() / ones.sum()
    side: Sides = np.exp(-width * _distances(asked, rows)) @ (labels - intercept * ones) + intercept > 0
    return side


def _folds(first: Sides, seed: int) -> NDArray[np.int64]:
    """(n,) of 0 to 4, drawn so that each has the same share of both sides."""
    generator, fold = np.random.default_rng(seed), np.empty(len(first), np.int64)
    for side in (first, ~first):
        members = generator.permutation(np.flatnonzero(side))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


def _right(
    rows: Rows, first: Sides, fold: NDArray[np.int64], told: Callable[[Rows, Sides, Rows], Sides]
) -> Sides:
    """(n,), whether each word is told rightly by what is learned of the other folds."""
    right = np.empty(len(rows), bool)
    for each in range(FOLDS):
        held = fold == each
        right[held] = told(rows[~held], first[~held], rows[held]) == first[held]
    return right


def _neighbours(rows: Rows, first: Sides) -> float:
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    near = np.argpartition(-cosines, NEAREST - 1, axis=1)[:, :NEAREST]
    return float((first[near] == first[:, None]).mean())


def _distances(left: Rows, right: Rows) -> Rows:
    """Squared distances, (left, right)."""
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T
    distances: Rows = np.maximum(squares, 0.0)
    return distances
