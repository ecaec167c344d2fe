"""Where to look: each step of an answer weighs all steps of the question by how well they fit it.

Source: Luong, Pham, Manning 2015, "dot" score; Bahdanau, Cho, Bengio 2014, the idea; "Deep Learning from
Scratch 2", chapter 8. T is the length of the question here, S that of the answer.
"""

from __future__ import annotations

from typing import final

from omnivec.reference.arrays import Array, module
from omnivec.reference.layers.functions import softmax
from omnivec.reference.sequence.lengths import steps_within


@final
class WeightSum:
    """c = Σₜ aₜ hsₜ: hs (N, T, H), a (N, T), c (N, H)."""

    params: list[Array]
    grads: list[Array]

    def __init__(self) -> None:
        self.params, self.grads = [], []

    def forward(self, hs: Array, a: Array) -> Array:
        """The mean of hs with the weights a."""
        self._hs, self._a = hs, a
        return (a[:, None, :] @ hs)[:, 0]

    def backward(self, dc: Array) -> tuple[Array, Array]:
        """The gradients of hs and of a."""
        return self._a[:, :, None] * dc[:, None, :], (self._hs @ dc[:, :, None])[:, :, 0]


@final
class AttentionWeight:
    """a = softmaxₜ(hsₜ · h): hs (N, T, H), h (N, H), a (N, T)."""

    params: list[Array]
    grads: list[Array]

    def __init__(self) -> None:
        self.params, self.grads = [], []

    def forward(self, hs: Array, h: Array, mask: Array | None = None) -> Array:
        """The weights; 0 where mask (N, T) is False."""
        xp = module(hs)
        scores = (hs @ h[:, :, None])[:, :, 0]
        if mask is not None:
            scores = xp.where(mask, scores, xp.zeros_like(scores) - float("inf"))
        self._hs, self._h, self._a = hs, h, softmax(scores)
        return self._a

    def backward(self, da: Array) -> tuple[Array, Array]:
        """The gradients of hs and of h, through softmax′: ds = a (da − Σ a da)."""
        ds = self._a * (da - (self._a * da).sum(axis=1, keepdims=True))
        return ds[:, :, None] * self._h[:, None, :], (ds[:, None, :] @ self._hs)[:, 0]


@final
class Attention:
    """What of hs (N, T, H) concerns h (N, H), as (N, H); the weights stay at `attention_weight` (N, T)."""

    params: list[Array]
    grads: list[Array]

    def __init__(self) -> None:
        self.params, self.grads = [], []
        self.attention_weight_layer, self.weight_sum_layer = AttentionWeight(), WeightSum()
        self.attention_weight: Array | None = None

    def forward(self, hs: Array, h: Array, mask: Array | None = None) -> Array:
        """Weigh, then add up."""
        self.attention_weight = self.attention_weight_layer.forward(hs, h, mask)
        return self.weight_sum_layer.forward(hs, self.attention_weight)

    def backward(self, dout: Array) -> tuple[Array, Array]:
        """The gradients of hs, which is used twice, and of h."""
        dhs_summed, da = self.weight_sum_layer.backward(dout)
        dhs_weighed, dh = self.attention_weight_layer.backward(da)
        return dhs_summed + dhs_weighed, dh


@final
class TimeAttention:
    """`Attention` at every step of an answer: hs_enc (N, T, H) and hs_dec (N, S, H) to (N, S, H)."""

    params: list[Array]
    grads: list[Array]

    def __init__(self) -> None:
        self.params, self.grads = [], []
        self.layers: list[Attention] = []

    @property
    def attention_weights(self) -> list[Array]:
        """For each step of the answer, its weights (N, T)."""
        return [layer.attention_weight for layer in self.layers]

    def forward(self, hs_enc: Array, hs_dec: Array, lengths: Array | None = None) -> Array:
        """What concerns each step; steps beyond `lengths` (N,) of a question have no weight."""
        mask = None if lengths is None else steps_within(lengths, hs_enc)
        self.layers = [Attention() for _ in range(hs_dec.shape[1])]
        found = [layer.forward(hs_enc, hs_dec[:, s], mask) for s, layer in enumerate(self.layers)]
        return module(hs_enc).stack(found, axis=1)

    def backward(self, dout: Array) -> tuple[Array, Array]:
        """The gradients of hs_enc, over all steps of the answer, and of hs_dec."""
        both = [layer.backward(dout[:, s]) for s, layer in enumerate(self.layers)]
        return sum(dhs for dhs, _ in both), module(dout).stack([dh for _, dh in both], axis=1)
