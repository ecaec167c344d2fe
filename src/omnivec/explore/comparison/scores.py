"""Which of several sets of vectors does better on questions about words, and by more than chance?

All are judged by the questions that all of them know, so that none gains by knowing few.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from pathlib import Path
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate.analogy import judge
from omnivec.evaluate.differences import differences_table
from omnivec.evaluate.intervals import Difference, Interval, bootstrap, paired
from omnivec.evaluate.questions import PathOrName, read_analogies, read_pairs
from omnivec.evaluate.resampling import Statistic
from omnivec.evaluate.similarity import pair_cosines
from omnivec.evaluate.statistics import spearman
from omnivec.evaluate.words import Words
from omnivec.results import Cell, ResultTable


@final
@dataclass(frozen=True)
class ModelScore:
    """One set of vectors. value: over the questions known to all, None where nothing can be said.

    covered: the questions that these vectors know.
    """

    value: float | None
    interval: Interval
    covered: int

    def as_json(self) -> dict[str, object]:
        """It as JSON."""
        return {"score": self.value, "ci": self.interval.as_json(), "covered": self.covered}


@final
@dataclass(frozen=True)
class PairedScore:
    """One file of questions. measure: spearman or accuracy; known: questions that all models know."""

    name: str
    measure: str
    asked: int
    known: int
    models: dict[str, ModelScore]
    differences: list[tuple[str, str, Difference]]

    def as_json(self) -> dict[str, object]:
        """As ``omnivec compare --json`` prints it."""
        return {
            "name": self.name, "measure": self.measure, "asked": self.asked, "known": self.known,
            "models": {name: score.as_json() for name, score in self.models.items()},
            "differences": [{"a": a, "b": b, **found.as_json()} for a, b, found in self.differences],
        }  # fmt: skip


def similarity_scores(
    models: Mapping[str, Words],
    path: PathOrName,
    name: str | None = None,
    *,
    level: float = 0.95,
    seed: int = 1,
) -> PairedScore:
    """Rank correlation of cosines with people's judgements; see `omnivec.evaluate.similarity`.

    name: of the questions, the file's when None.

    Raises: InputError for a file that is missing, empty, binary or has no pair.
    """
    pairs = read_pairs(path)
    judged = np.array([pair.judgement for pair in pairs])
    cosines = {
        name: np.array(pair_cosines(words, pairs), np.float64)  # None becomes NaN
        for name, words in models.items()
    }
    there = {name: ~np.isnan(some) for name, some in cosines.items()}
    known = np.logical_and.reduce(list(there.values()))
    some = {name: (values[known], judged[known]) for name, values in cosines.items()}
    values = {name: spearman(*columns).statistic for name, columns in some.items()}
    return _paired(name or Path(path).stem, "spearman", some, values, there, known, level, seed)


def analogy_scores(
    models: Mapping[str, Words],
    path: PathOrName,
    name: str | None = None,
    *,
    level: float = 0.95,
    seed: int = 1,
) -> PairedScore:
    """Share of questions answered; see `omnivec.evaluate.analogies`. An answer is any known word of a model.

    Raises: InputError for a file that is missing, empty, binary or has no question.
    """
    sections = read_analogies(path)
    verdicts = {name: list(chain(*judge(words, sections))) for name, words in models.items()}
    there = {name: np.array([one is not None for one in some]) for name, some in verdicts.items()}
    known = np.logical_and.reduce(list(there.values()))
    right = {name: (np.array([one is True for one in some])[known],) for name, some in verdicts.items()}
    values = {name: float(answers.mean()) if len(answers) else math.nan for name, (answers,) in right.items()}
    return _paired(name or Path(path).stem, "accuracy", right, values, there, known, level, seed)


def _paired(
    name: str,
    measure: Literal["spearman", "accuracy"],
    columns: Mapping[str, tuple[NDArray[Any], ...]],
    values: Mapping[str, float],
    there: Mapping[str, NDArray[np.bool_]],
    known: NDArray[np.bool_],
    level: float,
    seed: int,
) -> PairedScore:
    statistic: Statistic = "mean" if measure == "accuracy" else measure
    models = {
        model: ModelScore(
            None if math.isnan(values[model]) else values[model],
            bootstrap(statistic, *some, level=level, seed=seed),
            int(there[model].sum()),
        )
        for model, some in columns.items()
    }
    differences = [
        (a, b, paired(columns[a][0], *columns[b], statistic=statistic, level=level, seed=seed))
        for a, b in combinations(columns, 2)
    ]
    return PairedScore(name, measure, len(known), int(known.sum()), models, differences)


def score_tables(scores: Sequence[PairedScore]) -> list[ResultTable]:
    """The scores of all models on all files, then every two compared."""
    rows: list[tuple[Cell, ...]] = [
        (
            each.name,
            each.measure,
            model,
            one.value,
            *one.interval.cells(),
            each.known,
            one.covered,
            each.asked,
        )
        for each in scores
        for model, one in each.models.items()
    ]
    told = next(one.interval.told() for each in scores for one in each.models.values())
    notes = [
        "used: questions that all models know, on which they are compared; covered: that each knows.",
        "An analogy's answer is sought among all words of a model: fewer words make it easier.",
        f"low to high: {told}.",
    ]
    columns = ("questions", "measure", "model", "score", "low", "high", "used", "covered", "asked")
    differences = [((each.name, a, b), found) for each in scores for a, b, found in each.differences]
    test = "p: of accuracies McNemar's exact test, of correlations a paired bootstrap over questions."
    return [
        ResultTable("Questions", columns, rows, {}, notes),
        differences_table("Questions, compared", ("questions", "A", "B"), differences, test),
    ]  # fmt: skip
