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
    ways = paths(tree) if loss == "hs" and tree is not None else []
    moves = np.full(len(inputs), 1.0) if frozen is None else 1.0 - np.asarray(frozen, bool)
    total, predictions, centres = 0.0, 0, 0
    for position, context in windows(tokens, units, keep, base, window, kind):
        if position < first or position >= (len(tokens) if last is None else last):
            continue
        centres += 1
        if not context:
            continue
        centre, left = tokens[position], np.array(context, int)
        v = inputs[left] if model == "skipgram" else hidden(inputs[left], reduction)
        if loss == "softmax":
            right = np.arange(len(outputs))
            cost, (down_v, down_u) = softmax_loss(v, outputs, centre), softmax_gradient(v, outputs, centre)
        else:
            if loss == "hs":
                right, signs = np.array(ways[centre], int).reshape(-1, 2).T
            else:
                assert alias is not None
                wrong = negatives_at(base, position, centre, alias, negatives, exclude, distinct)
                right, signs = np.array([centre, *wrong]), np.array(signs_of(centre, wrong, exclude))
            u = outputs[right]
            cost, (down_v, down_u) = window_loss(v, u, signs), window_gradient(v, u, signs)
        if model == "cbow":
            down_v = handed_back(down_v, len(left), reduction, gradient)
        speed = rate - decay * (position - first)
        np.add.at(inputs, left, -speed * moves[left, None] * down_v)
        np.add.at(outputs, right, -speed * down_u)
        total += cost
        predictions += len(v)
    return total, predictions, centres
