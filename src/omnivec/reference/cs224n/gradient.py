"""Check a function of your own: does its gradient fit its loss, and where does it not?

Source: CS224n, assignment 2, `gradcheck_naive` and `normalizeRows`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from omnivec.reference.cs224n.losses import Rows
from omnivec.reference.gradient_check import Wrong, gradient_check


def gradcheck(
    f: Callable[[Any], tuple[float, Any]], x: Any,
    rng: random.Random | np.random.Generator | None = None, step: float = 1e-4, tolerance: float = 1e-5,
) -> Wrong | None:  # fmt: skip
    """None if the gradient of f at x is right, else the first wrong index and both numbers.

    f: x ↦ (loss, gradient of the shape of x); x: a number or an array of any shape, moved and put back.
    rng: the generator that f draws from, if it draws: its state is restored before each call, so that all
    calls see the same draws. step and tolerance as in `gradient_check`.

    """
    x = np.asarray(x, np.float64)
    restore = _restorer(rng)
    restore()
    _, gradient = f(x)
    gradient = np.array(gradient, np.float64)
    if gradient.shape != x.shape:
        raise ValueError(f"the gradient has the shape of x, {x.shape}, got {gradient.shape}")

    def loss(moved: Any) -> float:
        restore()
        return float(f(moved)[0])

    wrong = gradient_check(loss, x, gradient, step, tolerance)
    restore()
    return wrong


def _restorer(rng: random.Random | np.random.Generator | None) -> Callable[[], None]:
    if rng is None:
        return lambda: None
    if isinstance(rng, np.random.Generator):
        bits, kept = rng.bit_generator, rng.bit_generator.state
        return lambda: setattr(bits, "state", kept)
    state = rng.getstate()
    return lambda: rng.setstate(state)


def normalize_rows(x: Rows) -> Rows:
    """Rows of unit length; a row of zeros stays one, since 1e-30 is added to each length."""
    unit: Rows = x / (np.sqrt((x * x).sum(axis=1, keepdims=True)) + 1e-30)
    return unit
