"""Exact nearest rows: blocked matrix products over a table that is never copied.

Only the lengths of the rows are kept beside the table (4 bytes a row), so a mapped model stays mapped, and
rows stored as float16 or int8 are decoded block by block.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, NotFinite, OptionError
from omnivec.index import blas, few, many
from omnivec.index.candidates import Candidates, spans
from omnivec.index.cosine import Rows, scaled
from omnivec.index.nearest import Nearest
from omnivec.store.tables import Table

FLOATS_AT_ONCE = 2**20  # for passes over the table alone; 4 MB, and 20 where all must be looked at again
MANY = 256  # queries; with fewer, keeping a bound for each costs more than it saves


@final
class Exact:
    """Nearest rows of `table` by cosine or by dot product. Never wrong, nothing to tune.

    Args: `table` (rows, dim), read but never written or copied, and not to be changed while in use; `lengths`
    (rows,) of its rows as `lengths` gives them, where they are known; `threads` of a question, at most and by
    default as many as NumPy's BLAS has (`OPENBLAS_NUM_THREADS`).
    """

    kind = "exact"

    def __init__(self, table: Table | Rows, lengths: Rows | None = None, threads: int | None = None) -> None:
        self._table = table if isinstance(table, Table) else Table(table)
        self._given = lengths
        self._lengths: Rows = np.empty(0, np.float32)
        self.threads = threads
        """Threads of a question at most; None for as many as NumPy's BLAS has."""

    def __len__(self) -> int:
        return len(self._table)

    @property
    def dim(self) -> int:
        """Floats in a row."""
        return self._table.dim

    def lengths(self, stop: int | None = None) -> Rows:
        """Euclidean lengths of the first `stop` rows, (stop,) float32, computed once; 1 for a row of zeros.

        Dividing by them therefore leaves a row of zeros at zero, and its cosine with anything is 0.
        Raises: NotFinite for a row with NaN or infinity (its number is named).
        """
        stop = len(self) if stop is None else stop
        if self._given is not None:  # a file's, perhaps; opening should not read them
            self._lengths, self._given = _checked(self._given, len(self)), None
        known = self._lengths
        if len(known) < stop:
            step = max(FLOATS_AT_ONCE // max(self.dim, 1), 1)
            starts = range(len(known), stop, step)
            fresh = [_lengths(self._table.span(at, min(at + step, stop)), at) for at in starts]
            self._lengths = known = np.concatenate([known, *fresh])
        return known[:stop]

    def unit(self, rows: NDArray[np.int64]) -> Rows:
        """Copies of the given rows, scaled to length one, (len(rows), dim) float32."""
        picked = self._table.take(rows)
        lengths = self._lengths
        if len(rows) and int(rows.max()) < len(lengths):
            picked /= lengths[rows, None]
        else:
            picked /= _lengths(picked, rows)[:, None]  # a look-up must not read the whole of a mapped table
        return picked

    def scores(self, query: Rows, *, unit: bool = True, start: int = 0, stop: int | None = None) -> Rows:
        """Scores of one query with the rows from `start` to `stop`, (stop - start,) float32.

        `query` (dim,) is scaled to length one; `unit` says whether the rows are, too.
        """
        with self._bounded():
            return few.scores(self._candidates(start, stop, None), self.directions(query[None])[0], unit)

    def query(
        self,
        queries: Rows,
        topn: int,
        *,
        unit: bool = True,
        exclude: NDArray[np.int64] | None = None,
        start: int = 0,
        stop: int | None = None,
        among: NDArray[np.int64] | None = None,
    ) -> Nearest:
        """The `topn` best rows between `start` and `stop` for each query, equal scores by row.

        Args: `queries` (n, dim), each is scaled to length one (zeros stay zeros); `unit`: so are the
        rows, which makes the scores cosines; `exclude` (n, any) int64, rows that are no answers, or -1;
        `among` (any,) int64, the only rows that are answers, in any order.
        Returns: n answers of min(topn, eligible rows) rows.
        Raises: OptionError for topn < 1 or a wrong width, NotFinite for NaN or infinity on either side.
        """
        if topn < 1:
            raise OptionError(f"topn must be 1 or more, got {topn}")
        queries = self.directions(queries)
        candidates = self._candidates(start, stop, among)
        topn = min(topn, len(candidates))
        places = np.empty((len(queries), 0), np.int64) if exclude is None else candidates.places(exclude)
        if not len(queries) or not topn:
            shape = len(queries), topn
            return Nearest(np.empty(shape, np.int64), np.empty(shape, np.float32))
        if len(queries) >= MANY and topn <= many.MOST:
            found = many.nearest(candidates, queries, topn, unit, places, self._threads())
        else:
            blocks = [slice(*span) for span in spans(len(queries), few.QUERIES_AT_ONCE)]
            with self._bounded():
                parts = [few.nearest(candidates, queries[b], topn, unit, places[b]) for b in blocks]
            found = parts[0] if len(parts) == 1 else Nearest(*map(np.concatenate, zip(*parts, strict=True)))
        return found._replace(rows=candidates.numbers(found.rows))

    def directions(self, queries: Rows) -> Rows:
        """Copies of queries (n, dim) of length one; zeros stay zeros. Raises: OptionError, NotFinite."""
        if queries.shape[1] != self.dim:
            raise OptionError(f"expected a vector of {self.dim} floats, got {queries.shape[1]}")
        return scaled(queries)

    def _candidates(self, start: int, stop: int | None, among: NDArray[np.int64] | None) -> Candidates:
        # Lengths are asked for in any case: this is where NaN in the table is found.
        start, stop, _ = slice(start, stop).indices(len(self))
        chosen = range(start, max(start, stop))
        if among is None:
            return Candidates(self._table, chosen, self.lengths(chosen.stop)[chosen.start :])
        rows = np.unique(among)
        rows = rows[np.searchsorted(rows, chosen.start) : np.searchsorted(rows, chosen.stop)]
        return Candidates(self._table, rows, self.lengths(chosen.stop)[rows])

    def _bounded(self) -> AbstractContextManager[None]:
        return nullcontext() if self.threads is None else blas.at_most(self.threads)

    def _threads(self) -> int:
        most = blas.threads()
        if most is None:  # another BLAS, whose own threads cannot be told to rest
            return 1
        return most if self.threads is None else max(1, min(self.threads, most))


def _checked(lengths: Rows, rows: int) -> Rows:
    if lengths.shape != (rows,) or not ((lengths > 0) & (lengths < np.inf)).all():
        raise FormatError(f"the lengths of the rows are not {rows:,} positive numbers; damaged")
    return lengths


def _lengths(rows: Rows, numbers: int | NDArray[np.int64]) -> Rows:
    """Lengths of a block of rows; `numbers` names them in an error: the first one's, or all."""
    lengths: Rows = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    # A float32 square overflows above 1.8e19 and loses digits below 1e-15: those few rows again, in float64.
    odd = np.flatnonzero(~((lengths > 1e-15) & (lengths < np.inf)))
    if len(odd):
        wide = np.linalg.norm(rows[odd].astype(np.float64), axis=1)
        if not np.isfinite(wide).all():
            at = int(odd[np.argmin(np.isfinite(wide))])
            row = numbers + at if isinstance(numbers, int) else int(numbers[at])
            raise NotFinite(
                f"row {row} (the first is 0) holds NaN or infinity; train again, or leave it out by subset"
            )
        lengths[odd] = np.where(wide > 0, wide, 1)
    return lengths
