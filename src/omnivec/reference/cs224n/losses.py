"""What one outside word costs: the softmax over all words, and the sigmoids of negative sampling.

A centre word has the row v_c (d,), the outside words are the rows of U (V, d), o is the one that was seen.
Source: CS224n, assignment 2, parts (a) to (f); Mikolov and others 2013 (arXiv 1310.4546), equations 2 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.losses import sigmoid, softmax

Rows: TypeAlias = NDArray[np.floating[Any]]
LossAndGradients: TypeAlias = tuple[float, Rows, Rows]
"""The loss, its derivative by v_c (d,), its derivative by U (V, d)."""


class Dataset(Protocol):
    """What a loss and a batch ask of the data."""

    def sample_token_idx(self) -> int:
        """The id of a word, drawn as a negative."""

    def get_random_context(self, window: int) -> tuple[str, list[str]]:
        """A centre word and the words around it."""


def naive_softmax_loss_and_gradient(
    center_word_vec: Rows, outside_word_idx: int, outside_vectors: Rows, dataset: Dataset | None = None
) -> LossAndGradients:
    """J = −ln ŷ_o with ŷ = softmax(U v_c); ∂J/∂v_c = Uᵀ(ŷ − y), ∂J/∂U = (ŷ − y) v_cᵀ.

    y is the one-hot vector of o, so J is also the cross entropy of y and ŷ. dataset is not used: all losses
    have one signature.
    """
    _known(outside_word_idx, outside_vectors)
    _same_width(center_word_vec, outside_vectors)
    scores = outside_vectors @ center_word_vec
    above = scores - scores.max()  # ln Σ e^above keeps a probability finite that rounds to 0
    loss = float(np.log(np.exp(above).sum()) - above[outside_word_idx])
    error = softmax(scores)
    error[outside_word_idx] -= 1
    return loss, outside_vectors.T @ error, np.outer(error, center_word_vec)


def neg_sampling_loss_and_gradient(
    center_word_vec: Rows, outside_word_idx: int, outside_vectors: Rows, dataset: Dataset | None = None,
    k: int = 10, *, negatives: Sequence[int] | None = None,
) -> LossAndGradients:  # fmt: skip
    """J = −ln σ(u_oᵀv_c) − Σ ln σ(−u_kᵀv_c) over K negatives, drawn from dataset or given.

    With s = +1 for o and −1 for a negative, every score's derivative is −s·σ(−s·uᵀv_c): computed once, it
    makes both gradients. A word drawn n times as a negative counts n times: its row receives
    n·(1 − σ(−u_kᵀv_c))·v_c, which `gradient[ids] += …` would not do.
    """
    if negatives is None:
        if dataset is None:
            raise ValueError("negatives are neither given nor drawn: pass dataset or negatives=[ids]")
        negatives = get_negative_samples(outside_word_idx, dataset, k)
    _same_width(center_word_vec, outside_vectors)
    ids = np.array([outside_word_idx, *negatives], int)
    for word in (ids.min(), ids.max()):
        _known(int(word), outside_vectors)
    signs = np.where(np.arange(len(ids)) == 0, 1.0, -1.0)
    u = outside_vectors[ids]
    scores = signs * (u @ center_word_vec)
    slopes = -signs * sigmoid(-scores)
    grad_outside = np.zeros_like(outside_vectors)
    np.add.at(grad_outside, ids, np.outer(slopes, center_word_vec))
    return float(np.logaddexp(0, -scores).sum()), slopes @ u, grad_outside


def get_negative_samples(outside_word_idx: int, dataset: Dataset, k: int) -> list[int]:
    """K ids that dataset draws, each drawn again while it is the outside word; an id may stand twice."""
    found: list[int] = []
    while len(found) < k:
        drawn = dataset.sample_token_idx()
        if drawn != outside_word_idx:
            found.append(drawn)
    return found


def _known(word: int, rows: Rows) -> None:
    if not 0 <= word < len(rows):
        raise ValueError(f"word ids lie between 0 and {len(rows) - 1} (the rows of U), got {word}")


def _same_width(center: Rows, outside: Rows) -> None:
    if center.shape != outside.shape[1:]:
        raise ValueError(
            f"the centre vector has as many numbers as a row of U, {outside.shape[1:]}, got {center.shape}"
        )
