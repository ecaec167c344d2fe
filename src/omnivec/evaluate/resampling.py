"""A statistic of a sample that is drawn anew many times, from how often each unit was drawn.

Resamples are products with a matrix of counts and are never built, but for a statistic of the caller's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Statistic: TypeAlias = Literal["mean", "pearson", "spearman"] | Callable[..., float]
"""Of a sample: the mean of one column, a correlation of two, or a function of the columns, each (n,)."""

Counts: TypeAlias = NDArray[np.float64]
"""(resamples, n): how often each unit was drawn."""

Column: TypeAlias = NDArray[Any]
_Measure: TypeAlias = Callable[[Counts], NDArray[np.float64]]

_CELLS = 1 << 20
"""Counts held at a time: 8 MB, which with what is made of them stays near the cache."""


def value(statistic: Statistic, sample: list[Column]) -> float:
    """The statistic of the sample as it is: every unit once."""
    if callable(statistic):
        return statistic(*sample)
    return float(WEIGHTED[statistic](*sample)(np.ones((1, len(sample[0]))))[0])


def resampled(
    statistic: Statistic, samples: list[list[Column]], resamples: int, seed: int
) -> NDArray[np.float64]:
    """The statistic of each sample, all drawn anew alike, (samples, resamples) float64."""
    generator, n = np.random.default_rng(seed), len(samples[0][0])
    found = np.empty((len(samples), resamples))
    if callable(statistic):
        for place in range(resamples):
            rows = generator.integers(0, n, n)
            found[:, place] = [statistic(*(column[rows] for column in sample)) for sample in samples]
        return found
    measures = [WEIGHTED[statistic](*sample) for sample in samples]
    step = max(1, _CELLS // n)
    for start in range(0, resamples, step):
        rows = generator.integers(0, n, (min(step, resamples - start), n))
        rows += np.arange(len(rows))[:, None] * n
        counts = np.bincount(rows.reshape(-1), minlength=rows.size).reshape(rows.shape).astype(np.float64)
        for place, measure in enumerate(measures):
            found[place, start : start + len(rows)] = measure(counts)
    return found


def _mean(values: Column) -> _Measure:
    numbers = values.astype(np.float64)

    def measure(counts: Counts) -> NDArray[np.float64]:
        means: NDArray[np.float64] = counts @ numbers / len(numbers)
        return means

    return measure


def _pearson(left: Column, right: Column) -> _Measure:
    x, y = (_standard(column.astype(np.float64)) for column in (left, right))
    n, columns = len(x), np.stack([x, y, x * x, y * y, x * y], axis=1)

    def measure(counts: Counts) -> NDArray[np.float64]:
        a, b, aa, bb, ab = (counts @ columns).T / n
        return _quotient(ab - a * b, aa - a * a, bb - b * b)

    return measure


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """With mean 0 and variance 1, where they vary."""
    moved: NDArray[np.float64] = values - values.mean()
    return moved / (float(values.std()) or 1.0)


def _spearman(left: Column, right: Column) -> _Measure:
    """Ranks of a resample come of running sums of its counts: it is never sorted."""
    n, ranked = len(left), (_ranker(left), _ranker(right))

    def measure(counts: Counts) -> NDArray[np.float64]:
        x, y = (ranks(counts) - (n + 1) / 2 for ranks in ranked)
        weighted = counts * x
        both, own = np.einsum("rn,rn->r", weighted, y), np.einsum("rn,rn->r", weighted, x)
        return _quotient(both, own, np.einsum("rn,rn,rn->r", counts, y, y))

    return measure


def _ranker(values: Column) -> Callable[[Counts], NDArray[np.float64]]:
    """What gives the rank of each unit among those drawn, (resamples, n); equal values share a mean rank."""
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))

    def ranks(counts: Counts) -> NDArray[np.float64]:
        drawn = np.add.reduceat(counts[:, order], starts, axis=1)
        shared: NDArray[np.float64] = (np.cumsum(drawn, axis=1) - (drawn - 1) / 2)[:, group]
        return shared

    return ranks


def _quotient(
    both: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Correlations from covariances and variances (resamples,); NaN where a side varies by rounding alone."""
    there = (left > 1e-12) & (right > 1e-12)
    return np.where(there, both / np.sqrt(np.where(there, left * right, 1.0)), np.nan)


WEIGHTED: dict[str, Callable[..., _Measure]] = {"mean": _mean, "pearson": _pearson, "spearman": _spearman}
