"""Trees of hierarchical softmax: grown from counts, and the paths that kernels follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels import huffman


def grown(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Huffman's tree over falling counts, (rows − 1, 2) int32: the children of each inner node.

    A child below rows is the leaf of that row, others are inner nodes counted from rows on; the root is the
    last. Definition: reference/huffman.py.
    """
    inner = len(counts) - 1
    tree = np.empty((inner, 2), np.int32)
    huffman.grow(np.ascontiguousarray(counts, np.int64), np.empty(inner, np.int64), tree)
    return tree


def paths(tree: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32], int]:
    """The way from the root to every leaf: (where each begins, steps as node << 1 | right, the longest)."""
    rows = len(tree) + 1
    tree = np.ascontiguousarray(tree)
    depth, starts = np.empty(2 * rows - 1, np.int32), np.zeros(rows + 1, np.int64)
    steps = np.empty(huffman.measure(tree, depth), np.int32)
    huffman.trace(tree, depth, np.empty(2 * rows - 1, np.int32), starts, steps)
    return starts, steps, int(depth[:rows].max())


def mean_path(starts: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """Mean length of a path, by the weight of its leaf, (rows,)."""
    return float(np.diff(starts) @ weights / weights.sum())
