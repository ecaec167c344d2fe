"""A few queries: their scores with one block of rows after another, and the best of each block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.index.candidates import Candidates, spans
from omnivec.index.cosine import Rows
from omnivec.index.nearest import Nearest, merged
from omnivec.index.select import largest

SCORES_AT_ONCE = 2**21  # 8 MB of float32; beyond the cache a score's division takes 0.55 instead of 0.15 ns
QUERIES_AT_ONCE = 128


def nearest(
    candidates: Candidates, queries: Rows, topn: int, unit: bool, exclude: NDArray[np.int64]
) -> Nearest:
    """The `topn` best candidates, by place, for each of at most QUERIES_AT_ONCE queries of length one.

    Args: `exclude` (queries, any) places that are no answers, or -1.
    """
    best = Nearest(np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32))
    # One piece of memory for all blocks: fresh pages from the system for each take as long as the product.
    most = max(SCORES_AT_ONCE // len(queries), 1)
    space = np.empty(len(queries) * min(most, len(candidates)), np.float32)
    for first, last in spans(len(candidates), most):
        scores = space[: len(queries) * (last - first)].reshape(len(queries), last - first)
        _product(candidates, queries, first, last, unit, scores)
        which, column = np.nonzero((exclude >= first) & (exclude < last))
        scores[which, exclude[which, column] - first] = -np.inf
        found = largest(scores, topn)
        fresh = Nearest(found + first, scores[np.arange(len(queries))[:, None], found])
        best = merged(best, fresh, topn) if best.rows.shape[1] else fresh
    best.rows[np.isneginf(best.scores)] = -1
    return best


def scores(candidates: Candidates, query: Rows, unit: bool) -> Rows:
    """Scores of one query (dim,) of length one with all candidates, (candidates,) float32."""
    found = np.empty(len(candidates), np.float32)
    _product(candidates, query[None], 0, len(candidates), unit, found[None])
    return found


def _product(candidates: Candidates, queries: Rows, first: int, last: int, unit: bool, scores: Rows) -> None:
    """Put the scores of queries and a block of candidates into `scores` (queries, last - first)."""
    for start, stop in candidates.pieces(first, last):
        np.matmul(queries, candidates.block(start, stop).T, out=scores[:, start - first : stop - first])
    if unit:
        scores /= candidates.lengths[first:last]
