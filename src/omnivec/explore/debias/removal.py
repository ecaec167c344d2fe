"""Taking a direction out of vectors: neutralise and equalise, the two steps of hard debiasing.

Source: Bolukbasi, Chang, Zou, Saligrama, Kalai 2016, Man is to Computer Programmer as Woman is to Homemaker?
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate.bias.words import unit

Rows: TypeAlias = NDArray[np.float64]

_NOTHING = 1e-6
"""Of a vector of length one: when less is left, it lay in the direction as far as float32 can tell."""


def without(rows: Rows, axes: Rows) -> Rows:
    """Rows (n, dim) less what of them lies along orthonormal axes (k, dim)."""
    return rows - (rows @ axes.T) @ axes


def neutralised(rows: Rows, axes: Rows) -> Rows:
    """Rows at length one, orthogonal to the axes; zeros where nothing is left."""
    left = without(unit(rows), axes)
    left[np.linalg.norm(left, axis=1) < _NOTHING] = 0.0
    return without(unit(left), axes)  # once more: scaling a short rest has scaled its rounding, too


def equalised(rows: Rows, axes: Rows) -> Rows:
    """The words of one set (two or more rows), alike but for what they differ in along the axes.

    All have length one and the same rest, so each word that is orthogonal to the axes is as far from one as
    from another. Those that do not differ along the axes are left at their common rest, at length one.
    """
    rows = unit(rows)
    rest = without(rows.mean(axis=0, keepdims=True), axes)
    apart = (rows - rows.mean(axis=0)) @ axes.T @ axes
    if np.linalg.norm(apart, axis=1).min() < _NOTHING:
        return np.repeat(unit(rest), len(rows), axis=0)
    height = np.sqrt(max(1.0 - float((rest**2).sum()), 0.0))
    return unit(rest + height * unit(apart))
