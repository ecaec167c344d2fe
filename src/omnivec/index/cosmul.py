"""Analogies by multiplication: an answer must be near each positive vector, not just near their sum."""

from __future__ import annotations

import numpy as np

from omnivec.index.cosine import Rows
from omnivec.index.nearest import Index


def cosmul(index: Index, positive: list[Rows], negative: list[Rows], stop: int | None = None) -> Rows:
    """Closeness of each row to all of `positive`, over closeness to all of `negative` plus 1e-6.

    Closeness to a vector (dim,) is (1 + cosine) / 2; to several, the product.
    Returns: scores of the first `stop` rows, (rows,) float32.

    Source: Levy and Goldberg 2014, equation 4 (3CosMul); the paper adds 1e-3, gensim 1e-6.
    """
    scores = _closeness(index, positive, stop)
    if negative:
        return scores / (_closeness(index, negative, stop) + np.float32(1e-6))
    return scores / np.float32(1 + 1e-6)


def _closeness(index: Index, vectors: list[Rows], stop: int | None) -> Rows:
    product: Rows = np.prod([(1 + index.scores(vector, stop=stop)) / 2 for vector in vectors], axis=0)
    return product
