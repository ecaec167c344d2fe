"""Thousands of analogies at once: a is to b as c is to ?, by adding or by multiplying cosines.

Questions share words: Google's 19,544 have 905, and some 550 pairs (a, b). So the cosines of these words with
a block of rows are one small product, the part of (a, b) is worked out once, and a question costs one
addition or multiplication a row instead of a product of dim numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from functools import reduce
from threading import Event
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
MOST_ROWS = 2**13  # of a block
SCORES_AT_ONCE = 2**18  # of a chunk of questions: 1 MB, which stays in the cache
QUESTIONS_AT_ONCE = 2**16
MANY = 8  # questions of a pair, from which on a chunk is of one pair
GROUP = 16  # rows
_LITTLE = np.float32(1e-6)  # as gensim; Levy and Goldberg write 1e-3


class Asked(NamedTuple):
    """Some of the questions."""

    words: Rows
    """(words, dim) float32: the vectors of all a, b and c."""
    pairs: NDArray[np.int64]
    """(pairs, 2): a and b, by their rows."""
    pair: NDArray[np.int64]
    """(questions,) the pair of each, rising."""
    third: NDArray[np.int64]
    """(questions,) its c."""


def solve(
    table: Table, lengths: Rows, words: Rows, questions: NDArray[np.int64], topn: int, *, multiply: bool
) -> Nearest:
    """The `topn` best rows for each question (n, 3) of a, b, c, which are rows of `words` (any, dim) float32.

    Own words are not left out. lengths: (rows,) of the first rows of the table, which alone are answers, and
    by which they are divided; ones for rows as they are. multiply: 3CosMul in place of 3CosAdd; its words and
    rows have length one.

    Sources: Mikolov, Yih and Zweig 2013 (3CosAdd); Levy and Goldberg 2014, equation 4 (3CosMul).
    """
    pairs, pair = np.unique(questions[:, :2], axis=0, return_inverse=True)
    order = np.argsort(pair.reshape(-1), kind="stable")
    pair, third = pair.reshape(-1)[order], questions[order, 2]
    threads, stop = blas.threads() or 1, Event()
    found = Nearest(np.empty((len(order), topn), np.int64), np.empty((len(order), topn), np.float32))
    with blas.at_most(1), ThreadPoolExecutor(threads) as pool:
        for some in (slice(*span) for span in spans(len(order), QUESTIONS_AT_ONCE)):
            asked = Asked(words, *np.unique(pair[some], return_inverse=True), third[some])
            asked = asked._replace(pairs=pairs[asked.pairs])
            jobs = [
                pool.submit(_share, table, lengths, asked, span, topn, multiply, stop)
                for span in spans(len(lengths), max(-(-len(lengths) // threads), 1))
            ]
            try:
                wait(jobs, return_when=FIRST_EXCEPTION)
            except BaseException:
                stop.set()  # after Ctrl-C the pool waits for its threads
                raise
            best = reduce(lambda one, other: merged(one, other, topn), [job.result() for job in jobs])
            found.rows[order[some]], found.scores[order[some]] = best
    return found


def _share(
    table: Table,
    lengths: Rows,
    asked: Asked,
    span: tuple[int, int],
    topn: int,
    multiply: bool,
    stop: Event,
) -> Nearest:
    """Answers among the rows of one thread."""
    shape = len(asked.pair), topn
    best = Nearest(np.full(shape, -1), np.full(shape, -np.inf, np.float32))
    size = max(FLOATS_AT_ONCE // max(len(asked.words), len(asked.pairs)) // GROUP * GROUP, GROUP)
    combine: Callable[..., object] = np.multiply if multiply else np.add
    for first, last in spans(span[1] - span[0], min(size, MOST_ROWS)):
        if stop.is_set():
            break
        start, end = span[0] + first, span[0] + last
        rows = table.span(start, end) / lengths[start:end, None]
        wide = -(-(end - start) // GROUP) * GROUP
        singles = np.empty((len(asked.words), wide), np.float32)
        np.matmul(asked.words, rows.T, out=singles[:, : end - start])
        singles[:, end - start :] = -np.inf
        if multiply:
            singles += 1
            singles *= np.float32(0.5)
        doubles = _pairs(singles, asked.pairs, multiply)
        doubles[:, end - start :] = 1  # what fills a block up stays -inf
        hits = list(_hits(singles, doubles, asked, best, combine, topn))
        _settle(best, start, *map(np.concatenate, zip(*hits, strict=True)))
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
    for some in _chunks(asked.pair, max(SCORES_AT_ONCE // wide, 1)):
        scores = singles[asked.third[some]]
        one = asked.pair[some.start] == asked.pair[some.stop - 1]
        combine(scores, doubles[asked.pair[some.start] if one else asked.pair[some]], out=scores)
        question, place = _reaching(scores, bound[some], topn)
        yield question + some.start, place, scores[question, place]


def _chunks(pair: NDArray[np.int64], most: int) -> Iterator[slice]:
    """Questions that are looked at together: of one pair, unless pairs have hardly more than one each."""
    borders = np.flatnonzero(np.diff(pair)) + 1
    ends = [*borders.tolist(), len(pair)] if len(pair) > MANY * len(borders) else [len(pair)]
    start = 0
    for end in ends:
        for first in range(start, end, most):
            yield slice(first, min(first + most, end))
        start = end


def _reaching(scores: Rows, bound: Rows, topn: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and places of the scores (n, wide) that reach the bound (n,) of their row; at first the best."""
    if np.isneginf(bound).any():
        place = largest(scores, topn)
        return np.repeat(np.arange(len(scores)), place.shape[1]), place.reshape(-1)
    groups = scores.reshape(len(scores), GROUP, -1)
    question, group = np.nonzero(groups.max(axis=1) >= bound[:, None])
    opened, member = np.nonzero(groups[question, :, group] >= bound[question, None])
    return question[opened], member * groups.shape[2] + group[opened]


def _settle(
    best: Nearest, start: int, question: NDArray[np.int64], place: NDArray[np.int64], scores: Rows
) -> None:
    """Put the hits among the best, equal scores by row."""
    touched, topn = np.unique(question), best.rows.shape[1]
    question = np.concatenate([np.repeat(touched, topn), question])
    rows = np.concatenate([best.rows[touched].reshape(-1), place + start])
    scores = np.concatenate([best.scores[touched].reshape(-1), scores])
    there = scores > -np.inf
    question, rows, scores = question[there], rows[there], scores[there]
    order = np.lexsort((rows, -scores, question))
    question = question[order]
    rank = np.arange(len(question)) - np.searchsorted(question, question)
    kept = rank < topn
    best.rows[question[kept], rank[kept]] = rows[order][kept]
    best.scores[question[kept], rank[kept]] = scores[order][kept]
