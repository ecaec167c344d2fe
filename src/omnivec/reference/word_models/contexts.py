"""A text cut into targets and the words around them.

Source: Deep Learning from Scratch 2, section 3.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.arrays import Array, integers
from omnivec.reference.layers.embedding import one_hot

NOBODY = -1
"""What stands in a context where the text has no word: beside its first and its last one."""


def create_contexts_target(
    corpus: ArrayLike, window_size: int = 1, *, edges: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The words around each word of corpus (tokens,), as (contexts (n, 2·window), targets (n,)).

    A context is in the order of the text: the words at −window ... −1, then +1 ... +window. The first and
    the last `window_size` words have too few neighbours and are no targets: n = tokens − 2·window. With
    `edges` they are targets, n = tokens, and `NOBODY` (−1) stands where there is no word.
    """
    words = integers(corpus, np.zeros(0)).astype(np.int64)
    if words.ndim != 1:
        raise ValueError(f"a corpus is one row of ids, not of shape {words.shape}")
    if window_size < 1:
        raise ValueError(f"window_size is at least 1, not {window_size}: a target needs words around it")
    if len(words) <= (1 if edges else 2 * window_size):
        raise ValueError(f"{len(words)} words are too few for a window of {window_size}: none is a target")
    padded = np.pad(words, window_size, constant_values=NOBODY) if edges else words
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * window_size + 1)
    return np.delete(windows, window_size, axis=1), windows[:, window_size].copy()


def convert_one_hot(corpus: Array, vocab_size: int) -> NDArray[np.int32]:
    """Ids (N,) or (N, C) as one-hot vectors (N, V) or (N, C, V), int32."""
    vectors: NDArray[np.int32] = one_hot(corpus, vocab_size, np.zeros(0, np.int32))
    return vectors
