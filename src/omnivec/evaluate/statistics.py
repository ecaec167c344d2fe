"""Correlations and their significance, in NumPy alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Correlation(NamedTuple):
    """A coefficient between -1 and 1 (NaN when one side is constant) and its two-sided p-value."""

    statistic: float
    pvalue: float


def pearson(left: ArrayLike, right: ArrayLike) -> Correlation:
    """Linear correlation of two samples of equal length. Source: Pearson 1895."""
    x, y = np.asarray(left, np.float64), np.asarray(right, np.float64)
    if len(x) < 2 or (x == x[0]).all() or (y == y[0]).all():
        return Correlation(math.nan, math.nan)
    x, y = x - x.mean(), y - y.mean()
    statistic = float(x @ y) / math.sqrt((x @ x) * (y @ y))
    statistic = min(max(statistic, -1.0), 1.0)
    return Correlation(statistic, p_value(statistic, len(x)))


def spearman(left: ArrayLike, right: ArrayLike) -> Correlation:
    """Correlation of the ranks of two samples of equal length. Source: Spearman 1904."""
    return pearson(ranks(left), ranks(right))


def ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Rank of each value from 1 up, (n,) float64; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    shared: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return shared


def p_value(correlation: float, count: int) -> float:
    """Probability of a correlation at least as far from 0 among `count` independent normal pairs.

    Student's t with count - 2 degrees of freedom, written as a beta distribution of the squared correlation.
    """
    if count < 3:
        return 1.0
    return incomplete_beta((1 - correlation) * (1 + correlation), (count - 2) / 2, 0.5)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b). Source: DLMF 8.17.4 and 8.17.22."""
    if not 0 < x < 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction converges slowly there
        return 1 - incomplete_beta(1 - x, b, a)
    fraction = 1.0
    for m in range(100 + 2 * math.isqrt(int(a + b)), 0, -1):  # from the tail; needs about sqrt(a + b) terms
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1))
        fraction = 1 + odd / (1 + even / fraction)
    beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) - beta) / (a * fraction)
