"""Words of several rows: what they are together is held while they are near, and given back when they leave.

Definition: reference/word2vec.py.
"""

# Helpers are compiled into the driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np

from omnivec.kernels.blocks import give, request
from omnivec.kernels.compiling import primitive
from omnivec.kernels.simd import LANES, add, load, mul, splat, store, sub


@primitive
def enter(place, text, spans, parts, inputs, held, entered, times, bag):
    """A word comes near: the sum of its parts, their mean in skip-gram, is held until it has left."""
    slot = place & (held.shape[0] - 1)
    first, last = spans[text[place]], spans[text[place] + 1]
    share = splat(np.float32(1 / (last - first) if bag is None else 1))
    held[slot, :] = 0
    times[0, slot] = last - first
    # A row at a time: its lines follow each other, and the processor fetches the next ones by itself. Column
    # by column took 8 % longer.
    for k in range(first, last - 1, 2):
        for j in range(0, inputs.shape[1], LANES):
            both = add(load(inputs, parts[k], j), load(inputs, parts[k + 1], j))
            store(held, slot, j, add(load(held, slot, j), both))
    if (last - first) & 1:
        for j in range(0, inputs.shape[1], LANES):
            store(held, slot, j, add(load(held, slot, j), load(inputs, parts[last - 1], j)))
    for j in range(0, inputs.shape[1], LANES):
        h = mul(share, load(held, slot, j))
        store(held, slot, j, h)
        store(entered, slot, j, h)


@primitive
def leave(place, text, spans, parts, inputs, frozen, held, entered, bag):
    """A word has left: each of its parts moves by what their mean has moved."""
    slot = place & (held.shape[0] - 1)
    first, last = spans[text[place]], spans[text[place] + 1]
    share = splat(np.float32(1 if bag is None else 1 / (last - first)))
    for j in range(0, inputs.shape[1], LANES):
        store(entered, slot, j, mul(share, sub(load(held, slot, j), load(entered, slot, j))))
    for k in range(first, last):
        give(inputs, parts[k], entered, slot, np.float32(1), frozen)


@primitive
def wanted(place, text, spans, parts, inputs):
    """Ask for the rows of a word that comes near soon; without it, 30 % slower."""
    if text[place] >= 0:
        for k in range(spans[text[place]], spans[text[place] + 1]):
            request(inputs, parts[k])


@primitive
def named(place, text, parts, held):
    """Where the row of a place is: its word's, or the one that is held for it."""
    if parts is None:
        row = text[place]
    else:
        row = place & (held.shape[0] - 1)
    return row
