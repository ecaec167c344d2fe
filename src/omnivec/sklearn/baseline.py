"""Is a classifier, or are word vectors, better than tf-idf with a linear SVC? On one's own texts, by folds.

The usual answer for long texts is no: tf-idf and a linear SVC is the baseline to beat, and is always shown.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from omnivec.errors import InputError, OptionError
from omnivec.sklearn.classifier import FastTextClassifier
from omnivec.sklearn.vectorizer import TextVectorizer

log = logging.getLogger("omnivec")

CLASSIFIER = {"lr": 0.5, "epochs": 25, "word_ngrams": 2}
"""Options of the classifier, at which it does well on few thousand texts; word vectors keep theirs."""

STEPS = 20_000
"""Of liblinear; the 1,000 that it has by itself end before dense columns are solved."""


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
    seed: int = 1, threads: int | None = None, pretrained: Any = None, epochs: int | None = None
) -> dict[str, Any]:
    """What is compared, by name: estimators of texts; see `baseline`.

    Every one of them learns all that it knows from the texts of a fold, but for `pretrained` vectors.
    """

    def means() -> Any:
        options = {} if epochs is None else {"epochs": epochs}
        return TextVectorizer(seed=seed, threads=threads, pretrained=pretrained, **options)

    return {
        "tf-idf + linear SVC": make_pipeline(TfidfVectorizer(), LinearSVC(random_state=seed, max_iter=STEPS)),
        "mean vectors + linear SVC": make_pipeline(
            means(), StandardScaler(), LinearSVC(random_state=seed, max_iter=STEPS)
        ),
        "mean vectors + extra trees": make_pipeline(
            means(), ExtraTreesClassifier(200, random_state=seed, n_jobs=threads or -1)
        ),
        "classifier": FastTextClassifier(seed=seed, threads=threads, **CLASSIFIER),
    }


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
    if folds < 2:
        raise OptionError(f"folds must be 2 or more, got {folds}")
    counts = Counter(labels)
    if len(counts) < 2:
        raise InputError(f"two labels or more are needed, got {len(counts)}: there is nothing to tell apart")
    if (most := max(counts.values())) < folds:
        raise InputError(
            f"{folds} folds need a label that occurs {folds} times, the most frequent occurs {most} times; "
            "lower folds"
        )
    if rare := sum(count < folds for count in counts.values()):
        log.warning(
            "%s labels occur less often than there are folds: some folds learn or ask nothing of them", rare
        )
    X, y = np.array([*texts, ""], object)[:-1], np.array([*labels, ""], object)[:-1].astype(str)
    parts = _parts(X, y, folds, seed)
    return sorted(
        (
            _scored(name, estimator, X, y, parts, told)
            for name, estimator in contenders(seed, threads, pretrained, epochs).items()
        ),
        key=lambda score: -score.accuracy,
    )


def _parts(X: Any, y: Any, folds: int, seed: int) -> list[tuple[Any, Any]]:
    with warnings.catch_warnings():  # of rare labels, which have been told
        warnings.filterwarnings("ignore", message="The least populated class")
        return list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(X, y))


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
