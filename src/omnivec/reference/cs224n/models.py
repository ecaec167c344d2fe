"""Skip-gram and CBOW for one window, and the mean over a batch of random windows.

V and U are (words, d): the rows of the centre words and of the outside words. A loss function is called as
`loss(v, word id, U, dataset)` and returns (loss, gradient by v, gradient by U).
Source: CS224n, assignment 2, part 2; Mikolov and others 2013 (arXiv 1301.3781), section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from omnivec.reference.cs224n.losses import (
    Dataset,
    LossAndGradients,
    Rows,
    naive_softmax_loss_and_gradient,
)

Loss: TypeAlias = Callable[[Rows, int, Rows, Any], LossAndGradients]
WordModel: TypeAlias = Callable[
    [str, int, Sequence[str], Mapping[str, int], Rows, Rows, Any, Loss], LossAndGradients
]


def skipgram(
    current_center_word: str, window_size: int, outside_words: Sequence[str], word2ind: Mapping[str, int],
    center_vectors: Rows, outside_vectors: Rows, dataset: Dataset | None = None,
    loss_function: Loss = naive_softmax_loss_and_gradient,
) -> LossAndGradients:  # fmt: skip
    """The centre predicts each outside word in turn: (Σ loss, ∂/∂V, ∂/∂U), both (words, d).

    Only the row of the centre moves in ∂/∂V. window_size is not used: outside_words are the window.
    """
    centre = _row(current_center_word, word2ind)
    total, grad_center, grad_outside = 0.0, np.zeros_like(center_vectors), np.zeros_like(outside_vectors)
    for word in outside_words:
        loss, by_center, by_outside = loss_function(
            center_vectors[centre], _row(word, word2ind), outside_vectors, dataset
        )
        total += loss
        grad_center[centre] += by_center
        grad_outside += by_outside
    return total, grad_center, grad_outside


def cbow(
    current_center_word: str, window_size: int, outside_words: Sequence[str], word2ind: Mapping[str, int],
    center_vectors: Rows, outside_vectors: Rows, dataset: Dataset | None = None,
    loss_function: Loss = naive_softmax_loss_and_gradient,
) -> LossAndGradients:  # fmt: skip
    """The sum of the window's rows in V predicts the centre: (loss, ∂/∂V, ∂/∂U), both (words, d).

    Each word of the window receives the derivative of the sum, once for each time it stands there.
    """
    around = [_row(word, word2ind) for word in outside_words]
    hidden = center_vectors[around].sum(axis=0)
    loss, by_hidden, grad_outside = loss_function(
        hidden, _row(current_center_word, word2ind), outside_vectors, dataset
    )
    grad_center = np.zeros_like(center_vectors)
    np.add.at(grad_center, around, by_hidden)
    return loss, grad_center, grad_outside


def word2vec_sgd_wrapper(
    word2vec_model: WordModel, word2ind: Mapping[str, int], word_vectors: Rows, dataset: Any,
    window_size: int, loss_function: Loss = naive_softmax_loss_and_gradient, batch_size: int = 50,
) -> tuple[float, Rows]:  # fmt: skip
    """The mean loss of batch_size random windows and its gradient, (2·words, d): V stacked above U.

    A window's size is uniform in 1 … window_size, drawn by dataset.rng before its context is.
    """
    half = len(word_vectors) // 2
    center_vectors, outside_vectors = word_vectors[:half], word_vectors[half:]
    total, gradient = 0.0, np.zeros_like(word_vectors)
    for _ in range(batch_size):
        size = dataset.rng.randint(1, window_size)
        center, around = dataset.get_random_context(size)
        loss, by_center, by_outside = word2vec_model(
            center, size, around, word2ind, center_vectors, outside_vectors, dataset, loss_function
        )
        total += loss
        gradient[:half] += by_center
        gradient[half:] += by_outside
    return total / batch_size, gradient / batch_size


def _row(word: str, word2ind: Mapping[str, int]) -> int:
    if word not in word2ind:
        raise ValueError(f"unknown word {word!r}: it is not among the {len(word2ind)} words of word2ind")
    return word2ind[word]
