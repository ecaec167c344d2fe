"""What finds a key among others: arrays of a hash table, and of the rows in the order of their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OptionError

_BLOCK = 1 << 16  # keys taken apart at once while iterating
_LOOKED_AT = 32  # first bytes of a key that NumPy sorts by
_LOW = np.uint64(0xFFFFFFFF)

MIX = 0x9E3779B1
"""2^32 over the golden ratio, odd: the product's top bits depend on all bits of the checksum."""


def home_bits(count: int) -> int:
    """log2 of the hash table's homes: at least two for each key."""
    return max(1, (2 * count - 1).bit_length())


def slots_of(hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Open addressing with linear probing, filled in one sweep: by rising home, each row takes the next slot.

    Rows pushed over the end stand in a tail, so a search never wraps around; the last slot stays -1.
    """
    bits = home_bits(len(hashes))
    homes = (hashes * np.uint64(MIX) & np.uint64(0xFFFFFFFF)) >> np.uint64(32 - bits)
    steps = np.arange(len(homes))
    # The row below its home in one number: sorting these takes a tenth of the time of a stable argsort.
    rows = (np.sort(homes << np.uint64(32) | steps.astype(np.uint64)) & _LOW).astype(np.int64)
    taken = np.maximum.accumulate(homes[rows].astype(np.int64) - steps) + steps
    slots = np.full(max(1 << bits, int(taken[-1]) + 1 if len(taken) else 0) + 1, -1, np.int32)
    slots[taken] = rows
    return slots


def each_of(text: memoryview, offsets: memoryview) -> Iterator[bytes]:
    """The bytes of each key, a block at a time."""
    for start in range(0, len(offsets) - 1, _BLOCK):
        ends = offsets[start : start + _BLOCK + 1].tolist()
        block, base = bytes(text[ends[0] : ends[-1]]), ends[0]
        for begin, end in pairwise(ends):
            yield block[begin - base : end - base]


def order_of(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows by their bytes. OptionError when two keys are equal.

    Eight bytes are one number, sorted at NumPy's speed; rows that agree in them are sorted among each other
    by the next eight, and what agrees in all that are looked at by Python.
    """

    def key(row: int) -> bytes:
        return text[offsets[row] : offsets[row + 1]].tobytes()

    starts, lengths = offsets[:-1], np.diff(offsets)
    padded = np.append(text, np.zeros(8, np.uint8))
    eights = np.ndarray((len(text) + 1,), ">u8", padded, 0, (1,))  # eight bytes from each byte on
    order = np.arange(len(starts))
    # The places that are not decided, and which of them agree so far.
    places, group = np.arange(len(starts)), np.zeros(len(starts), np.uint64)
    for depth in range(0, _LOOKED_AT, 8):
        rows = order[places]
        left = np.clip(lengths[rows] - depth, 0, 8)
        others = (64 - 8 * left).astype(np.uint64)  # bits that belong to the next key
        heads = eights[np.minimum(starts[rows] + depth, len(text))].astype(np.uint64) >> others << others
        by = np.argsort(heads)
        # Back into their groups, which a sort of group above place does without a stable argsort.
        sorted_by = np.sort(group[by] << np.uint64(32) | np.arange(len(by), dtype=np.uint64)) & _LOW
        by = by[sorted_by.astype(np.int64)]
        order[places], heads = rows[by], heads[by]
        differ = (heads[1:] != heads[:-1]) | (group[1:] != group[:-1])
        tied = ~np.append(True, differ) | ~np.append(differ, True) if len(by) else differ
        group = np.cumsum(np.append(False, differ)[: len(by)], dtype=np.uint64)[tied]
        places = places[tied]
    last = sorted(np.sort(order[places]).tolist(), key=key)
    # The sort is stable, so of two equal keys the second is the later row.
    again = min((later for row, later in pairwise(last) if key(row) == key(later)), default=None)
    if again is not None:
        first = next(row for row in last if key(row) == key(again))
        raise OptionError(
            f"keys must differ; {decoded(key(again), again)!r} stands in rows {first:,} and {again:,}"
        )
    order[places] = last
    return order


def decoded(key: bytes, row: int) -> str:
    """The text of a key. Raises: FormatError, which names its row."""
    try:
        return key.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise FormatError(f"the key of row {row:,} is not UTF-8 ({error.reason}); damaged") from None
