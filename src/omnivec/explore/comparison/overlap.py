"""How many of a word's nearest words are the same in two sets of vectors?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.explore.comparison.shared import Rows, Shared
from omnivec.vectors import Vectors


def nearest(vectors: Vectors, rows: Rows, asked: Rows, k: int) -> Rows:
    """The `k` nearest of some words among others, by cosine, the word itself apart.

    rows (n,): of the words that may be answers; asked (m,): places among them. Returns places, (m, k).
    """
    asked_rows = rows[asked]
    found = vectors.index.query(vectors.table.take(asked_rows), k, exclude=asked_rows[:, None], among=rows)
    places = np.full(len(vectors) + 1, -1)  # the last is what -1, no answer, finds
    places[rows] = np.arange(len(rows))
    answers: Rows = places[found.rows]
    return answers


def overlaps(
    a: Vectors, b: Vectors, common: Shared, asked: Rows, k: int
) -> tuple[NDArray[np.float64], Rows, Rows]:
    """Share of the `k` nearest words that both have, for each of those asked, and the nearest of both.

    asked (m,): places among the common words, which alone are answers, so that no vocabulary is charged for
    words that the other lacks. Returns (m,) from 0 to 1, then places (m, k) by `a` and by `b`.
    """
    left, right = nearest(a, common.a, asked, k), nearest(b, common.b, asked, k)
    both = np.sort(np.concatenate([left, right], axis=1), axis=1)
    same = (both[:, 1:] == both[:, :-1]).sum(axis=1)  # no list has a place twice
    return same / left.shape[1], left, right
