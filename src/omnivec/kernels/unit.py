"""Units of text: each word meets the mean of the others, and of the n-grams it is not in.

The rows of a unit are added once; of each target the word's own row and the n-grams that contain it are taken
off again. What the targets learn is added up, too: the mean follows it at once, and at the unit's end each
row receives all of it but the steps of the targets it contains. So a word costs the same in a long unit as in
a short one. Units longer than SPAN words are read a span at a time, and nothing of them is held but a span
and how often each row stands in them.
Definition: reference/sent2vec.py.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.blocks import gathered, give, request
from omnivec.kernels.compiling import driver, part, primitive
from omnivec.kernels.hashing import bucket_of, longer
from omnivec.kernels.meeting import kept, meet_one
from omnivec.kernels.primitives import GAMMA, among, below, mixed, random_at
from omnivec.kernels.simd import COLUMNS, LANES, add, borrowed, fma, load, mul, splat, store, sub, zero
from omnivec.kernels.targets import BLOCK, REDRAW, draw, label
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
def shared(inputs, row, table, at, frozen, times, sums):
    """Add row `at` of a table to an input row; the sum of a long unit follows in sums[0]."""
    give(inputs, row, table, at, np.float32(1), frozen)
    if times.shape[0] > 0:
        if frozen is not None:
            moving = frozen[row] == 0
        else:
            moving = True
        if moving:
            often = splat(np.float32(times[row]))
            for j in range(0, sums.shape[1], LANES):
                store(sums, 0, j, fma(often, load(table, at, j), load(sums, 0, j)))


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


@part
def spanned(
    rows, first, last, total, share, follow, outs, signs, blocks, chosen, targets, inputs, outputs, frozen,
    speed, times, sums, hidden, steps, stepped, before, order, one, g, lanes, tally,
):  # fmt: skip
    """The targets of one span, places first … last − 1 of rows, those before them beside it.

    sums[0] holds the unit's sum of `total` rows; what the rows of the span receive is multiplied by share,
    and the mean of the next target moves by `follow` times that at once. times: how often each row stands in
    a unit that has other spans, or empty.
    """
    rows, outs, chosen, inputs, outputs, times = (
        borrowed(rows), borrowed(outs), borrowed(chosen), borrowed(inputs), borrowed(outputs), borrowed(times)
    )  # fmt: skip
    signs, blocks, hidden, steps, stepped = (
        borrowed(signs), borrowed(blocks), borrowed(hidden), borrowed(steps), borrowed(stepped)
    )  # fmt: skip
    sums, before, order, one, g = (
        borrowed(sums),
        borrowed(before),
        borrowed(order),
        borrowed(one),
        borrowed(g),
    )
    lanes, tally = borrowed(lanes), borrowed(tally)
    if speed is not None:
        stepped[first:last] = 0
        for j in range(0, inputs.shape[1], LANES):
            store(sums, 1, j, zero())
    for w in range(targets):
        k = chosen[w]
        for b in range(BLOCK * blocks[0]):
            request(outputs, outs[w + 1, b])
        bag = total - without(inputs, rows, k, sums, hidden)
        part_of = np.float32(1 / bag)
        for j in range(0, inputs.shape[1], LANES):
            mean = mul(splat(part_of), load(hidden, 0, j))
            if speed is not None:
                mean = fma(splat(follow), load(sums, 1, j), mean)
            store(hidden, 0, j, mean)
        kept(outputs, outs, w, blocks[0], before)
        meet_one(hidden, before, order, 0, outputs, outs, w, blocks[0], signs, 0, speed, g, one, lanes, tally)
        if speed is not None:
            stepped[k] = 1
            for j in range(0, inputs.shape[1], LANES):
                step = mul(splat(part_of * share), load(one, 0, j))
                store(steps, k, j, step)
                store(sums, 1, j, add(load(sums, 1, j), step))
    if speed is not None:
        for k in range(first, last):
            less = 0
            for n in range(rows.shape[1]):
                if k + n < last and stepped[k + n]:
                    for j in range(0, inputs.shape[1], LANES):
                        held = load(sums, 1, j)
                        if less:
                            held = load(one, 0, j)
                        store(one, 0, j, sub(held, load(steps, k + n, j)))
                    less = 1
                if rows[k, n] >= 0:
                    if less:
                        shared(inputs, rows[k, n], one, 0, frozen, times, sums)
                    else:
                        shared(inputs, rows[k, n], sums, 1, frozen, times, sums)


@driver
def train(
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    first: int,
    last: int,
    keep: NDArray[np.uint32],
    alias: NDArray[np.uint64],
    negatives: int,
    hashes: NDArray[np.uint64],
    ngrams: int,
    buckets: int,
    dropout: int,
    inputs: NDArray[np.float32],
    outputs: NDArray[np.float32],
    frozen: NDArray[np.uint8] | None,
    rate: float | None,
    decay: float,
    random: np.uint64,
    sums: NDArray[np.float64],
) -> None:
    """One pass over the units that begin in tokens[first:last]; one of a single word is none.

    units: borders of the units, 0 … n; keep (words,): a word is a target if 32 random bits ≤ keep; alias
    (words,), see `primitives.drawn`; hashes (words,): of words in n-grams of up to `ngrams` words, whose rows
    begin behind the words'; dropout: places of a unit that no n-gram contains.

    inputs (words + buckets, width) and outputs (words, width) are updated in place, but rows that are frozen;
    the rate falls by `decay` a token; without a rate nothing moves. sums (3,) grows by (loss, targets,
    targets).
    """
    blocks = np.full(1, (negatives + BLOCK) // BLOCK, np.int32)
    width, halo, most = inputs.shape[1], ngrams - 1, blocks[0] * BLOCK
    space = 2 * (SPAN + halo)
    rows, places = np.full((space, ngrams), NONE, np.int32), np.empty(max(dropout, 1), np.int64)
    chosen, words, bits = np.empty(space, np.int32), np.empty(space, np.int32), np.empty(space, np.uint64)
    outs, signs = np.zeros((space + 2, most), np.int32), np.zeros((1, blocks[0] * COLUMNS), np.float32)
    parts, hidden = np.zeros((3, width), np.float32), np.zeros((1, width), np.float32)
    steps, stepped = np.zeros((space, width), np.float32), np.zeros(space, np.uint8)
    before, one = np.zeros((most, width), np.float32), np.zeros((1, width), np.float32)
    order = np.arange(most, dtype=np.int32).reshape(1, -1)
    g = np.zeros((blocks[0] + 2, COLUMNS), np.float32)
    lanes, tally = np.zeros((2, 16), np.float32), np.zeros(2)
    lanes[0, :] = 1
    label(signs, negatives + 1)
    times, base, done, unit = np.zeros(0, np.int32), outputs.shape[0], 0, np.searchsorted(units, first)
    none, slots = np.zeros(0, np.int32), np.empty((2, 4 * SPAN * ngrams), np.int32)
    while unit < units.shape[0] - 1 and units[unit] < last:
        begin, end = units[unit], units[unit + 1]
        unit += 1
        if end - begin < 2:
            continue
        drops, total, count = drop(random, begin, end - begin, dropout, places), 0, 0
        often = none
        if end - begin > SPAN:
            if times.shape[0] == 0:
                times = np.zeros(inputs.shape[0], np.int32)
            often = times
        parts[0, :] = 0
        for start in range(begin, end, SPAN):
            stop = min(start + SPAN, end)
            count = formed(
                tokens, start, stop, end, hashes, ngrams, base, buckets, places, drops, inputs, rows, 0
            )
            total += count
            summed(inputs, rows, 0, stop - start, parts)
            if end - begin > SPAN:
                counted(rows, 0, stop - start, often, 1)
        for start in range(begin, end, SPAN):
            stop, beside = min(start + SPAN, end), min(halo, start - begin)
            if end - begin > SPAN:
                formed(
                    tokens, start - beside, start, end, hashes, ngrams, base, buckets, places, drops, inputs,
                    rows, 0,
                )  # fmt: skip
                count = formed(
                    tokens, start, stop, end, hashes, ngrams, base, buckets, places, drops, inputs, rows,
                    beside,
                )  # fmt: skip
            targets = drawn_targets(tokens, start, stop, keep, random, beside, chosen, words, bits)
            draw(words, bits, 0, targets, alias, negatives + 1, REDRAW, 0, outs, signs)
            for k in range(most if targets else 0):
                request(outputs, outs[0, k])
            speed = None
            if rate is not None:
                speed = np.float32(rate - decay * (begin - first))
            here = beside + stop - start
            often_in_all = standing(rows, beside, here, count, often, frozen, slots)
            spanned(
                rows, beside, here, total, np.float32(total / count), np.float32(often_in_all / total), outs,
                signs, blocks, chosen, targets, inputs, outputs, frozen, speed, often, parts, hidden, steps,
                stepped, before, order, one, g, lanes, tally,
            )  # fmt: skip
            done += targets
        for start in range(begin, end if end - begin > SPAN else begin, SPAN):
            stop = min(start + SPAN, end)
            formed(tokens, start, stop, end, hashes, ngrams, base, buckets, places, drops, inputs, rows, 0)
            counted(rows, 0, stop - start, often, -1)
    sums[0] += tally[0] + gathered(lanes)
    sums[1] += done
    sums[2] += done
