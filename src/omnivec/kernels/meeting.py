"""One input side and all its outputs, however many blocks they fill; its step is gathered and given later.

Definition: reference/losses.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np

from omnivec.kernels.blocks import scores_of_one, slopes_of_one, update_one
from omnivec.kernels.compiling import primitive
from omnivec.kernels.simd import LANES, load, store
from omnivec.kernels.softmax import every_score, every_slope, every_update
from omnivec.kernels.targets import BLOCK


@primitive
def kept(outputs, outs, w, blocks, before):
    """Copy the outputs of a window: a row may be met again in a later block."""
    for k in range(blocks * BLOCK):
        for j in range(0, outputs.shape[1], LANES):
            store(before, k, j, load(outputs, outs[w, k], j))


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
