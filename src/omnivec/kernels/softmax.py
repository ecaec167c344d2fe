"""Full softmax: the inputs of a window against every output row. Definition: reference/losses.py.

The table of outputs streams past twice: for the scores, and for the steps. A whole window shares both passes.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import math

import numpy as np

from omnivec.kernels.blocks import scores, update
from omnivec.kernels.compiling import primitive
from omnivec.kernels.simd import COLUMNS, LANES, add, fma, larger, load, logistic, mul, splat, store
from omnivec.kernels.targets import BLOCK

NEVER = np.float32(-1e30)  # the score of a place that holds no row: its probability is 0


@primitive
def every_score(inputs, ins, n, stride, outputs, every, g):
    """Scores of inputs ins[:n] and all outputs: row b · stride + i of g holds input i and block b."""
    last = outputs.shape[0] - 1
    for b in range((last + BLOCK) // BLOCK):
        at = b * stride
        for i in range(0, n, 2):
            scores(inputs, ins[i], ins[min(i + 1, n - 1)], outputs, every, 0, b * BLOCK, g, at + i)
            for c in range(BLOCK, COLUMNS):
                g[at + i, c] = g[at + i + 1, c] = NEVER
    for i in range(stride):
        for c in range(last % BLOCK + 1, BLOCK):
            g[last // BLOCK * stride + i, c] = NEVER


@primitive
def halves(lanes, top, of_sum):
    """The largest, or the sum, of the lanes of each input in a value, in all of its lanes of row `top`."""
    for start in range(0, LANES, COLUMNS):
        x = lanes[top, start]
        for c in range(start + 1, start + COLUMNS):
            x = x + lanes[top, c] if of_sum else max(x, lanes[top, c])
        lanes[top, start : start + COLUMNS] = x


@primitive
def every_slope(g, n, stride, rows, centre, rate, lanes):
    """Scores → steps η (y − p) in place. Returns the loss −ln p(centre), summed over the inputs."""
    loss = 0.0
    for i in range(n):
        loss -= np.float64(g[centre // BLOCK * stride + i, centre % BLOCK])
    loss += every_share(g, n, stride, rows, rate, lanes)
    for i in range(n):
        g[centre // BLOCK * stride + i, centre % BLOCK] += rate
    return loss


@primitive
def every_share(g, n, stride, rows, rate, lanes):
    """Scores → −η p in place. Returns ln Σ e^score, summed over the inputs."""
    loss, blocks = 0.0, (rows + BLOCK - 1) // BLOCK
    for i in range(0, n, LANES // COLUMNS):
        top = splat(NEVER)
        for b in range(blocks):
            top = larger(top, load(g, b * stride + i, 0))
        store(lanes, 0, 0, top)
        halves(lanes, 0, False)
        top = load(lanes, 0, 0)
        for k in range(min(LANES // COLUMNS, n - i)):
            loss += np.float64(lanes[0, k * COLUMNS])
        total = splat(np.float32(0))
        for b in range(blocks):
            below = fma(load(g, b * stride + i, 0), splat(np.float32(-1)), top)
            tail = logistic(below)[1]
            store(g, b * stride + i, 0, tail)
            total = add(total, tail)
        store(lanes, 1, 0, total)
        halves(lanes, 1, True)
        for start in range(0, LANES, COLUMNS):
            if i + start // COLUMNS < n:
                loss += math.log(lanes[1, start])
            lanes[1, start : start + COLUMNS] = -rate / lanes[1, start]
        factor = load(lanes, 1, 0)
        for b in range(blocks):
            store(g, b * stride + i, 0, mul(factor, load(g, b * stride + i, 0)))
    for i in range(n):
        for c in range((rows - 1) % BLOCK + 1, BLOCK):
            g[(blocks - 1) * stride + i, c] = 0
    lanes[0, :] = 1
    lanes[1, :] = 0
    return loss


@primitive
def every_update(steps, ins, held, n, stride, outputs, every, g):
    """Move all outputs, and gather the steps of the inputs ins[:n] of `held` in steps[:n]."""
    for b in range((outputs.shape[0] + BLOCK - 1) // BLOCK):
        k = b * BLOCK
        update(steps, ins, held, n, outputs, every, 0, outputs, every, 0, k, g, b * stride)
