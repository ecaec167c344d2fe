"""Rows taken from a matrix by their number: what one-hot · W computes, without the one-hot.

Sources: Deep Learning from Scratch 2, sections 4.1 and 4.2.
"""

from __future__ import annotations

import math

from omnivec.reference.arrays import Array, add_at, converted, integers, module, zeros
from omnivec.reference.layers.protocol import checked, wants_shape
from omnivec.reference.layers.row_gradient import RowGradient


def rows_of(ids: Array, W: Array, name: str) -> Array:
    """Ids as integers that are rows of W; the first that is none is named."""
    rows = integers(ids, W)
    wrong = (rows < 0) | (rows >= len(W))
    if wrong.any():
        raise ValueError(f"{name} takes ids 0 ... {len(W) - 1}, not {int(rows[wrong].reshape(-1)[0])}")
    return rows


def put_rows(grad: Array | RowGradient, rows: Array, values: Array) -> None:
    """Make `grad` the sum of values (..., dim) at rows (...), and 0 everywhere else."""
    if isinstance(grad, RowGradient):
        grad.put(rows, values)
    else:
        grad[...] = 0
        add_at(grad, rows, values)


class Embedding:
    """W[ids]: for W (n, dim) and ids of any shape (...), an array (..., dim).

    forward   h = x · W      x (..., n) the one-hot vectors of the ids, never made
    backward  dW = xᵀ · dout      row i of dW is the sum of dout over all places where id i stood

    With `sparse`, `grads[0]` is a `RowGradient` in place of an array (n, dim).
    """

    def __init__(self, W: Array, *, sparse: bool = False) -> None:
        self.params = [checked("Embedding: W", W, 2)]
        self.grads = [RowGradient(W) if sparse else module(W).zeros_like(W)]
        self.ids: Array = None

    def forward(self, ids: Array) -> Array:
        """The rows of ids (...), as (..., dim)."""
        (W,) = self.params
        self.ids = rows_of(ids, W, "Embedding")
        return W[self.ids]

    def backward(self, dout: Array = 1) -> None:
        """Fill the gradient from dout (..., dim). Ids are not numbers that could move: they get none."""
        (W,) = self.params
        shape = (*self.ids.shape, W.shape[1])
        put_rows(self.grads[0], self.ids, converted(dout, W) + zeros(shape, W))


class EmbeddingDot:
    """The dot products of rows of W with as many hidden rows: the score of one answer for each example.

    forward   s = Σ_k W[ids]_k h_k      h (N, dim), ids (N,) or (N, K), s the shape of ids
    backward  dh = dout · W[ids]      (N, dim)
              dW[ids] += dout · h      (n, dim)
    """

    def __init__(self, W: Array, *, sparse: bool = False) -> None:
        self.embed = Embedding(W, sparse=sparse)
        self.params = self.embed.params
        self.grads = self.embed.grads
        self.cache: tuple[Array, Array] | None = None

    def forward(self, h: Array, ids: Array) -> Array:
        """The scores of ids (N,) or (N, K) for the hidden rows h (N, dim)."""
        (W,) = self.params
        wants_shape("EmbeddingDot: h", h, W.shape[1])
        rows = self.embed.forward(ids)
        if rows.shape[0] != h.shape[0] or len(h.shape) != 2 or len(rows.shape) not in (2, 3):
            raise ValueError(
                f"EmbeddingDot: ids have shape (N,) or (N, K) for h of shape (N, dim), "
                f"not {tuple(rows.shape[:-1])} for {tuple(h.shape)}"
            )
        h = h if len(rows.shape) == 2 else h[:, None]
        self.cache = h, rows
        return (rows * h).sum(axis=-1)

    def backward(self, dout: Array = 1) -> Array:
        """`dh` (N, dim) from dout of the shape of ids."""
        assert self.cache is not None, "backward follows forward"
        h, rows = self.cache
        error = (converted(dout, rows) + zeros(tuple(rows.shape[:-1]), rows))[..., None]
        self.embed.backward(error * h)
        dh = error * rows
        return dh if len(dh.shape) == 2 else dh.sum(axis=1)


def one_hot(ids: Array, size: int, like: Array) -> Array:
    """Ids (...) as vectors (..., size) of zeros with a single one, with the library and dtype of `like`."""
    rows = rows_of(ids, zeros((size, 0), like), "one_hot")
    vectors = zeros((math.prod(rows.shape), size), like)
    vectors[module(rows).arange(len(vectors)), rows.reshape(-1)] = 1
    return vectors.reshape(*rows.shape, size)
