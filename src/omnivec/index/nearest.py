"""Answers to a block of questions."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from omnivec.index.cosine import Rows


class Nearest(NamedTuple):
    """Answers to a block of queries, best first."""

    rows: NDArray[np.int64]
    """(queries, k); -1 where fewer than k rows were eligible."""
    scores: Rows
    """(queries, k) float32; -inf where the row is -1."""


def merged(left: Nearest, right: Nearest, topn: int) -> Nearest:
    """The best of both. The rows of `left` come before those of `right`: a stable sort keeps ties by row."""
    rows = np.concatenate([left.rows, right.rows], axis=1)
    scores = np.concatenate([left.scores, right.scores], axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :topn]
    return Nearest(np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1))


class Index(Protocol):
    """What `Exact` and `Approximate` answer; see `Exact`."""

    @property
    def kind(self) -> str:
        """A name: "exact", or that of a library."""

    @property
    def dim(self) -> int:
        """Floats in a row."""

    def __len__(self) -> int: ...

    def lengths(self, stop: int | None = None) -> Rows:
        """Lengths of the first rows."""

    def unit(self, rows: NDArray[np.int64]) -> Rows:
        """Some rows, of length one."""

    def scores(self, query: Rows, *, unit: bool = True, start: int = 0, stop: int | None = None) -> Rows:
        """Scores of one query with many rows."""

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
        """The best rows for each query."""
