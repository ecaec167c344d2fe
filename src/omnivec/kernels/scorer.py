"""Windows that are scored: rows one behind the other, a hidden layer, and a margin to a spoilt centre.

BATCH places of the text stand side by side, so that the hidden layer is met in small matrix products, and
each of its rows is read once for all of them. A spoilt window differs in its centre alone: one block of the
first product. Windows that keep the margin cost no way back. The hidden layer is dense, and two processors
that write into it would wait for each other's lines at every step: a thread moves a copy, and adds what that
has moved after each chunk of text. Definition: reference/collobert_weston.py.

Sources: Collobert, Weston 2008; Collobert, Weston, Bottou, Karlen, Kavukcuoglu, Kuksa 2011, sections 3 and 4.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, part, primitive
from omnivec.kernels.primitives import random_at
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
from omnivec.kernels.targets import REDRAW, draw
from omnivec.kernels.text import CHUNK, survives

BATCH = 64  # places whose windows are scored together; a multiple of 2 · LANES
TILE = 12  # sums that are held in registers at once
HARD_TANH, TANH = 0, 1
ACTIVATION = {"hardtanh": HARD_TANH, "tanh": TANH}  # the flags by the words of the learner's options
STEEP = np.float32(1e30)  # any difference of two float32 around 1, times this, is more than 1


@primitive
def laid(tokens, units, unit, at, end, keep, base, reach, text, bits, where):
    """Fill text with the survivors of tokens[at:end], from place `reach` on, and with their context.

    −1 stands where a unit has no word: `reach` of them between two units. bits keeps each survivor's random
    number, where its position counted from `at`. Returns the place after the last centre.
    """
    place, position = reach, at
    while place > 0 and position > units[unit]:
        position -= 1
        if survives(tokens, position, keep, random_at(base, position)):
            place -= 1
            text[place] = tokens[position]
    text[:place] = -1
    m, position, words = reach, at, 0
    while True:
        stop = min(end, units[unit + 1])
        for p in range(position, stop):
            r = random_at(base, p)
            text[m], bits[m], where[m] = tokens[p], r, p - at
            words = survives(tokens, p, keep, r)
            m += words
        position = stop
        if position == end:
            break
        if text[m - 1] >= 0:  # of a unit without words nothing is seen
            text[m : m + reach] = -1
            m += reach
        unit += 1
    last, border = m, units[unit + 1]
    while position < border and m < last + reach:
        text[m] = tokens[position]
        m += survives(tokens, position, keep, random_at(base, position))
        position += 1
    text[m : last + reach] = -1
    return last


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
def projected(net, row, units, dim, columns, at, z):
    """z[h, t] += Σ_j net[row + h, j] · columns[j, at + t]: six units by two values of places."""
    for h in range(0, units, 6):
        r = row + h
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
def scored(z, units, outs, kind, scores, row):
    """scores[row, t] = Σ_h outs[0, h] · f(z[h, t])."""
    for t in range(0, BATCH, LANES):
        s = zero()
        for h in range(units):
            s = fma(spread(outs, 0, h), bent(load(z, h, t), kind), s)
        store(scores, row, t, s)


@part
def turned(z, spoilt, units, outs, kind, rates, which, count, ratio, own_bias, both, sums):
    """The hidden layer's step from its values: of right windows in z, of spoilt ones, of both together.

    Columns of the `count` windows `which` that violate the margin move to the front. The biases and the
    weights of the score are moved here, times ratio, after what they say has been used.
    """
    for h in range(units):
        weight, d = spread(outs, 0, h), zero()
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
        outs[0, h] += ratio * more
        own_bias[h] += ratio * bias


@part
def returned(net, row, units, count, steps, back):
    """back[i, j] = Σ_h steps[h, i] · net[row + h, j]: TILE windows by one value."""
    for i in range(0, count, TILE):
        for j in range(0, net.shape[1], LANES):
            a0, a1, a2, a3, a4, a5 = zero(), zero(), zero(), zero(), zero(), zero()
            a6, a7, a8, a9, a10, a11 = zero(), zero(), zero(), zero(), zero(), zero()
            for h in range(units):
                y = load(net, row + h, j)
                a0, a1 = fma(spread(steps, h, i), y, a0), fma(spread(steps, h, i + 1), y, a1)
                a2, a3 = fma(spread(steps, h, i + 2), y, a2), fma(spread(steps, h, i + 3), y, a3)
                a4, a5 = fma(spread(steps, h, i + 4), y, a4), fma(spread(steps, h, i + 5), y, a5)
                a6, a7 = fma(spread(steps, h, i + 6), y, a6), fma(spread(steps, h, i + 7), y, a7)
                a8, a9 = fma(spread(steps, h, i + 8), y, a8), fma(spread(steps, h, i + 9), y, a9)
                a10, a11 = fma(spread(steps, h, i + 10), y, a10), fma(spread(steps, h, i + 11), y, a11)
            store(back, i, j, a0)
            store(back, i + 1, j, a1)
            store(back, i + 2, j, a2)
            store(back, i + 3, j, a3)
            store(back, i + 4, j, a4)
            store(back, i + 5, j, a5)
            store(back, i + 6, j, a6)
            store(back, i + 7, j, a7)
            store(back, i + 8, j, a8)
            store(back, i + 9, j, a9)
            store(back, i + 10, j, a10)
            store(back, i + 11, j, a11)


@primitive
def onward(net, row, j, share, a):
    """Move one row of the hidden layer at place j."""
    store(net, row, j, fma(share, a, load(net, row, j)))


@part
def pushed(net, row, units, which, shift, count, steps, rows, ratio):
    """net[row + h, j] += ratio Σ_i steps[h, i] · rows[which[i] + shift, j]: TILE units by one value."""
    share = splat(ratio)
    for h in range(0, units, TILE):
        r = row + h
        for j in range(0, net.shape[1], LANES):
            a0, a1, a2, a3, a4, a5 = zero(), zero(), zero(), zero(), zero(), zero()
            a6, a7, a8, a9, a10, a11 = zero(), zero(), zero(), zero(), zero(), zero()
            for i in range(count):
                y = load(rows, which[i] + shift, j)
                a0, a1 = fma(spread(steps, h, i), y, a0), fma(spread(steps, h + 1, i), y, a1)
                a2, a3 = fma(spread(steps, h + 2, i), y, a2), fma(spread(steps, h + 3, i), y, a3)
                a4, a5 = fma(spread(steps, h + 4, i), y, a4), fma(spread(steps, h + 5, i), y, a5)
                a6, a7 = fma(spread(steps, h + 6, i), y, a6), fma(spread(steps, h + 7, i), y, a7)
                a8, a9 = fma(spread(steps, h + 8, i), y, a8), fma(spread(steps, h + 9, i), y, a9)
                a10, a11 = fma(spread(steps, h + 10, i), y, a10), fma(spread(steps, h + 11, i), y, a11)
            onward(net, r, j, share, a0)
            onward(net, r + 1, j, share, a1)
            onward(net, r + 2, j, share, a2)
            onward(net, r + 3, j, share, a3)
            onward(net, r + 4, j, share, a4)
            onward(net, r + 5, j, share, a5)
            onward(net, r + 6, j, share, a6)
            onward(net, r + 7, j, share, a7)
            onward(net, r + 8, j, share, a8)
            onward(net, r + 9, j, share, a9)
            onward(net, r + 10, j, share, a10)
            onward(net, r + 11, j, share, a11)


@part
def given(table, padding, frozen, word, back, i):
    """Add a step to a word's row, or for no word to that of padding; a frozen one stays."""
    if word < 0:
        for j in range(0, back.shape[1], LANES):
            store(padding, 0, j, add(load(padding, 0, j), load(back, i, j)))
    elif frozen.shape[0] == 0 or frozen[word] == 0:
        for j in range(0, back.shape[1], LANES):
            store(table, word, j, add(load(table, word, j), load(back, i, j)))


@part
def copied(hidden, bias, score, blocks, units, net, own_bias, outs):
    """The shared layer into a thread's own, where each block has room for a multiple of TILE units."""
    room = net.shape[0] // blocks
    for k in range(blocks):
        for h in range(units):
            for j in range(net.shape[1]):
                net[k * room + h, j] = hidden[k * units + h, j]
    for h in range(units):
        own_bias[h], outs[0, h] = bias[h], score[h]


@part
def shared(hidden, bias, score, blocks, units, net, own_bias, outs, net0, bias0, outs0):
    """Add to the shared layer what a thread's own has moved since it was copied."""
    room = net.shape[0] // blocks
    for k in range(blocks):
        for h in range(units):
            for j in range(net.shape[1]):
                hidden[k * units + h, j] += net[k * room + h, j] - net0[k * room + h, j]
    for h in range(units):
        bias[h] += own_bias[h] - bias0[h]
        score[h] += outs[0, h] - outs0[0, h]


@driver
def train(
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    first: int,
    last: int,
    keep: NDArray[np.uint32],
    alias: NDArray[np.uint64],
    vectors: NDArray[np.float32],
    padding: NDArray[np.float32],
    hidden: NDArray[np.float32],
    bias: NDArray[np.float32],
    score: NDArray[np.float32],
    frozen: NDArray[np.uint8],
    dim: int,
    kind: int,
    learns: int,
    rate: float,
    ratio: float,
    decay: float,
    base: np.uint64,
    sums: NDArray[np.float64],
) -> None:
    """One pass over the centres tokens[first:last], all of whose context counts, also beyond first and last.

    units: borders of the units, 0 … n; keep (words,): a token survives if 32 random bits ≤ keep; alias
    (words,), see `primitives.drawn`, for the word that spoils a centre. vectors (words, width) and padding
    (1, width), of which `dim` numbers count; hidden (window · H, width), H rows for each place of a window;
    bias (H,); score (H,): all are updated in place unless learns is 0. frozen (words,): 1 for a row of
    vectors that stays, or (0,).

    The rate falls by `decay` a token; the hidden layer's is that times ratio. sums (3,) grows by (loss,
    windows, windows).
    """
    inner, width = bias.shape[0], vectors.shape[1]
    blocks = hidden.shape[0] // inner
    reach, room = blocks // 2, (inner + TILE - 1) // TILE * TILE
    space = CHUNK * (1 + reach) + 3 * reach + 2
    text, bits, where = np.empty(space, np.int32), np.empty(space, np.uint64), np.empty(space, np.int32)
    outs, signs = np.zeros((CHUNK + 1, 2), np.int32), np.zeros((1, 1), np.float32)
    net, own_bias, weights = (
        np.zeros((blocks * room, width), np.float32), np.zeros(room, np.float32),
        np.zeros((1, room), np.float32),
    )  # fmt: skip
    net0, bias0, weights0 = net.copy(), own_bias.copy(), weights.copy()
    held, columns = (
        np.zeros((BATCH + 2 * reach, width), np.float32), np.zeros((dim, BATCH + 2 * reach), np.float32),
    )  # fmt: skip
    wrong, apart = np.zeros((BATCH, width), np.float32), np.zeros((dim, BATCH), np.float32)
    z, spoilt, both = (
        np.zeros((room, BATCH + TILE), np.float32), np.zeros((room, BATCH + TILE), np.float32),
        np.zeros((room, BATCH + TILE), np.float32),
    )  # fmt: skip
    back, scores, rates = (
        np.zeros((BATCH + TILE, width), np.float32), np.zeros((2, BATCH), np.float32),
        np.zeros((1, BATCH), np.float32),
    )  # fmt: skip
    rivals, which = np.zeros(BATCH, np.int32), np.zeros(BATCH, np.int64)
    lanes, share = np.zeros((1, 16), np.float32), np.float32(ratio)
    unit = np.searchsorted(units, first, side="right") - 1
    for at in range(first, last, CHUNK):
        while units[unit + 1] <= at:
            unit += 1
        end = min(at + CHUNK, last)
        stop = laid(tokens, units, unit, at, end, keep, base, reach, text, bits, where)
        draw(text, bits, reach, stop, alias, 2, REDRAW, 0, outs, signs)
        copied(hidden, bias, score, blocks, inner, net, own_bias, weights)
        net0[:, :] = net
        bias0[:] = own_bias
        weights0[:, :] = weights
        w = 0
        for place in range(reach, stop, BATCH):
            n, start = min(BATCH, stop - place), place - reach
            for p in range(n + 2 * reach):
                word = text[start + p]
                for j in range(width):
                    held[p, j] = padding[0, j] if word < 0 else vectors[word, j]
                for j in range(dim):
                    columns[j, p] = held[p, j]
            for t in range(n):
                rivals[t] = -1
                if text[place + t] >= 0:
                    rivals[t] = outs[w, 1]
                    w += 1
                    for j in range(width):
                        wrong[t, j] = vectors[rivals[t], j]
                    for j in range(dim):
                        apart[j, t] = wrong[t, j] - held[t + reach, j]
            for h in range(room):
                z[h, :] = own_bias[h]
            for k in range(blocks):
                projected(net, k * room, room, dim, columns, k, z)
            spoilt[:, :] = z
            projected(net, reach * room, room, dim, apart, 0, spoilt)
            scored(z, room, weights, kind, scores, 0)
            scored(spoilt, room, weights, kind, scores, 1)
            count = 0
            rates[0, :] = 0
            for t in range(n):
                if rivals[t] >= 0:
                    cost = np.float32(1) - scores[0, t] + scores[1, t]
                    sums[1] += 1
                    if not cost <= 0:  # nor NaN
                        sums[0] += cost
                        rates[0, t] = np.float32(rate - decay * (at - first + where[place + t]))
                        which[count] = t
                        count += 1
            if count == 0 or learns == 0:
                continue
            turned(z, spoilt, room, weights, kind, rates, which, count, share, own_bias, both, lanes)
            for k in range(blocks):
                returned(net, k * room, room, count, z if k == reach else both, back)
                for i in range(count):
                    given(vectors, padding, frozen, text[start + which[i] + k], back, i)
            returned(net, reach * room, room, count, spoilt, back)
            for i in range(count):
                given(vectors, padding, frozen, rivals[which[i]], back, i)
            for k in range(blocks):
                pushed(net, k * room, room, which, k, count, z if k == reach else both, held, share)
            pushed(net, reach * room, room, which, 0, count, spoilt, wrong, share)
        if learns:
            shared(hidden, bias, score, blocks, inner, net, own_bias, weights, net0, bias0, weights0)
    sums[2] = sums[1]
