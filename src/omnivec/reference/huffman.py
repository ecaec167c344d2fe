"""Huffman's tree over the words, and the chances that hierarchical softmax reads from it.

A word is a leaf, and frequent words lie near the root. At every inner node the hidden row decides between
left and right, so that a word costs as many decisions as its path is long: on average over the text fewer
than H + 1, where H is the entropy of its words in bits.

A tree of rows leaves is an array (rows − 1, 2) of children, left and right of each inner node: child c < rows
is the leaf of word c, child c ≥ rows is inner node c − rows. Inner nodes stand in the order of their making,
each after its children; the root is the last.

Sources: Huffman 1952; Schwartz 1964, for ties; van Leeuwen 1976, for two queues in place of a heap; Morin,
Bengio 2005, for a tree as the output layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.losses import Rows, sigmoid


def tree(counts: ArrayLike) -> NDArray[np.int64]:
    """The children of each inner node, (rows − 1, 2); counts must fall.

    The two smallest that have no parent get one, again and again; the first taken is the left child. Leaves
    wait from the last to the first and inner nodes in the order of making, so the smallest is at the head of
    one of two queues. On a tie a leaf goes first, which of all trees as good takes the one whose
    longest path is shortest.
    """
    weights = [int(count) for count in np.asarray(counts)]
    rows = len(weights)
    leaf, node = rows - 1, rows
    children = []
    for _ in range(rows - 1):
        pair = []
        for _ in range(2):
            if leaf >= 0 and (node == len(weights) or weights[leaf] <= weights[node]):
                pair.append(leaf)
                leaf -= 1
            else:
                pair.append(node)
                node += 1
        weights.append(weights[pair[0]] + weights[pair[1]])
        children.append(pair)
    return np.array(children, np.int64).reshape(-1, 2)


def paths(tree: ArrayLike) -> list[list[tuple[int, int]]]:
    """For each leaf, the (inner node, sign) from the root on: +1 where its way goes left, −1 where right.

    From parents to children without recursion, so that a tree may be of any depth.
    """
    children = np.asarray(tree).tolist()
    rows = len(children) + 1
    to: list[list[tuple[int, int]]] = [[] for _ in range(2 * rows - 1)]
    for node in reversed(range(rows - 1)):
        for child, sign in zip(children[node], (1, -1), strict=True):
            to[child] = [*to[rows + node], (node, sign)]
    return to[:rows]


def probabilities(tree: ArrayLike, nodes: Rows, h: Rows) -> NDArray[np.float64]:
    """P(word | h) of every word, (rows,); nodes (rows − 1, dim) and the hidden row h (dim,).

    A node hands the share σ(h·u) of what reached it to the left and the rest, σ(−h·u), to the right: all
    together are 1 whatever the numbers, without a sum over the words.
    """
    children = np.asarray(tree).tolist()
    rows = len(children) + 1
    chance = np.ones(2 * rows - 1)
    score = nodes @ h
    for node in reversed(range(rows - 1)):
        for child, sign in zip(children[node], (1, -1), strict=True):
            chance[child] = chance[rows + node] * sigmoid(sign * score[node])
    return chance[:rows]
