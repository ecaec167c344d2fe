"""Lists of rows around centres, of which those nearest to the query are searched, by the library faiss.

Source: Jégou, Douze and Schmid 2011, inverted lists; numbers are held as one byte each.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Annotated, Any, BinaryIO, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from omnivec.config import Between
from omnivec.errors import FormatError
from omnivec.index.cosine import Rows
from omnivec.index.exact import Exact
from omnivec.index.finder import BESIDE, Kind
from omnivec.store.extra import extra

_AT_ONCE = 1 << 14  # rows between two reports
_SAMPLE = 64  # rows for each centre; four times as many found no more and took four times as long
_SPARE = 3  # rows proposed for each that is asked for: rounded numbers put them in a slightly wrong order
_TRAINING = 0.7  # its share of the time of building, for the report


@final
@dataclass(frozen=True, kw_only=True)
class Faiss(Kind):
    """Parameters of lists."""

    kind: ClassVar[str] = "faiss"
    file: ClassVar[str] = "index.faiss"
    maps: ClassVar[bool] = True
    remedy: ClassVar[str] = "fewer lists take a little less, exact search nothing"
    questions: ClassVar[frozenset[str]] = frozenset({"probes"})

    lists: Annotated[int, Between(1, 1_000_000)] | None = None
    """Centres; four times the square root of the rows when not given."""
    probes: Annotated[int, Between(1, 1_000_000)] = 32
    """Lists searched to answer a query."""

    def need(self, rows: int, dim: int) -> int:
        """The sample that gives the centres, or later the lists, which have room to grow, and the centres."""
        lists = self._lists(rows)
        sample = 3 * min(rows, _SAMPLE * lists) * dim * 4  # with the copies that k-means makes
        return max(sample, 2 * rows * (dim + 8)) + lists * dim * 4 + BESIDE

    def build(self, exact: Exact, threads: int, told: Callable[[float], None]) -> Lists:
        """Centres by k-means of a sample, then every row into the list of its centre."""
        faiss = _faiss()
        lists = self._lists(len(exact))
        with _threads(faiss, threads):
            index = faiss.index_factory(exact.dim, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
            index.cp.min_points_per_centroid = 1  # else it warns on stdout
            sample = np.linspace(0, len(exact) - 1, min(len(exact), _SAMPLE * lists)).astype(np.int64)
            index.train(exact.unit(sample))
            told(_TRAINING)
            for start in range(0, len(exact), _AT_ONCE):
                rows = np.arange(start, min(start + _AT_ONCE, len(exact)))
                index.add(exact.unit(rows))
                told(_TRAINING + (1 - _TRAINING) * (start + len(rows)) / len(exact))
        return Lists(index, self.probes)

    def load(self, path: Path, rows: int, dim: int) -> Lists:
        """Mapped: processes share the lists, and only those that are searched are read."""
        faiss = _faiss()
        try:
            index = faiss.read_index(str(path), getattr(faiss, "IO_FLAG_MMAP_IFC", faiss.IO_FLAG_MMAP))
        except RuntimeError as error:
            raise FormatError(f"{path}: not an index that faiss reads: {error}") from None
        if (index.ntotal, index.d) != (rows, dim) or not hasattr(index, "nprobe"):
            raise FormatError(
                f"{path}: lists of {rows:,} × {dim} were expected, got {index.ntotal:,} × {index.d}"
            )
        return Lists(index, self.probes)

    def _lists(self, rows: int) -> int:
        return min(self.lists, rows) if self.lists else max(min(4 * isqrt(rows), rows // _SAMPLE), 1)


@final
class Lists:
    """An index of faiss."""

    def __init__(self, index: Any, probes: int) -> None:
        self._index, self._probes = index, probes

    def find(self, queries: Rows, k: int, threads: int) -> NDArray[np.int64]:
        """Three times as many as are asked for."""
        faiss = _faiss()
        asked = faiss.SearchParametersIVF(nprobe=self._probes)
        with _threads(faiss, threads):
            _, rows = self._index.search(queries, min(_SPARE * k, self._index.ntotal), params=asked)
        found: NDArray[np.int64] = rows
        return found

    def save(self, file: BinaryIO) -> None:
        """The format of faiss."""
        faiss = _faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))


@contextlib.contextmanager
def _threads(faiss: Any, threads: int) -> Iterator[None]:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _faiss() -> Any:
    return extra("faiss", "", what="this index", command="pip install faiss-cpu")
