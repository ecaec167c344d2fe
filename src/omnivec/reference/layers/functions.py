"""Functions that layers and losses are made of, for arrays of NumPy and PyTorch; dtypes are kept.

Sources: Deep Learning from Scratch 2, section 1.3.
"""

from __future__ import annotations

from omnivec.reference.arrays import Array, array, module


def sigmoid(x: Array) -> Array:
    """σ(x) = 1 / (1 + e^−x), from the exponential that cannot overflow."""
    x = array(x)
    xp = module(x)
    tail = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, 1, tail) / (1 + tail)


def softplus(x: Array) -> Array:
    """ln(1 + e^x) = −ln σ(−x), what a wrong answer with score x costs; finite for every finite x."""
    x = array(x)
    xp = module(x)
    return relu(x) + xp.log1p(xp.exp(-xp.abs(x)))


def relu(x: Array) -> Array:
    """max(x, 0)."""
    x = array(x)
    return module(x).where(x > 0, x, 0)


def softmax(x: Array) -> Array:
    """e^x / Σ e^x over the last axis; the largest number is taken off first, so that none overflows."""
    x = array(x)
    xp = module(x)
    raised = xp.exp(x - xp.amax(x, axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)
