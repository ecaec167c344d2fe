"""Thousands of analogies at once: a is to b as c is to ?, by adding or by multiplying cosines.

Questions share words: Google's 19,544 have 905, and some 550 pairs (a, b). So the cosines of these words with
a block of rows are one small product, the part of (a, b) is worked out once, and a question costs one
addition or multiplication a row instead of a product of dim numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.index import blas
from omnivec.index.candidates import spans
from omnivec.index.cosine import Rows
from omnivec.index.nearest import Nearest, merged
from omnivec.index.select import largest
from omnivec.store.tables import Table

FLOATS_AT_ONCE = 2**24  # cosines of all words with a block of rows: 64 MB a thread, and as much for the pairs
MOST_ROWS = 2**13  # of a block; 32 questions of one pair are then 1 MB, which stays in the cache
GROUP = 16  # rows
_LITTLE = np.float32(1e-6)  # as gensim; Levy and Goldberg write 1e-3


class Asked(NamedTuple):
    """Questions, by the rows of `words`."""

    words: Rows
    """(words, dim) float32: the vectors of all a, b and c."""
    pairs: NDArray[np.int64]
    """(pairs, 2): a and b."""
    pair: NDArray[np.int64]
    """(questions,) the pair of each, rising."""
    third: NDArray[np.int64]
    """(questions,) its c."""


def solve(
    table: Table,
    lengths: Rows | None,
    words: Rows,
    questions: NDArray[np.int64],
    topn: int,
    *,
    multiply: bool,
) -> Nearest:
    """The `topn` best rows for each question (n, 3) of a, b, c, which are rows of `words` (any, dim) float32.

    Own words are not left out. lengths: (rows,) of the first rows of the table, by which these are divided,
    and no others are answers; None: all rows as they are. multiply: 3CosMul in place of 3CosAdd; its words
    must have length one, and lengths be given.

    Sources: Mikolov, Yih and Zweig 2013 (3CosAdd); Levy and Goldberg 2014, equation 4 (3CosMul).
    """
    pairs, pair = np.unique(questions[:, :2], axis=0, return_inverse=True)
    order = np.argsort(pair.reshape(-1), kind="stable")
    asked = Asked(words, pairs, pair.reshape(-1)[order], questions[order, 2])
    stop = len(table) if lengths is None else len(lengths)
    threads = blas.threads() or 1
    cut = spans(stop, max(-(-stop // threads), 1))
    with blas.at_most(1), ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_share, table, lengths, asked, span, topn, multiply) for span in cut]
        found = reduce(lambda one, other: merged(one, other, topn), [job.result() for job in jobs])
    back = np.argsort(order)
    return Nearest(found.rows[back], found.scores[back])


def _share(
    table: Table, lengths: Rows | None, asked: Asked, span: tuple[int, int], topn: int, multiply: bool
) -> Nearest:
    """Answers among the rows of one thread."""
    shape = len(asked.pair), topn
    best = Nearest(np.full(shape, -1), np.full(shape, -np.inf, np.float32))
    size = max(FLOATS_AT_ONCE // max(len(asked.words), len(asked.pairs)) // GROUP * GROUP, GROUP)
    combine: Callable[..., object] = np.multiply if multiply else np.add
    for first, last in spans(span[1] - span[0], min(size, MOST_ROWS)):
        start, end = span[0] + first, span[0] + last
        rows = table.span(start, end)
        if lengths is not None:
            rows = rows / lengths[start:end, None]
        wide = -(-(end - start) // GROUP) * GROUP
        singles = np.empty((len(asked.words), wide), np.float32)
        np.matmul(asked.words, rows.T, out=singles[:, : end - start])
        singles[:, end - start :] = -np.inf
        if multiply:
            singles += 1
            singles *= np.float32(0.5)
        doubles = _pairs(singles, asked.pairs, multiply)
        doubles[:, end - start :] = 0 if not multiply else 1
        hits = list(_hits(singles, doubles, asked, best, combine, topn))
        best = _settled(best, start, *map(np.concatenate, zip(*hits, strict=True)))
    return best


def _pairs(singles: Rows, pairs: NDArray[np.int64], multiply: bool) -> Rows:
    """What a and b have to say, (pairs, rows)."""
    with np.errstate(invalid="ignore"):  # of the rows that fill a block up
        doubles: Rows = singles[pairs[:, 1]]
        if multiply:
            doubles /= singles[pairs[:, 0]] + _LITTLE
        else:
            doubles -= singles[pairs[:, 0]]
    return doubles


def _hits(
    singles: Rows,
    doubles: Rows,
    asked: Asked,
    best: Nearest,
    combine: Callable[..., object],
    topn: int,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Rows]]:
    """Questions, places in the block and scores of what reaches the worst of a question's best."""
    bound, wide = best.scores[:, -1], singles.shape[1]
    ends = np.flatnonzero(np.diff(asked.pair, append=-1)) + 1
    at_once = max(2**18 // wide, 1)
    starts = np.concatenate([[0], ends[:-1]])
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        for first in range(start, end, at_once):
            some = slice(first, min(first + at_once, end))
            scores = singles[asked.third[some]]
            combine(scores, doubles[asked.pair[first]], out=scores)
            question, place = _reaching(scores, bound[some], topn)
            yield question + first, place, scores[question, place]


def _reaching(scores: Rows, bound: Rows, topn: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and places of the scores (n, wide) that reach the bound (n,) of their row; at first the best."""
    if np.isneginf(bound).any():
        place = largest(scores, topn)
        return np.repeat(np.arange(len(scores)), place.shape[1]), place.reshape(-1)
    groups = scores.reshape(len(scores), GROUP, -1)
    question, group = np.nonzero(groups.max(axis=1) >= bound[:, None])
    opened, member = np.nonzero(groups[question, :, group] >= bound[question, None])
    return question[opened], member * groups.shape[2] + group[opened]


def _settled(
    best: Nearest, start: int, question: NDArray[np.int64], place: NDArray[np.int64], scores: Rows
) -> Nearest:
    """The best of what was kept and of the hits, equal scores by row."""
    count, topn = best.rows.shape
    question = np.concatenate([np.repeat(np.arange(count), topn), question])
    rows = np.concatenate([best.rows.reshape(-1), place + start])
    scores = np.concatenate([best.scores.reshape(-1), scores])
    there = scores > -np.inf
    question, rows, scores = question[there], rows[there], scores[there]
    order = np.lexsort((rows, -scores, question))
    question = question[order]
    rank = np.arange(len(question)) - np.searchsorted(question, question)
    kept = rank < topn
    found = Nearest(np.full((count, topn), -1), np.full((count, topn), -np.inf, np.float32))
    found.rows[question[kept], rank[kept]] = rows[order][kept]
    found.scores[question[kept], rank[kept]] = scores[order][kept]
    return found
