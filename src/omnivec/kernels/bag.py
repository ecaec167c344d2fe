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
from omnivec.kernels.hashing import (
    CLOSE,
    OPEN,
    bucket_of,
    ends_line,
    grams_from,
    longer,
    starts_letter,
    token_hash,
)
from omnivec.kernels.meeting import kept, meet_one
from omnivec.kernels.primitives import GAMMA, below, drawn, mixed, random_at
from omnivec.kernels.scan import EMPTY, WORD, same
from omnivec.kernels.simd import COLUMNS, LANES, add, borrowed, load, mul, prefetch, splat, store, zero
from omnivec.kernels.targets import BLOCK, REDRAWS
from omnivec.kernels.together import meet_all

PLAIN, NEITHER = -1, -2  # kinds of types: a word, neither word nor label; a label is its number
FINE = np.float32(2**24)
HELD = 32  # rows of a line that are asked for before they are added


@primitive
def among(targets, start, stop, row):
    """Whether a label is one of the line's."""
    found = False
    for k in range(start, stop):
        found |= targets[k] == row
    return found


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


@primitive
def added(inputs, rows, n, piece, sums, line):
    """Add n rows to a line's sum; among themselves first, so that a long line loses fewer digits."""
    for j in range(0, inputs.shape[1], LANES):
        store(piece, 0, j, zero())
    for k in range(n):
        for j in range(0, inputs.shape[1], LANES):
            store(piece, 0, j, add(load(piece, 0, j), load(inputs, rows[k], j)))
    for j in range(0, inputs.shape[1], LANES):
        store(sums, line, j, add(load(sums, line, j), load(piece, 0, j)))


@primitive
def found(text, begin, end, h, slots, keys, offsets):
    """The number of a word by its bytes and their hash, −1 for one that is not there."""
    mask, number = np.uint64(slots.shape[0] - 1), np.int64(-1)
    tag, slot = h >> np.uint64(32), h & mask
    while number < 0:
        entry = slots[slot]
        candidate = entry & EMPTY
        if candidate == EMPTY:
            break
        if entry >> np.uint64(32) == tag:
            at = offsets[candidate]
            if offsets[candidate + np.uint64(1)] - at == end - begin and same(text, begin, end, keys, at):
                number = np.int64(candidate)
        slot = (slot + np.uint64(1)) & mask
    return number


@driver
def means(
    text: NDArray[np.uint8],
    begins: NDArray[np.int64],
    separators: NDArray[np.uint8],
    prefix: NDArray[np.uint8],
    slots: NDArray[np.uint64],
    keys: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    spans: NDArray[np.int64],
    parts: NDArray[np.int32],
    letters: NDArray[np.int64],
    ngrams: int,
    base: int,
    buckets: int,
    plain: int,
    known: NDArray[np.uint64],
    ends: int,
    end_rows: NDArray[np.int32],
    end_hash: np.uint64,
    inputs: NDArray[np.float32],
    sums: NDArray[np.float32],
    counts: NDArray[np.int64],
) -> None:
    """The mean of every line's features in sums (lines, width), which comes as zeros; counts (lines,) of
    them.

    text: UTF-8, line i from begins[i] to begins[i + 1]; separators (256,): WORD for what words consist of;
    prefix: of tokens that are no features; slots: of the words keys[offsets[i]:offsets[i + 1]], see scan.py,
    whose rows are parts[spans[i]:spans[i + 1]]; letters: minn, maxn, buckets and first row of the n-grams of
    other words; known (words,): what words are in n-grams, where others vanish before n-grams are formed, or
    (0,); ends: 1 for a token at the end of every line, with its rows and its hash.
    """
    longest = np.int64(0)
    for line in range(counts.shape[0]):
        longest = max(longest, begins[line + 1] - begins[line])
    minn, maxn, cells, behind = letters[0], letters[1], letters[2], letters[3]
    chain, bracketed = np.empty(longest // 2 + 2, np.uint64), np.empty(longest + 2, np.uint8)
    held, piece = np.empty(HELD + maxn + 1, np.int32), np.empty((1, inputs.shape[1]), np.float32)
    for line in range(counts.shape[0]):
        position, stop, words, n, total = begins[line], begins[line + 1], 0, 0, 0
        while True:
            while position < stop and separators[text[position]] != WORD:
                position += 1
            begin = position
            while position < stop and separators[text[position]] == WORD:
                position += 1
            if begin == position:
                break
            size = position - begin
            if prefix.shape[0] > 0 and size >= prefix.shape[0]:
                if same(text, begin, begin + prefix.shape[0], prefix, 0):
                    continue
            h = token_hash(text, begin, position, 0)
            row = found(text, begin, position, h, slots, keys, offsets)
            if row < 0 and known.shape[0] > 0:
                continue
            if row >= 0:
                for k in range(spans[row], spans[row + 1]):
                    held[n] = parts[k]
                    request(inputs, parts[k])
                    n += 1
                    if n >= HELD:
                        added(inputs, held, n, piece, sums, line)
                        total += n
                        n = 0
            elif maxn > 0 and not ends_line(text, begin, position):
                bracketed[0], bracketed[size + 1] = OPEN, CLOSE
                for k in range(size):
                    bracketed[k + 1] = text[begin + k]
                for start in range(size + 2):
                    if starts_letter(bracketed[start]):
                        n = grams_from(bracketed, start, size + 2, minn, maxn, cells, behind, held, n)
                        if n >= HELD:
                            added(inputs, held, n, piece, sums, line)
                            total += n
                            n = 0
            if known.shape[0] > 0:
                h = known[row]
            elif plain and ngrams > 1:
                h = token_hash(text, begin, position, 1)
            chain[words] = h
            words += 1
        if ends:
            for k in range(end_rows.shape[0]):
                held[n] = end_rows[k]
                n += 1
                if n >= HELD:
                    added(inputs, held, n, piece, sums, line)
                    total += n
                    n = 0
            chain[words] = end_hash
            words += 1
        for i in range(words if ngrams > 1 else 0):
            h = chain[i]
            for j in range(i + 1, min(i + ngrams, words)):
                h = longer(h, chain[j], plain)
                held[n] = base + bucket_of(h, j - i + 1, buckets, plain)
                request(inputs, held[n])
                n += 1
                if n >= HELD:
                    added(inputs, held, n, piece, sums, line)
                    total += n
                    n = 0
        added(inputs, held, n, piece, sums, line)
        counts[line] = total + n
        share = splat(np.float32(1 / max(total + n, 1)))
        for j in range(0, inputs.shape[1], LANES):
            store(sums, line, j, mul(share, load(sums, line, j)))
