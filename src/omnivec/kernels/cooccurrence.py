"""Which words stand near each other: all pairs of a row's word, one row after the other.

The places of every word are listed first. Then a row is a walk over the windows of its word, whose sums lie
in one array with a number for each column: small enough for the nearest caches, where a table of pairs is
not. A bit for each column tells which were met, so that a row comes out sorted without being sorted.
Definition: reference/counts/cooccurrence.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, primitive
from omnivec.kernels.simd import borrowed, prefetch

ONE, SIX, MASK = np.uint64(1), np.uint64(6), np.uint64(63)
AHEAD = 6  # windows whose words are asked for before they are read

# The place of the one bit that is set in x: x · sequence, upper six bits. Source: Leiserson, Prokop, Randall
# 1998, "Using de Bruijn sequences to index a 1 in a computer word".
SEQUENCE, SHIFT = np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
PLACES = np.empty(64, np.int64)
for _k in range(64):
    PLACES[((1 << _k) * int(SEQUENCE) % 2**64) >> 58] = _k


@primitive
def is_set(bits, k):
    """Whether bit k is 1."""
    return (bits[k >> 6] >> (np.uint64(k) & MASK)) & ONE != np.uint64(0)


@primitive
def set_bit(bits, k):
    """Make bit k 1."""
    bits[k >> 6] |= ONE << (np.uint64(k) & MASK)


@primitive
def lowest(bits):
    """The place of the lowest bit that is 1."""
    return PLACES[((bits & (~bits + ONE)) * SEQUENCE) >> SHIFT]


@driver
def list_places(
    tokens: NDArray[np.int32],
    first: int,
    last: int,
    base: int,
    starts: NDArray[np.int64],
    places: NDArray[np.int32],
) -> None:
    """List where each word stands in tokens[first:last], counted from `base`, in the order of the text.

    The places of word w come to be places[starts[w] : starts[w + 1]]; starts is (words + 1,).
    """
    words = starts.shape[0] - 1
    starts[:] = 0
    for k in range(first, last):
        starts[tokens[k] + 1] += 1
    for word in range(words):
        starts[word + 1] += starts[word]
    for k in range(first, last):
        word = tokens[k]
        places[starts[word]] = k - base
        starts[word] += 1
    for word in range(words, 0, -1):  # each start has moved to where the next begins
        starts[word] = starts[word - 1]
    starts[0] = 0


@driver
def mark_borders(units: NDArray[np.int64], base: int, last: int, borders: NDArray[np.uint64]) -> None:
    """Set a bit for each border of units from `base` to `last`, counted from `base`."""
    borders[:] = 0
    for unit in range(np.searchsorted(units, base), units.shape[0]):
        if units[unit] > last:
            break
        set_bit(borders, units[unit] - base)


@primitive
def met(column, weight, sums, seen, above):
    """Add to the sum of a column; what was 0 is marked in seen, and its 64 columns in above."""
    before = sums[column]
    if before == 0:
        block = column >> 6
        if seen[block] == np.uint64(0):
            set_bit(above, block)
        set_bit(seen, column)
    sums[column] = before + weight


@primitive
def taken(sums, seen, above, columns, weights, at):
    """Write the columns that were met, in their order, and their sums from place `at` on; all is 0 then.

    Returns the place after the last.
    """
    for top in range(above.shape[0]):
        blocks = above[top]
        above[top] = np.uint64(0)
        while blocks != np.uint64(0):
            block = top * 64 + lowest(blocks)
            blocks &= blocks - ONE
            bits = seen[block]
            seen[block] = np.uint64(0)
            while bits != np.uint64(0):
                column = block * 64 + lowest(bits)
                bits &= bits - ONE
                columns[at] = column
                weights[at] = sums[column]
                sums[column] = 0
                at += 1
    return at


@driver
def count_rows(
    tokens: NDArray[np.int32],
    base: int,
    borders: NDArray[np.uint64],
    starts: NDArray[np.int64],
    places: NDArray[np.int32],
    first: int,
    last: int,
    amounts: NDArray[np.float64],
    both: int,
    sums: NDArray[np.float64],
    seen: NDArray[np.uint64],
    above: NDArray[np.uint64],
    columns: NDArray[np.int32],
    weights: NDArray[np.float64],
    lengths: NDArray[np.int64],
) -> int:
    """Count the pairs of the rows first … last − 1 from the places of their words, and return how many cells.

    amounts (window + 1,): what a pair at each distance adds; both 0: only words to the right are met. sums
    (words,), seen and above, a bit for each word and for each 64 words, are 0 before and after. The cells of
    the rows are written to columns and weights one after the other, lengths[row] of each.
    """
    text = borrowed(tokens.reshape(1, -1))
    tokens, borders, places, amounts = borrowed((tokens, borders, places, amounts))
    sums, seen, above, columns, weights = borrowed((sums, seen, above, columns, weights))
    window, written = amounts.shape[0] - 1, 0
    listed = starts[last]
    for row in range(first, last):
        for k in range(starts[row], starts[row + 1]):
            ahead = base + places[min(k + AHEAD, listed - 1)]
            prefetch(text, 0, max(ahead - window, 0))
            prefetch(text, 0, min(ahead + window, tokens.shape[0] - 1))
            place = np.int64(places[k])
            centre = base + place
            for distance in range(1, window + 1):
                if is_set(borders, place + distance):
                    break
                met(tokens[centre + distance], amounts[distance], sums, seen, above)
            if both:
                for distance in range(1, window + 1):
                    if is_set(borders, place - distance + 1):
                        break
                    met(tokens[centre - distance], amounts[distance], sums, seen, above)
        end = taken(sums, seen, above, columns, weights, written)
        lengths[row] = end - written
        written = end
    return written


CELL = np.dtype([("row", np.int32), ("column", np.int32), ("weight", np.float64)])
"""What a run holds, by row, then by column."""


@driver
def as_records(
    first: int,
    lengths: NDArray[np.int64],
    columns: NDArray[np.int32],
    weights: NDArray[np.float64],
    cells: NDArray[np.void],
) -> None:
    """Write the cells of the rows from `first` on, lengths (rows,) of each, as a run holds them."""
    at = 0
    for k in range(lengths.shape[0]):
        for _ in range(lengths[k]):
            cells[at]["row"], cells[at]["column"], cells[at]["weight"] = first + k, columns[at], weights[at]
            at += 1


@driver
def merge(
    cells: NDArray[np.void],
    at: NDArray[np.int64],
    ends: NDArray[np.int64],
    left: NDArray[np.int64],
    state: NDArray[np.int64],
    sums: NDArray[np.float64],
    seen: NDArray[np.uint64],
    above: NDArray[np.uint64],
    columns: NDArray[np.int32],
    weights: NDArray[np.float64],
    lengths: NDArray[np.int64],
) -> int:
    """Add up the cells of runs, row by row, and return how many there are; the rest as in `count_rows`.

    cells: those of run r that are read and not yet added are cells[r, at[r] : ends[r]], and left[r] of them
    are still to be read. state (2,): the row and the run to go on with. It stops where all rows are done,
    where the next row might not fit, or where the run state[1] is to be read on.
    """
    cells, sums, seen, above, columns, weights = borrowed((cells, sums, seen, above, columns, weights))
    row, run, written = state[0], state[1], 0
    while row < lengths.shape[0]:
        while run < at.shape[0]:
            k = at[run]
            while k < ends[run] and cells[run, k]["row"] == row:
                met(cells[run, k]["column"], cells[run, k]["weight"], sums, seen, above)
                k += 1
            at[run] = k
            if k == ends[run] and left[run] > 0:
                state[0], state[1] = row, run
                return written
            run += 1
        if columns.shape[0] - written < sums.shape[0]:
            break
        end = taken(sums, seen, above, columns, weights, written)
        lengths[row] = end - written
        written = end
        row += 1
        run = 0
    state[0], state[1] = row, run
    return written


@driver
def rows_that_fit(starts: NDArray[np.int64], first: int, each: int, cells: int, pairs: int) -> int:
    """How far the rows from `first` on surely have at most so many cells, and few more than so many pairs.

    Each place of a word is in `each` pairs at most. The first row always fits.
    """
    words, room, row = starts.shape[0] - 1, cells, first
    while row < words:
        most = each * (starts[row + 1] - starts[row])
        room -= min(words, most)
        if row > first and (room < 0 or each * (starts[row + 1] - starts[first]) > pairs):
            break
        row += 1
    return row
