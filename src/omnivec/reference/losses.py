"""What a prediction costs, and in which direction the rows should move.

Symbols as in the papers: v an input row or the hidden row that is made from several, u an output row, σ the
logistic function. Negative sampling and hierarchical softmax are one loss, Σ −ln σ(±vᵀu), over different
rows: a centre and its negatives, or the inner nodes on the way to a leaf.

Sources: Mikolov, Sutskever, Chen, Corrado, Dean 2013, equations 2 (softmax), 3 (the tree), 4 (negatives).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.layers import functions

Rows = NDArray[np.floating]


def sigmoid(x: ArrayLike) -> NDArray[np.floating]:
    """1 / (1 + e^−x), in float64."""
    value: NDArray[np.floating] = functions.sigmoid(np.asarray(x, np.float64))
    return value


def window_loss(v: Rows, u: Rows, signs: ArrayLike) -> float:
    """−Σ ln σ(sign · vᵀu) over all pairs of the inputs v (n, dim) and the outputs u (m, dim).

    signs (m,): with negatives, +1 for the centre, −1 for a negative, 0 for one that is left out; in a tree,
    +1 where the way to the leaf goes left, −1 where it goes right.
    """
    sign = np.asarray(signs, np.float64)
    return float(np.sum(np.abs(sign) * np.logaddexp(0, -sign * (v @ u.T))))


def window_gradient(v: Rows, u: Rows, signs: ArrayLike) -> tuple[Rows, Rows]:
    """The derivatives of `window_loss` by v and by u.

    −sign · σ(−sign · vᵀu), which is σ(vᵀu) − label, times the other side.
    """
    sign = np.asarray(signs, np.float64)
    error = -sign * sigmoid(-sign * (v @ u.T))
    return error @ u, error.T @ v


def softmax(scores: ArrayLike) -> NDArray[np.floating]:
    """e^score / Σ e^score over the last axis, in float64."""
    value: NDArray[np.floating] = functions.softmax(np.asarray(scores, np.float64))
    return value


def softmax_loss(v: Rows, u: Rows, target: int) -> float:
    """−Σ ln softmax(v Uᵀ)[target] over the inputs v (n, dim); u (rows, dim) are all output rows."""
    scores = v @ u.T
    above = scores - scores.max(-1, keepdims=True)  # the logarithm of a share that rounds to 0 stays finite
    return float(np.sum(np.log(np.exp(above).sum(-1)) - above[:, target]))


def softmax_gradient(v: Rows, u: Rows, target: int) -> tuple[Rows, Rows]:
    """The derivatives of `softmax_loss` by v and by u: (ŷ − y) times the other side, y a one-hot."""
    error = softmax(v @ u.T)
    error[:, target] -= 1
    return error @ u, error.T @ v
