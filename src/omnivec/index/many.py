"""Many queries at once: each block of rows is read once for all of them, and few scores are looked at.

After the first block a query knows `topn` rows, and the worst of them is a bound: of later scores only those
that reach it matter, some fifty in all. So the scores of a block are reduced to the maxima of groups, one
pass of vector instructions, and only groups that reach the bound are opened. Rows are divided by their
lengths before the product, once for all queries, instead of the scores after it.
"""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from functools import reduce
from threading import Event
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from omnivec.index import blas
from omnivec.index.candidates import Candidates, spans
from omnivec.index.cosine import Rows
from omnivec.index.nearest import Nearest, merged
from omnivec.index.select import largest

QUERIES_AT_ONCE = 1024
SCORES_AT_ONCE = 2**20  # 4 MB of float32
FLOATS_AT_ONCE = 2**21  # of rows
GROUP = 16  # rows
FLOOD = 16  # groups of a block that reach a query's bound, beyond which sorting all scores is quicker
MOST = 128  # answers to a query, beyond which the bound spares little

_LEAST = np.finfo(np.float32).min  # what all scores but -inf reach


class _Chunk(NamedTuple):
    """Some of the queries."""

    queries: Rows
    """(dim, queries) float32 of length one."""
    exclude: NDArray[np.int64]
    """(queries, any) places that are no answers, or -1."""
    bound: Rows
    """(queries,) float32: lower scores are no answers. Threads share it, and each only ever raises it; one
    that overwrites what another has just raised makes it too low for a while, which is still a bound.
    """


def nearest(
    candidates: Candidates, queries: Rows, topn: int, unit: bool, exclude: NDArray[np.int64], threads: int
) -> Nearest:
    """As `few.nearest`, for any number of queries and up to MOST answers; threads share the rows.

    Memory of a thread: 10 MB for scores, 8 MB for rows (16 where they are decoded), 60 bytes for each answer.
    """
    chunks = [
        _Chunk(queries[a:b].T, exclude[a:b], np.full(b - a, _LEAST, np.float32))
        for a, b in spans(len(queries), QUERIES_AT_ONCE)
    ]
    stop = Event()
    with blas.at_most(1), ThreadPoolExecutor(threads) as pool:
        jobs = [
            pool.submit(_share, candidates, chunks, span, topn, unit, stop)
            for span in spans(len(candidates), -(-len(candidates) // threads))
        ]
        try:
            wait(jobs, return_when=FIRST_EXCEPTION)
        finally:
            stop.set()  # after Ctrl-C the pool waits for its threads
        shares = [job.result() for job in jobs]
    found = [
        reduce(lambda one, other: merged(one, other, topn), parts) for parts in zip(*shares, strict=True)
    ]
    return Nearest(*map(np.concatenate, zip(*found, strict=True)))


def _share(
    candidates: Candidates, chunks: list[_Chunk], span: tuple[int, int], topn: int, unit: bool, stop: Event
) -> list[Nearest]:
    """Answers to each chunk among the candidates of one thread."""
    sieves = [_Sieve(chunk.bound, topn) for chunk in chunks]
    space = np.empty(SCORES_AT_ONCE, np.float32)
    dim, most = chunks[0].queries.shape
    at_once = max(min(SCORES_AT_ONCE // most, FLOATS_AT_ONCE // dim) // GROUP, 1) * GROUP
    for first in range(*span, at_once):
        last = min(first + at_once, span[1])
        rows = candidates.block(first, last)
        if unit:
            rows = rows / candidates.lengths[first:last, None]
        height = -(-(last - first) // GROUP) * GROUP
        for chunk, sieve in zip(chunks, sieves, strict=True):
            if stop.is_set():
                return []
            scores = space[: height * len(chunk.bound)].reshape(height, -1)
            np.matmul(rows, chunk.queries, out=scores[: last - first])
            scores[last - first :] = -np.inf
            query, column = np.nonzero((chunk.exclude >= first) & (chunk.exclude < last))
            scores[chunk.exclude[query, column] - first, query] = -np.inf
            sieve.offer(scores, first)
    return [sieve.answers() for sieve in sieves]


@final
class _Sieve:
    """The best candidates of each query, and those that have reached its bound since they were sorted."""

    def __init__(self, bound: Rows, topn: int) -> None:
        self._bound, self._topn = bound, topn
        self._hits = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]
        self._waiting = 0

    def offer(self, scores: Rows, first: int) -> None:
        """Scores (rows, queries) of the candidates from place `first` on; rows are a multiple of GROUP."""
        count = len(self._bound)
        groups = scores.reshape(-1, GROUP, count)
        # Greater or equal: where another thread has raised the bound, a row before its rows wins the tie.
        peaks = np.flatnonzero(groups.max(axis=1) >= self._bound)
        if len(peaks) > FLOOD * count:  # the first block, or rows in an order that gets ever better
            place = largest(np.ascontiguousarray(scores.T), self._topn)
            query = np.repeat(np.arange(count), place.shape[1])
            place = place.ravel()
        else:
            group, query = np.divmod(peaks, count)
            opened, member = np.nonzero(groups[group, :, query] >= self._bound[query, None])
            place, query = group[opened] * GROUP + member, query[opened]
        score = scores[place, query]
        eligible = score >= _LEAST
        self._hits.append((query[eligible], first + place[eligible], score[eligible]))
        self._waiting += len(query)
        if self._waiting >= self._topn * count:
            self._settle()

    def answers(self) -> Nearest:
        """The best of all that was offered, by place."""
        rank = self._settle()
        query, place, score = self._hits[0]
        shape = len(self._bound), self._topn
        found = Nearest(np.full(shape, -1), np.full(shape, -np.inf, np.float32))
        found.rows[query, rank], found.scores[query, rank] = place, score
        return found

    def _settle(self) -> NDArray[np.int64]:
        """Keep the best of each query and raise its bound; the rank of each that is kept."""
        query, place, score = (np.concatenate(parts) for parts in zip(*self._hits, strict=True))
        order = _sorted(query, score)
        query = query[order]
        rank = np.arange(len(query)) - np.searchsorted(query, query)
        kept = rank < self._topn
        query, rank, order = query[kept], rank[kept], order[kept]
        place, score = place[order], score[order]
        self._hits, self._waiting = [(query, place, score)], 0
        last = rank == self._topn - 1
        self._bound[query[last]] = np.maximum(self._bound[query[last]], score[last])
        return rank


def _sorted(query: NDArray[np.int64], score: Rows) -> NDArray[np.int64]:
    """Positions sorted by query, then falling score, then position; at most 2^21 positions.

    All three as the digits of one number, which NumPy sorts by vector instructions: 0.2 ms for 20,000, 1.2 ms
    by `lexsort`.
    """
    bits = (score + np.float32(0)).view(np.int32)  # -0.0 becomes 0.0; bits rise with positive floats
    rising = bits ^ (bits >> 31 & 0x7FFFFFFF)  # and fall with negative ones
    width = len(score).bit_length()
    digits = (query << 32 | 0x7FFFFFFF - rising.astype(np.int64)) << width | np.arange(len(score))
    digits.sort()
    return digits & (1 << width) - 1
