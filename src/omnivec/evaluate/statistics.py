"""Correlations, their significance and that of paired differences, in NumPy alone."""

from __future__ import annotations

import math
import sys
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SIGNS = 1 << 22
"""Signs drawn at a time, a byte each."""


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


def sign_flips(differences: NDArray[np.float64], resamples: int, seed: int) -> float:
    """Two-sided p-value of a mean of differences (n,) when each could as well have the other sign.

    Exact where all differences but zeros are equally large, as those of right and wrong answers are, or where
    they are few; else by `resamples` draws of all signs. Source: Fisher 1935; McNemar 1947.
    """
    sizes = np.abs(differences[differences != 0])
    count, sum_ = len(sizes), abs(float(differences.sum()))
    if not count:
        return 1.0
    if (sizes == sizes[0]).all():
        fewer = round((count - sum_ / sizes[0]) / 2)
        return min(1.0, max(2 * _at_most(fewer, count), sys.float_info.min))  # smaller ones are no float
    if 2**count <= max(resamples, 1024):  # every way there is
        signs = np.array([[1 - 2 * (way >> place & 1) for place in range(count)] for way in range(2**count)])
        return float((np.abs(signs @ sizes) >= sum_ * (1 - 1e-12)).mean())
    generator, as_large, left = np.random.default_rng(seed), 0, resamples
    while left:
        rows = min(left, max(1, _SIGNS // count))
        signs = generator.integers(0, 2, (rows, count), np.int8)
        large = np.abs(sizes.sum() - 2 * (signs @ sizes)) >= sum_ * (1 - 1e-12)
        as_large += int(np.count_nonzero(large))
        left -= rows
    return (as_large + 1) / (resamples + 1)


def _at_most(hits: int, throws: int) -> float:
    """Probability of `hits` or fewer heads of a fair coin. Source: DLMF 8.17.5."""
    return 1.0 if hits >= throws else incomplete_beta(0.5, throws - hits, hits + 1)
