"""Lines of text and their labels: the mean of a line's features meets its labels.

Features are words, their character n-grams, and word n-grams; they are put together here from the running
text, so that nothing of a line outlives it. Arguments that are None choose the output side, as in window.py.
Definition: reference/classifier.py.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment, operator"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.blocks import gathered, give, request
from omnivec.kernels.compiling import driver, part, primitive
from omnivec.kernels.hashing import bucket_of, longer
from omnivec.kernels.meeting import kept, meet_one
from omnivec.kernels.primitives import GAMMA, among, below, drawn, mixed, random_at
from omnivec.kernels.simd import COLUMNS, LANES, add, borrowed, load, mul, prefetch, splat, store
from omnivec.kernels.targets import BLOCK, REDRAWS
from omnivec.kernels.together import meet_all

PLAIN, NEITHER = -1, -2  # kinds of types: a word, neither word nor label; a label is its number
FINE = np.float32(2**24)


@primitive
def featured(
    tokens, begin, end, kinds, spans, parts, hashes, ngrams, base, buckets, plain, chain, rows, n, targets, m
):  # fmt: skip
    """The rows of a line's features behind rows[:n], its labels, each once, behind targets[:m]; where both
    end.
    """
    first, words = m, 0
    for p in range(begin, end):
        t = tokens[p]
        kind = kinds[t]
        if kind == PLAIN:
            for k in range(spans[t], spans[t + 1]):
                rows[n] = parts[k]
                n += 1
            chain[words] = hashes[t]
            words += 1
        elif kind >= 0 and not among(targets, first, m, kind):
            targets[m] = kind
            m += 1
    for i in range(words if ngrams > 1 else 0):
        h = chain[i]
        for j in range(i + 1, min(i + ngrams, words)):
            h = longer(h, chain[j], plain)
            rows[n] = base + bucket_of(h, j - i + 1, buckets, plain)
            n += 1
    return n, m


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
def meet_some(
    hidden, targets, m, alias, negatives, bits, starts, paths, outputs, outs, signs, before, order, speed,
    steps, g, lanes, tally,
):  # fmt: skip
    """A line meets its labels and those drawn against them, or the nodes above its labels. Returns the loss
    that tally does not hold.
    """
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
    kept(outputs, outs, 0, blocks, before)
    meet_one(hidden, before, order, 0, outputs, outs, 0, blocks, signs, 0, speed, g, steps, lanes, tally)
    if starts is not None:
        if m > 1:
            of_line = tally[0] - held + gathered(lanes)
            tally[0], tally[1] = held, 0
            loss += of_line / m
    return loss


@part
def lines(
    tokens, units, unit, last, kinds, spans, parts, hashes, ngrams, base, buckets, plain, one, weights, alias,
    negatives, starts, paths, apart, together, inputs, outputs, frozen, rate, decay, first, random, chain,
    rows, targets, ends, ins, outs, signs, before, order, hidden, paces, steps, scores, own, g, factors,
    scratch, lanes, tally,
):  # fmt: skip
    """The lines that begin before `last`. Returns (loss, lines trained); tally (2,) gathers loss besides."""
    tokens, units, kinds, spans, parts = (
        borrowed(tokens), borrowed(units), borrowed(kinds), borrowed(spans), borrowed(parts),
    )  # fmt: skip
    hashes, inputs, outputs, chain = borrowed(hashes), borrowed(inputs), borrowed(outputs), borrowed(chain)
    rows, targets, outs, signs = borrowed(rows), borrowed(targets), borrowed(outs), borrowed(signs)
    before, order, hidden, steps = borrowed(before), borrowed(order), borrowed(hidden), borrowed(steps)
    g, lanes, tally, paces = borrowed(g), borrowed(lanes), borrowed(tally), borrowed(paces)
    scores, own, factors, scratch = borrowed(scores), borrowed(own), borrowed(factors), borrowed(scratch)
    ends, ins = borrowed(ends), borrowed(ins)
    loss, done, held, going = 0.0, 0, 0, True
    while going:
        going = unit < units.shape[0] - 1 and units[unit] < last
        if going:
            begin, n, m = units[unit], ends[0, held], ends[1, held]
            to, label = featured(
                tokens, begin, units[unit + 1], kinds, spans, parts, hashes, ngrams, base, buckets, plain,
                chain, rows, n, targets, m,
            )  # fmt: skip
            unit += 1
            if to == n or label == m:
                continue
            if one:
                targets[m] = targets[m + below(random_at(random ^ GAMMA, begin), label - m)]
                label = m + 1
            for k in range(n, to):
                request(inputs, rows[k])
            averaged(inputs, rows, n, to, hidden, held)
            share = np.float32(1)
            if weights is not None:
                share = np.float32(0)
                for k in range(m, label):
                    share += weights[targets[k]] / np.float32(label - m)
            if starts is not None:
                share /= np.float32(label - m)
            if rate is not None:
                paces[held] = share * np.float32(rate - decay * (begin - first))
            held += 1
            ends[0, held], ends[1, held] = to, label
        if held == together or (held > 0 and not going):
            if alias is not None or starts is not None:
                if rate is None:
                    speed = None
                else:
                    speed = paces[0]
                loss += meet_some(
                    hidden, targets, ends[1, 1], alias, negatives, random_at(random, begin), starts, paths,
                    outputs, outs, signs, before, order, speed, steps, g, lanes, tally,
                )  # fmt: skip
            else:
                loss += meet_all(
                    hidden, ins, held, outputs, order, signs, apart, targets, ends, paces, rate, steps,
                    scores, own, g, factors, scratch, lanes, tally,
                )  # fmt: skip
            for i in range(held if rate is not None else 0):
                part_of = np.float32(1 / (ends[0, i + 1] - ends[0, i]))
                for k in range(ends[0, i], ends[0, i + 1]):
                    give(inputs, rows[k], steps, i, part_of, frozen)
            done += held
            held = 0
    return loss, done


@driver
def train(
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    first: int,
    last: int,
    kinds: NDArray[np.int32],
    spans: NDArray[np.int64],
    parts: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    ngrams: int,
    base: int,
    buckets: int,
    plain: int,
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
    """One pass over the lines that begin in tokens[first:last]; a line without a label or a feature is none.

    tokens: numbers of types; units: borders of the lines. By type: kinds PLAIN, NEITHER or the label; its
    rows parts[spans[t]:spans[t + 1]]; its hash, for word n-grams of up to `ngrams` words, whose rows begin at
    `base`. one: 1 to draw one of a line's labels instead of teaching all. most: see
    `largest`. weights (labels,): what a label multiplies the rate by.

    Outputs: alias (labels,) and negatives; or starts and paths of a tree, `most` holding the longest; or
    apart, any number, for all labels each on its own; or none of them for softmax. Where all labels are met,
    so many lines are averaged together, before any of them moves an input; elsewhere together is 1. Otherwise
    as in `window.train`. sums (3,) grows by (loss, lines, lines).
    """
    longest, words, labels = most[0], most[1], most[2]
    if alias is not None:
        room = labels + negatives
    elif starts is not None:
        room = labels * most[3]
    else:
        room = outputs.shape[0]
    blocks = (room + BLOCK - 1) // BLOCK
    width, stride = inputs.shape[1], together + (together & 1)
    chain, rows = np.empty(words, np.uint64), np.empty(longest * together, np.int32)
    targets, ends = np.empty(labels * together, np.int32), np.zeros((2, together + 1), np.int64)
    outs, signs = np.zeros((1, blocks * BLOCK), np.int32), np.zeros((1, blocks * COLUMNS), np.float32)
    order, ins = np.arange(blocks * BLOCK, dtype=np.int32).reshape(1, -1), np.arange(stride, dtype=np.int32)
    kept_rows = 1
    if alias is not None or starts is not None:
        kept_rows = blocks * BLOCK
    else:  # every row, and the last one again up to a full block
        order = np.minimum(np.arange(blocks * BLOCK), outputs.shape[0] - 1).astype(np.int32).reshape(1, -1)
        for k in range(outputs.shape[0]):
            signs[0, k // BLOCK * COLUMNS + k % BLOCK] = -1
    before = np.empty((kept_rows, width), np.float32)
    hidden, steps = np.zeros((stride, width), np.float32), np.zeros((stride, width), np.float32)
    scores, own = (
        np.zeros((stride * blocks + 2, COLUMNS), np.float32),
        np.zeros((2 * blocks + 2, COLUMNS), np.float32),
    )
    g, paces = np.zeros(((stride + 1) * blocks + 2, COLUMNS), np.float32), np.zeros(stride, np.float32)
    factors, scratch = np.zeros((stride, COLUMNS), np.float32), np.zeros((1, 16), np.float32)
    lanes, tally = np.zeros((2, 16), np.float32), np.zeros(2)
    lanes[0, :] = 1
    unit = np.searchsorted(units, first)
    loss, done = lines(
        tokens, units, unit, last, kinds, spans, parts, hashes, ngrams, base, buckets, plain, one, weights,
        alias, negatives, starts, paths, apart, together, inputs, outputs, frozen, rate, decay, first, random,
        chain, rows, targets, ends, ins, outs, signs, before, order, hidden, paces, steps, scores, own, g,
        factors, scratch, lanes, tally,
    )  # fmt: skip
    sums[0] += loss + tally[0] + gathered(lanes)
    sums[1] += done
    sums[2] += done


@driver
def begin(
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    kinds: NDArray[np.int32],
    spans: NDArray[np.int64],
    parts: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    ngrams: int,
    base: int,
    buckets: int,
    plain: int,
    most: NDArray[np.int64],
    words: int,
    dim: int,
    random: np.uint64,
    inputs: NDArray[np.float32],
) -> None:
    """Draw the rows of the n-grams that a text has, uniform in ±1/dim, each from its number alone.

    The others stay zero, and cost neither time nor memory: an n-gram that training never met says nothing. A
    row that has begun is left as it is, so that threads may take a part of the units each.
    """
    chain, rows, targets = (
        np.empty(most[1], np.uint64), np.empty(most[0], np.int32), np.empty(most[2], np.int32)
    )  # fmt: skip
    half, scale = np.float32(0.5), np.float32(2 / dim)
    for unit in range(units.shape[0] - 1):
        n, _ = featured(
            tokens, units[unit], units[unit + 1], kinds, spans, parts, hashes, ngrams, base, buckets, plain,
            chain, rows, 0, targets, 0,
        )  # fmt: skip
        for k in range(n):
            prefetch(inputs, rows[k], 0)
        for k in range(n):
            row = rows[k]
            if row >= words and inputs[row, 0] == 0:
                for j in range(0, dim, 2):  # two numbers of 24 bits from one draw
                    bits = random_at(random, np.int64(row) * dim + j)
                    inputs[row, j] = (np.float32(bits >> np.uint64(40)) / FINE - half) * scale
                    if j + 1 < dim:
                        bits = (bits >> np.uint64(8)) & np.uint64(0xFFFFFF)
                        inputs[row, j + 1] = (np.float32(bits) / FINE - half) * scale


@driver
def largest(
    tokens: NDArray[np.int32],
    units: NDArray[np.int64],
    kinds: NDArray[np.int32],
    spans: NDArray[np.int64],
    ngrams: int,
    most: NDArray[np.int64],
) -> None:
    """Raise most (3 or more,) to what the largest line needs: rows, words, labels."""
    for unit in range(units.shape[0] - 1):
        rows, words, labels = 0, 0, 0
        for p in range(units[unit], units[unit + 1]):
            t = tokens[p]
            rows += spans[t + 1] - spans[t]
            words += 1 if kinds[t] == PLAIN else 0
            labels += 1 if kinds[t] >= 0 else 0
        most[0] = max(most[0], rows + words * max(ngrams - 1, 0))
        most[1], most[2] = max(most[1], words), max(most[2], labels)
