"""Is a classifier, or are word vectors, better than tf-idf with a linear SVC? On one's own texts, by folds.

The usual answer for long texts is no: tf-idf and a linear SVC is the baseline to beat, and is always shown.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline

from omnivec.sklearn.classifier import FastTextClassifier
from omnivec.sklearn.parts import by_folds
from omnivec.sklearn.svc import ScaledSVC, sparse_svc
from omnivec.sklearn.tfidf import BASELINE, tf_idf
from omnivec.sklearn.vectorizer import TextVectorizer

log = logging.getLogger("omnivec")

CLASSIFIER = {"lr": 0.5, "epochs": 25, "word_ngrams": 2}
"""Options of the classifier, at which it does well on few thousand texts; word vectors keep theirs."""


@dataclass(frozen=True)
class BaselineScore:
    """One way to tell labels. accuracies: of each fold; seconds: learning and predicting, all folds."""

    name: str
    accuracies: list[float]
    seconds: float = field(compare=False)

    @property
    def accuracy(self) -> float:
        """Mean over the folds."""
        return float(np.mean(self.accuracies))

    @property
    def deviation(self) -> float:
        """Standard deviation of the folds around their mean, with folds - 1."""
        return float(np.std(self.accuracies, ddof=1))

    def as_json(self) -> dict[str, object]:
        """It as JSON."""
        return {
            "accuracy": self.accuracy, "deviation": self.deviation, "folds": self.accuracies,
            "seconds": self.seconds,
        }  # fmt: skip


def contenders(
    texts: Sequence[str] = (),
    seed: int = 1,
    threads: int | None = None,
    pretrained: Any = None,
    epochs: int | None = None,
) -> dict[str, Any]:
    """What is compared, by name: estimators of texts such as these; see `baseline`.

    Every one of them learns all that it knows from the texts of a fold, but for `pretrained` vectors.
    """
    options = {} if epochs is None else {"epochs": epochs}
    learners = {
        "linear SVC": ScaledSVC(seed),
        "extra trees": ExtraTreesClassifier(200, random_state=seed, n_jobs=threads or -1),
    }
    means = {
        f"{name} vectors + {told}": make_pipeline(
            TextVectorizer(seed=seed, threads=threads, pretrained=pretrained, recipe=recipe, **options),
            clone(learner),
        )
        for name, recipe in (("mean", "mean"), ("idf-weighted", "idf"))
        for told, learner in learners.items()
    }
    classifier = FastTextClassifier(seed=seed, threads=threads, **CLASSIFIER)
    return {BASELINE: tf_idf(texts, sparse_svc(seed)), **means, "classifier": classifier}


def baseline(
    texts: Sequence[str],
    labels: Sequence[str],
    folds: int = 5,
    *,
    seed: int = 1,
    threads: int | None = None,
    pretrained: Any = None,
    epochs: int | None = None,
    told: Callable[[str, int], None] | None = None,
) -> list[BaselineScore]:
    """Cross-validate tf-idf, word vectors and the classifier on the same folds, the best first.

    texts, labels: one label for each text; folds: parts, each of which is predicted once, with labels in the
    same proportions; pretrained: vectors (a path, a `Model` or `Vectors`) in place of those learned from the
    texts, which takes `epochs`, the learner's own number where it is None; told: hears which contender comes
    next, and in which fold.

    Raises: InputError for fewer than two labels, or a label for every fold nowhere; OptionError for folds.
    """
    X, y, parts = by_folds(texts, labels, folds, seed)
    return sorted(
        (
            _scored(name, estimator, X, y, parts, told)
            for name, estimator in contenders(texts, seed, threads, pretrained, epochs).items()
        ),
        key=lambda score: -score.accuracy,
    )


def _scored(
    name: str, estimator: Any, X: Any, y: Any, parts: list[tuple[Any, Any]], told: Any
) -> BaselineScore:
    accuracies, seconds = [], 0.0
    for number, (learned, asked) in enumerate(parts, 1):
        if told is not None:
            told(name, number)
        began = time.perf_counter()
        with warnings.catch_warnings(record=True, category=ConvergenceWarning) as found:
            warnings.simplefilter("always", ConvergenceWarning)
            said = estimator.fit(X[learned], y[learned]).predict(X[asked])
        seconds += time.perf_counter() - began
        if found:
            log.warning("%s, fold %s: %s", name, number, found[0].message)
        accuracies.append(float(accuracy_score(y[asked], said)))
    return BaselineScore(name, accuracies, seconds)
