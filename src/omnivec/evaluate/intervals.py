"""How far a figure would move with other questions of the same kind: bootstrap intervals, paired tests.

NumPy alone. What is drawn anew is the unit of measurement: a pair of words, a question, a text.
Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapters 13 and 16.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.errors import InputError, OptionError
from omnivec.evaluate.resampling import WEIGHTED, Column, Statistic, resampled, value
from omnivec.evaluate.statistics import sign_flips

RESAMPLES = 1000
"""Of an interval, where nothing else is asked for."""


@final
@dataclass(frozen=True)
class Interval:
    """Where a figure lies for `level` of the samples drawn anew; NaN where that cannot be said."""

    low: float
    high: float
    level: float = 0.95

    @classmethod
    def unknown(cls, level: float = 0.95) -> Interval:
        """Without bounds."""
        return cls(math.nan, math.nan, level)

    @property
    def known(self) -> bool:
        """Are there bounds?"""
        return not math.isnan(self.low)

    def cells(self) -> tuple[float, float] | tuple[None, None]:
        """The two bounds as cells of a table."""
        return (self.low, self.high) if self.known else (None, None)

    def told(self) -> str:
        """What the bounds are, in words."""
        return f"{self.level:.0%} bootstrap interval".replace("%", " %")

    def as_json(self) -> list[float] | None:
        """The two bounds, as ``"ci"`` everywhere; None where there are none."""
        return [self.low, self.high] if self.known else None

    def __str__(self) -> str:
        return f"{self.low:.3f} to {self.high:.3f}" if self.known else "–"


def interval_notes(intervals: Iterable[Interval], figure: str) -> list[str]:
    """The line below a table with columns low and high that says what they are; none where all are empty."""
    known = next((one for one in intervals if one.known), None)
    return [] if known is None else [f"low to high: {known.told()} of {figure}"]


@final
@dataclass(frozen=True)
class Difference:
    """One figure less another over the same units."""

    value: float
    interval: Interval
    p_value: float
    """Two-sided: how often a difference at least as large comes of chance alone; NaN where that cannot be
    said."""

    def as_json(self) -> dict[str, object]:
        """It as JSON; None stands for what cannot be said."""
        numbers = {"value": self.value, "p_value": self.p_value}
        told = {name: None if math.isnan(number) else number for name, number in numbers.items()}
        return {**told, "ci": self.interval.as_json()}


def bootstrap(
    statistic: Statistic,
    *columns: ArrayLike,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = 1,
) -> Interval:
    """The percentile interval of a statistic of n units.

    columns: what the statistic takes, n values each; units are drawn with replacement, whole. Resamples in
    which the statistic is not defined (a correlation of a constant) are left out.
    The same seed gives the same interval.

    Raises: InputError for columns of different lengths, OptionError for resamples < 1, a level outside
    0 to 1 and an unknown statistic.
    """
    sample = _checked(statistic, columns, resamples, level)
    n = len(sample[0])
    if n < 2:
        return Interval.unknown(level)
    if statistic == "mean" and sample[0].dtype == np.bool_:  # hits of n draws are binomial
        drawn = np.random.default_rng(seed).binomial(n, sample[0].mean(), resamples) / n
        return _between(drawn, level)
    return _between(resampled(statistic, [sample], resamples, seed)[0], level)


def interval_of(statistic: Statistic, *columns: ArrayLike, resamples: int) -> Interval:
    """`bootstrap`, or an interval without bounds where 0 resamples are asked for."""
    return bootstrap(statistic, *columns, resamples=resamples) if resamples else Interval.unknown()


def paired(
    a: ArrayLike,
    b: ArrayLike,
    *columns: ArrayLike,
    statistic: Statistic = "mean",
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = 1,
) -> Difference:
    """The statistic of `a` and `columns` less that of `b` and `columns`, over the same n units.

    The interval is that of `bootstrap`, the same units drawn for both. The p-value of means is that of the
    permutation test that changes signs of differences: exact where all differences are equally large, as
    for right and wrong answers (McNemar 1947), or where there are few; else by `resamples` draws. That of
    other statistics is twice the smaller share of resamples on either side of 0.

    Raises: as `bootstrap`.
    """
    first = _checked(statistic, (a, *columns), resamples, level)
    second = _checked(statistic, (b, *columns), resamples, level)
    if len(first[0]) != len(second[0]):
        raise InputError(
            f"the same units are needed on both sides, got {len(first[0])} and {len(second[0])} values"
        )
    n = len(first[0])
    if n == 0:
        return Difference(math.nan, Interval.unknown(level), math.nan)
    apart = float(value(statistic, first) - value(statistic, second))
    if n == 1:
        return Difference(apart, Interval.unknown(level), math.nan)
    drawn = np.subtract(*resampled(statistic, [first, second], resamples, seed))
    if statistic == "mean":
        p_value = sign_flips(first[0].astype(np.float64) - second[0], resamples, seed)
    else:
        p_value = _tail(drawn[~np.isnan(drawn)])
    return Difference(apart, _between(drawn, level), p_value)


def _tail(drawn: NDArray[np.float64]) -> float:
    if not len(drawn):
        return math.nan
    smaller = int(min(np.count_nonzero(drawn <= 0), np.count_nonzero(drawn >= 0)))
    return min(1.0, 2 * (smaller + 1) / (len(drawn) + 1))


def _between(drawn: NDArray[np.float64], level: float) -> Interval:
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Interval.unknown(level)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def _checked(
    statistic: Statistic, columns: Sequence[ArrayLike], resamples: int, level: float
) -> list[Column]:
    if resamples < 1:
        raise OptionError(f"resamples must be 1 or more, got {resamples}")
    if not 0 < level < 1:
        raise OptionError(f"level must lie between 0 and 1, as 0.95, got {level}")
    if not callable(statistic) and statistic not in WEIGHTED:
        raise OptionError(f"statistic must be mean, pearson, spearman or a function, got {statistic!r}")
    sample = [np.asarray(column) for column in columns]
    lengths = [len(column) for column in sample]
    if len(set(lengths)) != 1:
        raise InputError(f"columns of one length are needed, got {lengths}")
    return sample
