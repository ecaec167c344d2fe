"""The tree that fastText builds from counts when it opens a file, since no file holds one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NO_NODE = 10**15
"""The weight of a node that is not made yet; fastText takes counts for smaller."""


def huffman(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    """The children of each inner node, (rows - 1, 2), as `Model` has them; counts must be below `NO_NODE`.

    Of two equal weights the node goes before the leaf. fastText adds σ(h·u) to the way to the second child
    that was taken, which thus stands first here: left.
    """
    weights = counts.tolist()
    rows, leaf = len(weights), len(weights) - 1
    node, children = rows, []
    for _ in range(rows - 1):
        pair = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < (weights[node] if node < len(weights) else NO_NODE):
                pair.append(leaf)
                leaf -= 1
            else:
                pair.append(node)
                node += 1
        weights.append(weights[pair[0]] + weights[pair[1]])
        children.append(pair[::-1])
    return np.array(children, np.int32).reshape(-1, 2)


def rows_of_nodes(
    counts: NDArray[np.int64], tree: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
    """For each node of fastText's tree the one of `tree` that splits the same leaves, and its sign.

    The sign is -1 where left and right have changed places. None where the trees differ.
    """
    rows = len(counts)
    theirs = huffman(counts)
    if theirs.shape != tree.shape:
        return None
    # Both trees name their nodes in the order of their making, children before parents.
    same = np.arange(2 * rows - 1)
    signs = np.ones(max(rows - 1, 0), np.float32)
    ours = {tuple(sorted(pair)): (node, pair) for node, pair in enumerate(tree.tolist())}
    for node, pair in enumerate(theirs.tolist()):
        left, right = same[pair[0]], same[pair[1]]
        found = ours.get((min(left, right), max(left, right)))
        if found is None:
            return None
        same[rows + node] = rows + found[0]
        signs[node] = 1 if found[1][0] == left else -1
    return same[rows:] - rows, signs
