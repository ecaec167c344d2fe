"""Approximate nearest rows: another library proposes some, and their scores are computed from the table.

So scores are those of exact search, whatever rounded copy of the rows the index holds; only which rows are
found is approximate. What an index cannot answer is answered exactly, at exact search's price.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.index import blas
from omnivec.index.candidates import spans
from omnivec.index.cosine import Rows
from omnivec.index.exact import Exact
from omnivec.index.faiss import Faiss
from omnivec.index.finder import Finder, Kind
from omnivec.index.nearest import Nearest
from omnivec.index.voyager import Voyager
from omnivec.store import memory

KINDS: dict[str, type[Kind]] = {kind.kind: kind for kind in (Voyager, Faiss)}

_FLOATS_AT_ONCE = 2**22  # of proposed rows, 16 MB
_LARGE = 10  # where a tenth of the rows is asked for, looking at all of them is quicker


@final
class Approximate:
    """Nearest rows of `exact`'s table, by cosine, among those that `finder` proposes.

    It answers what `Exact` answers. Exact search does so for dot products (``unit=False``), for parts of the
    rows (`start`, `stop`, `among`), for a tenth of the rows or more, and where too few rows were proposed.
    """

    def __init__(self, exact: Exact, parameters: Kind, finder: Finder) -> None:
        self.exact = exact
        """Search over all rows of the same table."""
        self.parameters = parameters
        """Of the index."""
        self.finder = finder
        """Proposes rows."""

    @property
    def kind(self) -> str:
        """Name of the library."""
        return self.parameters.kind

    def __len__(self) -> int:
        return len(self.exact)

    @property
    def dim(self) -> int:
        """Floats in a row."""
        return self.exact.dim

    def lengths(self, stop: int | None = None) -> Rows:
        """As `Exact.lengths`."""
        return self.exact.lengths(stop)

    def unit(self, rows: NDArray[np.int64]) -> Rows:
        """As `Exact.unit`."""
        return self.exact.unit(rows)

    def scores(self, query: Rows, *, unit: bool = True, start: int = 0, stop: int | None = None) -> Rows:
        """As `Exact.scores`."""
        return self.exact.scores(query, unit=unit, start=start, stop=stop)

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
        """As `Exact.query`; a few of the nearest rows may be missing."""
        barred = np.empty((len(queries), 0), np.int64) if exclude is None else exclude
        part = among is not None or range(len(self))[start:stop] != range(len(self))
        if not unit or part or topn < 1 or (topn + barred.shape[1]) * _LARGE > len(self):
            return self.exact.query(
                queries, topn, unit=unit, exclude=exclude, start=start, stop=stop, among=among
            )
        asked = self.exact.directions(queries)
        threads = blas.cores() if self.exact.threads is None else min(self.exact.threads, blas.cores())
        rows = self.finder.find(asked, topn + barred.shape[1], threads)
        found = Nearest(np.empty((len(asked), topn), np.int64), np.empty((len(asked), topn), np.float32))
        for first, last in spans(len(asked), max(_FLOATS_AT_ONCE // (rows.shape[1] * self.dim), 1)):
            block = slice(first, last)
            judged = self._judged(asked[block], rows[block], barred[block], topn)
            found.rows[block], found.scores[block] = judged
        short = np.flatnonzero(found.rows[:, -1] < 0)
        if len(short):
            again = self.exact.query(asked[short], topn, exclude=barred[short])
            found.rows[short], found.scores[short] = again
        return found

    def _judged(
        self, queries: Rows, rows: NDArray[np.int64], barred: NDArray[np.int64], topn: int
    ) -> Nearest:
        """The best of the proposed rows by their true scores, equal scores by row."""
        there = np.maximum(rows, 0)
        vectors = self.exact.unit(there.ravel()).reshape(*rows.shape, self.dim)
        scores = np.matmul(vectors, queries[:, :, None])[:, :, 0]
        scores[(rows < 0) | (rows[:, :, None] == barred[:, None, :]).any(axis=2)] = -np.inf
        order = np.lexsort((rows, -scores))[:, :topn]
        best = np.take_along_axis(scores, order, axis=1)
        return Nearest(np.where(np.isneginf(best), -1, np.take_along_axis(rows, order, axis=1)), best)


def parameters_of(kind: str, given: dict[str, Any]) -> Kind:
    """The parameters of a kind of index. OptionError for names and values that it does not take."""
    if kind not in KINDS:
        raise OptionError(f"kind must be {' or '.join(map(repr, KINDS))}, got {kind!r}")
    return KINDS[kind](**given)


def build(
    exact: Exact, parameters: Kind, threads: int | None = None, told: Callable[[float], None] | None = None
) -> Approximate:
    """An index of all rows of a table.

    Args: `threads` at most and by default as many as NumPy's BLAS has; `told` hears the share done.
    Raises: MissingExtra; NotEnoughMemory before anything is allocated; NotFinite; OptionError without rows.
    """
    if not len(exact):
        raise OptionError("an index needs one row or more, got none")
    exact.lengths()
    need = parameters.need(len(exact), exact.dim)
    memory.require({f"a {parameters.kind} index of {len(exact):,} rows": need}, parameters.remedy)
    most = blas.cores() if threads is None else max(1, min(threads, blas.cores()))
    return Approximate(exact, parameters, parameters.build(exact, most, told or (lambda share: None)))
