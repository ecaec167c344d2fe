"""Positive pointwise mutual information of sparse counts. Definition: reference/counts/pmi.py.

    PMI(w, c) = ln( #(w, c) / #(w) · Σ #(c)^α / #(c)^α ) − ln k

α is the smoothing of contexts, k the shift. A pair that was never seen is no cell before and none after.
Source: Levy, Goldberg, Dagan 2015, Improving Distributional Similarity with Lessons Learned from Word
Embeddings, sections 2.2 and 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 20
"""Cells worked on together, and a row's more: the numbers in between are float64."""


LEAST = 1e-6
"""What is taken for 0: counts are float32, so their logarithms are right to 6e-8."""


class Sparse(NamedTuple):
    """A square matrix by rows: those of row r are columns[starts[r]:starts[r + 1]], and values there.

    starts (rows + 1,) int64, columns (n,) int32 rising within a row, values (n,) float32.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]


def positive(
    counts: Sparse, smoothing: float, shift: float, told: Callable[[float], None] | None = None
) -> Sparse:
    """What of PMI − ln shift is above 0, in new arrays of just that size; `told` hears the share done.

    Each block is worked out twice, to know how many cells stay before there is room for them.
    """
    rows, contexts = logs(counts, smoothing)
    lengths = np.zeros(len(rows), np.int64)
    tell, cells = told or (lambda done: None), max(len(counts.columns), 1)
    for first, last, places, block in _blocks(counts):
        above = _pmi(counts, block, places, rows, contexts, shift) > LEAST
        lengths[first:last] = np.bincount(places[above] - first, minlength=last - first)
        tell(block.stop / cells / 2)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    columns, values = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    for first, last, places, block in _blocks(counts):
        pmi = _pmi(counts, block, places, rows, contexts, shift)
        above = pmi > LEAST
        columns[starts[first] : starts[last]] = counts.columns[block][above]
        values[starts[first] : starts[last]] = pmi[above]
        tell((1 + block.stop / cells) / 2)
    return Sparse(starts, columns, values)


def bytes_for(rows: int, cells: int) -> int:
    """What `positive` allocates, at most; and the indices of the sparse matrix that is made of it."""
    return cells * (8 if cells < 2**31 else 16) + 48 * rows + 64 * max(min(BLOCK, cells), rows)


def logs(counts: Sparse, smoothing: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(ln #(w), ln( #(c)^α / Σ #(c)^α )), each (rows,); 0 for a word or a context without a cell."""
    size = len(counts.starts) - 1
    rows, contexts = np.zeros(size), np.zeros(size)
    for first, last, places, block in _blocks(counts):
        weights = counts.values[block].astype(np.float64)
        rows[first:last] = np.bincount(places - first, weights, last - first)
        contexts += np.bincount(counts.columns[block], weights, size)
    contexts **= smoothing
    contexts /= contexts.sum()
    for sums in (rows, contexts):
        np.log(sums, out=sums, where=sums > 0)
    return rows, contexts


def _pmi(
    counts: Sparse,
    block: slice,
    places: NDArray[np.int64],
    rows: NDArray[np.float64],
    contexts: NDArray[np.float64],
    shift: float,
) -> NDArray[np.float64]:
    pmi = np.log(counts.values[block].astype(np.float64))
    pmi -= rows[places]
    pmi -= contexts[counts.columns[block]]
    pmi -= math.log(shift)
    return pmi


def _blocks(counts: Sparse) -> Iterator[tuple[int, int, NDArray[np.int64], slice]]:
    """(first row, last row + 1, the row of each cell, the cells) of all rows, some whole ones at a time."""
    starts, first = counts.starts, 0
    while first < len(starts) - 1:
        last = max(int(np.searchsorted(starts, starts[first] + BLOCK, "right")) - 1, first + 1)
        places = np.repeat(np.arange(first, last), np.diff(starts[first : last + 1]))
        yield first, last, places, slice(int(starts[first]), int(starts[last]))
        first = last
