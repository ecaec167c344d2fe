"""Running text, a chunk at a time: which tokens survive subsampling, and which words stand near twice."""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np

from omnivec.kernels.compiling import primitive
from omnivec.kernels.primitives import LOW32, random_at

CHUNK = 1024  # tokens whose windows are prepared together: the scratch stays in the nearest caches
STAMPS = 2048  # places of a small table that remembers where a word stood last; a power of two


@primitive
def survives(tokens, position, keep, bits):
    """1 if subsampling keeps the token, else 0: half of its random bits against its word's threshold."""
    return np.int64((bits & LOW32) <= np.uint64(keep[tokens[position]]))


@primitive
def thin(tokens, units, unit, at, end, keep, base, window, gap, text, bits, where):
    """Fill text with the survivors of tokens[at:end], from place `window` on, and with their context on both
    sides.

    −1 stands where a unit has no word: one behind every unit, or, where gap is more than 0, that many of them
    between two units that have words. bits keeps each survivor's random number, where its position counted
    from `at`. Returns (place after the last centre, place after the last word).
    """
    place, position = window, at
    while place > 0 and position > units[unit]:
        position -= 1
        if survives(tokens, position, keep, random_at(base, position)):
            place -= 1
            text[place] = tokens[position]
    text[:place] = -1
    m, position = window, at
    while True:
        stop = min(end, units[unit + 1])
        for p in range(position, stop):  # without a branch on the outcome: half of them would be mispredicted
            r = random_at(base, p)
            text[m], bits[m], where[m] = tokens[p], r, p - at
            m += survives(tokens, p, keep, r)
        position = stop
        if position == end:
            break
        if gap == 0 or text[m - 1] >= 0:
            for _ in range(max(gap, 1)):
                text[m] = -1
                m += 1
        unit += 1
    last, border = m, units[unit + 1]
    while position < border and m < last + window:
        text[m] = tokens[position]
        m += survives(tokens, position, keep, random_at(base, position))
        position += 1
    text[m : last + window + 1] = -1
    return last, m


@primitive
def repeats(text, end, seen, latest):
    """latest[t]: the latest place before t, or earlier, whose word may stand again at or before t.

    A window from left to right holds a word twice only if latest[right] ≥ left. Words that share a stamp are
    false alarms.
    """
    seen[:] = -1
    place = np.int32(-1)
    for t in range(end):
        if text[t] >= 0:
            stamp = text[t] & (STAMPS - 1)
            place = max(place, seen[stamp])
            seen[stamp] = t
        latest[t] = place
