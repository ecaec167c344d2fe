"""What a prediction costs. Every loss is the mean over the batch, one number.

The layers compute from scores, so that no logarithm of 0 can occur. The book computes from probabilities and
adds 1e-7 to each, which caps its loss at −ln 1e-7 = 16.1181: `floor=BOOK_FLOOR` does that. Both hand back the
same derivative, that of the loss without a floor.

Sources: Deep Learning from Scratch 2, sections 1.3 and 4.2; Collobert, Weston 2008, for the hinge.
"""

from __future__ import annotations

import math

import numpy as np

from omnivec.reference.arrays import Array, array, converted, copied, integers, module
from omnivec.reference.layers.functions import relu, sigmoid, softmax, softplus

BOOK_FLOOR = 1e-7
"""What Deep Learning from Scratch 2 adds to a probability before its logarithm."""


def target_ids(t: Array, scores: Array) -> Array:
    """The ids (N,) of the right answers t, which are ids (N,) or one-hot (N, V), for scores (N, V)."""
    shape, given = tuple(scores.shape), tuple(array(t).shape)
    if given == shape:
        ids = module(t).argmax(array(t), axis=-1)
    elif given == shape[:-1]:
        ids = integers(t, scores)
    else:
        raise ValueError(f"answers have shape {shape[:-1]} as ids or {shape} as one-hot, not {given}")
    ids = integers(ids, scores)
    if ((ids < 0) | (ids >= shape[-1])).any():
        raise ValueError(f"answers are ids 0 ... {shape[-1] - 1}, and one of them is not")
    return ids


def cross_entropy_error(y: Array, t: Array, floor: float = 0.0) -> Array:
    """−Σ ln(y[i, tᵢ] + floor) / N for probabilities y (N, V) or (V,) and answers t as ids or one-hot.

    With floor 0 an answer that was given no chance costs infinity.
    """
    y = array(y)
    ids = target_ids(t, y).reshape(-1)
    rows = y.reshape(-1, y.shape[-1])
    right = rows[module(ids).arange(len(rows)), ids] + floor
    with np.errstate(divide="ignore"):
        return -module(y).log(right).mean()


class SoftmaxWithLoss:
    """Softmax and cross entropy in one: for scores x (N, V) or (V,), the mean of −ln softmax(x)[t].

    backward  dx = (y − one-hot t) · dout / N, with y = softmax(x)
    """

    def __init__(self, floor: float = 0.0) -> None:
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.floor = floor
        self.y: Array = None
        self.t: Array = None

    def forward(self, x: Array, t: Array) -> Array:
        """The loss of scores x for answers t, ids (N,) or one-hot (N, V)."""
        x = array(x)
        xp = module(x)
        self.t = target_ids(t, x)
        self.y = softmax(x)
        if self.floor:
            return cross_entropy_error(self.y, self.t, self.floor)
        above = (x - xp.amax(x, axis=-1, keepdims=True)).reshape(-1, x.shape[-1])
        right = above[xp.arange(len(above)), self.t.reshape(-1)]
        return (xp.log(xp.exp(above).sum(axis=-1)) - right).mean()

    def backward(self, dout: Array = 1) -> Array:
        """dx, of the shape of the scores."""
        error = copied(self.y).reshape(-1, self.y.shape[-1])
        error[module(error).arange(len(error)), self.t.reshape(-1)] -= 1
        return (error * (dout / len(error))).reshape(self.y.shape)


class SigmoidWithLoss:
    """Sigmoid and the cross entropy of yes or no in one: the mean of −ln σ(x) for t = 1, −ln σ(−x) for t = 0.

    backward  dx = (y − t) · dout / N, with y = σ(x)
    """

    def __init__(self, floor: float = 0.0) -> None:
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.floor = floor
        self.y: Array = None
        self.t: Array = None

    def forward(self, x: Array, t: Array) -> Array:
        """The loss of scores x for labels t, 0 or 1, of the same shape."""
        x = array(x)
        self.y = sigmoid(x)
        self.t = converted(t, self.y)
        if tuple(self.t.shape) != tuple(x.shape):
            raise ValueError(
                f"labels have the shape of the scores, {tuple(x.shape)}, not {tuple(self.t.shape)}"
            )
        if ((self.t != 0) & (self.t != 1)).any():
            raise ValueError("labels are 0 or 1, and one of them is not")
        if self.floor:
            return -module(x).log(self.t * self.y + (1 - self.t) * (1 - self.y) + self.floor).mean()
        return softplus((1 - 2 * self.t) * x).mean()

    def backward(self, dout: Array = 1) -> Array:
        """dx, of the shape of the scores."""
        return (self.y - self.t) * (dout / max(math.prod(self.y.shape), 1))


class HingeLoss:
    """The mean of max(0, margin − right + wrong): the right score shall be higher by the margin.

    backward  (−1, +1) · dout / N for each pair that violates it, 0 for each that keeps it
    """

    def __init__(self, margin: float = 1.0) -> None:
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.margin = margin
        self.violated: Array = None

    def forward(self, right: Array, wrong: Array) -> Array:
        """The loss of scores right (N,) and wrong (N,)."""
        right, wrong = array(right), array(wrong)
        if tuple(right.shape) != tuple(wrong.shape):
            raise ValueError(
                f"as many right scores as wrong ones, not {tuple(right.shape)} and {tuple(wrong.shape)}"
            )
        cost = relu(self.margin - right + wrong)
        self.violated = converted(cost > 0, cost)
        return cost.mean()

    def backward(self, dout: Array = 1) -> tuple[Array, Array]:
        """(dright, dwrong), each (N,)."""
        share = self.violated * (dout / max(math.prod(self.violated.shape), 1))
        return -share, share
