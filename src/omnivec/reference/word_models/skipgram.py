"""Skip-gram with lookups and negative samples.

Sources: Mikolov, Sutskever, Chen, Corrado, Dean 2013; Deep Learning from Scratch 2, chapter 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from omnivec.reference.arrays import Array, array
from omnivec.reference.layers.embedding import Embedding
from omnivec.reference.layers.negative_sampling import NegativeSamplingLoss
from omnivec.reference.layers.protocol import Layer
from omnivec.reference.layers.samplers import UnigramSampler
from omnivec.reference.word_models.simple import SCALE, two_matrices


class SkipGram:
    """A word predicts each of those around it: h = W_in[target], loss = Σ_c NegativeSamplingLoss(h, word c).

    W_in (V, H) is one embedding's; W_out (V, H) is shared by 2·window losses of K + 1 output layers each. The
    loss is the sum over the contexts of means over the batch: 2·window·(K + 1)·ln 2 where all rows are 0.
    """

    def __init__(
        self, vocab_size: int, hidden_size: int, window_size: int, corpus: ArrayLike | None = None, *,
        power: float = 0.75, sample_size: int = 5, sampler: UnigramSampler | None = None,
        scale: float = SCALE, weights: tuple[Array, Array] | None = None,
        rng: np.random.Generator | None = None, dtype: DTypeLike = np.float32, sparse: bool = False,
    ) -> None:  # fmt: skip
        shape = (vocab_size, hidden_size)
        W_in, W_out = two_matrices([shape, shape], weights, scale, rng, dtype)
        if sampler is None and corpus is not None:
            sampler = UnigramSampler(corpus, power, sample_size, rng=rng)
        self.in_layer = Embedding(W_in, sparse=sparse)
        self.loss_layers = [
            NegativeSamplingLoss(W_out, sample_size=sample_size, sampler=sampler, sparse=sparse)
            for _ in range(2 * window_size)
        ]
        layers: list[Layer] = [self.in_layer, *self.loss_layers]
        self.params: list[Array] = [param for layer in layers for param in layer.params]
        self.grads: list[Any] = [grad for layer in layers for grad in layer.grads]
        self.word_vecs, self.out_vecs = W_in, W_out

    def predict(self, target: Array) -> Array:
        """The scores (N, V) of all words for targets (N,): h · W_outᵀ."""
        return self.in_layer.forward(target) @ self.out_vecs.T

    def forward(self, contexts: Array, target: Array, negatives: Array = None) -> Array:
        """The loss for contexts (N, 2·window) and targets (N,), negatives (N, 2·window, K) given or drawn."""
        contexts = array(contexts)
        if len(contexts.shape) != 2 or contexts.shape[1] != len(self.loss_layers):
            raise ValueError(f"contexts have shape (N, {len(self.loss_layers)}), not {tuple(contexts.shape)}")
        h = self.in_layer.forward(target)
        loss = 0
        for c, layer in enumerate(self.loss_layers):
            wrong = None if negatives is None else array(negatives)[:, c]
            loss = loss + layer.forward(h, contexts[:, c], wrong)
        return loss

    def backward(self, dout: Array = 1) -> None:
        """Fill the gradients."""
        self.in_layer.backward(sum(layer.backward(dout) for layer in self.loss_layers))
