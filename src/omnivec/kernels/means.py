"""The means of lines of UTF-8: words found by their bytes, what is unseen cut into n-grams, rows added up.

What a classifier answers with, and what texts are embedded by. Definition: reference/classifier.py.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment, operator"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.blocks import request
from omnivec.kernels.compiling import driver, primitive
from omnivec.kernels.hashing import (
    CLOSE,
    OPEN,
    bucket_of,
    ends_line,
    grams_from,
    longer,
    starts_letter,
    token_hash,
)
from omnivec.kernels.scan import EMPTY, WORD, same
from omnivec.kernels.simd import LANES, add, load, mul, splat, store, zero

HELD = 32  # rows of a line that are asked for before they are added


@primitive
def added(inputs, rows, n, piece, sums, line):
    """Add n rows to a line's sum; among themselves first, so that a long line loses fewer digits."""
    for j in range(0, inputs.shape[1], LANES):
        store(piece, 0, j, zero())
    for k in range(n):
        for j in range(0, inputs.shape[1], LANES):
            store(piece, 0, j, add(load(piece, 0, j), load(inputs, rows[k], j)))
    for j in range(0, inputs.shape[1], LANES):
        store(sums, line, j, add(load(sums, line, j), load(piece, 0, j)))


@primitive
def found(text, begin, end, h, slots, keys, offsets):
    """The number of a word by its bytes and their hash, −1 for one that is not there."""
    mask, number = np.uint64(slots.shape[0] - 1), np.int64(-1)
    tag, slot = h >> np.uint64(32), h & mask
    while number < 0:
        entry = slots[slot]
        candidate = entry & EMPTY
        if candidate == EMPTY:
            break
        if entry >> np.uint64(32) == tag:
            at = offsets[candidate]
            if offsets[candidate + np.uint64(1)] - at == end - begin and same(text, begin, end, keys, at):
                number = np.int64(candidate)
        slot = (slot + np.uint64(1)) & mask
    return number


@driver
def means(
    text: NDArray[np.uint8],
    begins: NDArray[np.int64],
    separators: NDArray[np.uint8],
    prefix: NDArray[np.uint8],
    slots: NDArray[np.uint64],
    keys: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    spans: NDArray[np.int64],
    parts: NDArray[np.int32],
    letters: NDArray[np.int64],
    ngrams: int,
    base: int,
    buckets: int,
    plain: int,
    known: NDArray[np.uint64],
    ends: int,
    end_rows: NDArray[np.int32],
    end_hash: np.uint64,
    inputs: NDArray[np.float32],
    sums: NDArray[np.float32],
    counts: NDArray[np.int64],
) -> None:
    """The mean of every line's features in sums (lines, width), which comes as zeros; counts (lines,) of
    them.

    text: UTF-8, line i from begins[i] to begins[i + 1]; separators (256,): WORD for what words consist of;
    prefix: of tokens that are no features; slots: of the words keys[offsets[i]:offsets[i + 1]], see scan.py,
    whose rows are parts[spans[i]:spans[i + 1]]; letters: minn, maxn, buckets and first row of the n-grams of
    other words; known (words,): what words are in n-grams, where others vanish before n-grams are formed, or
    (0,); ends: 1 for a token at the end of every line, with its rows and its hash.
    """
    longest = np.int64(0)
    for line in range(counts.shape[0]):
        longest = max(longest, begins[line + 1] - begins[line])
    minn, maxn, cells, behind = letters[0], letters[1], letters[2], letters[3]
    chain, bracketed = np.empty(longest // 2 + 2, np.uint64), np.empty(longest + 2, np.uint8)
    held, piece = np.empty(HELD + maxn + 1, np.int32), np.empty((1, inputs.shape[1]), np.float32)
    for line in range(counts.shape[0]):
        position, stop, words, n, total = begins[line], begins[line + 1], 0, 0, 0
        while True:
            while position < stop and separators[text[position]] != WORD:
                position += 1
            begin = position
            while position < stop and separators[text[position]] == WORD:
                position += 1
            if begin == position:
                break
            size = position - begin
            if prefix.shape[0] > 0 and size >= prefix.shape[0]:
                if same(text, begin, begin + prefix.shape[0], prefix, 0):
                    continue
            h = token_hash(text, begin, position, 0)
            row = found(text, begin, position, h, slots, keys, offsets)
            if row < 0 and known.shape[0] > 0:
                continue
            if row >= 0:
                for k in range(spans[row], spans[row + 1]):
                    held[n] = parts[k]
                    request(inputs, parts[k])
                    n += 1
                    if n >= HELD:
                        added(inputs, held, n, piece, sums, line)
                        total += n
                        n = 0
            elif maxn > 0 and not ends_line(text, begin, position):
                bracketed[0], bracketed[size + 1] = OPEN, CLOSE
                for k in range(size):
                    bracketed[k + 1] = text[begin + k]
                for start in range(size + 2):
                    if starts_letter(bracketed[start]):
                        n = grams_from(bracketed, start, size + 2, minn, maxn, cells, behind, held, n)
                        if n >= HELD:
                            added(inputs, held, n, piece, sums, line)
                            total += n
                            n = 0
            if known.shape[0] > 0:
                h = known[row]
            elif plain and ngrams > 1:
                h = token_hash(text, begin, position, 1)
            chain[words] = h
            words += 1
        if ends:
            for k in range(end_rows.shape[0]):
                held[n] = end_rows[k]
                n += 1
                if n >= HELD:
                    added(inputs, held, n, piece, sums, line)
                    total += n
                    n = 0
            chain[words] = end_hash
            words += 1
        for i in range(words if ngrams > 1 else 0):
            h = chain[i]
            for j in range(i + 1, min(i + ngrams, words)):
                h = longer(h, chain[j], plain)
                held[n] = base + bucket_of(h, j - i + 1, buckets, plain)
                request(inputs, held[n])
                n += 1
                if n >= HELD:
                    added(inputs, held, n, piece, sums, line)
                    total += n
                    n = 0
        added(inputs, held, n, piece, sums, line)
        counts[line] = total + n
        share = splat(np.float32(1 / max(total + n, 1)))
        for j in range(0, inputs.shape[1], LANES):
            store(sums, line, j, mul(share, load(sums, line, j)))
