"""Pointwise mutual information: how much oftener two words meet than their counts alone would make them.

PMI(w, c) = log( #(w, c) · N / (#(w) · #(c)) ); PPMI keeps what is above 0.
Sources: Church, Hanks 1990; Levy, Goldberg, Dagan 2015, Improving Distributional Similarity with Lessons
Learned from Word Embeddings, section 3 (smoothing, shift); Deep Learning from Scratch 2, chapter 2.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


def pmi(C: ArrayLike, *, power: float = 1.0, shift: float = 1.0, base: float = 2.0) -> NDArray[np.float64]:
    """log(C_wc · N / (S_w · S_c)) − log shift, for counts C (words, contexts); −∞ where C is 0.

    power: context counts are raised to it before they become probabilities; 0.75 makes a rare context less
    surprising. S_c / N then is S_c^power / Σ S^power. shift: k, the negatives of skip-gram: PMI − log k is
    what that model factorises. base: of the logarithm.

    """
    counts = np.asarray(C, np.float64)
    if counts.ndim != 2 or (counts < 0).any():
        raise ValueError(f"counts are a matrix of numbers from 0 up, got shape {counts.shape}")
    if shift <= 0 or base <= 1:
        raise ValueError(f"shift is above 0 and base above 1, got {shift} and {base}")
    contexts = counts.sum(axis=0) ** power
    expected = np.outer(counts.sum(axis=1), contexts / max(contexts.sum(), 1e-300))
    value = np.full(counts.shape, -math.inf)
    np.log(counts / np.where(counts > 0, expected, 1), out=value, where=counts > 0)
    return (value - math.log(shift)) / math.log(base)


def ppmi(
    C: ArrayLike, verbose: bool = False, eps: float = 1e-8, *,
    power: float = 1.0, shift: float = 1.0, base: float = 2.0, dtype: DTypeLike = np.float32,
) -> NDArray[Any]:  # fmt: skip
    """max(0, PMI): (words, contexts). With the defaults, the book's matrix.

    verbose and eps are the book's: it prints its progress over V² cells and keeps log 0 away; here all cells
    are one array operation and a cell without a count is 0.
    """
    return np.maximum(pmi(C, power=power, shift=shift, base=base), 0).astype(dtype)
