"""The dictionary of fastText's files and of its descendants': word 00, i64 count, u8 type, for each entry."""

from __future__ import annotations

import mmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ENTRY = 10
"""Bytes of an entry beside its word."""


class Entries(NamedTuple):
    """Words, then labels, and how often each occurred."""

    words: list[bytes]
    counts: NDArray[np.int64]
    types: NDArray[np.uint8]
    """0 of a word, 1 of a label."""
    end: int
    """The byte behind them."""


def entries(data: mmap.mmap | bytes, at: int, size: int) -> Entries:
    """The entries from a byte on: `size` of them, or fewer where the file ends before."""
    # A search and a slice for each word is all that Python does: counts are taken by NumPy.
    words, ends, most = [], [], len(data) - ENTRY
    start = at
    for _ in range(size):
        end = data.find(b"\0", start)
        if not 0 <= end <= most:
            break
        words.append(data[start:end])
        ends.append(end)
        start = end + ENTRY
    region = np.frombuffer(data[at:start], np.uint8)
    numbers = region[np.array(ends, np.int64)[:, None] - at + np.arange(1, ENTRY)]
    counts = np.ascontiguousarray(numbers[:, :8]).view("<i8").ravel()
    return Entries(words, counts, numbers[:, 8], start)


def trouble(found: Entries, size: int) -> tuple[int, str] | None:
    """The byte where entries are not the `size` that were announced, and what is wrong there."""
    wrong = np.flatnonzero((found.counts < 0) | (found.types > 1))
    if len(wrong):
        row = int(wrong[0])
        behind = sum(len(word) + ENTRY for word in found.words[row + 1 :])
        got = f"count {found.counts[row]:,}, type {found.types[row]}"
        what = f"a count from 0 on and type 0 or 1 were expected, got {got}"
        return found.end - behind - ENTRY + 1, what
    if len(found.words) < size:
        return found.end, f"entry {len(found.words) + 1:,} of {size:,} does not end; truncated"
    return None
