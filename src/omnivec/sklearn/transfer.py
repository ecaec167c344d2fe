"""Do sentence vectors hold what a task asks for? Logistic regression on them, while they stay as they are.

Protocol: SentEval (Conneau and Kiela 2018), with scikit-learn's logistic regression on standardised columns,
whose penalty inner folds choose.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from omnivec.data.vocabulary import times
from omnivec.errors import InputError
from omnivec.evaluate.labelled_texts import Labelled
from omnivec.results import ResultTable, Tabular
from omnivec.sklearn.embedded import embedded
from omnivec.sklearn.parts import by_folds, by_test, counted
from omnivec.sklearn.pretrained import Given, opened, recipe_of

PENALTIES = (0.001, 0.01, 0.1, 1.0)
"""Values of C that are tried: the larger, the weaker the penalty."""

INNER = 3
"""Folds of the training part by which the penalty is chosen."""


@dataclass(frozen=True)
class TransferScore(Tabular):
    """Accuracies of one task. unknown: texts, of all, of which nothing is known."""

    name: str
    accuracies: list[float]
    texts: int
    tested: int
    labels: int
    unknown: int

    @property
    def accuracy(self) -> float:
        """Mean over the folds; of a test file, its own."""
        return float(np.mean(self.accuracies))

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the folds around their mean, with folds - 1; None of one test file."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else None

    def as_json(self) -> dict[str, object]:
        """All but the name, as ``omnivec evaluate --json`` prints it."""
        return {
            "accuracy": self.accuracy, "deviation": self.deviation, "folds": self.accuracies,
            "texts": self.texts, "tested": self.tested, "labels": self.labels, "unknown": self.unknown,
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """One row."""
        columns = ("task", "accuracy", "± s.d.", "texts", "tested", "unknown texts")
        row = (self.name, self.accuracy, self.deviation, self.texts, self.tested, self.unknown)
        return [ResultTable("Transfer", columns, [row], {"accuracy": ".4f", "± s.d.": ".4f"})]


def transfer(
    model: Given,
    task: Labelled,
    test: Labelled | None = None,
    recipe: str | None = None,
    *,
    name: str = "",
    folds: int = 10,
    seed: int = 1,
    fold_case: bool = True,
    punctuation: bool = False,
    told: Callable[[int], None] | None = None,
) -> TransferScore:
    """Accuracy of a logistic regression that learns a task's labels from sentence vectors.

    model: a path, a `Model` or `Vectors`; test: texts to be judged by; without them every text is predicted
    once, by `folds` parts with labels in the same proportions; recipe, fold_case, punctuation: as in
    `omnivec.evaluate.sts`, and what sif or idf learns is of the learned part alone; told: hears which fold
    comes next.

    Raises: InputError for fewer than two labels, or labels that are too rare for the folds, and a
    test none of whose labels is learned; OptionError.
    """
    counts = counted(task.texts, task.labels)
    least, needed = min(counts.values()), INNER if test is not None else folds
    if least < needed:
        rarest = min(counts, key=counts.__getitem__)
        remedy = "give more texts" if test is not None else "lower folds or give more texts"
        raise InputError(
            f"{needed} folds need every label {needed} times, {rarest!r} occurs {times(least)}; {remedy}"
        )
    texts, labels, parts = by_folds(*task, folds, seed) if test is None else by_test(*task, *test)
    given = opened(model)
    made = embedded(given, texts.tolist(), recipe or recipe_of(given), fold_case, punctuation)
    accuracies = []
    for number, (learned, asked) in enumerate(parts, 1):
        if told is not None and test is None:
            told(number)
        rows = made.learning(learned)
        # In float32 the solver never comes as near as it is asked to, and takes all of its steps.
        X, other = rows(learned).astype(float), rows(asked).astype(float)
        accuracies.append(_accuracy(X, labels[learned], other, labels[asked], seed))
    tested = sum(len(asked) for _, asked in parts)
    return TransferScore(name, accuracies, len(task.texts), tested, len(counts), made.unknown)


def _accuracy(X: Any, y: Any, asked: Any, wanted: Any, seed: int) -> float:
    inner = StratifiedKFold(INNER, shuffle=True, random_state=seed)
    learner = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-3, max_iter=1000))
    search = GridSearchCV(learner, {"logisticregression__C": PENALTIES}, cv=inner)
    with warnings.catch_warnings():  # 1,000 steps are ten times what these tasks take
        warnings.simplefilter("ignore", ConvergenceWarning)
        return float(search.fit(X, y).score(asked, wanted))
