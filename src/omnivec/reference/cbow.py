"""The continuous bag of words: the rows of a context become one, and what that one is told goes back to them.

Sources: Mikolov, Chen, Corrado, Dean 2013, section 3.1; İrsoy, Benton, Stratos 2020, for the two gradients.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.floating]


def hidden(v: Rows, reduction: str = "mean") -> Rows:
    """The mean or the sum of a context's input rows v (n, dim), as (1, dim). The number is the actual one."""
    value: Rows = v.mean(0, keepdims=True) if reduction == "mean" else v.sum(0, keepdims=True)
    return value


def handed_back(e: Rows, n: int, reduction: str = "mean", gradient: str = "true") -> Rows:
    """What each of n context rows receives, (n, dim), when e (1, dim) is the gradient of the hidden row.

    A sum hands e to each. A mean hands e / n, its derivative; where gradient is `undivided` it hands e, the
    same n times as long, as word2vec.c, gensim and fastText do.
    """
    share = e / n if reduction == "mean" and gradient == "true" else e
    return np.repeat(share, n, axis=0)
