"""Logistic regression by Newton's method: to the optimum, without a further package."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.index import blas

_STEPS, _DONE = 100, 1e-12


def fitted(
    rows: NDArray[np.float64], labels: NDArray[np.float64], strength: float = 1.0
) -> NDArray[np.float64]:
    """Weights and intercept (dim + 1,) float64 that minimise |w|²/2 + strength · Σ log(1 + exp(-y w·x)).

    rows: (n, dim); labels: (n,) of 1 and -1. The intercept is the weight of a column of ones, and so
    belongs to w: the objective of liblinear (Fan and others 2008, eq. 1), to its only minimum.
    """
    # Products this small cost more to share among threads than to do, the more so on busy cores.
    with blas.at_most(1):
        return _newton(widened(rows), labels, strength)


def _newton(x: NDArray[np.float64], labels: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    weights = np.zeros(x.shape[1])
    objective = _objective(x, labels, weights, strength)
    for _ in range(_STEPS):
        chances = probabilities(x, weights)
        gradient = weights + strength * (x.T @ (chances - (labels > 0)))
        curvature = strength * (x.T * (chances * (1 - chances))) @ x
        curvature[np.diag_indices_from(curvature)] += 1.0
        step = np.linalg.solve(curvature, gradient)
        decrease, share = float(gradient @ step), 1.0
        if decrease <= _DONE * (1 + objective):
            return weights - step
        while (tried := _objective(x, labels, weights - share * step, strength)) > (
            objective - share * decrease / 4
        ) and share > 1e-6:
            share /= 2
        weights, objective = weights - share * step, tried
    return weights


def widened(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows with a column of ones, (n, dim + 1)."""
    return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)


def probabilities(x: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the label 1, for rows with their column of ones, (n,)."""
    scores = x @ weights
    small = np.exp(-np.abs(scores))  # exp of the score itself could overflow
    chances: NDArray[np.float64] = np.where(scores >= 0, 1.0, small) / (1 + small)
    return chances


def _objective(
    x: NDArray[np.float64], labels: NDArray[np.float64], weights: NDArray[np.float64], strength: float
) -> float:
    losses = np.logaddexp(0, -labels * (x @ weights))
    return float(weights @ weights / 2 + strength * losses.sum())
