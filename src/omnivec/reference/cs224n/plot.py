"""Chosen words as points in the plane. matplotlib is needed only when a picture is drawn.

Source: CS224n, assignment 1 (`plot_embeddings`) and the picture at the end of assignment 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from omnivec.reference.cs224n.losses import Rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_embeddings(
    m_reduced: Rows, word2ind: Mapping[str, int], words: Sequence[str], ax: Axes | None = None
) -> Axes:
    """The first two columns of m_reduced (rows, 2) for these words only, each with its label."""
    missing = [word for word in words if word not in word2ind]
    if missing:
        raise ValueError(
            f"unknown word {missing[0]!r}: it is not among the {len(word2ind)} words of word2ind"
        )
    points = np.asarray(m_reduced)[[word2ind[word] for word in words]]
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(layout="constrained")
    ax.scatter(points[:, 0], points[:, 1], marker="x", color="#0072B2")
    for word, (x, y) in zip(words, points[:, :2].tolist(), strict=True):
        ax.annotate(word, (x, y), xytext=(3, 3), textcoords="offset points")
    return ax


def plot_words(
    center_vectors: Rows, word2ind: Mapping[str, int], words: Sequence[str], ax: Axes | None = None
) -> Axes:
    """These words on the two main axes of their own vectors: the picture of assignment 2."""
    known = [word2ind[word] for word in words if word in word2ind]
    if len(known) < len(words):
        return plot_embeddings(center_vectors, word2ind, words, ax)  # names the unknown word
    points = covariance_axes(center_vectors[known])
    return plot_embeddings(points, {word: row for row, word in enumerate(words)}, words, ax)


def covariance_axes(rows: Rows) -> Any:
    """Rows (n, d) minus their mean, on the two first singular vectors of their covariance: (n, 2)."""
    centred = rows - rows.mean(axis=0)
    u, _, _ = np.linalg.svd(centred.T @ centred / len(rows))
    return centred @ u[:, :2]
