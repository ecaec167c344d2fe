"""Products with a matrix.

Sources: Deep Learning from Scratch 2, section 1.3; CS224n, "Gradient notes", for the rules
∂(xW)/∂x = Wᵀ and ∂(xW)/∂W = xᵀ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from omnivec.reference.arrays import Array, converted, module
from omnivec.reference.layers.embedding import one_hot
from omnivec.reference.layers.protocol import checked, wants_shape


class OneHot:
    """Ids (...) as vectors (..., size) with a single one; what `Embedding` makes unnecessary.

    The vectors have the library and dtype of `like`, float32 of NumPy without it.
    """

    def __init__(self, size: int, like: Array = None) -> None:
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.size = size
        self.like = np.zeros(0, np.float32) if like is None else like

    def forward(self, ids: Array) -> Array:
        """The one-hot vectors of ids."""
        return one_hot(ids, self.size, self.like)

    def backward(self, dout: Array = 1) -> None:
        """Nothing: ids are not numbers that could move."""


class MatMul:
    """`x` · W: for x (..., n) and W (n, m), an array (..., m).

    backward  dx = dout · Wᵀ      (..., n)
              dW = xᵀ · dout      (n, m), summed over all leading dimensions of x
    """

    def __init__(self, W: Array) -> None:
        self.params = [checked("MatMul: W", W, 2)]
        self.grads = [module(W).zeros_like(W)]
        self.x: Array = None

    def forward(self, x: Array) -> Array:
        """`x` (..., n) times W."""
        (W,) = self.params
        self.x = converted(x, W)
        wants_shape("MatMul: x", self.x, W.shape[0])
        return self.x @ W

    def backward(self, dout: Array = 1) -> Array:
        """`dx` (..., n) from dout (..., m)."""
        (W,) = self.params
        n, m = W.shape
        self.grads[0][...] = self.x.reshape(-1, n).T @ dout.reshape(-1, m)
        return dout @ W.T


class Affine:
    """`x` · W + b: for x (..., n), W (n, m) and b (m,), an array (..., m).

    backward  as `MatMul`, and db = Σ dout over all leading dimensions      (m,)
    """

    def __init__(self, W: Array, b: Array) -> None:
        self.matmul = MatMul(W)
        checked("Affine: b", b, 1)
        wants_shape("Affine: b", b, W.shape[1])
        self.params: list[Array] = [W, b]
        self.grads: list[Any] = [self.matmul.grads[0], module(b).zeros_like(b)]

    def forward(self, x: Array) -> Array:
        """`x` (..., n) times W, plus b."""
        return self.matmul.forward(x) + self.params[1]

    def backward(self, dout: Array = 1) -> Array:
        """`dx` (..., n) from dout (..., m)."""
        self.grads[1][...] = dout.reshape(-1, dout.shape[-1]).sum(axis=0)
        return self.matmul.backward(dout)
