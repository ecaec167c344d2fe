"""Cells of a co-occurrence table: each is a weighted least-squares step of two rows.

A row of `words` is [w, b, 1, 0 … 0] and one of `contexts` [w̃, 1, b̃, 0 … 0], so that their product is
w · w̃ + b + b̃ and a bias moves as a coordinate does. The sums of squares lie behind them; those of the ones
and of the padding are infinite.
Definition: reference/glove.py.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.adagrad import descend
from omnivec.kernels.blocks import request
from omnivec.kernels.compiling import driver, primitive
from omnivec.kernels.primitives import GAMMA, mixed
from omnivec.kernels.simd import LANES, borrowed, fma, larger, load, mul, splat, sub, total, zero

RUN = 16
"""Cells that follow each other in an epoch as in the table: most have one row, which so stays near, and what
a run needs is asked for while the run before it is trained."""


@primitive
def shuffled(k, n, key):
    """Where number k of 0 … n − 1 goes: a permutation, without a table. Definition: `place`."""
    half = np.uint64(0)
    while np.uint64(n - 1) >> (half + half) > np.uint64(0):
        half += np.uint64(1)
    mask, found = (np.uint64(1) << half) - np.uint64(1), np.uint64(k)
    inside = False
    while not inside:
        left, right = found >> half, found & mask
        for turn in range(4):
            left, right = right, left ^ (mixed(key + GAMMA * (right + np.uint64(turn << 32))) & mask)
        found = (left << half) | right
        inside = found < np.uint64(n)
    return np.int64(found)


@primitive
def run_at(number, cells, key):
    """The first cell of the run that has this number in an epoch; what is left behind the last whole run, and
    any number beyond it, is at the end of the table.
    """
    runs = cells // RUN
    if number < runs:
        begin = shuffled(number, runs, key) * RUN
    else:
        begin = runs * RUN
    return begin


@primitive
def row_at(starts, cell):
    """The row of a cell; the last one for a cell behind all."""
    return min(np.searchsorted(starts, cell, side="right"), starts.shape[0] - 1) - 1


@primitive
def clipped(g, most):
    """The coordinates of g, none of them beyond ± most; as they are where most is None."""
    if most is not None:
        low = splat(np.float32(-most))
        g = sub(zero(), larger(sub(zero(), larger(g, low)), low))
    return g


@primitive
def step(words, i, contexts, j, slope, rate, clip, own):
    """Both rows of a cell a step down, from where they were before it; slope: the cost's, in the product."""
    down, speed, whole = splat(np.float32(slope)), splat(np.float32(-rate)), splat(np.float32(own))
    for k in range(0, words.shape[1] >> 1, LANES):
        u, v = load(words, i, k), load(contexts, j, k)
        descend(words, i, k, u, clipped(mul(down, v), clip), speed, whole)
        descend(contexts, j, k, v, clipped(mul(down, u), clip), speed, whole)


@driver
def train(
    starts: NDArray[np.int64],
    columns: NDArray[np.int32],
    weights: NDArray[np.float32],
    first: int,
    last: int,
    words: NDArray[np.float32],
    contexts: NDArray[np.float32],
    x_max: float,
    alpha: float,
    clip: float | None,
    own: bool,
    rate: float,
    decay: float,
    key: np.uint64,
    sums: NDArray[np.float64],
) -> int:
    """Steps for numbers first … last − 1 of an epoch's order, which `key` chooses.

    starts (rows + 1,): the cells of a row are those from starts[row] on; columns and weights (cells,). words
    and contexts (rows, 2 · width) are updated in place, own: whether a gradient is in the sum that divides
    it, the rate falls by `decay` a cell, and sums (3,) grows by (cost, cells, cells). Returns −1, or the cell
    whose cost is not finite: nothing is trained after it.
    """
    starts, columns, weights = borrowed(starts), borrowed(columns), borrowed(weights)
    words, contexts = borrowed(words), borrowed(contexts)
    width, cells = words.shape[1] >> 1, columns.shape[0]
    full, cost, done, bad = math.log(x_max), 0.0, first, -1
    ahead = run_at(first // RUN, cells, key)
    row_ahead = row_at(starts, ahead)
    while done < last and bad < 0:
        number = done // RUN
        here, i = ahead, row_ahead
        ahead = run_at(number + 1, cells, key)
        row_ahead = row_at(starts, ahead)
        soon = row_ahead
        request(words, soon)
        for at in range(done - number * RUN, min(RUN, last - number * RUN)):
            if ahead + at < cells:  # both rows of a cell are asked for while the run before it is trained
                request(contexts, columns[ahead + at])
                while ahead + at >= starts[soon + 1]:
                    soon += 1
                    request(words, soon)
            cell = here + at
            while cell >= starts[i + 1]:
                i += 1
            j, log = columns[cell], math.log(weights[cell])
            product = zero()
            for k in range(0, width, LANES):
                product = fma(load(words, i, k), load(contexts, j, k), product)
            difference = np.float64(total(product)) - log
            share = 1.0 if log >= full else math.exp(alpha * (log - full))
            loss = 0.5 * share * difference * difference
            cost += loss
            if not math.isfinite(loss):
                bad = cell
                break
            step(words, i, contexts, j, share * difference, rate - decay * (done - first), clip, own)
            done += 1
    sums[0] += cost
    sums[1] += done - first
    sums[2] += done - first
    return bad
