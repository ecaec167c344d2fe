"""Which words are in the neighbour lists of many others, and which in none?

The nearest words of a word that is near everything say little, and it is itself a poor finding. What counts
is its k-occurrence: how many words have it among their k nearest. Takes keys and an index, imports NumPy
alone.

Source: Radovanović, Nanopoulos, Ivanović 2010, Hubs in Space (JMLR 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.index import Exact
from omnivec.index.cosine import Rows, scaled

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

_AT_ONCE = 256
"""Words whose scores with all that are asked are held at a time: 10 MB for 10,000 of these."""


@final
@dataclass(frozen=True)
class Hubs:
    """The k nearest of each of the first words, counted from the other side.

    Those that are asked are the first rows, and their lists hold none but each other. A row of zeros has no
    direction: it has no list, and is in none.
    """

    k: int
    """Words in a list."""
    counts: NDArray[np.int64]
    """(rows,) in how many lists each of the first rows is; the mean of those that are asked is k."""
    there: NDArray[np.bool_]
    """(rows,) which of them are asked: those that are no zeros."""
    bounds: Rows
    """(rows,) float32 cosine with the last word of each list, infinite for a row of zeros."""
    units: Rows
    """(rows, dim) float32 rows of length one, or of zeros."""

    @property
    def words(self) -> int:
        """How many words are asked."""
        return int(self.there.sum())

    @property
    def skewness(self) -> float | None:
        """Third standardised moment of the counts: 0 where no side is longer; None where all are alike."""
        counts = self.counts[self.there]
        apart = counts - counts.mean()
        deviation = float(np.sqrt((apart**2).mean()))
        return float((apart**3).mean()) / deviation**3 if deviation else None

    @property
    def in_none(self) -> float:
        """Share of the words that are in no list."""
        return float((self.counts[self.there] == 0).mean())

    def largest(self, most: int) -> list[tuple[int, int]]:
        """The rows that are in most lists, each with their number, the first rows first among equals."""
        order = np.argsort(-self.counts, kind="stable")[:most]
        return [(int(row), int(self.counts[row])) for row in order]

    def occurrences(self, vectors: Rows, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """In how many lists words are, or, not being asked themselves, would be: (n,) int64.

        vectors (n, dim) float32; rows (n,) int64, theirs, or -1 for what is no row. A word that is not asked
        would be in a list if it is nearer than the last one there.
        """
        found = np.zeros(len(rows), np.int64)
        asked = (rows >= 0) & (rows < len(self.counts))
        found[asked] = self.counts[rows[asked]]
        others = np.flatnonzero(~asked)
        for first in range(0, len(others), _AT_ONCE):
            some = others[first : first + _AT_ONCE]
            turned = scaled(vectors[some])
            nearer = (self.units @ turned.T > self.bounds[:, None]).sum(axis=0)
            found[some] = np.where(turned.any(axis=1), nearer, 0)
        return found


def hubs(vectors: Vectors, k: int = 10, words: int = 10_000) -> Hubs:
    """Ask the first `words` rows, all of which are compared with each other, for their k nearest.

    Fewer rows are all asked, and for at most as many as there are beside each; rows of zeros are left out.
    Equal cosines come by row.
    Raises: OptionError for k or words below 1; InputError for fewer than two rows that are no zeros.
    """
    for name, number in (("k", k), ("words", words)):
        if number < 1:
            raise OptionError(f"{name} must be 1 or more, got {number}")
    first = min(len(vectors), words)
    index = vectors.index if isinstance(vectors.index, Exact) else Exact(vectors.table)
    units = index.unit(np.arange(first, dtype=np.int64))
    there = (units != 0).any(axis=1)
    asked = np.flatnonzero(there)
    if len(asked) < 2:
        raise InputError(
            f"hubness is of lists of neighbours, and of the first {first:,} words {len(asked)} has a "
            "direction; two or more are needed"
        )
    found = index.query(units[asked], min(k, len(asked) - 1), exclude=asked[:, None], among=asked)
    bounds = np.full(first, np.inf, np.float32)
    bounds[asked] = found.scores[:, -1]
    counts = np.bincount(found.rows.ravel(), minlength=first)
    return Hubs(k=found.rows.shape[1], counts=counts, there=there, bounds=bounds, units=units)
