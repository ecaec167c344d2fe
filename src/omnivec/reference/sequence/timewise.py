"""Layers that do the same to every step, whatever stands before and after it.

Source: "Deep Learning from Scratch 2", chapters 5 and 6.
"""

from __future__ import annotations

from typing import final

from omnivec.reference.arrays import Array, array, integers, module
from omnivec.reference.layers.dropout import Dropout
from omnivec.reference.layers.embedding import Embedding
from omnivec.reference.layers.linear import Affine
from omnivec.reference.layers.losses import SigmoidWithLoss, SoftmaxWithLoss

TimeEmbedding = Embedding
"""Rows of W (V, D) for ids (N, T), as (N, T, D): `Embedding` takes ids of any shape."""

TimeAffine = Affine
"""x W + b at every step: (N, T, D) to (N, T, O). `Affine` takes any number of leading dimensions.

Weights are tied to an embedding by W = embedding.T, one array in memory (Press & Wolf 2017); the gradients of
its two uses are added by `remove_duplicate`.
"""

TimeDropout = Dropout
"""Inverted dropout of each number of (N, T, D), as `Dropout` does it for any shape."""

TimeSigmoidWithLoss = SigmoidWithLoss
"""The mean over all steps: `SigmoidWithLoss` takes scores and labels (N, T)."""


@final
class TimeSoftmaxWithLoss:
    """`SoftmaxWithLoss` over the steps whose label is not `ignore_label`: their mean; without any, 0.

    xs (N, T, V); ts (N, T) ids, or (N, T, V) one-hot. backward: (softmax − one-hot) / count, 0 where ignored.
    """

    params: list[Array]
    grads: list[Array]

    def __init__(self, ignore_label: int = -1) -> None:
        self.params, self.grads = [], []
        self.ignore_label = ignore_label
        self._each = SoftmaxWithLoss()

    def forward(self, xs: Array, ts: Array) -> Array:
        """The loss, one number."""
        ts, self._shape = array(ts), tuple(xs.shape)
        labels = integers(ts.argmax(2) if ts.ndim == 3 else ts, like=xs)
        if tuple(labels.shape) != self._shape[:2]:
            raise ValueError(f"labels {tuple(ts.shape)} do not fit scores {self._shape}: (N, T) are needed")
        labels = labels.reshape(-1)
        self._counting = labels != self.ignore_label
        self._scores = xs.reshape(-1, self._shape[2])
        if not self._counting.any():
            return self._scores.sum() * 0
        return self._each.forward(self._scores[self._counting], labels[self._counting])

    def backward(self, dout: Array = 1) -> Array:
        """The gradient of xs."""
        dxs = module(self._scores).zeros_like(self._scores)
        if self._counting.any():
            dxs[self._counting] = self._each.backward(dout)
        return dxs.reshape(self._shape)
