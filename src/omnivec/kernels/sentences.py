"""Lines → the rows of their words → the weighted means of the words' vectors.

Definition: data/sentences.py, which does the same in NumPy where no compiler is.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver
from omnivec.kernels.means import found
from omnivec.kernels.scan import WORD, hashed


@driver
def look_up(
    text: NDArray[np.uint8],
    begins: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    slots: NDArray[np.uint64],
    keys: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rows: NDArray[np.int32],
    ends: NDArray[np.int64],
    odd: NDArray[np.int64],
) -> int:
    """Write the row of every word, and where each line's end, (lines,).

    text: UTF-8, line i from begins[i] to begins[i + 1]; kinds (256,): WORD for what words consist of; slots:
    of the words keys[offsets[i]:offsets[i + 1]], see scan.py. A word without a row gets −1, −2 … there, and
    odd (words, 2) where it begins and ends. Returns how many those are.
    """
    n = unknown = np.int64(0)
    for line in range(ends.shape[0]):
        position, stop = begins[line], begins[line + 1]
        while True:
            while position < stop and kinds[text[position]] != WORD:
                position += 1
            begin = position
            while position < stop and kinds[text[position]] == WORD:
                position += 1
            if begin == position:
                break
            row = found(text, begin, position, hashed(text, begin, position), slots, keys, offsets)
            if row < 0:
                odd[unknown, 0], odd[unknown, 1] = begin, position
                unknown += 1
                row = -unknown
            rows[n] = row
            n += 1
        ends[line] = n
    return int(unknown)


@driver
def weighted_means(
    rows: NDArray[np.int32],
    ends: NDArray[np.int64],
    table: NDArray[np.float32],
    weights: NDArray[np.float64],
    odd_table: NDArray[np.float32],
    odd_weights: NDArray[np.float64],
    unit: int,
    means: NDArray[np.float32],
) -> None:
    """The mean of each line's vectors times their weights in means (lines, dim), which comes as zeros.

    A row r < 0 is odd_table[−1 − r]. unit: 1 for vectors of length one. What has the weight 0, and with unit
    the length 0, does not count. Sums are float64: of 40,000 float32 one lost four of its seven digits.
    """
    dim = means.shape[1]
    total = np.empty(dim, np.float64)
    first = np.int64(0)
    for line in range(ends.shape[0]):
        total[:] = 0
        counted = 0
        for k in range(first, ends[line]):
            row = rows[k]
            if row >= 0:
                vector, weight = table[row], weights[row]
            else:
                vector, weight = odd_table[-1 - row], odd_weights[-1 - row]
            if unit and weight > 0:
                square = 0.0
                for j in range(dim):
                    square += np.float64(vector[j]) * np.float64(vector[j])
                weight = weight / math.sqrt(square) if square > 0 else 0.0
            if weight > 0:
                counted += 1
                for j in range(dim):
                    total[j] += weight * vector[j]
        first = ends[line]
        if counted:
            for j in range(dim):
                means[line, j] = total[j] / counted
