"""Gradients that are too long are shortened, all by the same rate, so that the direction stays.

Source: Pascanu, Mikolov, Bengio 2013 (arXiv 1211.5063), algorithm 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from omnivec.reference.layers.row_gradient import RowGradient
from omnivec.reference.training.optimizers import Gradient


def clip_grads(grads: Sequence[Gradient], max_norm: float) -> float:
    """Multiply all gradients in place by max_norm / (norm + 1e-6), if that is below 1.

    norm is the Euclidean length of all numbers of all gradients together. A pair (rows, values) has to hold
    each row once. Returns: the norm before.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm, the longest gradient that stays as it is, is above 0, got {max_norm}")
    numbers = [values_of(grad) for grad in grads]
    norm = math.sqrt(sum(float((x * x).sum()) for x in numbers))
    rate = max_norm / (norm + 1e-6)
    if rate < 1:
        for x in numbers:
            x *= rate
    return norm


def values_of(grad: Gradient) -> Gradient:
    """The numbers of a gradient of any form."""
    if isinstance(grad, RowGradient):
        return grad.values
    return grad[1] if isinstance(grad, tuple) else grad
