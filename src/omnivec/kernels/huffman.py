"""Huffman's tree over counts, and the path from its root to every leaf. Definition: reference/huffman.py."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver


@driver
def grow(counts: NDArray[np.int64], weights: NDArray[np.int64], tree: NDArray[np.int32]) -> None:
    """Join the two lightest until one is left; counts (rows,) fall, tree (rows − 1, 2) gets the children.

    A child below rows is that leaf, from rows on it is an inner node; weights (rows − 1,) is scratch. Leaves
    and inner nodes are two queues that both rise, so that nothing is ever sorted. Source: Huffman 1952.
    """
    rows = counts.shape[0]
    leaf, inner = rows - 1, 0
    for node in range(rows - 1):
        weight = np.int64(0)
        for side in range(2):
            if leaf >= 0 and (inner == node or counts[leaf] <= weights[inner]):
                weight += counts[leaf]
                tree[node, side] = leaf
                leaf -= 1
            else:
                weight += weights[inner]
                tree[node, side] = rows + inner
                inner += 1
        weights[node] = weight


@driver
def measure(tree: NDArray[np.int32], depth: NDArray[np.int32]) -> int:
    """Depth of every leaf and inner node (2 rows − 1,); the sum of the leaves' depths."""
    rows = tree.shape[0] + 1
    total = 0
    depth[2 * rows - 2] = 0
    for node in range(rows - 2, -1, -1):
        for side in range(2):
            child = tree[node, side]
            depth[child] = depth[rows + node] + 1
            total += depth[child] if child < rows else 0
    return total


@driver
def trace(
    tree: NDArray[np.int32],
    depth: NDArray[np.int32],
    parents: NDArray[np.int32],
    starts: NDArray[np.int64],
    paths: NDArray[np.int32],
) -> None:
    """Paths (steps,): node << 1 | right for every step from the root to a leaf.

    starts (rows + 1,): where each leaf's path begins; parents (2 rows − 1,) is scratch.
    """
    rows = tree.shape[0] + 1
    for node in range(rows - 1):
        parents[tree[node, 0]] = node << 1
        parents[tree[node, 1]] = node << 1 | 1
    for leaf in range(rows):
        starts[leaf + 1] = starts[leaf] + depth[leaf]
        at, below = starts[leaf + 1] - 1, leaf
        while at >= starts[leaf]:
            paths[at] = parents[below]
            below = rows + (parents[below] >> 1)
            at -= 1
