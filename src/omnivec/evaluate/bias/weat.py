"""WEAT and its single-category form: are words of one list nearer to some attributes than those of another?

Takes vectors and lists, imports NumPy alone.
Source: Caliskan, Bryson, Narayanan 2017, Semantics derived automatically from language corpora contain
human-like biases; standard deviations are those of the population, as WEFE's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate.bias.permutation import p_values
from omnivec.evaluate.bias.words import Found, Group, Lookup, coverage_notes, two, unit
from omnivec.evaluate.intervals import Interval
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

_NOTHING = 1e-10
"""Associations that differ by less do so by rounding: cosines are of the order of one."""


@final
@dataclass(frozen=True)
class WeatScore(Tabular):
    """How differently two lists of targets are associated with two lists of attributes."""

    effect_size: float
    """Difference of the mean associations over their standard deviation, from -2 to 2 for targets of equal
    number; 0 where all are associated alike."""
    statistic: float
    """Sum of the associations of the first targets less that of the second."""
    p_value: float
    permutations: int
    """Partitions of the targets that were tried; all there are if `exact`."""
    exact: bool
    two_sided: bool
    interval: Interval
    """Of the effect size, targets drawn anew."""
    groups: tuple[Found, ...]
    """Targets, then attributes."""
    shared: tuple[str, ...]
    """Words that both lists of targets, or both of attributes have."""

    @property
    def unknown(self) -> list[str]:
        """Words of all lists that have no vector."""
        return list(dict.fromkeys(word for group in self.groups for word in group.unknown))

    def as_json(self) -> dict[str, object]:
        """All of it, as ``omnivec bias measure --json`` prints it."""
        return {
            "effect_size": self.effect_size, "p_value": self.p_value, "unknown": self.unknown,
            "statistic": self.statistic, "two_sided": self.two_sided, "exact": self.exact,
            "permutations": self.permutations, "ci": self.interval.as_json(),
            "covered": sum(len(group.words) for group in self.groups),
            "asked": sum(group.asked for group in self.groups),
            "targets": [group.as_json() for group in self.groups[:2]],
            "attributes": [group.as_json() for group in self.groups[2:]],
            "shared": list(self.shared),
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """One row of figures, with the coverage below."""
        first, second, third, fourth = (group.name for group in self.groups)
        columns = ("WEAT", "effect size", "95 % interval", "p", "known", "of words")
        known, asked = (sum(counts) for counts in zip(*(group.counts for group in self.groups), strict=True))
        row = (
            f"{first} / {second}, {third} / {fourth}", self.effect_size, str(self.interval), self.p_value,
            known, asked,
        )  # fmt: skip
        return [ResultTable("WEAT", columns, [row], {"p": ".2g"}, self.notes())]

    def notes(self) -> list[str]:
        """Coverage, what p is, and words that stand on both sides."""
        many = f"all {self.permutations:,}" if self.exact else f"{self.permutations:,} drawn"
        side = "two-sided" if self.two_sided else "one-sided, in favour of the lists as they are ordered"
        notes = [*coverage_notes(self.groups), f"p: {side}, over {many} partitions of the targets."]
        if self.shared:
            notes.append(f"In both lists of a pair: {', '.join(self.shared)}.")
        return notes


@final
@dataclass(frozen=True)
class WordAssociation:
    """One word's association with two lists of attributes, in standard deviations over both."""

    word: str
    effect_size: float
    p_value: float


@final
@dataclass(frozen=True)
class ScWeatScore(Tabular):
    """How each of many words is associated with two lists of attributes."""

    words: tuple[WordAssociation, ...]
    """Those nearest to the first attributes first."""
    groups: tuple[Found, ...]
    """The words, then the attributes."""
    permutations: int
    exact: bool
    two_sided: bool

    def as_json(self) -> dict[str, object]:
        """Words in their order, with coverage."""
        return {
            "words": {
                each.word: {"effect_size": each.effect_size, "p_value": each.p_value} for each in self.words
            },
            "unknown": list(dict.fromkeys(word for group in self.groups for word in group.unknown)),
            "two_sided": self.two_sided, "exact": self.exact, "permutations": self.permutations,
            "attributes": [group.as_json() for group in self.groups[1:]],
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """A row for each word."""
        rows = [(each.word, each.effect_size, each.p_value) for each in self.words]
        many = f"all {self.permutations:,}" if self.exact else f"{self.permutations:,} drawn"
        first, second = (group.name for group in self.groups[1:])
        notes = [
            f"Above 0: nearer to {first} than to {second}.", *coverage_notes(self.groups),
            f"p: {'two' if self.two_sided else 'one'}-sided, over {many} partitions of the attributes, of "
            "each word alone: among many words some are small by chance.",
        ]  # fmt: skip
        title = f"SC-WEAT, {first} / {second}"
        return [ResultTable(title, ("word", "effect size", "p"), rows, {"p": ".2g"}, notes)]


def weat(
    vectors: Vectors | Lookup,
    targets: Sequence[Group],
    attributes: Sequence[Group],
    *,
    permutations: int = 10_000,
    seed: int = 1,
    two_sided: bool = False,
) -> WeatScore:
    """The association test of two lists of targets with two lists of attributes.

    s(w, A, B) = mean cos(w, a) - mean cos(w, b) is a word's association; the effect size is the difference
    of its means over the targets X and Y, divided by its standard deviation over both. `p_value`: how often
    a partition of the targets into lists of these sizes has at least that difference; see `permutation`.
    Raises: InputError for a list without a known word; OptionError unless there are two lists of each.
    """
    two(targets, "targets")
    two(attributes, "attributes")
    lookup = Lookup.of(vectors)
    groups = tuple(lookup.found(group) for group in (*targets, *attributes))
    first, second, *poles = groups
    scores = np.concatenate([associations(first, *poles), associations(second, *poles)])
    side = np.repeat([True, False], [len(first.words), len(second.words)])
    found = p_values(
        scores[None], len(first.words), permutations=permutations, seed=seed, two_sided=two_sided
    )
    return WeatScore(
        effect_size=effect_size(scores, side),
        statistic=float(scores[side].sum() - scores[~side].sum()),
        p_value=float(found.values[0]), permutations=found.permutations, exact=found.exact,
        two_sided=two_sided, interval=_interval(scores[side], scores[~side], seed), groups=groups,
        shared=tuple(w for one, other in (groups[:2], groups[2:]) for w in one.words if w in other.words),
    )  # fmt: skip


def sc_weat(
    vectors: Vectors | Lookup,
    words: Group,
    attributes: Sequence[Group],
    *,
    permutations: int = 10_000,
    seed: int = 1,
    two_sided: bool = False,
) -> ScWeatScore:
    """Each word's association with two lists of attributes, over the standard deviation of its cosines.

    d(w, A, B) = s(w, A, B) / std of cos(w, x) over A and B; partitions are those of the attributes.
    Raises: as `weat`. Source: as `weat`, there called WEFAT; the name is that of Toney and Caliskan 2021.
    """
    two(attributes, "attributes")
    lookup = Lookup.of(vectors)
    found, first, second = (lookup.found(group) for group in (words, *attributes))
    cosines = unit(found.vectors) @ np.concatenate([unit(first.vectors), unit(second.vectors)]).T
    count = len(first.words)
    spread = cosines.std(axis=1)
    apart = cosines[:, :count].mean(axis=1) - cosines[:, count:].mean(axis=1)
    effects = np.where(spread > _NOTHING, apart / np.where(spread > _NOTHING, spread, 1.0), 0.0)
    chance = p_values(cosines, count, permutations=permutations, seed=seed, two_sided=two_sided)
    rows = [
        WordAssociation(found.words[place], float(effects[place]), float(chance.values[place]))
        for place in np.argsort(-effects, kind="stable")
    ]
    return ScWeatScore(tuple(rows), (found, first, second), chance.permutations, chance.exact, two_sided)


def associations(words: Found, first: Found, second: Found) -> NDArray[np.float64]:
    """s(w, A, B) of each word, (words,) float64."""
    rows = unit(words.vectors)
    near, far = (rows @ unit(pole.vectors).mean(axis=0) for pole in (first, second))
    difference: NDArray[np.float64] = near - far
    return difference


def effect_size(scores: NDArray[np.float64], first: NDArray[np.bool_]) -> float:
    """Difference of the means of two groups over the standard deviation of all; `first` (n,) tells which.

    0 where all scores are alike.
    """
    spread = float(scores.std())
    return float(scores[first].mean() - scores[~first].mean()) / spread if spread > _NOTHING else 0.0


def _interval(first: NDArray[np.float64], second: NDArray[np.float64], seed: int) -> Interval:
    """Of the effect size, by 1,000 samples of as many words of each list: so it stays within -2 and 2."""
    generator = np.random.default_rng(seed)
    if min(len(first), len(second)) < 2:
        return Interval(float("nan"), float("nan"))
    one, other = (side[generator.integers(0, len(side), (1000, len(side)))] for side in (first, second))
    spread = np.concatenate([one, other], axis=1).std(axis=1)
    apart = one.mean(axis=1) - other.mean(axis=1)
    effects = np.where(spread > _NOTHING, apart / np.where(spread > _NOTHING, spread, 1.0), 0.0)
    low, high = np.quantile(effects, [0.025, 0.975])
    return Interval(float(low), float(high))
