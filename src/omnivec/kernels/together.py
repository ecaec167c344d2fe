"""Lines against all labels, several of them while the table of outputs streams past once.

A line at a time, two threads spend most of the time in taking the table from each other. Each line still sees
the outputs as the lines before it leave them: what those add to its scores, and to its step, follows from
products of the lines alone. Definition: reference/classifier.py, `together`.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np

from omnivec.kernels.blocks import slope, tallied
from omnivec.kernels.compiling import primitive
from omnivec.kernels.simd import COLUMNS, LANES, fma, load, once, splat, store, zero
from omnivec.kernels.softmax import every_score, every_share, every_update
from omnivec.kernels.targets import BLOCK


@primitive
def summed(value, n, lanes):
    """The sum of the first n floats of a value."""
    store(lanes, 0, 0, value)
    total = np.float32(0)
    for c in range(n):
        total += lanes[0, c]
    return total


@primitive
def product(x, i, k, lanes):
    """The product of rows i and k of x."""
    both = zero()
    for j in range(0, x.shape[1], LANES):
        both = fma(load(x, i, j), load(x, k, j), both)
    return summed(both, LANES, lanes)


@primitive
def product_of_steps(own, g, k, wide, blocks, lanes):
    """The product of a line's steps and those of line k before it."""
    both = zero()
    for b in range(blocks):
        both = fma(load(own, 2 * b, 0), load(g, b * wide + k, 0), both)
    return summed(both, COLUMNS, lanes)


@primitive
def at_labels(own, targets, start, stop, share, step):
    """Σ share · score of a line's labels targets[start:stop]; each is moved by share · step."""
    total = 0.0
    for k in range(start, stop):
        b, c = targets[k] // BLOCK * 2, targets[k] % BLOCK
        total += np.float64(own[b, c]) * share
        own[b, c] += share * step
    return total


@primitive
def meet_all(room, n, outputs, apart, rate):
    """Lines 0 … n − 1, in order, meet a softmax of all labels or, where apart is given, each label on its
    own. Returns the loss that the tally does not hold.

    room: see bag.py. A line is a row of its `hidden`, its labels are targets[ends[1, i] : ends[1, i + 1]],
    its rate paces[i]; its step comes to lie in steps[i].
    """
    hidden, steps, base, own, g = room.hidden, room.steps, room.scores, room.own, room.g
    stride, wide, blocks = hidden.shape[0], hidden.shape[0] + 1, (outputs.shape[0] + BLOCK - 1) // BLOCK
    loss = 0.0
    every_score(hidden, room.ins, n, stride, outputs, room.order, base)
    steps[:n, :] = 0
    for i in range(n):
        before, pace = 0, np.float32(0)
        if rate is not None:
            before, pace = i, room.paces[i]
        for k in range(before):
            room.factors[k, :] = product(hidden, k, i, room.scratch)
        for b in range(blocks):
            score = load(base, b * stride + i, 0)
            for k in range(before):
                score = fma(once(room.factors, k, 0), load(g, b * wide + k, 0), score)
            store(own, 2 * b, 0, score)
        share, first, last = np.float32(1), room.ends[1, i], room.ends[1, i + 1]
        if apart is None:
            share /= np.float32(last - first)
        loss -= at_labels(own, room.targets, first, last, share, np.float32(0))
        if apart is None:
            loss += every_share(own, 1, 2, outputs.shape[0], pace, room.lanes)
        else:
            for b in range(blocks):
                slope(own, 2 * b, once(room.signs, 0, b * COLUMNS), pace, room.lanes)
                tallied(room.lanes, room.tally, 1)
        if rate is not None:
            at_labels(own, room.targets, first, last, share, pace)
            for b in range(blocks):
                store(g, b * wide + i, 0, load(own, 2 * b, 0))
            for k in range(before):
                both = splat(product_of_steps(own, g, k, wide, blocks, room.scratch))
                for j in range(0, hidden.shape[1], LANES):
                    store(steps, i, j, fma(both, load(hidden, k, j), load(steps, i, j)))
    if rate is not None:
        every_update(steps, room.ins, hidden, n, wide, outputs, room.order, g)
    return loss
