"""The batch of `word2vec_sgd_wrapper` for skip-gram and negative sampling, in rows instead of tables.

Fifty windows meet a few thousand rows; a dense gradient of all 2 · 19,539 is made, added and multiplied by
the step in every iteration all the same. Here the gradient is (rows, values). The draws are the same in the
same order, so training takes the same path, up to the order in which numbers are added.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.cs224n.losses import Rows
from omnivec.reference.cs224n.sentiment import StanfordSentiment
from omnivec.reference.losses import sigmoid

SparseRows: TypeAlias = tuple[NDArray[np.integer[Any]], Rows]
"""Which rows (n,), and what each receives (n, d); a row that stands several times receives all of it."""


def word2vec_sparse_wrapper(
    word_vectors: Rows, dataset: StanfordSentiment, window_size: int, k: int = 10, batch_size: int = 50
) -> tuple[float, SparseRows]:
    """The mean loss of batch_size random windows and its gradient by rows of word_vectors (2·words, d)."""
    half = len(word_vectors) // 2
    centers, judged = drawn_pairs(dataset, window_size, k, batch_size)
    loss, by_center, by_outside = pair_losses(word_vectors[centers], word_vectors[half + judged])
    rows = np.concatenate([centers, half + judged.ravel()])
    values = np.concatenate([by_center, by_outside.reshape(-1, word_vectors.shape[1])])
    return loss / batch_size, (rows, values / batch_size)


def drawn_pairs(
    dataset: StanfordSentiment, window_size: int, k: int, batch_size: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pairs of batch_size windows: centres (n,), and (n, 1 + K) the outside word and its negatives."""
    centers: list[int] = []
    judged: list[list[int]] = []
    tokens = dataset.tokens
    for _ in range(batch_size):
        center, around = dataset.get_random_context(dataset.rng.randint(1, window_size))
        for word in around:
            outside = tokens[word]
            centers.append(tokens[center])
            judged.append([outside, *dataset.sample_negatives(outside, k)])
    return np.array(centers, np.intp), np.array(judged, np.intp)


def pair_losses(v: Rows, u: Rows) -> tuple[float, Rows, Rows]:
    """Σ −ln σ(±u·v) for v (n, d) and u (n, 1 + K, d), the first of each u being the outside word.

    Returns: the loss, the derivatives by v (n, d) and by u (n, 1 + K, d).
    """
    signs = np.where(np.arange(u.shape[1]) == 0, 1.0, -1.0)
    scores = signs * np.einsum("nkd,nd->nk", u, v)
    slopes = -signs * sigmoid(-scores)
    loss = float(np.logaddexp(0, -scores).sum())
    return loss, np.einsum("nk,nkd->nd", slopes, u), slopes[:, :, None] * v[:, None, :]
