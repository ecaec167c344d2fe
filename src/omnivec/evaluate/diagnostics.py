"""What vectors look like before anyone believes their neighbours: counts, lengths, directions, hubs.

A cloud of rare words that never moved, a cone in which any two words are alike, a word that is near all
others: each of them looks like a finding. Takes keys and an index, imports NumPy alone.

Sources: Mu & Viswanath 2018 (mean cosine), Radovanović et al. 2010 (hubs), Schakel & Wilson 2015 (length and
count).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError
from omnivec.evaluate.hubness import Hubs, hubs
from omnivec.evaluate.statistics import spearman
from omnivec.results import Cell, ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

_FLOATS_AT_ONCE = 1 << 20  # of rows in a pass over the table
_ASKED_IN_A_BAND = 1000  # words whose occurrences are a band's, evenly spaced
_HUBS = 5


@final
@dataclass(frozen=True)
class Band:
    """Words whose ranks lie between two powers of ten; rank 1 is the first row."""

    first: int
    last: int
    most: int | None
    """The largest count, or None where counts are not known."""
    least: int | None
    length: float | None
    """Mean Euclidean length of the rows; None where all are zeros."""
    cosine: float | None
    """Mean over all pairs of its words; None with fewer than two."""
    occurrences: float | None
    """Mean number of lists that hold a word, of the words asked; None where all are zeros."""
    untouched: int | None
    """Rows that training left as they began, or None where that is not known."""


@final
@dataclass(frozen=True)
class Untouched:
    """Rows of one table of a model that are still as they began."""

    table: str
    still: int
    rows: int

    def as_json(self) -> dict[str, int]:
        """All but the table's name."""
        return {"still": self.still, "rows": self.rows}


@final
@dataclass(frozen=True)
class Diagnostics(Tabular):
    """One model in figures, and by bands of frequency."""

    rows: int
    dim: int
    tokens: int | None
    """Sum of the counts, or None without counts."""
    zeros: int
    """Rows of zeros, which have no direction: no other figure of lengths, cosines and lists counts them."""
    length: Mapping[str, float]
    """Euclidean lengths: mean, median, least, largest."""
    length_by_count: float | None
    """Spearman correlation of length and count; None without counts."""
    cosine: float | None
    """Mean over all pairs of different words: 0 where directions have no common part; exact."""
    hubs: Hubs
    largest: Sequence[tuple[str, int]]
    """The words in most lists."""
    untouched: Sequence[Untouched] | None
    """By table; None where it is not known how training began."""
    bands: Sequence[Band]

    def as_json(self) -> dict[str, Any]:
        """As ``omnivec info --diagnostics --json`` prints it."""
        return {
            "rows": self.rows,
            "dim": self.dim,
            "tokens": self.tokens,
            "zeros": self.zeros,
            "length": dict(self.length),
            "length_by_count": self.length_by_count,
            "mean_cosine": self.cosine,
            "hubness": {
                "k": self.hubs.k,
                "words": self.hubs.words,
                "skewness": self.hubs.skewness,
                "in_none": self.hubs.in_none,
                "largest": [list(pair) for pair in self.largest],
            },
            "never_updated": None
            if self.untouched is None
            else {each.table: each.as_json() for each in self.untouched},
            "bands": [asdict(band) for band in self.bands],
        }

    def tables(self) -> list[ResultTable]:
        """The figures of all rows, and those of each band."""
        return [self._all(), self._bands()]

    def _all(self) -> ResultTable:
        asked, k = f"of {self.hubs.words:,} words", self.hubs.k
        rows: list[tuple[str, str, Cell]] = [
            ("mean cosine of two words", "all pairs; 0 where directions have nothing in common", self.cosine),
            *((f"length, {name}", "", size) for name, size in self.length.items()),
            ("length by count", "Spearman", self.length_by_count),
            ("rows of zeros", f"of {self.rows:,} rows", self.zeros),
            ("hubness", f"skew of the lists of {k} that hold a word, {asked}", self.hubs.skewness),
            ("in no list", f"share {asked}", self.hubs.in_none),
        ]
        if self.untouched is None:
            rows.append(("never updated", "how training began is not known", None))
        for each in self.untouched or ():
            rows.append((f"never updated, {each.table}", f"of {each.rows:,} rows", each.still))
        most = ", ".join(f"{word} ({count:,})" for word, count in self.largest)
        notes = (f"In most lists, {k} being the mean: {most}.",)
        return ResultTable("Diagnostics", ("measure", "of what", "value"), rows, notes=notes)

    def _bands(self) -> ResultTable:
        lists = f"lists of {self.hubs.k}"
        columns = ("ranks", "counts", "length", "mean cosine", lists, "never updated")
        rows = [
            (
                f"{band.first:,}–{band.last:,}",
                None if band.least is None else f"{band.most:,}–{band.least:,}",
                band.length,
                band.cosine,
                band.occurrences,
                band.untouched,
            )
            for band in self.bands
        ]
        notes = (
            f"Lists: how many of the first {self.hubs.words:,} words have it among their {self.hubs.k} "
            "nearest, or would,",
            f"as a mean over at most {_ASKED_IN_A_BAND:,} words of a band, evenly spaced.",
        )
        return ResultTable("By frequency", columns, rows, {lists: ".1f"}, notes)


def diagnose(
    vectors: Vectors,
    *,
    k: int = 10,
    words: int = 10_000,
    untouched: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Diagnostics:
    """Read all rows once and say what they look like.

    Args: `k`, `words`: of `hubs`, how long lists are and how many of the first words are asked; `untouched`:
    by table, which of its rows, (rows,) bool, are as they began, from `omnivec.learners.untouched`.
    Raises: OptionError for k or words below 1; InputError for fewer than two rows
    that are no zeros among the first `words`; NotFinite.
    """
    if len(vectors) < 2:
        raise InputError(f"diagnostics compare words, and there is {len(vectors)}; two or more are needed")
    asked, edges = hubs(vectors, k, words), _edges(len(vectors))
    lengths, sums, there = _passed(vectors, edges)
    counts, alive = vectors.keys.counts, lengths > 0
    still = None if untouched is None else untouched.get("vectors", untouched.get("inputs"))
    real = lengths[alive]
    return Diagnostics(
        rows=len(vectors),
        dim=vectors.vector_size,
        tokens=None if counts is None else int(counts.sum()),
        zeros=int((~alive).sum()),
        length={
            "mean": float(real.mean()), "median": float(np.median(real)),
            "least": float(real.min()), "largest": float(real.max()),
        },
        length_by_count=None if counts is None else _defined(spearman(lengths[alive], counts[alive])[0]),
        cosine=_mean_cosine(sums.sum(axis=0), int(there.sum())),
        hubs=asked,
        largest=[(vectors.keys[row], count) for row, count in asked.largest(_HUBS)],
        untouched=None
        if untouched is None
        else [Untouched(name, int(marks.sum()), len(marks)) for name, marks in untouched.items()],
        bands=[
            Band(
                first=first + 1, last=last,
                most=None if counts is None else int(counts[first:last].max()),
                least=None if counts is None else int(counts[first:last].min()),
                length=_mean(lengths[first:last][alive[first:last]]),
                cosine=_mean_cosine(sums[place], int(there[place])),
                occurrences=_occurrences(vectors, asked, first + np.flatnonzero(alive[first:last])),
                untouched=None if still is None else int(still[first:last].sum()),
            )
            for place, (first, last) in enumerate(edges)
        ],
    )  # fmt: skip


def _edges(rows: int) -> list[tuple[int, int]]:
    """Bands of rows: the first 100, 1,000, 10,000 and so on, the last ones to the end."""
    borders = [0]
    while borders[-1] < rows:
        borders.append(min(rows, 100 * 10 ** (len(borders) - 1)))
    return list(zip(borders, borders[1:], strict=False))


def _passed(
    vectors: Vectors, edges: list[tuple[int, int]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Lengths (rows,), and for each band the sum of its unit rows (bands, dim) and how many are not zeros."""
    lengths = np.empty(len(vectors))
    sums, there = np.zeros((len(edges), vectors.vector_size)), np.zeros(len(edges), np.int64)
    step = max(_FLOATS_AT_ONCE // vectors.vector_size, 1)
    for band, (start, stop) in enumerate(edges):
        for first in range(start, stop, step):
            last = min(first + step, stop)
            rows = vectors.table.span(first, last).astype(np.float64)
            lengths[first:last] = size = np.sqrt(np.einsum("ij,ij->i", rows, rows))
            sums[band] += (rows / np.where(size > 0, size, 1)[:, None]).sum(axis=0)
            there[band] += int((size > 0).sum())
    return lengths, sums, there


def _mean_cosine(total: NDArray[np.float64], count: int) -> float | None:
    """Of all pairs of `count` unit rows, from their sum: |Σu|² has each pair twice, and each row once."""
    return None if count < 2 else (float(total @ total) - count) / (count * (count - 1))


def _occurrences(vectors: Vectors, asked: Hubs, rows: NDArray[np.int64]) -> float | None:
    """Mean over some of the rows."""
    places = np.linspace(0, len(rows) - 1, min(len(rows), _ASKED_IN_A_BAND)).astype(np.int64)
    some = rows[places]
    return _mean(asked.occurrences(vectors.table.take(some), some))


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
