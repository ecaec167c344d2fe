"""Inputs against outputs as small blocked products: scores, their slopes and loss, and both sides' steps.

Two inputs by six outputs at a time in the scores, LANES floats at a time in the update; what stays in
registers is written next to each. Definition: reference/losses.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import math

import numpy as np

from omnivec.kernels.compiling import primitive
from omnivec.kernels.simd import (
    COLUMNS,
    LANES,
    add,
    excess,
    fma,
    load,
    logistic,
    magnitude,
    mul,
    once,
    prefetch,
    splat,
    spread,
    store,
    store_totals,
    twice,
    zero,
)

FACTORS = 92  # numbers up to 2 that are multiplied before the product could leave float32 at 2**128


@primitive
def all_differ(words, n):
    """Whether no word stands twice in words[:n]."""
    same = 0
    for i in range(1, n):
        for k in range(i):
            same += words[i] == words[k]
    return same == 0


@primitive
def folded(ins, n, g):
    """Give a word that stands in the window twice one row with the sum of its gradients.

    Returns the number of different words.
    """
    different = 0
    for i in range(n):
        first = 0
        while first < different and ins[first] != ins[i]:
            first += 1
        for k in range(COLUMNS):
            g[first, k] = g[i, k] + (g[first, k] if first < different else np.float32(0))
        if first == different:
            ins[different] = ins[i]
            different += 1
    return different


@primitive
def scores(inputs, i0, i1, outputs, index, row, k, out, at):
    """Two inputs by six outputs: twelve sums in registers, eight loads for twelve multiply-adds."""
    o0, o1, o2, o3 = index[row, k], index[row, k + 1], index[row, k + 2], index[row, k + 3]
    o4, o5 = index[row, k + 4], index[row, k + 5]
    a0, a1, a2, a3, a4, a5 = zero(), zero(), zero(), zero(), zero(), zero()
    b0, b1, b2, b3, b4, b5 = zero(), zero(), zero(), zero(), zero(), zero()
    for j in range(0, inputs.shape[1], LANES):
        u, v = load(inputs, i0, j), load(inputs, i1, j)
        p, q, r = load(outputs, o0, j), load(outputs, o1, j), load(outputs, o2, j)
        a0, a1, a2 = fma(u, p, a0), fma(u, q, a1), fma(u, r, a2)
        b0, b1, b2 = fma(v, p, b0), fma(v, q, b1), fma(v, r, b2)
        p, q, r = load(outputs, o3, j), load(outputs, o4, j), load(outputs, o5, j)
        a3, a4, a5 = fma(u, p, a3), fma(u, q, a4), fma(u, r, a5)
        b3, b4, b5 = fma(v, p, b3), fma(v, q, b4), fma(v, r, b5)
    store_totals(out, at, a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5)


@primitive
def scores_of_one(held, outputs, index, row, k, out, at):
    """One input, held[0], by six outputs, and zeros in the row behind their scores."""
    o0, o1, o2, o3 = index[row, k], index[row, k + 1], index[row, k + 2], index[row, k + 3]
    o4, o5 = index[row, k + 4], index[row, k + 5]
    a0, a1, a2, a3, a4, a5 = zero(), zero(), zero(), zero(), zero(), zero()
    for j in range(0, held.shape[1], LANES):
        u = load(held, 0, j)
        a0, a1 = fma(u, load(outputs, o0, j), a0), fma(u, load(outputs, o1, j), a1)
        a2, a3 = fma(u, load(outputs, o2, j), a2), fma(u, load(outputs, o3, j), a3)
        a4, a5 = fma(u, load(outputs, o4, j), a4), fma(u, load(outputs, o5, j), a5)
    store_totals(out, at, a0, a1, a2, a3, a4, a5, zero(), zero(), zero(), zero(), zero(), zero())


@primitive
def slope(g, row, sign, rate, lanes):
    """Turn LANES scores from a row of g on into steps, and gather their loss in lanes.

    The loss of a score is ln(1 + t) + max(−m, 0) with the margin m = sign · score and t = e^−|m|: the factors
    1 + t are multiplied and their logarithm is taken once in FACTORS times, which makes an exact loss nearly
    free.
    """
    margin = mul(sign, load(g, row, 0))
    steep, tail = logistic(margin)
    store(lanes, 0, 0, mul(load(lanes, 0, 0), fma(magnitude(sign), tail, splat(np.float32(1)))))
    store(lanes, 1, 0, add(load(lanes, 1, 0), excess(margin)))
    store(g, row, 0, mul(mul(splat(rate), sign), steep))


@primitive
def gathered(lanes):
    """The loss that lanes hold, as one float64; they are emptied."""
    loss = 0.0
    for k in range(LANES):
        loss += math.log(lanes[0, k]) + lanes[1, k]
    lanes[0, :] = 1
    lanes[1, :] = 0
    return loss


@primitive
def tallied(lanes, tally, factors):
    """Count factors; when the next ones might be too many, move what lanes hold into tally."""
    tally[1] += factors
    if tally[1] >= FACTORS:
        tally[0] += gathered(lanes)
        tally[1] = 0


@primitive
def slopes(g, i, rows, signs, at, b, rate, lanes, tally):
    """Scores → steps of one or two inputs in g[i:], all with the signs of block b."""
    for j in range(0, rows, LANES // COLUMNS):
        if j + LANES // COLUMNS > rows:
            slope(g, i + j, once(signs, at, b * COLUMNS), rate, lanes)
        else:
            slope(g, i + j, twice(signs, at, b * COLUMNS), rate, lanes)
    tallied(lanes, tally, rows)


@primitive
def slopes_of_one(g, b, signs, at, rate, lanes, tally):
    """Scores → steps of one input in g[b], with the signs of block b."""
    slope(g, b, once(signs, at, b * COLUMNS), rate, lanes)
    tallied(lanes, tally, 1)


@primitive
def pull(x, e, s, y, u):
    """One step s: the input moves along the output row, the output's own step gathers the input."""
    return fma(s, y, e), fma(s, x, u)


@primitive
def move(outputs, o, j, u):
    """Add its step to an output row. It is loaded again here, since the same negative may have been drawn
    twice.
    """
    store(outputs, o, j, add(load(outputs, o, j), u))


@primitive
def update(rows, ins, held, n, table, index, row, outputs, outs, w, k, g, at):
    """Six outputs and their steps stay in registers; an input costs one load and one store.

    The outputs are outs[w, k : k + 6]; they are read from table as index[row, k : k + 6]. held None: the
    input rows ins[:n], all different, are moved in place. Otherwise rows[:n] gather their steps, and they
    stay as they are in held: the next block of outputs needs them unchanged. The steps are g[at : at + n].
    """
    p0, p1, p2, p3 = index[row, k], index[row, k + 1], index[row, k + 2], index[row, k + 3]
    p4, p5 = index[row, k + 4], index[row, k + 5]
    o0, o1, o2, o3, o4, o5 = (
        outs[w, k], outs[w, k + 1], outs[w, k + 2], outs[w, k + 3], outs[w, k + 4], outs[w, k + 5],
    )  # fmt: skip
    for j in range(0, outputs.shape[1], LANES):
        c0, c1, c2 = load(table, p0, j), load(table, p1, j), load(table, p2, j)
        c3, c4, c5 = load(table, p3, j), load(table, p4, j), load(table, p5, j)
        u0, u1, u2, u3, u4, u5 = zero(), zero(), zero(), zero(), zero(), zero()
        for i in range(n):
            to = ins[i]
            if held is None:
                e = load(rows, to, j)
                x = e
            else:
                x = load(held, to, j)
                to = i
                e = load(rows, to, j)
            e, u0 = pull(x, e, spread(g, at + i, 0), c0, u0)
            e, u1 = pull(x, e, spread(g, at + i, 1), c1, u1)
            e, u2 = pull(x, e, spread(g, at + i, 2), c2, u2)
            e, u3 = pull(x, e, spread(g, at + i, 3), c3, u3)
            e, u4 = pull(x, e, spread(g, at + i, 4), c4, u4)
            e, u5 = pull(x, e, spread(g, at + i, 5), c5, u5)
            store(rows, to, j, e)
        move(outputs, o0, j, u0)
        move(outputs, o1, j, u1)
        move(outputs, o2, j, u2)
        move(outputs, o3, j, u3)
        move(outputs, o4, j, u4)
        move(outputs, o5, j, u5)


@primitive
def pull_one(j, table, p0, p1, p2, p3, p4, p5, s0, s1, s2, s3, s4, s5):
    """Σ sᵢ · output i at place j: two chains, since the next window waits for it."""
    left, right = mul(s0, load(table, p0, j)), mul(s3, load(table, p3, j))
    both = add(fma(s1, load(table, p1, j), left), fma(s4, load(table, p4, j), right))
    return fma(s5, load(table, p5, j), fma(s2, load(table, p2, j), both))


@primitive
def move_six(x, j, outputs, o0, o1, o2, o3, o4, o5, s0, s1, s2, s3, s4, s5):
    """Move six outputs along one input."""
    move(outputs, o0, j, mul(s0, x))
    move(outputs, o1, j, mul(s1, x))
    move(outputs, o2, j, mul(s2, x))
    move(outputs, o3, j, mul(s3, x))
    move(outputs, o4, j, mul(s4, x))
    move(outputs, o5, j, mul(s5, x))


@primitive
def update_one(step, held, table, index, row, outputs, outs, w, k, g, at):
    """One input, held[0], and six outputs, as in `update`; its step is added to step[0]."""
    p0, p1, p2, p3 = index[row, k], index[row, k + 1], index[row, k + 2], index[row, k + 3]
    p4, p5, o4, o5 = index[row, k + 4], index[row, k + 5], outs[w, k + 4], outs[w, k + 5]
    o0, o1, o2, o3 = outs[w, k], outs[w, k + 1], outs[w, k + 2], outs[w, k + 3]
    s0, s1, s2 = spread(g, at, 0), spread(g, at, 1), spread(g, at, 2)
    s3, s4, s5 = spread(g, at, 3), spread(g, at, 4), spread(g, at, 5)
    for j in range(0, outputs.shape[1], LANES):
        e = pull_one(j, table, p0, p1, p2, p3, p4, p5, s0, s1, s2, s3, s4, s5)
        store(step, 0, j, add(load(step, 0, j), e))
        move_six(load(held, 0, j), j, outputs, o0, o1, o2, o3, o4, o5, s0, s1, s2, s3, s4, s5)


@primitive
def update_bag(inputs, ins, n, share, times, held, outputs, outs, w, g):
    """A bag, held[0], and one block of outputs; the words ins[:n] of the bag move, too, each by share, and
    where given as often as times[0, word].
    """
    o0, o1, o2, o3, o4, o5 = outs[w, 0], outs[w, 1], outs[w, 2], outs[w, 3], outs[w, 4], outs[w, 5]
    s0, s1, s2 = spread(g, 0, 0), spread(g, 0, 1), spread(g, 0, 2)
    s3, s4, s5 = spread(g, 0, 3), spread(g, 0, 4), spread(g, 0, 5)
    for j in range(0, outputs.shape[1], LANES):
        e = mul(splat(share), pull_one(j, outputs, o0, o1, o2, o3, o4, o5, s0, s1, s2, s3, s4, s5))
        if times is None:
            if n & 1:
                move(inputs, ins[0], j, e)
            for i in range(n & 1, n, 2):
                move(inputs, ins[i], j, e)
                move(inputs, ins[i + 1], j, e)
        else:
            for i in range(n):
                move(inputs, ins[i], j, mul(spread(times, 0, ins[i]), e))
        move_six(load(held, 0, j), j, outputs, o0, o1, o2, o3, o4, o5, s0, s1, s2, s3, s4, s5)


@primitive
def give(table, row, steps, i, share, frozen):
    """Add step i, times share, to a row, unless the row is frozen."""
    moving = True
    if frozen is not None:
        moving = frozen[row] == 0
    if moving:
        for j in range(0, table.shape[1], LANES):
            store(table, row, j, fma(splat(share), load(steps, i, j), load(table, row, j)))


@primitive
def request(table, row):
    """Ask for all cache lines of a row."""
    for j in range(0, table.shape[1], 16):
        prefetch(table, row, j)
