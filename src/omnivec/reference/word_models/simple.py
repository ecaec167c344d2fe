"""Word2vec with nothing left out: one-hot words, two matrices, softmax over all words.

Each step costs time in proportion to the vocabulary, at both ends: `CBOW` and `SkipGram` are what becomes of
these when the first product is a lookup and the last a few questions.

Sources: Mikolov, Chen, Corrado, Dean 2013 (arXiv 1301.3781); Deep Learning from Scratch 2, chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from omnivec.reference.arrays import Array, array, random_normal
from omnivec.reference.layers.linear import MatMul
from omnivec.reference.layers.losses import SoftmaxWithLoss

SCALE = 0.01
"""Standard deviation of initial weights: scores begin near 0, so that all words are about equally likely."""


def two_matrices(
    shapes: Sequence[tuple[int, int]],
    weights: tuple[Array, Array] | None,
    scale: float,
    rng: np.random.Generator | None,
    dtype: DTypeLike,
) -> tuple[Array, Array]:
    """W_in and W_out of these shapes: `weights` if given, else scale · normal numbers drawn from rng."""
    if weights is None:
        W_in, W_out = (random_normal(rng, shape, scale, dtype) for shape in shapes)
        return W_in, W_out
    for name, W, shape in zip(("W_in", "W_out"), weights, shapes, strict=True):
        if tuple(W.shape) != shape:
            raise ValueError(f"{name} has shape {shape}, not {tuple(W.shape)}")
    return weights


def one_hot_contexts(contexts: Array, vocab_size: int) -> Array:
    """Contexts themselves, if they are one-hot (N, C, V)."""
    contexts = array(contexts)
    if len(contexts.shape) != 3 or contexts.shape[2] != vocab_size:
        raise ValueError(
            f"contexts are one-hot (N, C, {vocab_size}), not of shape {tuple(contexts.shape)}; "
            "convert_one_hot makes them of ids"
        )
    return contexts


class SimpleCBOW:
    """The words around predict the one between them: h = Σ x_c · W_in / n, loss = −ln softmax(h · W_out)[t].

    W_in (V, H), W_out (H, V). There are n = 2·window words around, and as many input layers that share W_in.
    """

    def __init__(
        self, vocab_size: int, hidden_size: int, *, window_size: int = 1, scale: float = SCALE,
        weights: tuple[Array, Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        V, H = vocab_size, hidden_size
        W_in, W_out = two_matrices([(V, H), (H, V)], weights, scale, rng, dtype)
        self.in_layers = [MatMul(W_in) for _ in range(2 * window_size)]
        self.out_layer = MatMul(W_out)
        self.loss_layer = SoftmaxWithLoss()
        layers = [*self.in_layers, self.out_layer]
        self.params: list[Array] = [param for layer in layers for param in layer.params]
        self.grads: list[Any] = [grad for layer in layers for grad in layer.grads]
        self.word_vecs = W_in

    def predict(self, contexts: Array) -> Array:
        """The scores (N, V) of all words for one-hot contexts (N, 2·window, V)."""
        contexts = one_hot_contexts(contexts, len(self.word_vecs))
        if contexts.shape[1] != len(self.in_layers):
            raise ValueError(f"a context has {len(self.in_layers)} words, not {contexts.shape[1]}")
        h = sum(layer.forward(contexts[:, c]) for c, layer in enumerate(self.in_layers))
        return self.out_layer.forward(h / len(self.in_layers))

    def forward(self, contexts: Array, target: Array) -> Array:
        """The loss for one-hot contexts (N, 2·window, V) and targets (N, V) or (N,)."""
        return self.loss_layer.forward(self.predict(contexts), target)

    def backward(self, dout: Array = 1) -> None:
        """Fill the gradients; each input layer receives its share, 1 / (2·window), of the hidden row's."""
        dh = self.out_layer.backward(self.loss_layer.backward(dout)) / len(self.in_layers)
        for layer in self.in_layers:
            layer.backward(dh)


class SimpleSkipGram:
    """A word predicts those around it: h = x · W_in, loss = Σ_c −ln softmax(h · W_out)[context c].

    W_in (V, H), W_out (H, V). One product with W_out serves all contexts, as all see the same scores.
    """

    def __init__(
        self, vocab_size: int, hidden_size: int, *, window_size: int = 1, scale: float = SCALE,
        weights: tuple[Array, Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        V, H = vocab_size, hidden_size
        W_in, W_out = two_matrices([(V, H), (H, V)], weights, scale, rng, dtype)
        self.in_layer = MatMul(W_in)
        self.out_layer = MatMul(W_out)
        self.loss_layers = [SoftmaxWithLoss() for _ in range(2 * window_size)]
        self.params: list[Array] = [*self.in_layer.params, *self.out_layer.params]
        self.grads: list[Any] = [*self.in_layer.grads, *self.out_layer.grads]
        self.word_vecs = W_in

    def predict(self, target: Array) -> Array:
        """The scores (N, V) of all words for one-hot targets (N, V)."""
        return self.out_layer.forward(self.in_layer.forward(target))

    def forward(self, contexts: Array, target: Array) -> Array:
        """The loss for one-hot contexts (N, 2·window, V) and targets (N, V)."""
        contexts = one_hot_contexts(contexts, len(self.word_vecs))
        if contexts.shape[1] != len(self.loss_layers):
            raise ValueError(f"a context has {len(self.loss_layers)} words, not {contexts.shape[1]}")
        scores = self.predict(target)
        return sum(layer.forward(scores, contexts[:, c]) for c, layer in enumerate(self.loss_layers))

    def backward(self, dout: Array = 1) -> None:
        """Fill the gradients; the hidden row's is the sum over the contexts."""
        dscores = sum(layer.backward(dout) for layer in self.loss_layers)
        self.in_layer.backward(self.out_layer.backward(dscores))
