"""Softmax over all words replaced by the decisions on the way from the root of a tree to a word.

Source: Morin, Bengio 2005; Mikolov, Sutskever, Chen, Corrado, Dean 2013, equation 3. The tree and its ways
are those of `omnivec.reference.huffman`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from omnivec.reference.arrays import Array, converted, module
from omnivec.reference.huffman import paths
from omnivec.reference.layers.embedding import put_rows, rows_of
from omnivec.reference.layers.functions import sigmoid, softplus
from omnivec.reference.layers.protocol import checked, wants_shape
from omnivec.reference.layers.row_gradient import RowGradient


class HierarchicalSoftmaxLoss:
    """−Σ ln σ(sign · h · W[node]) over the nodes on the way to the answer, a mean over the batch.

    W (V − 1, dim) has one row for each inner node of `tree` (V − 1, 2), which `huffman.tree(counts)` makes;
    sign is +1 where the way goes left, −1 where right. Hidden rows h (N, dim), answers t (N,).

    backward  e = −sign · σ(−sign · h · W[node]) · dout / N;  dh = Σ e W[node];  dW[node] += e h
    """

    def __init__(self, W: Array, tree: ArrayLike, *, sparse: bool = False) -> None:
        self.params = [checked("HierarchicalSoftmaxLoss: W", W, 2)]
        self.grads = [RowGradient(W) if sparse else module(W).zeros_like(W)]
        ways = paths(tree)
        if len(W) != len(ways) - 1:
            raise ValueError(f"W has one row for each of the {len(ways) - 1} inner nodes, not {len(W)}")
        # Ways differ in length: the short ones are filled with node 0 and sign 0, which cost nothing.
        longest = max(map(len, ways))
        filled = np.array([[*way, *[(0, 0)] * (longest - len(way))] for way in ways])
        self.nodes = filled[..., 0]
        self.signs = filled[..., 1]

    def forward(self, h: Array, target: Array) -> Array:
        """The loss of h (N, dim) for answers (N,)."""
        (W,) = self.params
        wants_shape("HierarchicalSoftmaxLoss: h", h, W.shape[1])
        words = rows_of(target, converted(self.signs[:, :1], W), "HierarchicalSoftmaxLoss")
        self.h = h
        self.met = rows_of(self.nodes, W, "nodes")[words]
        self.sign = converted(self.signs, W)[words]
        self.score = (W[self.met] * h[:, None]).sum(axis=-1)
        return (self.sign**2 * softplus(-self.sign * self.score)).sum(axis=-1).mean()

    def backward(self, dout: Array = 1) -> Array:
        """`dh` (N, dim)."""
        (W,) = self.params
        e = (-self.sign * sigmoid(-self.sign * self.score) * (dout / len(self.h)))[..., None]
        put_rows(self.grads[0], self.met, e * self.h[:, None])
        return (e * W[self.met]).sum(axis=1)
