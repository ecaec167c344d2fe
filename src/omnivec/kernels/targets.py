"""What a centre is predicted by: itself and its negatives, or the path to its leaf in a tree.

Outputs come in blocks of BLOCK rows; a place that is not used repeats a row, with sign 0. Definitions:
reference/negatives.py, reference/huffman.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, arg-type, assignment"

from __future__ import annotations

import numpy as np

from omnivec.kernels.compiling import primitive
from omnivec.kernels.primitives import GAMMA, below, drawn, mixed
from omnivec.kernels.simd import COLUMNS

BLOCK = 6  # outputs whose rows and steps are held in registers at once
REDRAW, SKIP, KEEP = 0, 1, 2  # what happens to a negative that is the centre itself
EXCLUDE = {"redraw": REDRAW, "skip": SKIP, "keep": KEEP}  # the flags by the words of the learners' options
REDRAWS = 1024  # draws before any other word is taken: a text may be one word but for a few


@primitive
def already(outs, w, k, row):
    """Whether the row stands among the negatives before the k-th."""
    found = False
    for earlier in range(1, k):
        found |= outs[w, earlier] == row
    return found


@primitive
def draw(text, bits, window, last, alias, count, exclude, distinct, outs, signs):
    """The outputs of every centre: itself, its negatives, and itself again up to a full block.

    With SKIP, signs (centres, columns) gets 0 for the negatives that are the centre. Returns the number of
    centres.
    """
    w = 0
    for t in range(window, last):
        centre = text[t]
        if centre < 0:
            continue
        outs[w, :] = centre
        z = bits[t]
        for k in range(1, count):
            z += GAMMA
            r = mixed(z)
            row = drawn(r, alias)
            tries = 0
            while (exclude == REDRAW and row == centre) or (distinct and already(outs, w, k, row)):
                if tries < REDRAWS:
                    r = mixed(r)
                    row = drawn(r, alias)
                    tries += 1
                if tries == REDRAWS:
                    row = (centre + 1 + below(r, alias.shape[0] - 1)) % alias.shape[0]
                    tries += 1
                elif tries > REDRAWS:
                    row = (row + 1) % alias.shape[0]
            outs[w, k] = row
            if exclude == SKIP:
                b, c = k // BLOCK, k % BLOCK
                signs[w, b * COLUMNS + c] = 0 if row == centre else -1
        w += 1
    return w


@primitive
def label(signs, count):
    """+1 for the centre, −1 for a negative, 0 for an empty place, in every row of signs."""
    signs[:, :] = 0
    for k in range(count):
        b, c = k // BLOCK, k % BLOCK
        signs[:, b * COLUMNS + c] = 1 if k == 0 else -1


@primitive
def climb(text, window, last, starts, paths, outs, signs, blocks):
    """The outputs of every centre: the inner nodes from the root to its leaf; +1 where the path goes left.

    starts (words + 1,), paths: node << 1 | right for each step. blocks (centres,) gets the number of blocks.
    Returns the number of centres.
    """
    w = 0
    for t in range(window, last):
        centre = text[t]
        if centre < 0:
            continue
        first = starts[centre]
        length = starts[centre + 1] - first
        blocks[w] = (length + BLOCK - 1) // BLOCK
        for b in range(blocks[w]):
            for c in range(BLOCK):
                k = b * BLOCK + c
                step = paths[first + min(k, length - 1)]
                outs[w, k] = step >> 1
                sign = np.float32(0 if k >= length else -1 if step & 1 else 1)
                signs[w, b * COLUMNS + c] = sign
        w += 1
    return w


@primitive
def name(text, window, last, outs):
    """The centres alone: all other rows are their rivals. Returns their number."""
    w = 0
    for t in range(window, last):
        if text[t] >= 0:
            outs[w, 0] = text[t]
            w += 1
    return w
