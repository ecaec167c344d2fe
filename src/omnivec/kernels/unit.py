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

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.blocks import gathered, give, request
from omnivec.kernels.compiling import driver, part, primitive
from omnivec.kernels.meeting import kept, meet_one
from omnivec.kernels.simd import COLUMNS, LANES, add, borrowed, fma, load, mul, splat, store, sub, zero
from omnivec.kernels.spans import NONE, SPAN, counted, drawn_targets, drop, formed, standing, summed, without
from omnivec.kernels.targets import BLOCK, REDRAW, draw, label


class Room(NamedTuple):
    """What a span is worked out in; `places` are those of the span and of the n-grams that reach into it."""

    rows: NDArray[np.int32]
    """(places, ngrams): the rows of a place's word and n-grams, or NONE."""
    outs: NDArray[np.int32]
    """(targets, outputs of one): in blocks, see targets.py."""
    signs: NDArray[np.float32]
    """(1, blocks · COLUMNS)"""
    chosen: NDArray[np.int32]
    """(targets,): their places."""
    sums: NDArray[np.float32]
    """(3, width): of the unit's rows; of the span's steps; of the rows that are being added."""
    hidden: NDArray[np.float32]
    """(1, width): the mean that a target meets."""
    steps: NDArray[np.float32]
    """(places, width): what each target learned."""
    stepped: NDArray[np.uint8]
    """(places,): 1 for those that are targets."""
    before: NDArray[np.float32]
    """(outputs of a target, width): their rows before it."""
    order: NDArray[np.int32]
    """(1, outputs of a target): 0, 1 …"""
    one: NDArray[np.float32]
    """(1, width): the step of a target, or of a place."""
    g: NDArray[np.float32]
    """(blocks + 2, COLUMNS): scores, and then steps."""
    lanes: NDArray[np.float32]
    """(2, 16): factors and terms of the loss, see `blocks.slope`."""
    tally: NDArray[np.float64]
    """(2,): the loss so far, and how many factors lanes hold."""


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


@part
def spanned(room, first, last, total, share, follow, targets, inputs, outputs, frozen, speed, times):
    """The targets of one span, places first … last − 1 of rows, those before them beside it.

    sums[0] holds the unit's sum of `total` rows; what the rows of the span receive is multiplied by share,
    and the mean of the next target moves by `follow` times that at once. times: how often each row stands in
    a unit that has other spans, or empty.
    """
    inputs, outputs, times = borrowed((inputs, outputs, times))
    rows, outs, sums, hidden, steps = room.rows, room.outs, room.sums, room.hidden, room.steps
    stepped, one, blocks = room.stepped, room.one, room.signs.shape[1] // COLUMNS
    if speed is not None:
        stepped[first:last] = 0
        for j in range(0, inputs.shape[1], LANES):
            store(sums, 1, j, zero())
    for w in range(targets):
        k = room.chosen[w]
        for b in range(BLOCK * blocks):
            request(outputs, outs[w + 1, b])
        bag = total - without(inputs, rows, k, sums, hidden)
        part_of = np.float32(1 / bag)
        for j in range(0, inputs.shape[1], LANES):
            mean = mul(splat(part_of), load(hidden, 0, j))
            if speed is not None:
                mean = fma(splat(follow), load(sums, 1, j), mean)
            store(hidden, 0, j, mean)
        kept(outputs, outs, w, blocks, room.before)
        meet_one(
            hidden, room.before, room.order, 0, outputs, outs, w, blocks, room.signs, 0, speed, room.g, one,
            room.lanes, room.tally,
        )  # fmt: skip
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
    blocks = (negatives + BLOCK) // BLOCK
    width, halo, most = inputs.shape[1], ngrams - 1, blocks * BLOCK
    space = 2 * (SPAN + halo)
    words, bits, places = (
        np.empty(space, np.int32), np.empty(space, np.uint64), np.empty(max(dropout, 1), np.int64)
    )  # fmt: skip
    owner = Room(
        np.full((space, ngrams), NONE, np.int32),
        np.zeros((space + 2, most), np.int32),
        np.zeros((1, blocks * COLUMNS), np.float32),
        np.empty(space, np.int32),
        np.zeros((3, width), np.float32),
        np.zeros((1, width), np.float32),
        np.zeros((space, width), np.float32),
        np.zeros(space, np.uint8),
        np.zeros((most, width), np.float32),
        np.arange(most, dtype=np.int32).reshape(1, -1),
        np.zeros((1, width), np.float32),
        np.zeros((blocks + 2, COLUMNS), np.float32),
        np.zeros((2, 16), np.float32),
        np.zeros(2),
    )
    room = borrowed(owner)  # which is used again at the end, and lives until then
    rows, outs, sums_of_unit = room.rows, room.outs, room.sums
    room.lanes[0, :] = 1
    label(room.signs, negatives + 1)
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
        sums_of_unit[0, :] = 0
        for start in range(begin, end, SPAN):
            stop = min(start + SPAN, end)
            count = formed(
                tokens, start, stop, end, hashes, ngrams, base, buckets, places, drops, inputs, rows, 0
            )
            total += count
            summed(inputs, rows, 0, stop - start, sums_of_unit)
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
            targets = drawn_targets(tokens, start, stop, keep, random, beside, room.chosen, words, bits)
            draw(words, bits, 0, targets, alias, negatives + 1, REDRAW, 0, outs, room.signs)
            for k in range(most if targets else 0):
                request(outputs, outs[0, k])
            speed = None
            if rate is not None:
                speed = np.float32(rate - decay * (begin - first))
            here = beside + stop - start
            often_in_all = standing(rows, beside, here, count, often, frozen, slots)
            spanned(
                room, beside, here, total, np.float32(total / count), np.float32(often_in_all / total),
                targets, inputs, outputs, frozen, speed, often,
            )  # fmt: skip
            done += targets
        for start in range(begin, end if end - begin > SPAN else begin, SPAN):
            stop = min(start + SPAN, end)
            formed(tokens, start, stop, end, hashes, ngrams, base, buckets, places, drops, inputs, rows, 0)
            counted(rows, 0, stop - start, often, -1)
    sums[0] += owner.tally[0] + gathered(owner.lanes)
    sums[1] += done
    sums[2] += done
