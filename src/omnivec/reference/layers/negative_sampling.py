"""Softmax over all words replaced by a few questions: is it this word? is it that one?

Source: Mikolov, Sutskever, Chen, Corrado, Dean 2013, equation 4; Deep Learning from Scratch 2, section 4.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from omnivec.reference.arrays import Array, array, module
from omnivec.reference.layers.embedding import EmbeddingDot
from omnivec.reference.layers.losses import SigmoidWithLoss
from omnivec.reference.layers.samplers import UnigramSampler


class NegativeSamplingLoss:
    """−ln σ(h · W[t]) − Σ_k ln σ(−h · W[n_k]), each term a mean over the batch.

    W (V, dim), hidden rows h (N, dim), answers t (N,), negatives n (N, K). One EmbeddingDot and one loss for
    the answer, and one of each for every column of negatives; all share W, so `params` names it K + 1 times
    and an optimiser adds the K + 1 gradients.

    The negatives come from `sampler`, by default `UnigramSampler(corpus, power, sample_size, rng=rng)`, or
    are handed to `forward`; then neither is needed.
    """

    def __init__(
        self, W: Array, corpus: ArrayLike | None = None, power: float = 0.75, sample_size: int = 5, *,
        sampler: UnigramSampler | None = None, rng: np.random.Generator | None = None,
        sparse: bool = False, floor: float = 0.0,
    ) -> None:  # fmt: skip
        if sampler is None and corpus is not None:
            sampler = UnigramSampler(corpus, power, sample_size, rng=rng)
        self.sampler = sampler
        self.sample_size = sample_size if sampler is None else sampler.sample_size
        self.dots = [EmbeddingDot(W, sparse=sparse) for _ in range(self.sample_size + 1)]
        self.losses = [SigmoidWithLoss(floor) for _ in self.dots]
        self.params: list[Array] = [param for dot in self.dots for param in dot.params]
        self.grads: list[Any] = [grad for dot in self.dots for grad in dot.grads]

    def forward(self, h: Array, target: Array, negatives: Array = None) -> Array:
        """The loss of h (N, dim) for answers (N,), against negatives (N, K): given, or drawn."""
        if negatives is None:
            if self.sampler is None:
                raise ValueError(
                    "negatives are drawn from a corpus or a sampler, or handed to forward: neither is"
                )
            negatives = self.sampler.get_negative_sample(target)
        target, negatives = array(target), array(negatives)
        wanted = (*tuple(target.shape), self.sample_size)
        if tuple(negatives.shape) != wanted:
            raise ValueError(f"negatives have shape {wanted}, not {tuple(negatives.shape)}")
        score = self.dots[0].forward(h, target)
        loss = self.losses[0].forward(score, module(score).ones_like(score))
        for k in range(self.sample_size):
            score = self.dots[k + 1].forward(h, negatives[:, k])
            loss = loss + self.losses[k + 1].forward(score, module(score).zeros_like(score))
        return loss

    def backward(self, dout: Array = 1) -> Array:
        """`dh` (N, dim): the sum over the answer and all negatives."""
        dh = 0
        for dot, loss in zip(self.dots, self.losses, strict=True):
            dh = dh + dot.backward(loss.backward(dout))
        return dh
