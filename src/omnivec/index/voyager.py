"""A graph of near rows, searched from neighbour to neighbour, by the library voyager.

Source: Malkov and Yashunin 2018, hierarchical navigable small world graphs (HNSW), whose names these are.

Rows of length one are near by Euclidean distance just where they are by cosine. The distance is asked for,
because voyager's cosine of numbers held in one byte takes rounded rows for rows of length one: words after
one epoch, which lie in a narrow cone, had a recall@10 of .81 by cosine and .99 by distance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, BinaryIO, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from omnivec.config import Between
from omnivec.errors import FormatError
from omnivec.index.cosine import Rows
from omnivec.index.exact import Exact
from omnivec.index.finder import BESIDE, Kind
from omnivec.store.extra import extra

_AT_ONCE = 4096  # rows between two reports
_NUMBER = {"int8": ("Float8", 1), "float32": ("Float32", 4)}  # voyager's name, bytes


@final
@dataclass(frozen=True, kw_only=True)
class Voyager(Kind):
    """Parameters of a graph."""

    kind: ClassVar[str] = "voyager"
    file: ClassVar[str] = "index.voyager"
    maps: ClassVar[bool] = False
    remedy: ClassVar[str] = "kind='faiss' takes half, a smaller m a little less, exact search nothing"
    questions: ClassVar[frozenset[str]] = frozenset({"ef"})

    m: Annotated[int, Between(2, 128)] = 12
    """Links of a row to others, twice as many on the lowest level; more find more and take 8 bytes each."""
    ef_construction: Annotated[int, Between(1, 10_000)] = 100
    """Candidates looked at to link a row; building takes as much longer."""
    ef: Annotated[int, Between(1, 100_000)] = 80
    """Candidates looked at, and scored exactly, to answer a query."""
    codes: Literal["int8", "float32"] = "int8"
    """How the index holds numbers; scores come from the table in any case."""

    def need(self, rows: int, dim: int) -> int:
        """The numbers, the links, and what was 90 to 130 bytes a row when it was measured."""
        return rows * (dim * _NUMBER[self.codes][1] + 8 * self.m + 150) + BESIDE

    def build(self, exact: Exact, threads: int, told: Callable[[float], None]) -> Graph:
        """Rows are added in their order, by several threads at once: only one thread gives the same graph."""
        voyager = _voyager()
        index = voyager.Index(
            voyager.Space.Euclidean,
            num_dimensions=exact.dim,
            M=self.m,
            ef_construction=self.ef_construction,
            max_elements=len(exact),
            storage_data_type=getattr(voyager.StorageDataType, _NUMBER[self.codes][0]),
        )
        for start in range(0, len(exact), _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, len(exact)))
            index.add_items(exact.unit(rows), rows, num_threads=threads)
            told((start + len(rows)) / len(exact))
        return Graph(index, self.ef)

    def load(self, path: Path, rows: int, dim: int) -> Graph:
        """Into memory: voyager maps nothing."""
        try:
            index = _voyager().Index.load(str(path))
        except (RuntimeError, ValueError) as error:
            raise FormatError(f"{path}: not an index that voyager reads: {error}") from None
        if (len(index), index.num_dimensions) != (rows, dim):
            found = f"{len(index):,} × {index.num_dimensions}"
            raise FormatError(f"{path}: an index of {rows:,} × {dim} was expected, got {found}")
        return Graph(index, self.ef)


@final
class Graph:
    """An index of voyager."""

    def __init__(self, index: Any, ef: int) -> None:
        self._index, self._ef = index, ef

    def find(self, queries: Rows, k: int, threads: int) -> NDArray[np.int64]:
        """All `ef` candidates that were looked at."""
        k = min(max(k, self._ef), len(self._index))
        try:
            rows, _ = self._index.query(queries, k=k, num_threads=threads, query_ef=k)
        except _voyager().RecallError:  # a part of the graph that no link leads to
            return np.full((len(queries), k), -1)
        found: NDArray[np.int64] = rows.astype(np.int64)
        return found

    def save(self, file: BinaryIO) -> None:
        """Voyager's own format."""
        self._index.save(file)

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_bytes, (bytes(self._index), self._ef)


def _from_bytes(content: bytes, ef: int) -> Graph:
    return Graph(_voyager().Index.load(BytesIO(content)), ef)


def _voyager() -> Any:
    return extra("voyager", "ann", what="this index")
