"""What a model learned, put into the tables of a larger vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.tree import check_tree
from omnivec.engine import tree
from omnivec.engine.start import PIECE
from omnivec.errors import FormatError


def carry_over(
    old: Mapping[str, NDArray[Any]],
    new: Mapping[str, NDArray[Any]],
    rows: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Put what was learned into the tables of a larger vocabulary, in place.

    rows (old words,): the new row of each; counts (words,): of the larger vocabulary, falling.
    Raises: FormatError when a table is missing or has another shape than the old words need, or a tree is
    damaged.
    """
    for name, table in new.items():
        nodes = name in ("nodes", "tree")
        more = 0 if nodes else len(table) - len(counts)  # rows of parts, which stand behind those of words
        wanted = (len(rows) + more - nodes, table.shape[1])
        if name not in old or old[name].shape != wanted or old[name].dtype != table.dtype:
            found = f"{old[name].dtype} of shape {old[name].shape}" if name in old else "none"
            raise FormatError(f"expected a table {name!r}, {table.dtype} of shape {wanted}, got {found}")
        if name == "tree":
            check_tree(old[name])
            table[:] = grafted(old[name], rows, counts)
            continue
        for first in range(0, len(rows) - nodes, PIECE):
            part = old[name][first : min(first + PIECE, len(rows) - nodes)]
            table[slice(first, first + len(part)) if nodes else rows[first : first + PIECE]] = part
        for first in range(0, more, PIECE):
            table[len(counts) + first : len(counts) + first + PIECE] = old[name][len(rows) + first :][:PIECE]


def grafted(old: NDArray[np.int32], rows: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int32]:
    """The tree of a larger vocabulary in which the old tree is whole, (words − 1, 2) int32.

    Huffman's tree over the new words and one leaf more, as heavy as all old words together, in whose place
    the old tree stands: below its root every probability is what it was. Inner nodes keep their numbers, new
    ones follow, the root is the last.
    """
    words, inner = len(counts), len(old)
    fresh = np.delete(np.arange(words), rows)
    if not len(fresh):
        return _renumbered(old, rows, words)
    weight = counts[rows].sum()
    place = int(np.searchsorted(-counts[fresh], -weight))
    leaves = np.insert(fresh, place, words + inner - 1)  # in place of the heavy leaf the old root
    upper = tree.grown(np.insert(counts[fresh], place, weight))
    above = _renumbered(upper, leaves, words + inner)
    return np.concatenate([_renumbered(old, rows, words), above])


def _renumbered(children: NDArray[np.int32], leaves: NDArray[np.int64], first: int) -> NDArray[np.int32]:
    """Children with other numbers: those of the leaves, and for inner nodes from `first` on."""
    inner = first + np.arange(len(children))
    numbers: NDArray[np.int32] = np.concatenate([leaves, inner]).astype(np.int32)
    return numbers[children]


def marked(rows: NDArray[np.int64], words: int) -> NDArray[np.uint8]:
    """(words,) uint8, 1 at the given rows."""
    marks = np.zeros(words, np.uint8)
    marks[rows] = 1
    return marks
