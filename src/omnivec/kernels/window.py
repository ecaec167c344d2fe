"""Words and the words around them: one pass over windows of running text.

Skip-gram or a bag of words on the input side; negatives, the path in a tree or all words on the output side.
Arguments that are None choose among them, and the compiler drops what they do not reach, so there is one
kernel and no combination pays for another. Every step is taken from the values before the window.
Definition: reference/word2vec.py.

What bounds it is measured in docs/benchmarks.md. Sources: Mikolov et al. 2013 (the models), Ji et al. 2016
(negatives shared by a window).
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.blocks import gathered, give, request
from omnivec.kernels.compiling import driver, part
from omnivec.kernels.meeting import MEAN, joined, kept, meet, meet_all, meet_bag, meet_many, meet_one
from omnivec.kernels.near import enter, leave, named, wanted
from omnivec.kernels.primitives import below
from omnivec.kernels.simd import COLUMNS, borrowed
from omnivec.kernels.targets import BLOCK, EXCLUDE, SKIP, climb, draw, label, name
from omnivec.kernels.text import CHUNK, STAMPS, repeats, thin

DYNAMIC, FIXED = 0, 1  # the radius of a window: uniform in 1 … window, or always window
RADIUS = {"dynamic": DYNAMIC, "fixed": FIXED}  # the flags by the words of the learners' options
DIVIDE = 2  # beside MEAN: each word of a bag receives its share of a step
__all__ = ["DIVIDE", "EXCLUDE", "MEAN", "RADIUS", "train"]

# Windows between the request for a row and its use. Skip-gram: 2 is 1 % slower at dim 100 and 5 % at dim
# 300. A bag's windows are shorter: at dim 100, 1 is 7 % slower than 3, 2 is 1 %, 4 is 3 %.
AHEAD, BAG_AHEAD = 1, 3


@part
def windows(
    text, latest, bits, where, stop, length, alias, starts, outs, signs, blocks, ins, nought, rows, spans,
    parts, held, entered, times, outputs, frozen, bag, hidden, window, radius, rate, decay, g, steps, before,
    order, lanes, tally,
):  # fmt: skip
    """The windows of one chunk. Returns the number of predictions; tally (2,) gathers the loss."""
    text, latest, bits, where, outs, ins = borrowed((text, latest, bits, where, outs, ins))
    rows, outputs, g, hidden, signs, blocks = borrowed((rows, outputs, g, hidden, signs, blocks))
    steps, lanes, before, order, tally = borrowed((steps, lanes, before, order, tally))
    nought, held, entered, times = borrowed((nought, held, entered, times))
    if parts is None:
        inputs = rows
    else:
        inputs = held
    predictions, w, ahead, near = 0, 0, AHEAD if bag is None else BAG_AHEAD, 0
    begin, finish = window, window - 1  # the unit around a centre, as places in text: begin … finish − 1
    while begin > 0 and text[begin - 1] >= 0:
        begin -= 1
    for t in range(window, stop):
        if parts is not None:
            if rate is not None:
                if t > window and text[t - window - 1] >= 0:
                    leave(t - window - 1, text, spans, parts, rows, frozen, held, entered, bag)
            while near < min(t + window + 1, length):
                if text[near] >= 0:
                    enter(near, text, spans, parts, rows, held, entered, times, bag)
                near += 1
            wanted(near, text, spans, parts, rows)
        if text[t] < 0:
            begin = t + 1
            continue
        while finish < t or text[finish] >= 0:
            finish += 1
        if alias is not None or starts is not None:
            for k in range(blocks[w + ahead] * BLOCK):
                request(outputs, outs[w + ahead, k])
        if parts is None:
            if t + window + ahead < finish:
                request(inputs, text[t + window + ahead])
        reach = 1 + below(bits[t], window) if radius == DYNAMIC else window
        left, right = max(begin, t - reach), min(finish - 1, t + reach)
        # As often for every centre, and more than needed: a count that varies is mispredicted.
        for k in range(window):
            ins[k] = named(left + k, text, parts, held)
        for k in range(window):
            ins[t - left + k] = named(t + 1 + k, text, parts, held)
        n, at = right - left, min(w, signs.shape[0] - 1)
        twice = parts is None and latest[right] >= left  # what is held is a row for each place
        if n == 0:
            w += 1
            continue
        if rate is None:
            speed = None
        else:
            speed = np.float32(rate - decay * where[t])
        if bag is None:
            predictions += n
            if alias is not None:
                if (frozen is None or parts is not None) and blocks[w] == 1:
                    meet(inputs, ins, n, twice, outputs, outs, w, signs, at, speed, g, lanes, tally)
                else:
                    kept(outputs, outs, w, blocks[w], before)
                    meet_many(
                        inputs, ins, n, before, order, 0, outputs, outs, w, blocks[w], signs, at, speed, g,
                        steps, lanes, tally,
                    )  # fmt: skip
            elif starts is not None:
                meet_many(
                    inputs, ins, n, outputs, outs, w, outputs, outs, w, blocks[w], signs, at, speed, g, steps,
                    lanes, tally,
                )  # fmt: skip
            else:
                tally[0] += meet_all(inputs, ins, n, outputs, outs[w, 0], speed, g, steps, order, lanes)
            if speed is not None:
                if alias is None or (frozen is not None and parts is None) or blocks[w] > 1:
                    for i in range(n):
                        if parts is None:
                            give(inputs, ins[i], steps, i, np.float32(1), frozen)
                        else:
                            give(inputs, ins[i], steps, i, np.float32(1), None)
        else:
            predictions += 1
            count = n
            if parts is not None:
                count = 0
                for i in range(n):
                    count += np.int64(times[0, ins[i]])
            joined(inputs, ins, n, count, bag, hidden)
            share = np.float32(1 / count if bag & DIVIDE else 1)
            if alias is not None:
                if (frozen is None or parts is not None) and blocks[w] == 1:
                    if parts is None:
                        meet_bag(
                            inputs, ins, n, share, None, hidden, outputs, outs, w, signs, at, speed, g, lanes,
                            tally,
                        )  # fmt: skip
                    else:
                        meet_bag(
                            inputs, ins, n, share, times, hidden, outputs, outs, w, signs, at, speed, g,
                            lanes, tally,
                        )  # fmt: skip
                else:
                    kept(outputs, outs, w, blocks[w], before)
                    meet_one(
                        hidden, before, order, 0, outputs, outs, w, blocks[w], signs, at, speed, g, steps,
                        lanes, tally,
                    )  # fmt: skip
            elif starts is not None:
                meet_one(
                    hidden, outputs, outs, w, outputs, outs, w, blocks[w], signs, at, speed, g, steps, lanes,
                    tally,
                )  # fmt: skip
            else:
                tally[0] += meet_all(hidden, nought, 1, outputs, outs[w, 0], speed, g, steps, order, lanes)
            if speed is not None:
                if alias is None or (frozen is not None and parts is None) or blocks[w] > 1:
                    for i in range(n):
                        if parts is None:
                            give(inputs, ins[i], steps, 0, share, frozen)
                        else:
                            give(inputs, ins[i], steps, 0, share * times[0, ins[i]], None)
        w += 1
    if parts is not None:
        if rate is not None:
            for place in range(max(stop - window - 1, 0), near):
                if text[place] >= 0:
                    leave(place, text, spans, parts, rows, frozen, held, entered, bag)
    return predictions


@driver
def train(
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    first: int,
    last: int,
    keep: NDArray[np.uint32],
    alias: NDArray[np.uint64] | None,
    exclude: int,
    distinct: int,
    starts: NDArray[np.int64] | None,
    paths: NDArray[np.int32] | None,
    count: int,
    inputs: NDArray[np.float32],
    spans: NDArray[np.int64] | None,
    parts: NDArray[np.int32] | None,
    outputs: NDArray[np.float32],
    frozen: NDArray[np.uint8] | None,
    bag: int | None,
    window: int,
    radius: int,
    rate: float | None,
    decay: float,
    base: np.uint64,
    sums: NDArray[np.float64],
) -> None:
    """One pass over the centres tokens[first:last], all of whose context counts, also beyond first and last.

    units: borders of the units, 0 … n; keep (words,): a token survives if 32 random bits ≤ keep.

    Outputs: alias (words,), see `primitives.drawn`, for a centre and its negatives, `count` together; or
    starts (words + 1,) and paths, see `huffman.trace`, for nodes of a tree, at most `count`; or neither, for
    all rows.
    Inputs: bag None for each context word on its own, else MEAN | DIVIDE. frozen (words,): 1 for an input row
    that stays as it is.

    inputs (words, width) and outputs (words, or inner nodes, width) are updated in place; the rate falls by
    `decay` a token; without a rate nothing moves. sums (3,) grows by (loss, predictions, surviving centres).
    """
    space = 2 * CHUNK + 4 * window  # words, as many borders, and the context on both sides
    text, bits, where = np.empty(space, np.int32), np.empty(space, np.uint64), np.empty(space, np.int32)
    latest, seen = np.empty(space, np.int32), np.empty(STAMPS, np.int16)
    ins, nought = np.zeros(2 * window + 2, np.int32), np.zeros(2, np.int32)
    most, rows, all_blocks = 1, 2 * window + 2 if bag is None else 2, (outputs.shape[0] + BLOCK - 1) // BLOCK
    if alias is not None or starts is not None:
        most = (count + BLOCK - 1) // BLOCK
    else:
        rows *= all_blocks
    outs, blocks = (
        np.zeros((CHUNK + BAG_AHEAD, most * BLOCK), np.int32),
        np.full(CHUNK + BAG_AHEAD, most, np.int32),
    )
    fixed = starts is None and exclude != SKIP
    signs = np.zeros((1 if fixed else CHUNK + BAG_AHEAD, most * COLUMNS), np.float32)
    g = np.zeros((rows + most, COLUMNS), np.float32)
    hidden, steps = (
        np.zeros((1, inputs.shape[1]), np.float32),
        np.zeros((2 * window, inputs.shape[1]), np.float32),
    )
    before = np.zeros((most * BLOCK, inputs.shape[1]), np.float32)
    order = np.arange(most * BLOCK, dtype=np.int32).reshape(1, -1)
    if alias is None and starts is None:  # every row, and the last one again up to a full block
        every = np.arange(all_blocks * BLOCK, dtype=np.int32)
        order = np.minimum(every, np.int32(outputs.shape[0] - 1)).reshape(1, -1)
    slots = 1  # a power of two, so that words take turns: those of a window and one more
    while slots < 2 * window + 2:
        slots *= 2
    held, entered = (
        np.zeros((slots, inputs.shape[1]), np.float32),
        np.zeros((slots, inputs.shape[1]), np.float32),
    )
    times = np.zeros((1, slots), np.float32)
    lanes, tally = np.zeros((2, 16), np.float32), np.zeros(2)
    lanes[0, :] = 1
    if alias is not None:
        label(signs, count)
    unit = np.searchsorted(units, first, side="right") - 1
    for at in range(first, last, CHUNK):
        while units[unit + 1] <= at:
            unit += 1
        end = min(at + CHUNK, last)
        stop, length = thin(tokens, units, unit, at, end, keep, base, window, 0, text, bits, where)
        if bag is None:
            repeats(text, length, seen, latest)
        if alias is not None:
            centres = draw(text, bits, window, stop, alias, count, exclude, distinct, outs, signs)
        elif starts is not None:
            centres = climb(text, window, stop, starts, paths, outs, signs, blocks)
        else:
            centres = name(text, window, stop, outs)
        sums[2] += centres
        start = rate
        if rate is not None:
            start = rate - decay * (at - first)
        sums[1] += windows(
            text, latest, bits, where, stop, length, alias, starts, outs, signs, blocks, ins, nought, inputs,
            spans, parts, held, entered, times, outputs, frozen, bag, hidden, window, radius, start, decay, g,
            steps, before, order, lanes, tally,
        )  # fmt: skip
    sums[0] += tally[0] + gathered(lanes)
