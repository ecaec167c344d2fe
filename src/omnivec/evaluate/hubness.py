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

    Those that are asked are the first `words` rows, and their lists hold none but each other.
    """

    k: int
    """Words in a list."""
    counts: NDArray[np.int64]
    """(words,) in how many lists each of them is; its mean is k."""
    bounds: Rows
    """(words,) float32 cosine with the last word of each list."""
    units: Rows
    """(words, dim) float32 rows of length one."""

    @property
    def words(self) -> int:
        """How many words are asked."""
        return len(self.counts)

    @property
    def skewness(self) -> float | None:
        """Third standardised moment of the counts: 0 where no side is longer; None where all are alike."""
        apart = self.counts - self.counts.mean()
        deviation = float(np.sqrt((apart**2).mean()))
        return float((apart**3).mean()) / deviation**3 if deviation else None

    @property
    def in_none(self) -> float:
        """Share of the words that are in no list."""
        return float((self.counts == 0).mean())

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
        asked = (rows >= 0) & (rows < self.words)
        found[asked] = self.counts[rows[asked]]
        others = np.flatnonzero(~asked)
        for first in range(0, len(others), _AT_ONCE):
            some = others[first : first + _AT_ONCE]
            scores = self.units @ scaled(vectors[some]).T
            found[some] = (scores > self.bounds[:, None]).sum(axis=0)
        return found


def hubs(vectors: Vectors, k: int = 10, words: int = 10_000) -> Hubs:
    """Ask the first `words` rows, all of which are compared with each other, for their k nearest.

    Fewer rows are all asked, and for at most as many as there are beside each. Equal cosines come by row.
    Raises: OptionError for k or words below 1; InputError for fewer than two rows.
    """
    for name, number in (("k", k), ("words", words)):
        if number < 1:
            raise OptionError(f"{name} must be 1 or more, got {number}")
    asked = min(len(vectors), words)
    if asked < 2:
        raise InputError(f"hubness is of lists of neighbours, and {asked} word has none; ask two or more")
    rows = np.arange(asked, dtype=np.int64)
    index = vectors.index if isinstance(vectors.index, Exact) else Exact(vectors.table)
    units = index.unit(rows)
    found = index.query(units, min(k, asked - 1), exclude=rows[:, None], stop=asked)
    return Hubs(
        k=found.rows.shape[1],
        counts=np.bincount(found.rows.ravel(), minlength=asked),
        bounds=found.scores[:, -1].copy(),
        units=units,
    )
