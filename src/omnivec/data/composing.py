"""A model out of a file of another program: words composed of their rows, rows padded as kernels want them.

NumPy alone, so that opening a file loads no compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.features import LINE_END, Subwords, composed, fnv
from omnivec.store import memory
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.formats.fasttext_names import bytes_of
from omnivec.store.keys import Keys
from omnivec.store.tables import Builder, Rounding, empty_table, table_bytes

_BASIS, _PRIME, _SIGN = np.uint64(2166136261), np.uint64(16777619), np.uint64(0xFFFFFF00)
_LOW = np.uint64(0xFFFFFFFF)
_WORDS = 1 << 12  # composed at once
_ROWS = 1 << 14  # copied at once
_WORD = 250  # bytes of a usual word in lists, keys and their tables
_REMEDY = "take the first rows only (limit), or convert it where there is more memory: a model folder is mapped"


class Pruned:
    """The n-grams that a model has left: hash → row, or nothing."""

    def __init__(self, pairs: NDArray[np.int32]) -> None:
        """`pairs` (n, 2): hash and row."""
        order = np.argsort(pairs[:, 0])
        self._hashes, self._rows = pairs[order, 0], pairs[order, 1]

    def find(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each hash, -1 where it has none."""
        if not len(self._hashes):
            return np.full(len(hashes), -1)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return np.where(self._hashes[at] == hashes, self._rows[at], -1).astype(np.int64)


def pruned_of(tables: Mapping[str, NDArray[Any]]) -> Pruned | None:
    """Of the tables of a model; None where every n-gram has a row."""
    return Pruned(tables["pruned"]) if "pruned" in tables else None


def rows_of(word: str, words: int, subwords: Subwords, pruned: Pruned | None) -> NDArray[np.int64]:
    """The rows of a word's n-grams, behind those of `words` words."""
    if subwords.maxn < 1:
        return np.empty(0, np.int64)
    rows = subwords.rows(word, 0)
    if pruned is not None:
        rows = pruned.find(rows)
        rows = rows[rows >= 0]
    return words + rows


def cut(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], subwords: Subwords
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The n-grams of many words: how many each has, (words,), and h mod buckets of each, in their order.

    All words are cut at once, an n-gram a letter longer in each step. Definition: reference/fasttext.py.
    """
    lengths = np.diff(offsets)
    # <word> for each, in one row of bytes, and 0 behind the last
    begins = offsets[:-1] - offsets[0] + 2 * np.arange(len(lengths))
    ends = begins + lengths + 2
    data = np.zeros(int(ends[-1]) + 1, np.uint8)
    inside = np.ones(len(data), np.bool_)
    inside[begins] = inside[ends - 1] = inside[-1] = False
    data[inside] = text[offsets[0] : offsets[-1]]
    data[begins], data[ends - 1] = ord("<"), ord(">")
    word_of = np.repeat(np.arange(len(lengths)), lengths + 2)
    starts = np.flatnonzero((data[:-1] & 0xC0) != 0x80)
    owner = word_of[starts]
    last, first = ends[owner], begins[owner]
    signed = data.astype(np.uint64)
    signed[data > 127] |= _SIGN
    hashes, stop = np.full(len(starts), _BASIS), starts.copy()
    columns: list[NDArray[np.uint64]] = []
    valid: list[NDArray[np.bool_]] = []
    for n in range(1, subwords.maxn + 1):
        going = np.flatnonzero(stop < last)
        if not len(going):
            break
        reached = np.zeros(len(starts), np.bool_)
        reached[going] = True
        while len(going):  # a letter, byte by byte
            at = stop[going]
            hashes[going] = ((hashes[going] ^ signed[at]) * _PRIME) & _LOW
            stop[going] = at = at + 1
            going = going[(at < last[going]) & ((data[at] & 0xC0) == 0x80)]
        if n >= subwords.minn:
            lone = (starts == first) | (stop == last) if n == 1 else False
            columns.append(hashes.copy())
            valid.append(reached & ~lone if n == 1 else reached)
    if not columns:
        return np.zeros(len(lengths), np.int64), np.empty(0, np.int64)
    there = np.stack(valid, axis=1)
    counts = np.bincount(owner, there.sum(axis=1), len(lengths)).astype(np.int64)
    return counts, (np.stack(columns, axis=1)[there] % np.uint64(subwords.buckets)).astype(np.int64)
