"""Windows that are scored: rows one behind the other, a hidden layer, and a margin to a spoilt centre.

BATCH places of the text stand side by side and meet the hidden layer together, see layer.py. A spoilt window
differs in its centre alone: one block of the first product. Windows that keep the margin cost no way back. A
thread's copy of the layer is added to the shared one after each chunk of text.
Definition: reference/collobert_weston.py.

Sources: Collobert, Weston 2008; Collobert, Weston, Bottou, Karlen, Kavukcuoglu, Kuksa 2011, sections 3 and 4.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, part
from omnivec.kernels.layer import (
    ACTIVATION,
    BATCH,
    HARD_TANH,
    TANH,
    TILE,
    Layer,
    combined,
    copied,
    projected,
    scored,
    shared,
    turned,
)
from omnivec.kernels.simd import LANES, add, load, store
from omnivec.kernels.targets import REDRAW, draw
from omnivec.kernels.text import CHUNK, thin

__all__ = ["ACTIVATION", "BATCH", "HARD_TANH", "TANH", "TILE", "train"]


class Batch(NamedTuple):
    """Places of the text side by side, with their context, and what comes of them on the way."""

    held: NDArray[np.float32]
    """(BATCH + 2 · reach, width): the rows of the words."""
    columns: NDArray[np.float32]
    """(dim, BATCH + 2 · reach): the same, a number of each side by side."""
    rivals: NDArray[np.int32]
    """(BATCH,): the words that spoil the centres, −1 where no window is."""
    wrong: NDArray[np.float32]
    """(BATCH, width): their rows."""
    apart: NDArray[np.float32]
    """(dim, BATCH): those less the centres'."""
    scores: NDArray[np.float32]
    """(2, BATCH): of right windows and of spoilt ones."""
    rates: NDArray[np.float32]
    """(1, BATCH): learning rates, 0 for windows that keep the margin."""
    which: NDArray[np.int64]
    """(BATCH,): those that violate it."""


@part
def seen(text, start, n, reach, outs, w, vectors, padding, batch):
    """Put n places and their context, which text has from `start` on, into a batch; the next row of outs."""
    width, dim = batch.held.shape[1], batch.columns.shape[0]
    for p in range(n + 2 * reach):
        word = text[start + p]
        for j in range(width):
            batch.held[p, j] = padding[0, j] if word < 0 else vectors[word, j]
        for j in range(dim):
            batch.columns[j, p] = batch.held[p, j]
    for t in range(n):
        batch.rivals[t] = -1
        if text[start + reach + t] >= 0:
            batch.rivals[t] = outs[w, 1]
            w += 1
            for j in range(width):
                batch.wrong[t, j] = vectors[batch.rivals[t], j]
            for j in range(dim):
                batch.apart[j, t] = batch.wrong[t, j] - batch.held[t + reach, j]
    return w


@part
def judged(batch, n, rate, decay, where, sums):
    """Gather the cost of n places, and the rates of the windows that violate the margin; their number.

    where: the token of each place, counted from where the rate is `rate`.
    """
    count = 0
    batch.rates[0, :] = 0
    for t in range(n):
        if batch.rivals[t] >= 0:
            cost = np.float32(1) - batch.scores[0, t] + batch.scores[1, t]
            sums[1] += 1
            if not cost <= 0:  # nor NaN
                sums[0] += cost
                batch.rates[0, t] = np.float32(rate - decay * where[t])
                batch.which[count] = t
                count += 1
    return count


@part
def given(table, padding, frozen, word, back, i):
    """Add a step to a word's row, or for no word to that of padding; a frozen one stays."""
    if word < 0:
        for j in range(0, back.shape[1], LANES):
            store(padding, 0, j, add(load(padding, 0, j), load(back, i, j)))
    elif frozen.shape[0] == 0 or frozen[word] == 0:
        for j in range(0, back.shape[1], LANES):
            store(table, word, j, add(load(table, word, j), load(back, i, j)))


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
    space, beside = CHUNK * (1 + reach) + 3 * reach + 2, BATCH + TILE
    text, bits, where = np.empty(space, np.int32), np.empty(space, np.uint64), np.empty(space, np.int32)
    outs, signs = np.zeros((CHUNK + 1, 2), np.int32), np.zeros((1, 1), np.float32)
    layer = Layer(hidden, bias, score.reshape(1, -1))
    own = Layer(
        np.zeros((blocks * room, width), np.float32), np.zeros(room, np.float32),
        np.zeros((1, room), np.float32),
    )  # fmt: skip
    before = Layer(own.rows.copy(), own.bias.copy(), own.score.copy())
    batch = Batch(
        np.zeros((BATCH + 2 * reach, width), np.float32), np.zeros((dim, BATCH + 2 * reach), np.float32),
        np.zeros(BATCH, np.int32), np.zeros((BATCH, width), np.float32), np.zeros((dim, BATCH), np.float32),
        np.zeros((2, BATCH), np.float32), np.zeros((1, BATCH), np.float32), np.zeros(BATCH, np.int64),
    )  # fmt: skip
    z, spoilt, both = (
        np.zeros((room, beside), np.float32), np.zeros((room, beside), np.float32),
        np.zeros((room, beside), np.float32),
    )  # fmt: skip
    back, lanes = np.zeros((beside, width), np.float32), np.zeros((1, 16), np.float32)
    order, one, share = np.arange(room), np.float32(1), np.float32(ratio)
    unit = np.searchsorted(units, first, side="right") - 1
    for at in range(first, last, CHUNK):
        while units[unit + 1] <= at:
            unit += 1
        end = min(at + CHUNK, last)
        stop, _ = thin(tokens, units, unit, at, end, keep, base, reach, reach, text, bits, where)
        draw(text, bits, reach, stop, alias, 2, REDRAW, 0, outs, signs)
        copied(layer, inner, own, before)
        start, w = rate - decay * (at - first), 0
        for place in range(reach, stop, BATCH):
            n, to = min(BATCH, stop - place), place - reach
            w = seen(text, to, n, reach, outs, w, vectors, padding, batch)
            for h in range(room):
                z[h, :] = own.bias[h]
            for k in range(blocks):
                projected(own, k, batch.columns, k, z)
            spoilt[:, :] = z
            projected(own, reach, batch.apart, 0, spoilt)
            scored(z, own, kind, batch.scores, 0)
            scored(spoilt, own, kind, batch.scores, 1)
            count = judged(batch, n, start, decay, where[place:], sums)
            if count == 0 or learns == 0:
                continue
            turned(z, spoilt, both, own, kind, batch.rates, batch.which, count, share, lanes)
            for k in range(blocks):
                steps = z if k == reach else both
                back[:, :] = 0
                combined(back, 0, count, one, steps, 1, beside, own.rows, order, k * room, room)
                for i in range(count):
                    given(vectors, padding, frozen, text[to + batch.which[i] + k], back, i)
            back[:, :] = 0
            combined(back, 0, count, one, spoilt, 1, beside, own.rows, order, reach * room, room)
            for i in range(count):
                given(vectors, padding, frozen, batch.rivals[batch.which[i]], back, i)
            for k in range(blocks):
                steps = z if k == reach else both
                combined(own.rows, k * room, room, share, steps, beside, 1, batch.held, batch.which, k, count)
            combined(
                own.rows, reach * room, room, share, spoilt, beside, 1, batch.wrong, batch.which, 0, count
            )
        if learns:
            shared(layer, inner, own, before)
    sums[2] = sums[1]
