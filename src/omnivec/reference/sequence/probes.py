"""What vanishes, and where: numbers to look at inside a recurrence.

A plain recurrence multiplies its gradient by the same matrix at every step back, so that it grows or dies
like a power. Along the cell of an LSTM it is multiplied by the forget gates alone. One weight serves all
steps: what vanishes is not a weight of long ago, but the contribution of early steps to its gradient.

Sources: Bengio, Simard, Frasconi 1994; Pascanu, Mikolov, Bengio 2013; "Deep Learning from Scratch 2", chapter
6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.arrays import Array, module, to_cpu
from omnivec.reference.sequence.lstm import LSTM, TimeLSTM
from omnivec.reference.sequence.recurrent import Recurrent


class Gates(NamedTuple):
    """The gates of an LSTM and its candidate at every step, each (N, T, H)."""

    f: Array
    """Forget: how much of the cell stays, 0 to 1."""
    g: Array
    """Candidate: what would be written, −1 to 1."""
    i: Array
    """Input: how much of it is written, 0 to 1."""
    o: Array
    """Output: how much of the cell is shown, 0 to 1."""


def gates(layer: TimeLSTM) -> Gates:
    """Of the last call of `forward`. Raises: ValueError before the first."""
    if not layer.cells:
        raise ValueError("there are no gates yet: call forward first")
    cells = [cell for cell in layer.cells if isinstance(cell, LSTM)]
    stack = module(cells[0].f).stack
    return Gates(*(stack([getattr(cell, name) for cell in cells], axis=1) for name in Gates._fields))


def cell_contributions(f: Array) -> Array:
    """∂c_T/∂c_t along the cell, (N, T, H): the product of the forget gates f (N, T, H) after step t.

    It is 1 at the last step. Over 50 steps with f = .9 throughout, .9⁴⁹ of the first step arrives.
    """
    xp = module(f)
    later = xp.concatenate([f[:, 1:], xp.ones_like(f[:, :1])], axis=1)
    return xp.flip(xp.cumprod(xp.flip(later, (1,)), axis=1), (1,))


def step_gradients(layer: Recurrent, weight: int = 1) -> NDArray[np.float64]:
    """The norms (T,) of what each step adds to the gradient of a weight (0: Wx, 1: Wh, 2: b).

    Call it after `backward`. The gradient of the weight is the sum of the steps' gradients, not of norms.
    """
    return np.array([np.linalg.norm(to_cpu(cell.grads[weight])) for cell in layer.cells], np.float64)


def gradient_norms(Wh: Array, dh: Array, steps: int = 20) -> list[float]:
    """The norm of dh (N, H) after each of so many products with Whᵀ: √Σ dh² / N.

    This is a recurrence without its tanh: it grows where the largest singular value of Wh is large, and dies
    where it is below 1.
    """
    norms = []
    for _ in range(steps):
        dh = dh @ Wh.T
        norms.append(float((dh**2).sum() ** 0.5) / dh.shape[0])
    return norms
