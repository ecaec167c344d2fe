"""Bytes → words → numbers, in one pass: every word gets the number of its first appearance, and is counted.

The caller grows the arrays between calls; nothing is cut, whatever the length of a word or a line.
Definition: reference/scan.py.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, primitive
from omnivec.store import fnv

WORD, SEPARATOR, LINE_END, DOCUMENT_END = 0, 1, 2, 3  # kinds of bytes
# What ends a unit: every line end, an empty line, or nothing but the document.
LINE, PARAGRAPH, DOCUMENT = 0, 1, 2
WORDS, BYTES, IN_UNIT, IN_LINE, MARKS = 0, 1, 2, 3, 4  # places in state (5,)
BASIS, PRIME, LAST = np.uint64(fnv.BASIS64), np.uint64(fnv.PRIME64), np.uint64(fnv.LAST64)
EMPTY = np.uint64(0xFFFFFFFF)  # the lower half of a free slot


@primitive
def hashed(text, start, end):
    """FNV-1a, 64 bits, with a last mix: the upper half is compared, the lower half chooses the slot."""
    h = BASIS
    for k in range(start, end):
        h = (h ^ np.uint64(text[k])) * PRIME
    return (h ^ (h >> np.uint64(29))) * LAST


@primitive
def same(text, start, end, store, at):
    """Whether the bytes text[start:end] stand in store from `at` on."""
    for k in range(end - start):
        if text[start + k] != store[at + k]:
            return False
    return True


@driver
def scan(
    text: NDArray[np.uint8],
    start: int,
    end: int,
    kinds: NDArray[np.uint8],
    unit: int,
    slots: NDArray[np.uint64],
    store: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    counts: NDArray[np.int64],
    numbers: NDArray[np.int32],
    state: NDArray[np.int64],
) -> tuple[int, int]:
    """Number the words of text[start:end] that are complete, and write their numbers and −1 at the end of a
    unit.

    A word is complete when a byte that is no word byte follows it. slots (a power of two,): upper half of the
    hash, then the word's number; store, offsets, counts: the words so far. Returns (bytes consumed up to,
    numbers written); it stops early where an array is full: numbers, half of slots, offsets, or store.
    """
    written, position = 0, start
    mask = np.uint64(slots.shape[0] - 1)
    room = min(counts.shape[0], slots.shape[0] // 2)
    while True:
        while position < end and kinds[text[position]] != WORD:
            kind = kinds[text[position]]
            if kind >= LINE_END:
                ends = kind == DOCUMENT_END or unit == LINE or (unit == PARAGRAPH and state[IN_LINE] == 0)
                if ends and state[IN_UNIT] > 0:
                    if written == numbers.shape[0]:
                        return position, written
                    numbers[written] = -1
                    written += 1
                    state[IN_UNIT] = 0
                    state[MARKS] += 1
                state[IN_LINE] = 0
            position += 1
        stop = position
        while stop < end and kinds[text[stop]] == WORD:
            stop += 1
        full = (
            written == numbers.shape[0]
            or state[WORDS] == room
            or state[BYTES] + stop - position > store.shape[0]
        )
        if stop == end or full:
            return position, written
        h = hashed(text, position, stop)
        tag, slot = h >> np.uint64(32), h & mask
        number = np.int64(-1)
        while number < 0:
            entry = slots[slot]
            candidate = entry & EMPTY
            if candidate == EMPTY:
                number = state[WORDS]
                slots[slot] = (tag << np.uint64(32)) | np.uint64(number)
                at = state[BYTES]
                for k in range(stop - position):
                    store[at + k] = text[position + k]
                state[BYTES] = offsets[number + 1] = at + stop - position
                counts[number] = 0
                state[WORDS] += 1
            elif entry >> np.uint64(32) == tag:
                at = offsets[candidate]
                if offsets[candidate + np.uint64(1)] - at == stop - position and same(
                    text, position, stop, store, at
                ):
                    number = np.int64(candidate)
            slot = (slot + np.uint64(1)) & mask
        counts[number] += 1
        numbers[written] = number
        written += 1
        state[IN_UNIT] += 1
        state[IN_LINE] += 1
        position = stop


@driver
def refill(
    slots: NDArray[np.uint64], store: NDArray[np.uint8], offsets: NDArray[np.int64], words: int
) -> None:
    """Put the words so far into larger, empty slots."""
    mask = np.uint64(slots.shape[0] - 1)
    for number in range(words):
        h = hashed(store, offsets[number], offsets[number + 1])
        slot = h & mask
        while slots[slot] & EMPTY != EMPTY:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = ((h >> np.uint64(32)) << np.uint64(32)) | np.uint64(number)


@driver
def renumber(
    numbers: NDArray[np.int32],
    rows: NDArray[np.int32],
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    state: NDArray[np.int64],
) -> None:
    """Write the vocabulary's rows in place of numbers of first appearance; words without a row (−1) vanish,
    units close up.

    state (2,): tokens written, units ended; units (…,) gets the border behind each unit that kept a word.
    Nothing is written ahead of what was read: numbers and tokens may be one array.
    """
    written, ended = state[0], state[1]
    for k in range(numbers.shape[0]):
        if numbers[k] < 0:
            if written > units[ended]:
                ended += 1
                units[ended] = written
        else:
            row = rows[numbers[k]]
            if row >= 0:
                tokens[written] = row
                written += 1
    state[0], state[1] = written, ended
