"""FastText: a word is the mean of its parts, its own row and those of its character n-grams.

The pass is Word2Vec's, over means instead of rows. A word's parts are read when it comes within `window`
places of the centre and move together when it has left, each by what their mean has moved: a step on the mean
of n rows is that step on each of them, as fastText takes it (the gradient divided by n would be the true
one). In between, other words that share a part see it as it was; a part is read and written once a token
instead of once a window.

Source: Bojanowski, Grave, Joulin, Mikolov 2017 (arXiv 1607.04606), section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.losses import Rows
from omnivec.reference.windows import neighbours, thinned
from omnivec.reference.word2vec import Outputs

PIECE = 1024
"""Tokens after which all words leave: the text is taken in pieces."""


def train(
    tokens: Sequence[int], units: Sequence[int], keep: NDArray[np.uint32], inputs: Rows, outputs: Rows,
    parts: Sequence[Sequence[int]], *,
    model: str = "skipgram", loss: str = "ns", alias: NDArray[np.uint64] | None = None,
    tree: ArrayLike | None = None, reduction: str = "mean", gradient: str = "undivided",
    window: int, kind: str = "dynamic", negatives: int = 5, exclude: str = "redraw", distinct: bool = False,
    frozen: ArrayLike | None = None, rate: float, decay: float = 0.0, base: int = 0,
    first: int = 0, last: int | None = None,
) -> tuple[float, int, int]:  # fmt: skip
    """One pass over the centres tokens[first:last], as `word2vec.train`, whose options these are.

    parts: of each word, the rows of inputs (rows, dim) whose mean it is. CBOW joins all parts of all context
    words alike, so that a long word counts more.

    Returns (loss, predictions, centres).
    """
    side = Outputs(outputs, loss, alias, tree, negatives, exclude, distinct, base)
    moves = np.full(len(inputs), 1.0) if frozen is None else 1.0 - np.asarray(frozen, bool)
    rows = [np.array(some, int) for some in parts]
    around = dict(neighbours(tokens, units, keep, base, window, kind))
    total, predictions, centres = 0.0, 0, 0
    last = len(tokens) if last is None else last
    for at in range(first, last, PIECE):
        line, stop = places(tokens, units, keep, base, window, at, min(at + PIECE, last))
        held: dict[int, Rows] = {}
        entered: dict[int, Rows] = {}
        for t in range(window, stop):
            if t > window:
                gone = line[t - window - 1]
                if gone is not None and gone in held:
                    _leave(inputs, rows[tokens[gone]], moves, held.pop(gone) - entered.pop(gone))
            for position in line[: t + window + 1] if t == window else line[t + window : t + window + 1]:
                if position is not None:
                    held[position] = inputs[rows[tokens[position]]].mean(0)
                    entered[position] = held[position].copy()
            centre = line[t]
            if centre is None:
                continue
            centres += 1
            left = around[centre]
            if not left:
                continue
            v = np.array([held[p] for p in left])
            times = np.array([len(rows[tokens[p]]) for p in left])[:, None]
            if model == "cbow":
                v = (times * v).sum(0, keepdims=True) / (times.sum() if reduction == "mean" else 1)
            speed = rate - decay * (centre - first)
            cost, down = side.met(v, tokens[centre], centre, speed)
            if model == "cbow" and reduction == "mean" and gradient == "true":
                down = down / times.sum()
            for p, step in zip(left, np.broadcast_to(down, (len(left), down.shape[1])), strict=True):
                held[p] -= speed * step
            total += cost
            predictions += len(v)
        for position, value in held.items():
            _leave(inputs, rows[tokens[position]], moves, value - entered[position])
    return total, predictions, centres


def _leave(inputs: Rows, parts: NDArray[np.int64], moves: NDArray[np.float64], step: Rows) -> None:
    np.add.at(inputs, parts, moves[parts, None] * step)


def places(
    tokens: Sequence[int], units: Sequence[int], keep: NDArray[np.uint32], base: int, window: int, at: int,
    end: int,
) -> tuple[list[int | None], int]:  # fmt: skip
    """The piece tokens[at:end] as places: positions of survivors, and None at the border of a unit.

    The first centre stands at place `window`, behind the words left of it in its unit; behind the last centre
    stand as many to its right. Returns the places, and the one behind the last centre.
    """
    survivors = thinned(tokens, keep, base)
    borders = {int(border) for border in units}
    before = [p for p in survivors if max(b for b in borders if b <= at) <= p < at][-window:]
    line: list[int | None] = [*[None] * (window - len(before)), *before]
    alive = set(survivors)
    for position in range(at, end):
        if position in borders and position != at:
            line.append(None)
        if position in alive:
            line.append(position)
    behind = min(b for b in borders if b >= end)
    return [*line, *[p for p in survivors if end <= p < behind][:window]], len(line)


def subwords(word: str, minn: int, maxn: int) -> Iterator[str]:
    """The character n-grams of <word>, minn to maxn code points, from left to right, short before long.

    A bare < or > is none; <word> itself is one if it is short enough. The end of a line, </s>, has none.
    """
    if word == "</s>":
        return
    text = f"<{word}>"
    for start in range(len(text)):
        for n in range(max(minn, 1), min(maxn, len(text) - start) + 1):
            if n > 1 or start not in (0, len(text) - 1):
                yield text[start : start + n]


def fnv(text: bytes) -> int:
    """FNV-1a of 32 bits over bytes taken as signed, as fastText does: those above 127 set the upper bits."""
    h = 2166136261
    for byte in text:
        h = (h ^ (byte | 0xFFFFFF00 if byte > 127 else byte)) * 16777619 & 0xFFFFFFFF
    return h
