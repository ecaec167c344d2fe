"""Skip-gram with negative sampling, as a definition: which words meet, what it costs, how the rows move.

The input rows of the context words predict the centre (word2vec's direction). Symbols as in the papers: v an
input row, u an output row, σ the logistic function, η the learning rate.

Sources: Mikolov, Sutskever, Chen, Corrado, Dean 2013, equations 4 and 5; Ji, Satish, Li, Dubey 2016, for one
set of negatives shared by a window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.random import GAMMA, MASK, below, drawn, mixed, random_at

REDRAWS = 1024
"""Draws before any other row is taken in the centre's place: a text may be one word but for a few."""

Rows = NDArray[np.floating]


def sigmoid(x: ArrayLike) -> NDArray[np.floating]:
    """1 / (1 + e^−x), from the exponential that cannot overflow."""
    x = np.asarray(x, np.float64)
    tail = np.exp(-np.abs(x))
    value: NDArray[np.floating] = np.where(x >= 0, 1, tail) / (1 + tail)
    return value


def window_loss(v: Rows, u: Rows, signs: ArrayLike) -> float:
    """−Σ ln σ(sign · vᵀu) over all pairs of the inputs v (n, dim) and the outputs u (K + 1, dim).

    signs (K + 1,): +1 for the true output, −1 for a negative, 0 for one that is left out.
    """
    sign = np.asarray(signs, np.float64)
    return float(np.sum(np.abs(sign) * np.logaddexp(0, -sign * (v @ u.T))))


def window_gradient(v: Rows, u: Rows, signs: ArrayLike) -> tuple[Rows, Rows]:
    """The derivatives of `window_loss` by v and by u.

    −sign · σ(−sign · vᵀu), which is σ(vᵀu) − label, times the other side.
    """
    sign = np.asarray(signs, np.float64)
    error = -sign * sigmoid(-sign * (v @ u.T))
    return error @ u, error.T @ v


def keep_thresholds(counts: ArrayLike, sample: float, total: int) -> NDArray[np.uint32]:
    """A token survives if 32 random bits are ≤ its word's threshold: probability √(s/f) + s/f, at most 1.

    f = count / total; sample 0 keeps everything. Source: word2vec.c and fastText, which write the same
    function differently.
    """
    share = (
        np.full(len(np.asarray(counts)), np.inf)
        if sample == 0
        else sample * total / np.asarray(counts, np.float64)
    )
    keep = np.minimum(1, np.sqrt(share) + share)
    thresholds: NDArray[np.uint32] = np.maximum(np.ceil(keep * 2**32) - 1, 0).astype(np.uint32)
    return thresholds


def thinned(tokens: Sequence[int], keep: NDArray[np.uint32], base: int) -> list[int]:
    """The positions that survive subsampling."""
    return [p for p, word in enumerate(tokens) if (random_at(base, p) & 0xFFFFFFFF) <= keep[word]]


def negatives_at(
    base: int, position: int, centre: int, alias: NDArray[np.uint64], count: int, exclude: str
) -> list[int]:
    """The negatives of the window at a position; with `redraw` none of them is the centre."""
    rows, z = [], random_at(base, position)
    for _ in range(count):
        z = (z + GAMMA) & MASK
        bits = mixed(z)
        row = drawn(bits, alias)
        tries = 0
        while exclude == "redraw" and row == centre:
            bits = mixed(bits)
            row = drawn(bits, alias)
            tries += 1
            if tries == REDRAWS:
                row = (centre + 1 + below(bits, len(alias) - 1)) % len(alias)
        rows.append(row)
    return rows


def windows(
    tokens: Sequence[int],
    units: Sequence[int],
    keep: NDArray[np.uint32],
    base: int,
    window: int,
    kind: str = "dynamic",
) -> Iterator[tuple[int, list[int]]]:
    """(Position of the centre, its context words) for every survivor; no window crosses a unit's border."""
    survivors = thinned(tokens, keep, base)
    unit = np.searchsorted(units, survivors, side="right")
    for place, position in enumerate(survivors):
        reach = window if kind == "fixed" else 1 + below(random_at(base, position), window)
        around = [
            q for q in range(max(0, place - reach), min(len(survivors), place + reach + 1)) if q != place
        ]
        yield position, [tokens[survivors[q]] for q in around if unit[q] == unit[place]]


def skipgram(
    tokens: Sequence[int], units: Sequence[int], keep: NDArray[np.uint32], alias: NDArray[np.uint64],
    inputs: Rows, outputs: Rows, *,
    window: int, kind: str = "dynamic", negatives: int = 5, exclude: str = "redraw",
    rate: float, decay: float = 0.0, base: int = 0,
) -> tuple[float, int, int]:  # fmt: skip
    """One pass of gradient descent, a window at a time; inputs and outputs (words, dim) are changed in place.

    Every step of a window is taken from the values before it. A word that stands twice in it, or a negative
    drawn twice, moves twice. The rate falls by `decay` a token. Returns (loss, pairs, centres).
    """
    loss, pairs, centres = 0.0, 0, 0
    for position, context in windows(tokens, units, keep, base, window, kind):
        centre = tokens[position]
        drawn_rows = negatives_at(base, position, centre, alias, negatives, exclude)
        signs = [1] + [0 if exclude == "skip" and row == centre else -1 for row in drawn_rows]
        left, right = np.array(context, int), np.array([centre, *drawn_rows])
        v, u = inputs[left], outputs[right]
        loss += window_loss(v, u, signs)
        down_v, down_u = window_gradient(v, u, signs)
        speed = rate - decay * position
        np.add.at(inputs, left, -speed * down_v)
        np.add.at(outputs, right, -speed * down_u)
        pairs += len(context)
        centres += 1
    return loss, pairs, centres
