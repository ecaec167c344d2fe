"""A span of a unit: the rows of its words and n-grams, which are targets, and what all of them add up to.

Definition: reference/sent2vec.py.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

from omnivec.kernels.blocks import request
from omnivec.kernels.compiling import part, primitive
from omnivec.kernels.hashing import bucket_of, longer
from omnivec.kernels.primitives import GAMMA, among, below, mixed, random_at
from omnivec.kernels.simd import LANES, add, load, store, sub, zero
from omnivec.kernels.text import survives

SPAN = 256
"""Words whose n-grams and steps are held together; a longer unit moves its inputs a span at a time."""

SPREAD = 0x9E3779B1  # a multiplier that spreads neighbouring rows: 2^32 over the golden ratio

NONE = -1  # the row of an n-gram that goes over the unit's end, or over a place that was dropped


@primitive
def drop(base, begin, length, count, places):
    """Draw the places of a unit that no n-gram contains; their number. Definition: `dropped`."""
    n = max(min(count, length - 2), 0)
    z = random_at(base ^ GAMMA, begin)
    for k in range(n):
        z += GAMMA
        last = length - n + k
        place = begin + below(mixed(z), last + 1)
        if among(places, 0, k, place):
            place = begin + last
        places[k] = place
    return n


@primitive
def drawn_targets(tokens, start, stop, keep, random, at, chosen, words, bits):
    """Which of tokens[start:stop] are targets: their places, counted from `at`, their words, and the random
    bits that their negatives follow from. Returns their number.
    """
    n = 0
    for p in range(start, stop):  # without a branch on the outcome: half of them would be mispredicted
        r = random_at(random, p)
        chosen[n], words[n], bits[n] = at + p - start, tokens[p], r
        n += survives(tokens, p, keep, r)
    return n


@part
def formed(tokens, start, stop, end, hashes, ngrams, base, buckets, places, drops, inputs, rows, at):
    """The rows of the places tokens[start:stop] of a unit that ends at `end`, each asked for: a word, and its
    n-grams short before long, in rows[at : at + stop − start]. Returns their number.
    """
    count = 0
    for p in range(start, stop):
        k = at + p - start
        rows[k, 0] = tokens[p]
        request(inputs, tokens[p])
        count += 1
        whole = ngrams > 1 and not among(places, 0, drops, p)
        h = hashes[tokens[p]]
        for n in range(1, ngrams):
            whole = whole and p + n < end
            if whole and drops > 0:
                whole = not among(places, 0, drops, p + n)
            row = NONE
            if whole:
                h = longer(h, hashes[tokens[p + n]], 0)
                row = base + bucket_of(h, n + 1, buckets, 0)
                request(inputs, row)
                count += 1
            rows[k, n] = row
    return count


@part
def summed(inputs, rows, first, last, sums):
    """Add the rows of places first … last − 1 to sums[0]; among themselves first, so that a long unit loses
    fewer digits.
    """
    for j in range(0, inputs.shape[1], LANES):
        store(sums, 2, j, zero())
    for k in range(first, last):
        for n in range(rows.shape[1]):
            if rows[k, n] >= 0:
                for j in range(0, inputs.shape[1], LANES):
                    store(sums, 2, j, add(load(sums, 2, j), load(inputs, rows[k, n], j)))
    for j in range(0, inputs.shape[1], LANES):
        store(sums, 0, j, add(load(sums, 0, j), load(sums, 2, j)))


@part
def counted(rows, first, last, times, more):
    """Add `more` to how often each row of places first … last − 1 stands in a long unit."""
    for k in range(first, last):
        for n in range(rows.shape[1]):
            if rows[k, n] >= 0:
                times[rows[k, n]] += more


@part
def standing(rows, first, last, count, times, frozen, slots):
    """Σ how often the row stands in the unit, over the `count` rows of places first … last − 1 that may move:
    so much more than one row's step the unit's sum moves when each of them is given it.

    times: of a long unit, see `counted`; of a short one they are counted here, in slots (2, a power of two).
    """
    total = 0
    mask = 1
    if times.shape[0] == 0:
        while mask < 2 * count:
            mask *= 2
        slots[0, :mask] = NONE
        mask -= 1
    for k in range(first, last):
        for n in range(rows.shape[1]):
            row = rows[k, n]
            if row >= 0:
                if frozen is not None:
                    moving = frozen[row] == 0
                else:
                    moving = True
                if times.shape[0] > 0:
                    more = times[row]
                else:  # the square grows by the next odd number
                    slot = (row * SPREAD >> 16) & mask
                    while slots[0, slot] >= 0 and slots[0, slot] != row:
                        slot = (slot + 1) & mask
                    if slots[0, slot] < 0:
                        slots[0, slot], slots[1, slot] = row, 0
                    more = 2 * slots[1, slot] + 1
                    slots[1, slot] += 1
                if moving:
                    total += more
    return total


@primitive
def without(inputs, rows, k, sums, hidden):
    """hidden[0] = sums[0] less the rows of place k and of the n-grams that contain it; how many those are."""
    for j in range(0, inputs.shape[1], LANES):
        store(hidden, 0, j, sub(load(sums, 0, j), load(inputs, rows[k, 0], j)))
    own = 1
    for back in range(min(rows.shape[1], k + 1)):
        for n in range(max(back, 1), rows.shape[1]):
            row = rows[k - back, n]
            if row >= 0:
                for j in range(0, inputs.shape[1], LANES):
                    store(hidden, 0, j, sub(load(hidden, 0, j), load(inputs, row, j)))
                own += 1
    return own
