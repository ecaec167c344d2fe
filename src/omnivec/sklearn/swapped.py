"""What a swap-only experiment found: accuracy of each embedding, and every two of them compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

import numpy as np

from omnivec.evaluate.differences import differences_table
from omnivec.evaluate.intervals import Difference, Interval
from omnivec.results import Cell, ResultTable, Tabular
from omnivec.sklearn.embedded import Coverage


@final
@dataclass(frozen=True)
class Swapped:
    """One embedding, or the baseline. coverage: None of the baseline, which learns its words from the texts.

    folds: accuracy of each part; seconds: learning and predicting, all parts.
    """

    name: str
    accuracy: float
    interval: Interval
    macro_f1: float
    folds: list[float]
    coverage: Coverage | None
    seconds: float = field(compare=False)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the folds around their mean, with folds - 1; None of one test file."""
        return float(np.std(self.folds, ddof=1)) if len(self.folds) > 1 else None

    def as_json(self) -> dict[str, object]:
        """All but the name, as ``omnivec compare --json`` prints it."""
        return {
            "accuracy": self.accuracy, "ci": self.interval.as_json(), "macro_f1": self.macro_f1,
            "deviation": self.deviation, "folds": self.folds,
            "coverage": None if self.coverage is None else self.coverage.as_json(), "seconds": self.seconds,
        }  # fmt: skip


@final
@dataclass(frozen=True)
class SwapDifference:
    """Accuracy of `a` less that of `b`, over the same texts. only_a: texts of which `a` alone is right."""

    a: str
    b: str
    difference: Difference
    only_a: int
    only_b: int

    def as_json(self) -> dict[str, object]:
        """It as JSON."""
        return {
            "a": self.a, "b": self.b, **self.difference.as_json(), "only_a": self.only_a,
            "only_b": self.only_b,
        }  # fmt: skip


@final
@dataclass(frozen=True)
class SwapScore(Tabular):
    """scores: the best first; differences: every two, embeddings in the given order, the baseline last.

    texts: that are learned from, with labels; tested: that are asked; folds: None with a file of tests.
    """

    scores: list[Swapped]
    differences: list[SwapDifference]
    texts: int
    tested: int
    labels: int
    folds: int | None
    seed: int
    recipe: str

    def tables(self) -> list[ResultTable]:
        """Scores, then differences."""
        how = f"{self.tested:,} more to be judged by" if self.folds is None else f"{self.folds} folds"
        columns = ("contender", "accuracy", "low", "high", "macro F1", "± s.d.", "known", "unknown")
        rows = [
            (
                one.name, one.accuracy, *one.interval.cells(), one.macro_f1, one.deviation,
                *known_and_unknown(one.coverage),
            )
            for one in self.scores
        ]  # fmt: skip
        notes = [
            f"{self.texts:,} texts, {self.labels:,} labels, {how}, seed {self.seed}.",
            f"Texts by {self.recipe}, columns scaled, a linear SVC: the same for all models.",
            f"low to high: {self.scores[0].interval.told()}, over texts.",
            KNOWN,
        ]
        differences = [
            ((each.a, each.b, each.only_a, each.only_b), each.difference) for each in self.differences
        ]
        return [
            ResultTable("Labels", columns, rows, SPECS, notes),
            differences_table(
                "Labels by A and B", ("A", "B", "only A right", "only B right"), differences,
                "p: McNemar's exact test, over the texts of which just one is right.",
            ),
        ]  # fmt: skip

    def as_json(self) -> dict[str, object]:
        """As ``omnivec compare --json`` prints it."""
        return {
            "texts": self.texts, "tested": self.tested, "labels": self.labels, "folds": self.folds,
            "seed": self.seed, "recipe": self.recipe,
            "scores": {one.name: one.as_json() for one in self.scores},
            "differences": [each.as_json() for each in self.differences],
        }  # fmt: skip


KNOWN = "known: words with a vector, of all; unknown: texts of which no word has one."
SPECS = {"known": ".1%"}


def known_and_unknown(coverage: Coverage | None) -> tuple[Cell, Cell]:
    """Two cells: the share of known words, and how many texts are unknown."""
    return (None, None) if coverage is None else (coverage.share, coverage.unknown)
