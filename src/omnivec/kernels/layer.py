"""A hidden layer between windows and their scores: its products, its activation, its steps.

Windows stand side by side, BATCH of them, so that each row of the layer is read once for all. The layer is
dense, and two processors that write into it would wait for each other's lines at every step: a thread moves
a copy, and adds what that has moved from time to time. Definition: reference/collobert_weston.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import part, primitive
from omnivec.kernels.simd import (
    LANES,
    add,
    excess,
    fma,
    larger,
    load,
    logistic,
    magnitude,
    mul,
    splat,
    spread,
    store,
    sub,
    zero,
)

BATCH = 64  # windows that meet the layer together; a multiple of 2 · LANES
TILE = 12  # sums that are held in registers at once
HARD_TANH, TANH = 0, 1
ACTIVATION = {"hardtanh": HARD_TANH, "tanh": TANH}  # the flags by the words of the learner's options
STEEP = np.float32(1e30)  # any difference of two float32 around 1, times this, is more than 1


class Layer(NamedTuple):
    """Units in as many blocks as a window has places; a thread's own blocks have a multiple of TILE units."""

    rows: NDArray[np.float32]
    """(blocks · units, width): a unit's row for each place of a window."""
    bias: NDArray[np.float32]
    """(units,)"""
    score: NDArray[np.float32]
    """(1, units): what each unit adds to a window's score."""


@primitive
def bent(x, kind):
    """The hidden layer's activation: x cut at ±1, or tanh x = 1 − 2 σ(−2x)."""
    if kind == HARD_TANH:
        low = larger(x, splat(np.float32(-1)))
        y = sub(zero(), larger(sub(zero(), low), splat(np.float32(-1))))
    else:
        steep, _ = logistic(add(x, x))
        y = fma(splat(np.float32(-2)), steep, splat(np.float32(1)))
    return y


@primitive
def gate(x, y, kind):
    """The activation's slope at x, where it is y; 0 at ±1 and beyond, or 1 − tanh² x."""
    if kind == HARD_TANH:
        inside = excess(mul(splat(STEEP), sub(magnitude(x), splat(np.float32(1)))))
        g = sub(zero(), larger(sub(zero(), inside), splat(np.float32(-1))))
    else:
        g = sub(splat(np.float32(1)), mul(y, y))
    return g


@part
def projected(own, block, columns, at, z):
    """z[h, t] += Σ_j rows[h, j] · columns[j, at + t], rows of a block: six units by two values."""
    net, dim, units = own.rows, columns.shape[0], own.bias.shape[0]
    for h in range(0, units, 6):
        r = block * units + h
        for t in range(0, BATCH, 2 * LANES):
            s = t + LANES
            a0, a1, a2 = load(z, h, t), load(z, h + 1, t), load(z, h + 2, t)
            a3, a4, a5 = load(z, h + 3, t), load(z, h + 4, t), load(z, h + 5, t)
            b0, b1, b2 = load(z, h, s), load(z, h + 1, s), load(z, h + 2, s)
            b3, b4, b5 = load(z, h + 3, s), load(z, h + 4, s), load(z, h + 5, s)
            for j in range(dim):
                u, v = load(columns, j, at + t), load(columns, j, at + s)
                x, y, w = spread(net, r, j), spread(net, r + 1, j), spread(net, r + 2, j)
                a0, a1, a2 = fma(x, u, a0), fma(y, u, a1), fma(w, u, a2)
                b0, b1, b2 = fma(x, v, b0), fma(y, v, b1), fma(w, v, b2)
                x, y, w = spread(net, r + 3, j), spread(net, r + 4, j), spread(net, r + 5, j)
                a3, a4, a5 = fma(x, u, a3), fma(y, u, a4), fma(w, u, a5)
                b3, b4, b5 = fma(x, v, b3), fma(y, v, b4), fma(w, v, b5)
            store(z, h, t, a0)
            store(z, h + 1, t, a1)
            store(z, h + 2, t, a2)
            store(z, h + 3, t, a3)
            store(z, h + 4, t, a4)
            store(z, h + 5, t, a5)
            store(z, h, s, b0)
            store(z, h + 1, s, b1)
            store(z, h + 2, s, b2)
            store(z, h + 3, s, b3)
            store(z, h + 4, s, b4)
            store(z, h + 5, s, b5)


@part
def scored(z, own, kind, scores, row):
    """scores[row, t] = Σ_h score[0, h] · f(z[h, t])."""
    for t in range(0, BATCH, LANES):
        s = zero()
        for h in range(own.bias.shape[0]):
            s = fma(spread(own.score, 0, h), bent(load(z, h, t), kind), s)
        store(scores, row, t, s)


@part
def turned(z, spoilt, both, own, kind, rates, which, count, ratio, sums):
    """The layer's steps from its values: of right windows in z, of spoilt ones, of both together.

    Columns of the `count` windows `which` that violate the margin move to the front. The biases and the
    weights of the score are moved here, times ratio, after what they say has been used.
    """
    for h in range(own.bias.shape[0]):
        weight, d = spread(own.score, 0, h), zero()
        for t in range(0, BATCH, LANES):
            x, y, rate = load(z, h, t), load(spoilt, h, t), load(rates, 0, t)
            fx, fy = bent(x, kind), bent(y, kind)
            d = fma(rate, sub(fx, fy), d)
            step = mul(weight, rate)
            store(z, h, t, mul(step, gate(x, fx, kind)))
            store(spoilt, h, t, sub(zero(), mul(step, gate(y, fy, kind))))
        store(sums, 0, 0, d)
        more, bias = np.float32(0), np.float32(0)
        for k in range(LANES):
            more += sums[0, k]
        for i in range(count):
            t = which[i]
            z[h, i] = z[h, t]
            spoilt[h, i] = spoilt[h, t]
            both[h, i] = z[h, i] + spoilt[h, i]
            bias += both[h, i]
        own.score[0, h] += ratio * more
        own.bias[h] += ratio * bias


@primitive
def onward(out, row, j, share, a):
    """Add a sum, times share, to one row at place j."""
    store(out, row, j, fma(share, a, load(out, row, j)))


@part
def combined(out, at, n, share, steps, across, along, rows, which, shift, count):
    """out[at + t] += share Σ_i s[t, i] · rows[which[i] + shift], t < n and i < count: TILE rows by one value.

    s[t, i] is number t · across + i · along of steps, which are read as rows or as columns so.
    """
    s, by = steps.reshape(1, -1), splat(share)
    for t in range(0, n, TILE):
        for j in range(0, out.shape[1], LANES):
            a0, a1, a2, a3, a4, a5 = zero(), zero(), zero(), zero(), zero(), zero()
            a6, a7, a8, a9, a10, a11 = zero(), zero(), zero(), zero(), zero(), zero()
            for i in range(count):
                y, k = load(rows, which[i] + shift, j), t * across + i * along
                a0, a1 = fma(spread(s, 0, k), y, a0), fma(spread(s, 0, k + across), y, a1)
                a2, a3 = fma(spread(s, 0, k + 2 * across), y, a2), fma(spread(s, 0, k + 3 * across), y, a3)
                a4, a5 = fma(spread(s, 0, k + 4 * across), y, a4), fma(spread(s, 0, k + 5 * across), y, a5)
                a6, a7 = fma(spread(s, 0, k + 6 * across), y, a6), fma(spread(s, 0, k + 7 * across), y, a7)
                a8, a9 = fma(spread(s, 0, k + 8 * across), y, a8), fma(spread(s, 0, k + 9 * across), y, a9)
                a10 = fma(spread(s, 0, k + 10 * across), y, a10)
                a11 = fma(spread(s, 0, k + 11 * across), y, a11)
            onward(out, at + t, j, by, a0)
            onward(out, at + t + 1, j, by, a1)
            onward(out, at + t + 2, j, by, a2)
            onward(out, at + t + 3, j, by, a3)
            onward(out, at + t + 4, j, by, a4)
            onward(out, at + t + 5, j, by, a5)
            onward(out, at + t + 6, j, by, a6)
            onward(out, at + t + 7, j, by, a7)
            onward(out, at + t + 8, j, by, a8)
            onward(out, at + t + 9, j, by, a9)
            onward(out, at + t + 10, j, by, a10)
            onward(out, at + t + 11, j, by, a11)


@part
def copied(layer, units, own, start):
    """The shared layer into a thread's own, and once more, as it was at the start."""
    blocks = layer.rows.shape[0] // units
    room = own.rows.shape[0] // blocks
    for k in range(blocks):
        for h in range(units):
            for j in range(own.rows.shape[1]):
                own.rows[k * room + h, j] = layer.rows[k * units + h, j]
    for h in range(units):
        own.bias[h], own.score[0, h] = layer.bias[h], layer.score[0, h]
    start.rows[:, :] = own.rows
    start.bias[:] = own.bias
    start.score[:, :] = own.score


@part
def shared(layer, units, own, start):
    """Add to the shared layer what a thread's own has moved since the start."""
    blocks = layer.rows.shape[0] // units
    room = own.rows.shape[0] // blocks
    for k in range(blocks):
        for h in range(units):
            for j in range(own.rows.shape[1]):
                layer.rows[k * units + h, j] += own.rows[k * room + h, j] - start.rows[k * room + h, j]
    for h in range(units):
        layer.bias[h] += own.bias[h] - start.bias[h]
        layer.score[0, h] += own.score[0, h] - start.score[0, h]
