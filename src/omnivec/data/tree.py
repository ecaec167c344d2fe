"""A tree of hierarchical softmax that was read from a file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError


def check_tree(children: NDArray[np.int32]) -> None:
    """Refuse a tree that was read from a file and could lead astray.

    Raises: FormatError unless every node but the root, the last, is the child of one node, which stands
    behind it: then every way down ends at a word, and each word at the end of one. All of a tree is looked
    at, so that opening a model does not ask it.
    """
    rows = len(children) + 1
    behind = rows + np.arange(len(children), dtype=np.int32)[:, None]
    seen = np.zeros(2 * rows - 2, np.bool_)
    if ((children >= 0) & (children < behind)).all():
        seen[children] = True
    if not seen.all():  # as many places as children: each is met once
        raise FormatError(f"the tree does not lead to each of {rows:,} words once; damaged")
