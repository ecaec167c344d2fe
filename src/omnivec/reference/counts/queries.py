"""Questions to rows of numbers: cosine, nearest words, analogies. They answer; printing is the caller's.

Source: Deep Learning from Scratch 2, chapters 2 and 4 (common/util.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.floating[Any]]
Scored = list[tuple[str, float]]


class Analogy(NamedTuple):
    """The answers to a : b = c : ?, best first, and which rows they were scored by."""

    answers: Scored
    rows: Literal["raw", "unit"]


def cos_similarity(x: Rows, y: Rows, eps: float = 1e-8) -> float:
    """x·y / ((|x| + eps)(|y| + eps)), so that a vector of zeros is 0 to everything."""
    x, y = _wide(x), _wide(y)
    if x.shape != y.shape:
        raise ValueError(f"two vectors of one length have a cosine, got shapes {x.shape} and {y.shape}")
    return float((x / (np.sqrt(x @ x) + eps)) @ (y / (np.sqrt(y @ y) + eps)))


def normalize(x: Rows) -> Rows:
    """A vector, or each row of a matrix, with length 1; zeros stay zeros. A new array: x is not changed."""
    length = np.sqrt((_wide(x) ** 2).sum(axis=-1, keepdims=True))
    unit: Rows = _wide(x) / np.where(length > 0, length, 1)
    return unit


def most_similar(
    query: str, word_to_id: Mapping[str, int], id_to_word: Mapping[int, str], word_matrix: Rows, top: int = 5
) -> Scored:
    """The words nearest to query by cosine, with it; query itself is none. Equals stand in order of id."""
    row = _row(query, word_to_id)
    cosines = _cosines(word_matrix, word_matrix[row])
    return _best(cosines, {row}, id_to_word, top)


def analogy(
    a: str, b: str, c: str, word_to_id: Mapping[str, int], id_to_word: Mapping[int, str], word_matrix: Rows,
    top: int = 5, *, rows: Literal["raw", "unit"] = "raw",
) -> Analogy:  # fmt: skip
    """A : b = c : ?, the words whose row is nearest to the direction of b − a + c; never a, b or c.

    rows: `raw` takes the rows as they are and scores by the dot product, as the book does: long rows pull
    harder and win oftener. `unit` first gives all rows length 1, so that the score is a cosine. The answer
    says which.
    """
    if rows not in ("raw", "unit"):
        raise ValueError(f"rows is 'raw' or 'unit', got {rows!r}")
    ids = [_row(word, word_to_id) for word in (a, b, c)]
    scored = _wide(word_matrix) if rows == "raw" else normalize(word_matrix)
    va, vb, vc = scored[ids]
    return Analogy(_best(scored @ normalize(vb - va + vc), set(ids), id_to_word, top), rows)


def _cosines(matrix: Rows, vector: Rows, eps: float = 1e-8) -> Rows:
    matrix, vector = _wide(matrix), _wide(vector)
    lengths = np.sqrt((matrix * matrix).sum(axis=1)) + eps
    cosines: Rows = (matrix @ vector) / (lengths * (np.sqrt(vector @ vector) + eps))
    return cosines


def _best(scores: Rows, without: set[int], id_to_word: Mapping[int, str], top: int) -> Scored:
    """Scores that agree to the last bits are equal: they stand in order of id on every machine."""
    order = np.argsort(-np.round(scores, 12), kind="stable").tolist()
    found = [row for row in order if row not in without and not np.isnan(scores[row])]
    return [(id_to_word[row], float(scores[row])) for row in found[:top]]


def _row(word: str, word_to_id: Mapping[str, int]) -> int:
    if word not in word_to_id:
        raise ValueError(f"unknown word {word!r}: it is not among the {len(word_to_id)} words")
    return word_to_id[word]


def _wide(x: Rows) -> Rows:
    """float64: a matrix of float16, as the book saves it, would lose digits in every product."""
    return np.asarray(x, np.float64)
