"""What skip-gram with negative sampling factorises: PMI − ln k, shown by minimising its exact loss.

With #(w, c) the counts of pairs, #(w), #(c) their sums and N the total, the expected loss over all pairs and
k negatives drawn in proportion to #(c) is, for a score x of each cell,

    ℓ(x) = −Σ #(w, c) ln σ(x_wc) − Σ k · #(w) #(c) / N · ln σ(−x_wc)

Each cell's derivative is zero at x = ln( #(w, c) · N / (#(w) #(c)) ) − ln k. Where #(w, c) = 0 only the
second sum is left, and x falls for ever.
Source: Levy, Goldberg 2014, Neural Word Embedding as Implicit Matrix Factorization, section 3.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.losses import sigmoid
from omnivec.reference.training.optimizers import Adam

Matrix = NDArray[np.float64]


def expected_loss(x: Matrix, C: ArrayLike, k: float) -> tuple[float, Matrix]:
    """(ℓ / N, ∂(ℓ / N)/∂x) for scores x and counts C (words, contexts)."""
    counts = np.asarray(C, np.float64)
    total = counts.sum()
    negatives = k * np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    loss = (counts * np.logaddexp(0, -x) + negatives * np.logaddexp(0, x)).sum() / total
    slope = (negatives * sigmoid(x) - counts * sigmoid(-x)) / total
    return float(loss), slope


def factorised(
    C: ArrayLike, k: float, dim: int, rng: np.random.Generator, steps: int = 6000, lr: float = 0.05
) -> tuple[Matrix, Matrix]:
    """Word and context vectors (words, dim), (contexts, dim) that minimise ℓ of their dot products.

    By Adam with a rate that falls to 0: no sampling, so what remains is the model and not its noise.
    """
    shape: tuple[Any, ...] = np.asarray(C).shape
    words, contexts = (0.1 * rng.standard_normal((n, dim)) for n in shape)
    adam = Adam(lr, eps=1e-12)
    for step in range(steps):
        _, slope = expected_loss(words @ contexts.T, C, k)
        adam.lr = lr * (1 - step / steps)
        adam.update([words, contexts], [slope @ contexts, slope.T @ words])
    return words, contexts
