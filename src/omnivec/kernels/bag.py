"""Lines of text and their labels: the mean of a line's features meets its labels.

Arguments that are None choose the output side, as in window.py. Definition: reference/classifier.py.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment, operator"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.blocks import gathered, give, request
from omnivec.kernels.compiling import driver, part, primitive
from omnivec.kernels.lines import Lines, featured
from omnivec.kernels.meeting import kept, meet_one
from omnivec.kernels.primitives import GAMMA, among, below, drawn, mixed, random_at
from omnivec.kernels.simd import COLUMNS, LANES, add, borrowed, load, mul, splat, store
from omnivec.kernels.targets import BLOCK, REDRAWS
from omnivec.kernels.together import meet_all


class Room(NamedTuple):
    """What lines are worked out in, `held` of them at a time, or one more so that their number is even."""

    chain: NDArray[np.uint64]
    """(words of a line,): their hashes."""
    rows: NDArray[np.int32]
    """The features of all lines held."""
    targets: NDArray[np.int32]
    """The labels of all lines held."""
    ends: NDArray[np.int64]
    """(2, held + 1): where the rows of line i end, ends[0, i + 1], and its targets, ends[1, i + 1]."""
    ins: NDArray[np.int32]
    """(held,): 0, 1 …"""
    outs: NDArray[np.int32]
    """(1, outputs of a line): in blocks, see targets.py."""
    signs: NDArray[np.float32]
    """(1, blocks · COLUMNS): +1 for a label, −1 for a rival, 0 for an empty place."""
    before: NDArray[np.float32]
    """(outputs of a line, width): their rows before the line."""
    order: NDArray[np.int32]
    """(1, outputs of a line): the rows of `before`, or all outputs, and the last again up to a block."""
    hidden: NDArray[np.float32]
    """(held, width): the means of features."""
    paces: NDArray[np.float32]
    """(held,): learning rates."""
    steps: NDArray[np.float32]
    """(held, width): what the features receive."""
    scores: NDArray[np.float32]
    """Of all lines held and all outputs, a block after the other."""
    own: NDArray[np.float32]
    """The scores of one line, and then its steps."""
    g: NDArray[np.float32]
    """The steps of all lines held."""
    factors: NDArray[np.float32]
    """(held, COLUMNS): the products of a line with those before it."""
    scratch: NDArray[np.float32]
    """(1, 16)"""
    lanes: NDArray[np.float32]
    """(2, 16): factors and terms of the loss, see `blocks.slope`."""
    tally: NDArray[np.float64]
    """(2,): the loss so far, and how many factors lanes hold."""


@primitive
def averaged(inputs, rows, start, stop, hidden, i):
    """The mean of the inputs rows[start:stop], in row i of hidden."""
    for j in range(0, inputs.shape[1], LANES):
        store(hidden, i, j, load(inputs, rows[start], j))
    for k in range(start + 1, stop - 1, 2):
        for j in range(0, inputs.shape[1], LANES):
            both = add(load(inputs, rows[k], j), load(inputs, rows[k + 1], j))
            store(hidden, i, j, add(load(hidden, i, j), both))
    n, last = stop - start, rows[stop - 1]
    share = splat(np.float32(1 / n))
    for j in range(0, inputs.shape[1], LANES):
        h = load(hidden, i, j)
        if n & 1 == 0:
            h = add(h, load(inputs, last, j))
        store(hidden, i, j, mul(share, h))


@primitive
def signed(outs, signs, k, row, sign):
    """Put an output at place k of the line's blocks."""
    outs[0, k] = row
    signs[0, k // BLOCK * COLUMNS + k % BLOCK] = sign


@primitive
def rivals(targets, m, alias, negatives, bits, outs, signs):
    """The line's labels, and the negatives drawn against them, none of which is one of them; their number."""
    labels = alias.shape[0]
    for k in range(m):
        signed(outs, signs, k, targets[k], np.float32(1))
    z, count = bits, m
    for _ in range(negatives if m < labels else 0):
        z += GAMMA
        r = mixed(z)
        row = drawn(r, alias)
        tries = 0
        while among(targets, 0, m, row):
            if tries < REDRAWS:
                r = mixed(r)
                row = drawn(r, alias)
                tries += 1
            if tries == REDRAWS:
                row = (targets[0] + 1 + below(r, labels - 1)) % labels
                tries += 1
            elif tries > REDRAWS:
                row = (row + 1) % labels
        signed(outs, signs, count, row, np.float32(-1))
        count += 1
    return count


@primitive
def climbed(targets, m, starts, paths, outs, signs):
    """The inner nodes on the way to each of the line's labels; their number."""
    count = 0
    for k in range(m):
        for place in range(starts[targets[k]], starts[targets[k] + 1]):
            step = paths[place]
            signed(outs, signs, count, step >> 1, np.float32(-1 if step & 1 else 1))
            count += 1
    return count


@primitive
def meet_some(room, m, alias, negatives, bits, starts, paths, outputs, speed):
    """A line meets its labels and those drawn against them, or the nodes above its labels. Returns the loss
    that the tally does not hold.
    """
    targets, outs, signs, lanes, tally = room.targets, room.outs, room.signs, room.lanes, room.tally
    loss, held, count = 0.0, tally[0], 0
    if alias is not None:
        count = rivals(targets, m, alias, negatives, bits, outs, signs)
    elif starts is not None:
        count = climbed(targets, m, starts, paths, outs, signs)
        if m > 1:  # the mean over its labels, in steps and in loss
            loss += gathered(lanes)
            tally[1] = 0
    blocks = (count + BLOCK - 1) // BLOCK
    for k in range(count, blocks * BLOCK):
        signed(outs, signs, k, outs[0, 0], np.float32(0))
    kept(outputs, outs, 0, blocks, room.before)
    meet_one(
        room.hidden, room.before, room.order, 0, outputs, outs, 0, blocks, signs, 0, speed, room.g,
        room.steps, lanes, tally,
    )  # fmt: skip
    if starts is not None:
        if m > 1:
            of_line = tally[0] - held + gathered(lanes)
            tally[0], tally[1] = held, 0
            loss += of_line / m
    return loss


@part
def passed(
    lines, first, last, one, weights, alias, negatives, starts, paths, apart, together, inputs, outputs,
    frozen, rate, decay, random, room,
):  # fmt: skip
    """The lines that begin in first … last − 1. Returns (loss beside that of the tally, lines trained)."""
    lines, inputs, outputs, room = borrowed(lines), borrowed(inputs), borrowed(outputs), borrowed(room)
    units, rows, targets, ends = lines.units, room.rows, room.targets, room.ends
    unit, loss, done, held, going = np.searchsorted(units, first), 0.0, 0, 0, True
    while going:
        going = unit < units.shape[0] - 1 and units[unit] < last
        if going:
            begin, n, m = units[unit], ends[0, held], ends[1, held]
            to, label = featured(lines, begin, units[unit + 1], room.chain, rows, n, targets, m)
            unit += 1
            if to == n or label == m:
                continue
            if one:
                targets[m] = targets[m + below(random_at(random ^ GAMMA, begin), label - m)]
                label = m + 1
            for k in range(n, to):
                request(inputs, rows[k])
            averaged(inputs, rows, n, to, room.hidden, held)
            share = np.float32(1)
            if weights is not None:
                share = np.float32(0)
                for k in range(m, label):
                    share += weights[targets[k]] / np.float32(label - m)
            if starts is not None:
                share /= np.float32(label - m)
            if rate is not None:
                room.paces[held] = share * np.float32(rate - decay * (begin - first))
            held += 1
            ends[0, held], ends[1, held] = to, label
        if held == together or (held > 0 and not going):
            if alias is not None or starts is not None:
                if rate is None:
                    speed = None
                else:
                    speed = room.paces[0]
                bits = random_at(random, begin)
                loss += meet_some(room, ends[1, 1], alias, negatives, bits, starts, paths, outputs, speed)
            else:
                loss += meet_all(room, held, outputs, apart, rate)
            for i in range(held if rate is not None else 0):
                part_of = np.float32(1 / (ends[0, i + 1] - ends[0, i]))
                for k in range(ends[0, i], ends[0, i + 1]):
                    give(inputs, rows[k], room.steps, i, part_of, frozen)
            done += held
            held = 0
    return loss, done


@driver
def train(
    lines: Lines,
    first: int,
    last: int,
    one: int,
    most: NDArray[np.int64],
    weights: NDArray[np.float32] | None,
    alias: NDArray[np.uint64] | None,
    negatives: int,
    starts: NDArray[np.int64] | None,
    paths: NDArray[np.int32] | None,
    apart: int | None,
    together: int,
    inputs: NDArray[np.float32],
    outputs: NDArray[np.float32],
    frozen: NDArray[np.uint8] | None,
    rate: float | None,
    decay: float,
    random: np.uint64,
    sums: NDArray[np.float64],
) -> None:
    """One pass over the lines that begin in first … last − 1; a line without a label or a feature is none.

    one: 1 to draw one of a line's labels instead of teaching all. most: see `lines.largest`. weights
    (labels,): what a label multiplies the rate by.

    Outputs: alias (labels,) and negatives; or starts and paths of a tree, `most` holding the longest; or
    apart, any number, for all labels each on its own; or none of them for softmax. Where all labels are met,
    so many lines are averaged together, before any of them moves an input; elsewhere together is 1. Otherwise
    as in `window.train`. sums (3,) grows by (loss, lines, lines).
    """
    longest, words, labels = most[0], most[1], most[2]
    if alias is not None:
        outs = labels + negatives
    elif starts is not None:
        outs = labels * most[3]
    else:
        outs = outputs.shape[0]
    blocks = (outs + BLOCK - 1) // BLOCK
    width, stride = inputs.shape[1], together + (together & 1)
    signs, order = np.zeros((1, blocks * COLUMNS), np.float32), np.arange(blocks * BLOCK, dtype=np.int32)
    kept_rows = 1
    if alias is not None or starts is not None:
        kept_rows = blocks * BLOCK
    else:  # every row, and the last one again up to a full block
        order = np.minimum(order, np.int32(outputs.shape[0] - 1))
        for k in range(outputs.shape[0]):
            signs[0, k // BLOCK * COLUMNS + k % BLOCK] = -1
    room = Room(
        np.empty(words, np.uint64),
        np.empty(longest * together, np.int32),
        np.empty(labels * together, np.int32),
        np.zeros((2, together + 1), np.int64),
        np.arange(stride, dtype=np.int32),
        np.zeros((1, blocks * BLOCK), np.int32),
        signs,
        np.empty((kept_rows, width), np.float32),
        order.reshape(1, -1),
        np.zeros((stride, width), np.float32),
        np.zeros(stride, np.float32),
        np.zeros((stride, width), np.float32),
        np.zeros((stride * blocks + 2, COLUMNS), np.float32),
        np.zeros((2 * blocks + 2, COLUMNS), np.float32),
        np.zeros(((stride + 1) * blocks + 2, COLUMNS), np.float32),
        np.zeros((stride, COLUMNS), np.float32),
        np.zeros((1, 16), np.float32),
        np.zeros((2, 16), np.float32),
        np.zeros(2),
    )
    room.lanes[0, :] = 1
    loss, done = passed(
        lines, first, last, one, weights, alias, negatives, starts, paths, apart, together, inputs, outputs,
        frozen, rate, decay, random, room,
    )  # fmt: skip
    sums[0] += loss + room.tally[0] + gathered(room.lanes)
    sums[1] += done
    sums[2] += done
