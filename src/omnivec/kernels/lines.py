"""Lines of text as rows of a table: words, their character n-grams, and word n-grams.

They are put together from the running text, so that nothing of a line outlives it. Definition:
reference/classifier.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment, operator"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, primitive
from omnivec.kernels.hashing import bucket_of, longer
from omnivec.kernels.primitives import among, random_at
from omnivec.kernels.simd import prefetch

PLAIN, NEITHER = -1, -2  # kinds of types: a word, neither word nor label; a label is its number
FINE = np.float32(2**24)


class Lines(NamedTuple):
    """Running text, and what each of its types stands for."""

    tokens: NDArray[np.int32]
    """Numbers of types."""
    units: NDArray[np.int64]
    """Borders of the lines, 0 … the number of tokens."""
    kinds: NDArray[np.int32]
    """PLAIN, NEITHER or the label, by type."""
    spans: NDArray[np.int64]
    """The rows of type t are parts[spans[t] : spans[t + 1]]."""
    parts: NDArray[np.int32]
    """Rows of words and of their character n-grams."""
    hashes: NDArray[np.uint64]
    """What a type is in word n-grams."""
    ngrams: int
    """Words of the longest word n-gram."""
    base: int
    """The first row of word n-grams."""
    buckets: int
    """Their rows."""
    plain: int
    """1 for fastText's hash, see hashing.py."""


@primitive
def featured(lines, begin, end, chain, rows, n, targets, m):
    """The rows of a line's features behind rows[:n], its labels, each once, behind targets[:m]; where both
    end.
    """
    first, words, plain = m, 0, lines.plain
    for p in range(begin, end):
        t = lines.tokens[p]
        kind = lines.kinds[t]
        if kind == PLAIN:
            for k in range(lines.spans[t], lines.spans[t + 1]):
                rows[n] = lines.parts[k]
                n += 1
            chain[words] = lines.hashes[t]
            words += 1
        elif kind >= 0 and not among(targets, first, m, kind):
            targets[m] = kind
            m += 1
    for i in range(words if lines.ngrams > 1 else 0):
        h = chain[i]
        for j in range(i + 1, min(i + lines.ngrams, words)):
            h = longer(h, chain[j], plain)
            rows[n] = lines.base + bucket_of(h, j - i + 1, lines.buckets, plain)
            n += 1
    return n, m


@driver
def begin(
    lines: Lines,
    most: NDArray[np.int64],
    words: int,
    dim: int,
    random: np.uint64,
    inputs: NDArray[np.float32],
) -> None:
    """Draw the rows of the n-grams that a text has, uniform in ±1/dim, each from its number alone.

    The others stay zero, and cost neither time nor memory: an n-gram that training never met says nothing. A
    row that has begun is left as it is, so that threads may take a part of the lines each. most: see
    `largest`; words: the rows before those of n-grams.
    """
    chain, rows, targets = (
        np.empty(most[1], np.uint64), np.empty(most[0], np.int32), np.empty(most[2], np.int32)
    )  # fmt: skip
    half, scale = np.float32(0.5), np.float32(2 / dim)
    for unit in range(lines.units.shape[0] - 1):
        n, _ = featured(lines, lines.units[unit], lines.units[unit + 1], chain, rows, 0, targets, 0)
        for k in range(n):
            prefetch(inputs, rows[k], 0)
        for k in range(n):
            row = rows[k]
            if row >= words and inputs[row, 0] == 0:
                for j in range(0, dim, 2):  # two numbers of 24 bits from one draw
                    bits = random_at(random, np.int64(row) * dim + j)
                    inputs[row, j] = (np.float32(bits >> np.uint64(40)) / FINE - half) * scale
                    if j + 1 < dim:
                        bits = (bits >> np.uint64(8)) & np.uint64(0xFFFFFF)
                        inputs[row, j + 1] = (np.float32(bits) / FINE - half) * scale


@driver
def largest(lines: Lines, most: NDArray[np.int64]) -> None:
    """Raise most (3 or more,) to what the largest line needs: rows, words, labels."""
    for unit in range(lines.units.shape[0] - 1):
        rows, words, labels = 0, 0, 0
        for p in range(lines.units[unit], lines.units[unit + 1]):
            t = lines.tokens[p]
            rows += lines.spans[t + 1] - lines.spans[t]
            words += 1 if lines.kinds[t] == PLAIN else 0
            labels += 1 if lines.kinds[t] >= 0 else 0
        most[0] = max(most[0], rows + words * max(lines.ngrams - 1, 0))
        most[1], most[2] = max(most[1], words), max(most[2], labels)
