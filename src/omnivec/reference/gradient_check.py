"""Is this gradient right? Central differences answer, and name the first place where it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Wrong(NamedTuple):
    """The first index at which a gradient disagrees, with both numbers."""

    place: tuple[int, ...]
    given: float
    expected: float


def gradient_check(
    loss: Callable[[NDArray[np.float64]], float],
    x: NDArray[np.float64],
    gradient: NDArray[np.float64],
    step: float = 1e-4,
    tolerance: float = 1e-5,
) -> Wrong | None:
    """Compare `gradient` at x with (loss(x + h) − loss(x − h)) / 2h, number by number; None if all agree.

    They agree when |given − expected| / max(1, |given|, |expected|) ≤ tolerance. x is restored. Source:
    CS224n, assignment 2.

    Raises: ValueError for a gradient of another shape than x's, and for integers, which no step can move.
    """
    if np.shape(gradient) != x.shape:
        raise ValueError(f"the gradient has the shape of x, {x.shape}, got {np.shape(gradient)}")
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x is an array of floats, not of {x.dtype}: steps of {step} would be lost in it")
    for index in np.ndindex(x.shape):
        before = x[index]
        x[index] = before + step
        above = loss(x)
        x[index] = before - step
        expected = (above - loss(x)) / (2 * step)
        x[index] = before
        given = float(gradient[index])
        if not abs(given - expected) / max(1.0, abs(given), abs(expected)) <= tolerance:
            return Wrong(index, given, expected)
    return None
