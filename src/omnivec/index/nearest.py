"""Answers to a block of questions."""

from __future__ import annotations

from typing import NamedTuple

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
