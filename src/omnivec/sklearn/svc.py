"""The linear SVC that tells labels by vectors of texts, and by tf-idf: the same for all that are compared."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

STEPS = 20_000
"""Of liblinear at most; with its own 1,000 it may end too early, and warns."""


class Distinct(NamedTuple):
    """Different rows (m, dim) with their labels (m,), and how often each was there (m,) float64."""

    rows: NDArray[Any]
    labels: NDArray[Any]
    times: NDArray[np.float64]


class ScaledSVC(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A linear SVC on scaled columns, for rows of few numbers: vectors of texts.

    Equal rows of one label are learned as one that weighs as much as all: the same task in fewer rows.
    Texts of which no word is known are such rows, and where they are most of the texts (Korean by English
    vectors), liblinear would take very many steps over all of them.
    """

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed

    def fit(self, X: NDArray[Any], y: NDArray[Any]) -> Self:
        """Learn labels y (n,) of rows X (n, dim)."""
        self.scaler_ = StandardScaler().fit(X)
        rows, labels, times = distinct(X, y)
        # Not by the dual, which `STEPS` steps may not solve where a row stands for thousands of either label.
        self.svc_ = LinearSVC(dual=False, random_state=self.seed, max_iter=STEPS)
        self.svc_.fit(self.scaler_.transform(rows), labels, sample_weight=times)
        self.classes_ = self.svc_.classes_
        return self

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        """The labels of rows (n, dim), (n,)."""
        said: NDArray[Any] = self.svc_.predict(self.scaler_.transform(X))
        return said


def sparse_svc(seed: int) -> Any:
    """For tf-idf, whose rows have more columns than there are texts."""
    return LinearSVC(random_state=seed, max_iter=STEPS)


def distinct(X: NDArray[Any], y: NDArray[Any]) -> Distinct:
    """Rows X (n, dim) with labels y (n,), each pair once, in the order in which they come first."""
    _, codes = np.unique(y, return_inverse=True)
    pairs = np.ascontiguousarray(np.column_stack([X, codes.astype(X.dtype)]))
    whole = pairs.view(np.dtype((np.void, pairs.strides[0])))[:, 0]  # as bytes, by which they are sorted
    _, first, times = np.unique(whole, return_index=True, return_counts=True)
    order = np.argsort(first)
    return Distinct(X[first[order]], y[first[order]], times[order].astype(np.float64))
