"""Inputs meet their outputs: words each on its own, or a bag of them.

Where one block holds all outputs, both sides are moved in place; elsewhere the step of the inputs is gathered
and given later.

Definition: reference/losses.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np

from omnivec.kernels.blocks import (
    all_differ,
    folded,
    scores,
    scores_of_one,
    slopes,
    slopes_of_one,
    update,
    update_bag,
    update_one,
)
from omnivec.kernels.compiling import primitive
from omnivec.kernels.simd import LANES, add, load, mul, splat, store, zero
from omnivec.kernels.softmax import every_score, every_slope, every_update
from omnivec.kernels.targets import BLOCK

MEAN = 1  # of a bag: the words' mean instead of their sum


@primitive
def kept(outputs, outs, w, blocks, before):
    """Copy the outputs of a window: a row may be met again in a later block."""
    for k in range(blocks * BLOCK):
        for j in range(0, outputs.shape[1], LANES):
            store(before, k, j, load(outputs, outs[w, k], j))


@primitive
def meet(inputs, ins, n, twice, outputs, outs, w, signs, at, speed, g, lanes, tally):
    """Skip-gram where one block holds all outputs: ins[:n] against outs[w], all moved in place."""
    rate = np.float32(0) if speed is None else speed
    for i in range(0, n, 2):
        scores(inputs, ins[i], ins[min(i + 1, n - 1)], outputs, outs, w, 0, g, i)
        slopes(g, i, min(2, n - i), signs, at, 0, rate, lanes, tally)
    if speed is not None:
        different = folded(ins, n, g) if twice and not all_differ(ins, n) else n
        update(inputs, ins, None, different, outputs, outs, w, outputs, outs, w, 0, g, 0)


@primitive
def meet_many(
    inputs, ins, n, table, index, row, outputs, outs, w, blocks, signs, at, speed, g, steps, lanes, tally
):
    """Skip-gram with any number of outputs; the steps of the inputs are gathered in steps[:n].

    table, index, row: where the outputs are read, if not in their places.
    """
    rate = np.float32(0) if speed is None else speed
    steps[:n] = 0
    for b in range(blocks):
        k = b * BLOCK
        for i in range(0, n, 2):
            scores(inputs, ins[i], ins[min(i + 1, n - 1)], table, index, row, k, g, i)
            slopes(g, i, min(2, n - i), signs, at, b, rate, lanes, tally)
        if speed is not None:
            update(steps, ins, inputs, n, table, index, row, outputs, outs, w, k, g, 0)


@primitive
def joined(inputs, ins, n, count, bag, hidden):
    """The sum of ins[:n], or the mean of the `count` rows they are the sums of, in hidden[0]."""
    share = splat(np.float32(1 / count if bag & MEAN else 1))
    for j in range(0, inputs.shape[1], LANES):
        h = load(inputs, ins[0], j) if n & 1 else zero()
        for i in range(n & 1, n, 2):
            h = add(h, add(load(inputs, ins[i], j), load(inputs, ins[i + 1], j)))
        store(hidden, 0, j, mul(share, h))


@primitive
def meet_bag(inputs, ins, n, share, times, hidden, outputs, outs, w, signs, at, speed, g, lanes, tally):
    """A bag where one block holds all outputs: hidden[0] against outs[w], all moved in place."""
    scores_of_one(hidden, outputs, outs, w, 0, g, 0)
    slopes_of_one(g, 0, signs, at, np.float32(0) if speed is None else speed, lanes, tally)
    if speed is not None:
        update_bag(inputs, ins, n, share, times, hidden, outputs, outs, w, g)


@primitive
def meet_one(hidden, table, index, row, outputs, outs, w, blocks, signs, at, speed, g, steps, lanes, tally):
    """A bag, hidden[0], against outs[w]; its step is gathered in steps[0]. Otherwise as `meet_many`."""
    rate = np.float32(0) if speed is None else speed
    for b in range(blocks):
        scores_of_one(hidden, table, index, row, b * BLOCK, g, b)
        slopes_of_one(g, b, signs, at, rate, lanes, tally)
    if speed is not None:
        steps[0, :] = 0
        for b in range(blocks):
            update_one(steps, hidden, table, index, row, outputs, outs, w, b * BLOCK, g, b)


@primitive
def meet_all(inputs, ins, n, outputs, centre, speed, g, steps, every, lanes):
    """Full softmax: ins[:n] against all outputs; their steps are gathered in steps[:n]. Returns the loss."""
    stride = n + n % 2
    every_score(inputs, ins, n, stride, outputs, every, g)
    rate = np.float32(0) if speed is None else speed
    loss = every_slope(g, n, stride, outputs.shape[0], centre, rate, lanes)
    if speed is not None:
        steps[:n] = 0
        every_update(steps, ins, inputs, n, stride, outputs, every, g)
    return loss
