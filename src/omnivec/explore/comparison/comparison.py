"""What a comparison of two sets of vectors found, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate.intervals import Interval
from omnivec.results import Cell, ResultTable, Tabular

SHOWN = 3
"""Neighbours beside a word in a table, which is to fit a terminal; `Mover` has more."""


@final
@dataclass(frozen=True)
class Mover:
    """One word. displacement: 1 - cosine after turning, 0 to 2; overlap: of its nearest words, 0 to 1."""

    word: str
    displacement: float
    overlap: float
    near_a: list[str]
    near_b: list[str]

    def as_json(self) -> dict[str, object]:
        """It as JSON."""
        return {
            "word": self.word, "displacement": self.displacement, "overlap": self.overlap,
            "near_a": self.near_a, "near_b": self.near_b,
        }  # fmt: skip


@final
@dataclass(frozen=True)
class Comparison(Tabular):
    """`a` and `b`, by name. words: those asked, the most frequent first; their overlaps, displacements (n,).

    common: keys that both have, with vectors that are no zeros; zeros: that both have, but with zeros in one;
    only_a, only_b: that one has; k: neighbours of a word; chosen: words that the caller gave; unknown: those
    of them that are not common.
    """

    a: str
    b: str
    dims: tuple[int, int]
    common: int
    only_a: int
    only_b: int
    zeros: int
    k: int
    words: list[str]
    overlaps: NDArray[np.float64] = field(repr=False, compare=False)
    displacements: NDArray[np.float64] = field(repr=False, compare=False)
    overlap_interval: Interval
    displacement_interval: Interval
    bands: list[tuple[str, int, float, float]]
    """Place from–to, words, mean overlap, mean displacement."""
    movers: list[Mover]
    chosen: list[Mover]
    unknown: list[str]

    @property
    def overlap(self) -> float:
        """Mean share of common neighbours."""
        return float(self.overlaps.mean())

    @property
    def displacement(self) -> float:
        """Mean distance after turning."""
        return float(self.displacements.mean())

    @property
    def chance(self) -> float:
        """The overlap of neighbours that are drawn by lot."""
        return self.k / (self.common - 1)

    def tables(self) -> list[ResultTable]:
        """Words by frequency, the words that moved most, and those that were asked for."""
        a, b = self.a, self.b
        total: tuple[Cell, ...] = (
            "all", len(self.words), self.overlap, *self.overlap_interval.cells(),
            self.displacement, *self.displacement_interval.cells(),
        )  # fmt: skip
        rows: list[tuple[Cell, ...]] = [
            (name, count, overlap, None, None, moved, None, None)
            for name, count, overlap, moved in self.bands
        ]
        notes = [
            f"Words: {self.common:,} common, {self.only_a:,} only in {a}, {self.only_b:,} only in {b}.",
            *(
                [f"{self.zeros:,} more have zeros for a vector in one, and no neighbours."]
                if self.zeros
                else []
            ),
            f"Asked: the {len(self.words):,} most frequent common words; neighbours are common words.",
            f"overlap: share of the {self.k} nearest words that are the same (by chance {self.chance:.2g}).",
            "moved: 1 - cosine of vectors less their mean, after the rotation that fits the words best.",
            *self._warnings(),
            f"low to high: {self.overlap_interval.told()}, over words.",
        ]
        columns = ("rank", "words", f"overlap@{self.k}", "low", "high", "moved", "moved low", "moved high")
        tables = [ResultTable(f"{a} and {b}", columns, [total, *rows], {}, notes)]
        if self.movers:
            tables.append(self._moved("Moved most", self.movers))
        if self.chosen or self.unknown:
            unknown = [f"Not common, left out: {', '.join(self.unknown)}."] if self.unknown else []
            tables.append(self._moved("Asked for", self.chosen, unknown))
        return tables

    def _warnings(self) -> list[str]:
        """What makes words move less than they should."""
        found = []
        if self.dims[0] != self.dims[1]:
            found.append(
                f"{self.a} has {self.dims[0]} dims, {self.b} {self.dims[1]}: they meet in {min(self.dims)}, "
                "and words lie nearer there than those of equal dims do."
            )
        if self.common < 2 * max(self.dims):
            found.append("So few words in so many dims: a rotation brings any two models near.")
        return found

    def _moved(self, title: str, movers: list[Mover], notes: Sequence[str] = ()) -> ResultTable:
        def shown(words: list[str]) -> str:
            return ", ".join(words[:SHOWN])

        rows = [
            (each.word, each.displacement, each.overlap, shown(each.near_a), shown(each.near_b))
            for each in movers
        ]
        columns = ("word", "moved", "overlap", f"near in {self.a}", f"near in {self.b}")
        return ResultTable(title, columns, rows, notes=notes)

    def as_json(self) -> dict[str, object]:
        """As ``omnivec compare --json`` prints it."""
        return {
            "a": self.a, "b": self.b, "dims": list(self.dims), "common": self.common,
            "only_a": self.only_a, "only_b": self.only_b, "zeros": self.zeros, "asked": len(self.words),
            "k": self.k,
            "overlap": self.overlap, "overlap_ci": self.overlap_interval.as_json(), "chance": self.chance,
            "displacement": self.displacement, "displacement_ci": self.displacement_interval.as_json(),
            "bands": [
                {"ranks": ranks, "words": words, "overlap": overlap, "displacement": moved}
                for ranks, words, overlap, moved in self.bands
            ],
            "movers": [each.as_json() for each in self.movers],
            "words": [each.as_json() for each in self.chosen],
            "unknown": self.unknown,
        }  # fmt: skip
