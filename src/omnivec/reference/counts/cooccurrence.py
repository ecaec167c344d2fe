"""A text as word ids, and how often words stand near each other.

Sources: Deep Learning from Scratch 2, chapter 2; for weights by distance Pennington, Socher, Manning 2014,
GloVe, section 4.2.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def preprocess(text: str) -> tuple[NDArray[np.int64], dict[str, int], dict[int, str]]:
    """(corpus, word_to_id, id_to_word): lower-cased, `.` a word of its own, ids by first appearance."""
    words = text.lower().replace(".", " .").split()
    word_to_id: dict[str, int] = {}
    for word in words:
        word_to_id.setdefault(word, len(word_to_id))
    corpus = np.array([word_to_id[word] for word in words], np.int64)
    return corpus, word_to_id, {row: word for word, row in word_to_id.items()}


def create_co_matrix(corpus: ArrayLike, vocab_size: int, window_size: int = 1) -> NDArray[np.int32]:
    """C (vocab_size, vocab_size): how often two words stand at most window_size places apart, both ways.

    corpus: ids, one stream without borders. For documents: `cs224n.compute_co_occurrence_matrix`.
    """
    ids: NDArray[Any] = np.asarray(corpus, np.int64)
    if window_size < 1:
        raise ValueError(f"a window has at least one word on each side, got {window_size}")
    if len(ids) and not 0 <= ids.min() <= ids.max() < vocab_size:
        raise ValueError(f"ids lie between 0 and {vocab_size - 1}, got {ids.min()} … {ids.max()}")
    matrix = np.zeros((vocab_size, vocab_size), np.int32)
    count_neighbours(matrix, ids, window_size)
    return matrix


def count_neighbours(matrix: NDArray[Any], ids: NDArray[np.integer], window_size: int) -> None:
    """Add to the matrix, both ways, every pair of ids (tokens,) at most window_size places apart."""
    for distance in range(1, min(window_size, len(ids) - 1) + 1):
        np.add.at(matrix, (ids[distance:], ids[:-distance]), 1)
        np.add.at(matrix, (ids[:-distance], ids[distance:]), 1)


def weighted_co_matrix(
    corpus: ArrayLike,
    units: ArrayLike,
    vocab_size: int,
    window_size: int,
    weighting: str = "distance",
    symmetric: bool = True,
) -> NDArray[np.float64]:
    """C (vocab_size, vocab_size): pairs at most window_size places apart in one unit, by what they weigh.

    corpus (n,): ids; units (u + 1,): borders of the units, from 0 to n. A pair at distance d weighs 1/d
    (`distance`), 1 (`one`), or (w + 1 − d)/w (`expected`): the chance that a radius drawn from 1 … w reaches
    it. Symmetric: it counts in C[left, right] and in C[right, left], twice on the diagonal; else only in the
    first.
    """
    ids, borders = np.asarray(corpus, np.int64), np.asarray(units, np.int64)
    distances = np.arange(1, window_size + 1)
    weights: dict[str, NDArray[np.float64]] = {
        "distance": 1 / distances,
        "one": np.ones(window_size),
        "expected": (window_size + 1 - distances) / window_size,
    }
    if weighting not in weights:
        raise ValueError(f"weighting is one of {', '.join(weights)}, got {weighting!r}")
    matrix = np.zeros((vocab_size, vocab_size))
    for start, end in pairwise(borders.tolist()):
        for left in range(start, end):
            for right in range(left + 1, min(left + window_size + 1, end)):
                weight = weights[weighting][right - left - 1]
                matrix[ids[left], ids[right]] += weight
                if symmetric:
                    matrix[ids[right], ids[left]] += weight
    return matrix
