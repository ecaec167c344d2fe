"""Is this a window of real text? A score that real windows shall have higher than spoilt ones.

No word is predicted, so that nothing is summed over the vocabulary: the way of Collobert and Weston, five
years before word2vec.

Sources: Collobert, Weston 2008; Collobert, Weston, Bottou, Karlen, Kavukcuoglu, Kuksa 2011, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from omnivec.reference.arrays import Array, integers, module, random_normal, to_cpu
from omnivec.reference.layers.activations import Elementwise, HardTanh, Tanh
from omnivec.reference.layers.embedding import Embedding
from omnivec.reference.layers.linear import Affine
from omnivec.reference.layers.losses import HingeLoss
from omnivec.reference.layers.protocol import Layer

ACTIVATIONS: dict[str, type[Elementwise]] = {"hardtanh": HardTanh, "tanh": Tanh}
"""What stands between the two layers: the paper of 2011 has the first."""


class WindowScorer:
    """s(x) = f(v · W₁ + b₁) · W₂ + b₂, where v are the rows of a window x, one behind the other.

    loss = max(0, 1 − s(x) + s(x′)), a mean over the batch; x′ is x with another word in its middle.

    Weights: W (V, dim), W₁ (window·dim, H), b₁ (H,), W₂ (H, 1), b₂ (1,); f is `hardtanh` or `tanh`. `window`
    is the number of words in it, an odd one.
    """

    def __init__(
        self, vocab_size: int, wordvec_size: int, hidden_size: int, window: int = 5, *,
        activation: str = "hardtanh", margin: float = 1.0, scale: float = 0.1,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32, sparse: bool = False,
    ) -> None:  # fmt: skip
        if window < 3 or window % 2 == 0:
            raise ValueError(f"a window has an odd number of words, at least 3, not {window}")
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {' or '.join(ACTIVATIONS)}, not {activation}")
        V, D, H = vocab_size, wordvec_size, hidden_size
        shapes: list[tuple[int, ...]] = [(V, D), (window * D, H), (H,), (H, 1), (1,)]
        if weights is None:
            weights = [random_normal(rng, shape, scale * (len(shape) > 1), dtype) for shape in shapes]
        given = [tuple(W.shape) for W in weights]
        if given != shapes:
            raise ValueError(f"weights have the shapes {shapes}, not {given}")
        W, W1, b1, W2, b2 = weights
        self.window, self.rng = window, rng
        self.embed = Embedding(W, sparse=sparse)
        self.layers: list[Layer] = [Affine(W1, b1), ACTIVATIONS[activation](), Affine(W2, b2)]
        self.loss_layer = HingeLoss(margin)
        self.params: list[Array] = [W, W1, b1, W2, b2]
        self.grads: list[Any] = [*self.embed.grads, *self.layers[0].grads, *self.layers[2].grads]
        self.word_vecs = W

    def predict(self, windows: Array) -> Array:
        """The scores (N,) of windows (N, window)."""
        ids = integers(windows, self.word_vecs)
        if len(ids.shape) != 2 or ids.shape[1] != self.window:
            raise ValueError(f"windows have shape (N, {self.window}), not {tuple(ids.shape)}")
        x = self.embed.forward(ids).reshape(len(ids), -1)
        for layer in self.layers:
            x = layer.forward(x)
        return x[:, 0]

    def spoilt(self, windows: Array, words: Array = None) -> Array:
        """The windows with `words` (N,) in their middle; without them, uniform draws among all others."""
        ids = integers(windows, self.word_vecs)
        middle = self.window // 2
        if words is None:
            if self.rng is None:
                raise ValueError("drawing needs a generator: pass rng=numpy.random.default_rng(seed)")
            V = len(self.word_vecs)
            words = (to_cpu(ids)[:, middle] + self.rng.integers(1, V, len(ids))) % V
        words = integers(words, self.word_vecs)
        return module(ids).concatenate([ids[:, :middle], words[:, None], ids[:, middle + 1 :]], axis=1)

    def forward(self, windows: Array, words: Array = None) -> Array:
        """The loss of windows (N, window) against the same with `words` (N,) in their middle, given or drawn.

        Right and spoilt ones are one batch of 2N, since every layer remembers one batch alone.
        """
        ids = integers(windows, self.word_vecs)
        scores = self.predict(module(ids).concatenate([ids, self.spoilt(ids, words)], axis=0))
        return self.loss_layer.forward(scores[: len(ids)], scores[len(ids) :])

    def backward(self, dout: Array = 1) -> None:
        """Fill the gradients; a window that keeps the margin moves nothing."""
        dright, dwrong = self.loss_layer.backward(dout)
        dx = module(dright).concatenate([dright, dwrong], axis=0)[:, None]
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
        self.embed.backward(dx.reshape(len(dx), self.window, -1))
