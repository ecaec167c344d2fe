"""How the models of a sweep are judged: each answer is kept, to compare them on what all of them know.

A model of little text knows few words, often the easy ones: its score on those says nothing beside that of a
model which knows them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.evaluate.analogy import judge as answered
from omnivec.evaluate.intervals import Interval, bootstrap
from omnivec.evaluate.questions import PathOrName, read_analogies, read_pairs
from omnivec.evaluate.similarity import pair_cosines
from omnivec.evaluate.statistics import spearman
from omnivec.evaluate.words import Words

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

Answers: TypeAlias = Mapping[str, Sequence[float | None]]
"""By measure, what a model said to each item; None where it does not know a word of it."""
Evaluate: TypeAlias = Callable[["Vectors"], Mapping[str, float] | float]
"""Gives names and numbers, or one number; larger is better."""
Files: TypeAlias = Mapping[str, PathOrName] | Sequence[PathOrName] | PathOrName
"""Files by name, or in a list."""


@dataclass(frozen=True)
class Part:
    """What a model is worth on some of the items."""

    value: float | None
    """None where it cannot be said: no item, or all alike."""
    items: int | None = None
    """How many; None for a number that somebody's function gave."""
    interval: Interval | None = None
    """Of the value, by bootstrap of the items."""

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        ci = None if self.interval is None else self.interval.as_json()
        return {"value": self.value, "ci": ci, "items": self.items}


@dataclass(frozen=True)
class Score:
    """One model by one measure. Larger is better."""

    known: Part
    """On the items whose words it knows."""
    common: Part
    """On those that all models of the sweep know: the figure to compare models by."""
    whole: float | None = None
    """On all items, those not known being wrong, or of cosine 0; the model to keep is chosen by it."""
    asked: int | None = None
    """All items."""

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        parts = {"known": self.known.as_json(), "common": self.common.as_json()}
        return {**parts, "whole": self.whole, "asked": self.asked}


class Judge:
    """Word similarity and analogies, out of files that are read once.

    Args: `similarity` files of word, word, number; `analogies` files of questions; both as a list, where a
    measure has the file's name without its ending, or by names of their own; `restrict`: only the first rows
    of a model are known words and possible answers (None: all); `fold_case`: spellings that differ in case
    are one word.
    Raises: OptionError for no file, and for two of one name; InputError for a file that cannot be read.
    """

    def __init__(
        self,
        similarity: Files = (),
        analogies: Files = (),
        *,
        restrict: int | None = 300_000,
        fold_case: bool = True,
    ) -> None:
        pairs, questions = _by_name(similarity), _by_name(analogies)
        paths = dict([*pairs, *questions])
        if not paths or len(paths) < len(pairs) + len(questions):
            said = ", ".join(name for name, _ in [*pairs, *questions]) or "none"
            raise OptionError(f"models are judged by one or more files with names of their own, got {said}")
        self._pairs = {name: read_pairs(path) for name, path in pairs}
        self._sections = {name: read_analogies(path) for name, path in questions}
        self._restrict, self._fold_case = restrict, fold_case
        self.record: dict[str, Any] = {
            "files": {name: _checksum(path) for name, path in paths.items()},
            "restrict": restrict,
            "fold_case": fold_case,
        }
        """By what models were judged."""

    @property
    def measures(self) -> dict[str, str]:
        """By name: spearman or accuracy."""
        return {**dict.fromkeys(self._pairs, "spearman"), **dict.fromkeys(self._sections, "accuracy")}

    def answers(self, vectors: Vectors) -> dict[str, list[float | None]]:
        """What vectors say to each item: the cosine of a pair, 1 or 0 for an analogy, None if not known."""
        words = Words(vectors, restrict=self._restrict, fold_case=self._fold_case)
        found = {name: pair_cosines(words, pairs) for name, pairs in self._pairs.items()}
        for name, sections in self._sections.items():
            verdicts = [verdict for part in answered(words, sections) for verdict in part]
            found[name] = [None if verdict is None else float(verdict) for verdict in verdicts]
        return found

    def scores(self, answers: Answers, common: Mapping[str, Sequence[bool]]) -> dict[str, Score]:
        """What answers are worth by each measure; `common`: which items all models know."""
        return {name: self._score(name, answers[name], common[name]) for name in self.measures}

    def worth(self, answers: Answers) -> float | None:
        """What a model is worth on all items of the first measure, those not known being wrong."""
        name = next(iter(self.measures))
        return _value(self._columns(name, answers[name]))

    def _columns(self, name: str, answers: Sequence[float | None]) -> list[NDArray[Any]]:
        """Right or not; or the cosines of pairs and people's judgements."""
        said = np.array([answer or 0.0 for answer in answers])
        if name not in self._pairs:
            return [said > 0]
        return [said, np.array([pair.judgement for pair in self._pairs[name]])]

    def _score(self, name: str, answers: Sequence[float | None], common: Sequence[bool]) -> Score:
        there = np.array([answer is not None for answer in answers], np.bool_)
        columns = self._columns(name, answers)
        return Score(
            known=_part(columns, there),
            common=_part(columns, np.array(common, np.bool_)),
            whole=_value(columns),
            asked=len(there),
        )


def common_items(all_answers: Sequence[Answers]) -> dict[str, list[bool]]:
    """By measure, which items have an answer of every model."""
    names = list(all_answers[0]) if all_answers else []
    return {
        name: [
            all(one is not None for one in item) for item in zip(*(a[name] for a in all_answers), strict=True)
        ]
        for name in names
    }


def told_numbers(told: Mapping[str, float] | float) -> dict[str, float | None]:
    """Numbers that somebody's function gave, by name; None for what is not finite. Raises: OptionError."""
    named = told if isinstance(told, Mapping) else {"value": told}
    if not named:
        raise OptionError("evaluate must return a number, or names and numbers, got none")
    for name, value in named.items():
        if not isinstance(name, str) or isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
            raise OptionError(f"evaluate must return names and numbers, got {value!r} for {name!r}")
    return {name: float(value) if isfinite(value) else None for name, value in named.items()}


def plain_scores(told: Mapping[str, float | None]) -> dict[str, Score]:
    """Numbers without items, as scores."""
    return {name: Score(known=Part(value), common=Part(value), whole=value) for name, value in told.items()}


def _by_name(files: Files) -> list[tuple[str, Path]]:
    if isinstance(files, Mapping):
        return [(name, Path(path)) for name, path in files.items()]
    given = [files] if isinstance(files, (str, PathLike)) else files
    return [(Path(path).stem, Path(path)) for path in given]


def _part(columns: Sequence[NDArray[Any]], which: NDArray[np.bool_]) -> Part:
    """The value of some of the items, with its interval."""
    chosen = [column[which] for column in columns]
    found = bootstrap("mean" if len(columns) == 1 else "spearman", *chosen)
    return Part(_value(chosen), int(which.sum()), found if found.known else None)


def _value(columns: Sequence[NDArray[Any]]) -> float | None:
    """The share of right answers (one column), or the rank correlation with people's judgements (two)."""
    if not len(columns[0]):
        return None
    value = float(columns[0].mean()) if len(columns) == 1 else spearman(*columns).statistic
    return None if isnan(value) else value


def _checksum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
