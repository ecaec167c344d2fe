"""Exact nearest rows: blocked matrix products over a table that is never copied.

Only the lengths of the rows are kept beside the table (4 bytes a row), so a mapped model stays mapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import NotFinite, OptionError
from omnivec.index.cosine import Rows, scaled
from omnivec.index.select import largest
from omnivec.store.tables import Table

SCORES_AT_ONCE = 2**21  # 8 MB of float32; beyond the cache a score's division takes 0.55 instead of 0.15 ns
QUERIES_AT_ONCE = 128
ROWS_AT_ONCE = 2**14  # for passes over the table alone


class Nearest(NamedTuple):
    """Answers to a block of queries, best first."""

    rows: NDArray[np.int64]
    """(queries, k); -1 where fewer than k rows were eligible."""
    scores: Rows
    """(queries, k) float32; -inf where the row is -1."""


@final
class Exact:
    """Nearest rows of `table` by cosine or by dot product. Never wrong, nothing to tune.

    Args: `table` (rows, dim), read but never written or copied, and not to be changed while in use; `lengths`
    (rows,) of its rows as `lengths` gives them, where they are known.
    """

    kind = "exact"

    def __init__(self, table: Table | Rows, lengths: Rows | None = None) -> None:
        self._table = table if isinstance(table, Table) else Table(table)
        self._lengths: Rows = np.empty(0, np.float32) if lengths is None else lengths

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
        known = self._lengths
        if len(known) < stop:
            starts = range(len(known), stop, ROWS_AT_ONCE)
            fresh = [_lengths(self._table.span(at, min(at + ROWS_AT_ONCE, stop)), at) for at in starts]
            self._lengths = known = np.concatenate([known, *fresh])
        return known[:stop]

    def unit(self, rows: NDArray[np.int64]) -> Rows:
        """Copies of the given rows, scaled to length one, (len(rows), dim) float32."""
        picked = self._table.take(rows)
        lengths = self._lengths
        if len(rows) and int(rows.max()) < len(lengths):
            return picked / lengths[rows, None]
        return picked / _lengths(picked, rows)[:, None]  # a look-up must not read the whole of a mapped table

    def scores(self, query: Rows, *, unit: bool = True, start: int = 0, stop: int | None = None) -> Rows:
        """Scores of one query with the rows from `start` to `stop`, (stop - start,) float32.

        `query` (dim,) is scaled to length one; `unit` says whether the rows are, too.
        """
        start, stop = self._bounds(start, stop)
        scores = np.empty(stop - start, np.float32)
        self._product(scaled(query[None]), start, stop, unit, scores)
        return scores

    def query(
        self,
        queries: Rows,
        topn: int,
        *,
        unit: bool = True,
        exclude: NDArray[np.int64] | None = None,
        start: int = 0,
        stop: int | None = None,
    ) -> Nearest:
        """The `topn` best rows between `start` and `stop` for each query, equal scores by row.

        Args: `queries` (n, dim), each is scaled to length one (zeros stay zeros); `unit`: so are the
        rows, which makes the scores cosines; `exclude` (n, any) int64, rows that are no answers, or -1.
        Returns: n answers of min(topn, stop - start) rows.
        Raises: OptionError for topn < 1 or a wrong width, NotFinite for NaN or infinity on either side.
        """
        if topn < 1:
            raise OptionError(f"topn must be 1 or more, got {topn}")
        start, stop = self._bounds(start, stop)
        queries = scaled(queries)
        if exclude is None:
            exclude = np.empty((len(queries), 0), np.int64)
        # One piece of memory for all blocks: fresh pages from the system for each take as long as the
        # product.
        space = np.empty(min(SCORES_AT_ONCE, len(queries) * (stop - start)), np.float32)
        blocks = [slice(at, at + QUERIES_AT_ONCE) for at in range(0, len(queries), QUERIES_AT_ONCE)]
        found = [self._block(queries[b], exclude[b], topn, (start, stop), unit, space) for b in blocks]
        if len(found) == 1:
            return found[0]
        rows = [f.rows for f in found] or [np.empty((0, min(topn, stop - start)), np.int64)]
        scores = [f.scores for f in found] or [np.empty((0, min(topn, stop - start)), np.float32)]
        return Nearest(np.concatenate(rows), np.concatenate(scores))

    def _bounds(self, start: int, stop: int | None) -> tuple[int, int]:
        start, stop, _ = slice(start, stop).indices(len(self))
        return start, max(start, stop)

    def _block(
        self,
        queries: Rows,
        exclude: NDArray[np.int64],
        topn: int,
        bounds: tuple[int, int],
        unit: bool,
        space: Rows,
    ) -> Nearest:
        """`query` for at most QUERIES_AT_ONCE queries of length one."""
        best = Nearest(np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32))
        for first, last in _spans(*bounds, max(len(space) // len(queries), 1)):
            scores = self._product(queries, first, last, unit, space)
            which, column = np.nonzero((exclude >= first) & (exclude < last))
            scores[which, exclude[which, column] - first] = -np.inf
            found = largest(scores, topn)
            fresh = Nearest(found + first, scores[np.arange(len(queries))[:, None], found])
            best = _merge(best, fresh, topn) if best.rows.shape[1] else fresh
        best.rows[np.isneginf(best.scores)] = -1
        return best

    def _product(self, queries: Rows, start: int, stop: int, unit: bool, space: Rows) -> Rows:
        """Scores (queries, stop - start) of queries of length one, at the beginning of `space`."""
        if queries.shape[1] != self.dim:
            raise OptionError(f"expected a vector of {self.dim} floats, got {queries.shape[1]}")
        lengths = self.lengths(stop)[start:]  # asked for in any case: this is where NaN in the table is found
        scores = space[: len(queries) * (stop - start)].reshape(len(queries), stop - start)
        np.matmul(queries, self._table.span(start, stop).T, out=scores)
        if unit:
            scores /= lengths
        return scores


def _spans(start: int, stop: int, most: int) -> Iterator[tuple[int, int]]:
    """Spans of equal size, at most `most`."""
    size = -(-(stop - start) // max(-(-(stop - start) // most), 1))
    for at in range(start, stop, max(size, 1)):
        yield at, min(at + size, stop)


def _merge(left: Nearest, right: Nearest, topn: int) -> Nearest:
    """The best of both. The rows of `left` come before those of `right`: a stable sort keeps ties by row."""
    rows = np.concatenate([left.rows, right.rows], axis=1)
    scores = np.concatenate([left.scores, right.scores], axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :topn]
    return Nearest(np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1))


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
            raise NotFinite(f"row {row} holds NaN or infinity; train again or drop that row")
        lengths[odd] = np.where(wide > 0, wide, 1)
    return lengths
