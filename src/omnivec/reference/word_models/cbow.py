"""The continuous bag of words with lookups and negative samples.

Sources: Mikolov, Chen, Corrado, Dean 2013, section 3.1; Deep Learning from Scratch 2, section 4.3; İrsoy,
Benton, Stratos 2020, for the gradient that word2vec.c does not divide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from omnivec.reference.arrays import Array, array, converted, integers
from omnivec.reference.layers.embedding import Embedding
from omnivec.reference.layers.negative_sampling import NegativeSamplingLoss
from omnivec.reference.layers.protocol import Layer
from omnivec.reference.layers.samplers import UnigramSampler
from omnivec.reference.word_models.contexts import NOBODY
from omnivec.reference.word_models.simple import SCALE, two_matrices


class CBOW:
    """The words around predict the one between them: h from their rows, then `NegativeSamplingLoss`.

    reduction  `mean`: h = Σ v_c / n;  `sum`: h = Σ v_c, over the n words that are there
    gradient   `true`: each row receives ∂loss/∂v_c, that is dh / n for a mean;  `undivided`: dh, as
               word2vec.c, gensim and fastText do after a mean

    W_in (V, H) is shared by 2·window embeddings, W_out (V, H) by K + 1 output layers: `params` is a list of
    2·window + K + 1 names for two arrays.
    """

    def __init__(
        self, vocab_size: int, hidden_size: int, window_size: int, corpus: ArrayLike | None = None, *,
        power: float = 0.75, sample_size: int = 5, sampler: UnigramSampler | None = None,
        reduction: str = "mean", gradient: str = "true", scale: float = SCALE,
        weights: tuple[Array, Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32, sparse: bool = False,
    ) -> None:  # fmt: skip
        if reduction not in ("mean", "sum"):
            raise ValueError(f"reduction is mean or sum, not {reduction}")
        if gradient not in ("true", "undivided"):
            raise ValueError(f"gradient is true or undivided, not {gradient}")
        self.mean, self.divided = reduction == "mean", gradient == "true"
        shape = (vocab_size, hidden_size)
        W_in, W_out = two_matrices([shape, shape], weights, scale, rng, dtype)
        self.in_layers = [Embedding(W_in, sparse=sparse) for _ in range(2 * window_size)]
        self.ns_loss = NegativeSamplingLoss(
            W_out, corpus, power, sample_size, sampler=sampler, rng=rng, sparse=sparse
        )
        layers: list[Layer] = [*self.in_layers, self.ns_loss]
        self.params: list[Array] = [param for layer in layers for param in layer.params]
        self.grads: list[Any] = [grad for layer in layers for grad in layer.grads]
        self.word_vecs, self.out_vecs = W_in, W_out
        self.there: Array = None

    def hidden(self, contexts: Array) -> Array:
        """H (N, H) of contexts (N, 2·window); where `NOBODY` stands no row is taken."""
        ids = integers(contexts, self.word_vecs)
        if len(ids.shape) != 2 or ids.shape[1] != len(self.in_layers):
            raise ValueError(f"contexts have shape (N, {len(self.in_layers)}), not {tuple(ids.shape)}")
        there = ids != NOBODY
        if not there.any(axis=1).all():
            raise ValueError("a context without any word predicts nothing: leave it out")
        self.there = converted(there, self.word_vecs)
        h = 0
        for c, layer in enumerate(self.in_layers):
            h = h + self.there[:, c, None] * layer.forward(ids[:, c] * there[:, c])
        return h / self.there.sum(axis=1)[:, None] if self.mean else h

    def predict(self, contexts: Array) -> Array:
        """The scores (N, V) of all words for contexts (N, 2·window): h · W_outᵀ."""
        return self.hidden(contexts) @ self.out_vecs.T

    def forward(self, contexts: Array, target: Array, negatives: Array = None) -> Array:
        """The loss for contexts (N, 2·window) and targets (N,) against negatives (N, K), given or drawn."""
        return self.ns_loss.forward(self.hidden(contexts), array(target), negatives)

    def backward(self, dout: Array = 1) -> None:
        """Fill the gradients."""
        dh = self.ns_loss.backward(dout)
        if self.mean and self.divided:
            dh = dh / self.there.sum(axis=1)[:, None]
        for c, layer in enumerate(self.in_layers):
            layer.backward(self.there[:, c, None] * dh)
