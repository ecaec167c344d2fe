"""Skip-gram with negative sampling over windows of running text.

The input rows of a window's context words meet one set of output rows, those of the centre and of its
negatives, as small blocked products: two inputs by six outputs at a time in the scores, LANES floats at a
time in the update. Every step is taken from the values before the window. Definition: reference/skipgram.py.

What bounds it is measured in docs/benchmarks.md. Sources: Mikolov et al. 2013 (the model), Ji et al. 2016
(negatives shared by a window).
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, part, primitive
from omnivec.kernels.primitives import GAMMA, LOW32, below, drawn, mixed, random_at
from omnivec.kernels.simd import (
    COLUMNS,
    LANES,
    add,
    borrowed,
    excess,
    fma,
    load,
    logistic,
    magnitude,
    mul,
    prefetch,
    splat,
    spread,
    store,
    store_totals,
    zero,
)

DYNAMIC, FIXED = 0, 1  # the radius of a window: uniform in 1 … window, or always window
REDRAW, SKIP, KEEP = 0, 1, 2  # what happens to a negative that is the centre itself
RADIUS = {"dynamic": DYNAMIC, "fixed": FIXED}  # the flags by the words of the learners' options
EXCLUDE = {"redraw": REDRAW, "skip": SKIP, "keep": KEEP}

BLOCK = 6  # outputs whose rows and steps are held in registers at once
CHUNK = 1024  # tokens whose windows are prepared together: the scratch stays in the nearest caches
AHEAD = 1  # windows between the request for a row and its use; 2 is 1 % slower at dim 100 and 5 % at dim 300
STAMPS = 2048  # places of a small table that remembers where a word stood last; a power of two
REDRAWS = 1024  # draws before any other word is taken: a text may be one word but for a few
FACTORS = 96  # numbers up to 2 that are multiplied before the product could leave float32 at 2**128


@primitive
def survives(tokens, position, keep, bits):
    """1 if subsampling keeps the token, else 0: half of its random bits against its word's threshold."""
    return np.int64((bits & LOW32) <= np.uint64(keep[tokens[position]]))


@primitive
def thin(tokens, units, unit, at, end, keep, base, window, text, bits, where):
    """Fill text with the survivors of tokens[at:end], from place `window` on, and with their context on both
    sides.

    −1 stands between units. bits keeps each survivor's random number, where its position counted from `at`.
    Returns (place after the last centre, place after the last word).
    """
    place, position = window, at
    while place > 0 and position > units[unit]:
        position -= 1
        if survives(tokens, position, keep, random_at(base, position)):
            place -= 1
            text[place] = tokens[position]
    text[:place] = -1
    m, position = window, at
    while True:
        stop = min(end, units[unit + 1])
        for p in range(position, stop):  # without a branch on the outcome: half of them would be mispredicted
            r = random_at(base, p)
            text[m], bits[m], where[m] = tokens[p], r, p - at
            m += survives(tokens, p, keep, r)
        position = stop
        if position == end:
            break
        text[m] = -1
        m += 1
        unit += 1
    last, border = m, units[unit + 1]
    while position < border and m < last + window:
        text[m] = tokens[position]
        m += survives(tokens, position, keep, random_at(base, position))
        position += 1
    text[m] = -1
    return last, m


@primitive
def draw(text, bits, window, last, alias, negatives, exclude, outs):
    """The outputs of every centre: itself, its negatives, and itself again up to a full block.

    Returns the number of centres.
    """
    w = 0
    for t in range(window, last):
        centre = text[t]
        if centre < 0:
            continue
        outs[w, :] = centre
        z = bits[t]
        for k in range(1, negatives + 1):
            z += GAMMA
            r = mixed(z)
            row = drawn(r, alias)
            tries = 0
            while exclude == REDRAW and row == centre:
                r = mixed(r)
                row = drawn(r, alias)
                tries += 1
                if tries == REDRAWS:
                    row = (centre + 1 + below(r, alias.shape[0] - 1)) % alias.shape[0]
            outs[w, k] = row
        w += 1
    return w


@primitive
def repeats(text, end, seen, latest):
    """latest[t]: the latest place before t, or earlier, whose word may stand again at or before t.

    A window from left to right holds a word twice only if latest[right] ≥ left. Words that share a stamp are
    false alarms.
    """
    seen[:] = -1
    place = np.int32(-1)
    for t in range(end):
        if text[t] >= 0:
            stamp = text[t] & (STAMPS - 1)
            place = max(place, seen[stamp])
            seen[stamp] = t
        latest[t] = place


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
def scores(inputs, i0, i1, outputs, o0, o1, o2, o3, o4, o5, out, at):
    """Two inputs by six outputs: twelve sums in registers, eight loads for twelve multiply-adds."""
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
def slopes(g, i, rows, signs, b, rate, lanes):
    """Turn the scores of one or two inputs in g into steps, and gather their loss in lanes.

    The loss of a score is ln(1 + t) + max(−m, 0) with the margin m = sign · score and t = e^−|m|: the factors
    1 + t are multiplied and their logarithm is taken once in FACTORS times, which makes an exact loss nearly
    free.
    """
    for j in range(0, rows * COLUMNS, LANES):
        sign = load(signs, b, 2 * COLUMNS if j + LANES > rows * COLUMNS else 0)
        margin = mul(sign, load(g, i, j))
        slope, tail = logistic(margin)
        store(lanes, 0, 0, mul(load(lanes, 0, 0), fma(magnitude(sign), tail, splat(np.float32(1)))))
        store(lanes, 1, 0, add(load(lanes, 1, 0), excess(margin)))
        store(g, i, j, mul(mul(splat(rate), sign), slope))


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
def update(rows, ins, held, n, table, p0, p1, p2, p3, p4, p5, outputs, o0, o1, o2, o3, o4, o5, g):
    """Six outputs, read from table, and their steps stay in registers; an input costs one load and one store.

    held None: the input rows ins[:n], all different, are moved in place. Otherwise rows[:n] gather their
    steps, and they stay as they are in held: the next block of outputs needs them unchanged.
    """
    for j in range(0, outputs.shape[1], LANES):
        c0, c1, c2 = load(table, p0, j), load(table, p1, j), load(table, p2, j)
        c3, c4, c5 = load(table, p3, j), load(table, p4, j), load(table, p5, j)
        u0, u1, u2, u3, u4, u5 = zero(), zero(), zero(), zero(), zero(), zero()
        for i in range(n):
            row = ins[i]
            if held is None:
                e = load(rows, row, j)
                x = e
            else:
                x = load(held, row, j)
                row = i
                e = load(rows, row, j)
            e, u0 = pull(x, e, spread(g, i, 0), c0, u0)
            e, u1 = pull(x, e, spread(g, i, 1), c1, u1)
            e, u2 = pull(x, e, spread(g, i, 2), c2, u2)
            e, u3 = pull(x, e, spread(g, i, 3), c3, u3)
            e, u4 = pull(x, e, spread(g, i, 4), c4, u4)
            e, u5 = pull(x, e, spread(g, i, 5), c5, u5)
            store(rows, row, j, e)
        move(outputs, o0, j, u0)
        move(outputs, o1, j, u1)
        move(outputs, o2, j, u2)
        move(outputs, o3, j, u3)
        move(outputs, o4, j, u4)
        move(outputs, o5, j, u5)


@primitive
def meet(inputs, ins, n, twice, outputs, outs, w, blocks, signs, rate, g, steps, frozen, lanes, factors):
    """One window: ins[:n] against the outputs outs[w]. Returns (loss gathered, factors not yet gathered).

    With more than one block, a row may be met again in a later block: the outputs are read from a copy, and
    the steps of the inputs are gathered apart, so that all of them are taken from the values before the
    window.
    """
    loss, table = 0.0, outputs
    if blocks > 1:
        table = frozen
        steps[:n] = 0
        for k in range(blocks * BLOCK):
            for j in range(0, inputs.shape[1], LANES):
                store(frozen, k, j, load(outputs, outs[w, k], j))
    for b in range(blocks):
        k = b * BLOCK
        o0, o1, o2 = outs[w, k], outs[w, k + 1], outs[w, k + 2]
        o3, o4, o5 = outs[w, k + 3], outs[w, k + 4], outs[w, k + 5]
        p0, p1, p2, p3, p4, p5 = o0, o1, o2, o3, o4, o5
        if blocks > 1:
            p0, p1, p2, p3, p4, p5 = k, k + 1, k + 2, k + 3, k + 4, k + 5
        for i in range(0, n, 2):
            i0, i1 = ins[i], ins[min(i + 1, n - 1)]
            scores(inputs, i0, i1, table, p0, p1, p2, p3, p4, p5, g, i)
            slopes(g, i, min(2, n - i), signs, b, rate, lanes)
            factors += 2
            if factors >= FACTORS:
                loss += gathered(lanes)
                factors = 0
        if blocks == 1:
            different = folded(ins, n, g) if twice and not all_differ(ins, n) else n
            update(
                inputs, ins, None, different, table, p0, p1, p2, p3, p4, p5, outputs, o0, o1, o2, o3, o4, o5,
                g,
            )  # fmt: skip
        else:
            update(steps, ins, inputs, n, table, p0, p1, p2, p3, p4, p5, outputs, o0, o1, o2, o3, o4, o5, g)
    if blocks > 1:
        for i in range(n):
            for j in range(0, inputs.shape[1], LANES):
                move(inputs, ins[i], j, load(steps, i, j))
    return loss, factors


@primitive
def request(table, row):
    """Ask for all cache lines of a row."""
    for j in range(0, table.shape[1], 16):
        prefetch(table, row, j)


@primitive
def label(signs, negatives):
    """+1 for the centre, −1 for a negative, 0 for an empty place; for two inputs, then for a last one."""
    for k in range(negatives + 1):
        b, c = k // BLOCK, k % BLOCK
        signs[b, c] = signs[b, c + COLUMNS] = signs[b, c + 2 * COLUMNS] = 1 if k == 0 else -1


@primitive
def unlabel(signs, negatives, outs, w):
    """0 in place of −1 for the negatives that are the centre itself."""
    for k in range(1, negatives + 1):
        b, c = k // BLOCK, k % BLOCK
        sign = np.float32(0 if outs[w, k] == outs[w, 0] else -1)
        signs[b, c] = signs[b, c + COLUMNS] = signs[b, c + 2 * COLUMNS] = sign


@part
def windows(
    text, latest, bits, where, stop, outs, ins, inputs, outputs, window, radius, negatives, exclude,
    rate, decay, g, signs, steps, frozen, lanes, factors,
):  # fmt: skip
    """The windows of one chunk. Returns (loss, pairs, factors not yet gathered)."""
    text, latest, bits, where, outs, ins = (
        borrowed(text), borrowed(latest), borrowed(bits), borrowed(where), borrowed(outs), borrowed(ins),
    )  # fmt: skip
    inputs, outputs, g = borrowed(inputs), borrowed(outputs), borrowed(g)
    signs, steps, frozen, lanes = borrowed(signs), borrowed(steps), borrowed(frozen), borrowed(lanes)
    blocks = signs.shape[0]
    loss, pairs, w = 0.0, 0, 0
    begin, finish = window, window - 1  # the unit around a centre, as places in text: begin … finish − 1
    while begin > 0 and text[begin - 1] >= 0:
        begin -= 1
    for t in range(window, stop):
        if text[t] < 0:
            begin = t + 1
            continue
        while finish < t or text[finish] >= 0:
            finish += 1
        for k in range(negatives + 1):
            request(outputs, outs[w + AHEAD, k])
        if t + window + AHEAD < finish:
            request(inputs, text[t + window + AHEAD])
        reach = 1 + below(bits[t], window) if radius == DYNAMIC else window
        left, right = max(begin, t - reach), min(finish - 1, t + reach)
        # As often for every centre, and more than needed: a count that varies is mispredicted.
        for k in range(window):
            ins[k] = text[left + k]
        for k in range(window):
            ins[t - left + k] = text[t + 1 + k]
        if exclude == SKIP:
            unlabel(signs, negatives, outs, w)
        n, twice, speed = right - left, latest[right] >= left, np.float32(rate - decay * where[t])
        if n == 0:
            w += 1
            continue
        more, factors = meet(
            inputs, ins, n, twice, outputs, outs, w, blocks, signs, speed, g, steps, frozen, lanes, factors
        )  # fmt: skip
        loss += more
        pairs += n
        w += 1
    return loss, pairs, factors


@driver
def skipgram(
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    first: int,
    last: int,
    keep: NDArray[np.uint32],
    alias: NDArray[np.uint64],
    inputs: NDArray[np.float32],
    outputs: NDArray[np.float32],
    window: int,
    radius: int,
    negatives: int,
    exclude: int,
    rate: float,
    decay: float,
    base: np.uint64,
    sums: NDArray[np.float64],
) -> None:
    """One pass over the centres tokens[first:last], all of whose context counts, also beyond first and last.

    units: borders of the units, 0 … n; keep (words,): a token survives if 32 random bits ≤ keep; alias
    (words,): see `primitives.drawn`. inputs, outputs (words, width) are updated in place; the rate falls by
    `decay` a token. sums (3,) grows by (loss, pairs of centre and context, surviving centres).
    """
    blocks = (negatives + BLOCK) // BLOCK
    space = 2 * CHUNK + 4 * window  # words, as many borders, and the context on both sides
    text, bits, where = np.empty(space, np.int32), np.empty(space, np.uint64), np.empty(space, np.int32)
    latest, seen = np.empty(space, np.int32), np.empty(STAMPS, np.int16)
    outs, ins = np.zeros((CHUNK + AHEAD, blocks * BLOCK), np.int32), np.zeros(2 * window + 2, np.int32)
    g, signs = np.zeros((2 * window + 2, COLUMNS), np.float32), np.zeros((blocks, 4 * COLUMNS), np.float32)
    steps = np.zeros((2 * window if blocks > 1 else 0, inputs.shape[1]), np.float32)
    frozen = np.zeros((blocks * BLOCK if blocks > 1 else 0, inputs.shape[1]), np.float32)
    lanes, factors = np.zeros((2, 16), np.float32), 0
    lanes[0, :] = 1
    label(signs, negatives)
    loss = 0.0
    unit = np.searchsorted(units, first, side="right") - 1
    for at in range(first, last, CHUNK):
        while units[unit + 1] <= at:
            unit += 1
        end = min(at + CHUNK, last)
        stop, length = thin(tokens, units, unit, at, end, keep, base, window, text, bits, where)
        repeats(text, length, seen, latest)
        sums[2] += draw(text, bits, window, stop, alias, negatives, exclude, outs)
        more, pairs, factors = windows(
            text, latest, bits, where, stop, outs, ins, inputs, outputs, window, radius, negatives, exclude,
            rate - decay * (at - first), decay, g, signs, steps, frozen, lanes, factors,
        )  # fmt: skip
        loss += more
        sums[1] += pairs
    sums[0] += loss + gathered(lanes)
