"""Word2Vec, the whole pass: which words meet, what it costs, how the rows move.

Skip-gram: the input row of each context word predicts the centre (word2vec's direction). CBOW: the mean or
the sum of those rows does. The output layer is negative sampling, hierarchical softmax or full softmax.

Sources: Mikolov, Chen, Corrado, Dean 2013 (arXiv 1301.3781); Mikolov, Sutskever, Chen, Corrado, Dean 2013
(arXiv 1310.4546).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.cbow import handed_back, hidden
from omnivec.reference.huffman import paths
from omnivec.reference.losses import Rows, softmax_gradient, softmax_loss, window_gradient, window_loss
from omnivec.reference.negatives import negatives_at, signs_of
from omnivec.reference.windows import keep_thresholds, windows

__all__ = ["keep_thresholds", "train"]


def train(
    tokens: Sequence[int], units: Sequence[int], keep: NDArray[np.uint32], inputs: Rows, outputs: Rows, *,
    model: str = "skipgram", loss: str = "ns", alias: NDArray[np.uint64] | None = None,
    tree: ArrayLike | None = None, reduction: str = "mean", gradient: str = "undivided",
    window: int, kind: str = "dynamic", negatives: int = 5, exclude: str = "redraw", distinct: bool = False,
    frozen: ArrayLike | None = None, rate: float, decay: float = 0.0, base: int = 0,
    first: int = 0, last: int | None = None,
) -> tuple[float, int, int]:  # fmt: skip
    """One pass of gradient descent over the centres tokens[first:last], a window at a time.

    inputs (rows, dim) and outputs are changed in place; outputs are (rows, dim) for ns and softmax, which
    for ns needs alias, and for hs (rows − 1, dim), one row for each inner node of tree. The input rows that
    frozen (rows,) marks do not move. The rate is that of the token at `first` and falls by `decay` a token.

    Every step of a window is taken from the values before it. A word that stands twice in it, or a negative
    drawn twice, moves twice. A window without context is a centre without a prediction.

    Returns (loss, predictions, centres): a prediction is a context word in skip-gram, a window in CBOW.
    """
    side = Outputs(outputs, loss, alias, tree, negatives, exclude, distinct, base)
    moves = np.full(len(inputs), 1.0) if frozen is None else 1.0 - np.asarray(frozen, bool)
    total, predictions, centres = 0.0, 0, 0
    for position, context in windows(tokens, units, keep, base, window, kind):
        if position < first or position >= (len(tokens) if last is None else last):
            continue
        centres += 1
        if not context:
            continue
        left = np.array(context, int)
        v = inputs[left] if model == "skipgram" else hidden(inputs[left], reduction)
        speed = rate - decay * (position - first)
        cost, down_v = side.met(v, tokens[position], position, speed)
        if model == "cbow":
            down_v = handed_back(down_v, len(left), reduction, gradient)
        np.add.at(inputs, left, -speed * moves[left, None] * down_v)
        total += cost
        predictions += len(v)
    return total, predictions, centres


class Outputs:
    """The prediction side: rows that are met by what stands around a centre, and move."""

    def __init__(
        self, rows: Rows, loss: str, alias: NDArray[np.uint64] | None, tree: ArrayLike | None,
        negatives: int, exclude: str, distinct: bool, base: int,
    ) -> None:  # fmt: skip
        self.rows, self.loss, self.alias, self.base = rows, loss, alias, base
        self.negatives, self.exclude, self.distinct = negatives, exclude, distinct
        self.ways = paths(tree) if loss == "hs" and tree is not None else []

    def met(self, v: Rows, centre: int, position: int, speed: float) -> tuple[float, Rows]:
        """The loss of v (n, dim) at a centre and its gradient in v; the rows have moved after it."""
        if self.loss == "softmax":
            right = np.arange(len(self.rows))
            cost = softmax_loss(v, self.rows, centre)
            down_v, down_u = softmax_gradient(v, self.rows, centre)
        else:
            if self.loss == "hs":
                right, signs = np.array(self.ways[centre], int).reshape(-1, 2).T
            else:
                assert self.alias is not None
                wrong = negatives_at(
                    self.base, position, centre, self.alias, self.negatives, self.exclude, self.distinct
                )
                right = np.array([centre, *wrong])
                signs = np.array(signs_of(centre, wrong, self.exclude))
            u = self.rows[right]
            cost, (down_v, down_u) = window_loss(v, u, signs), window_gradient(v, u, signs)
        np.add.at(self.rows, right, -speed * down_u)
        return cost, down_v
