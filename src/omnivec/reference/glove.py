"""GloVe: the product of two rows, with two biases, is the logarithm of how often the words stand together.

The cost of a cell x of row i and column j is ½ f(x) (w_i · w̃_j + b_i + b̃_j − ln x)², where the weight
f(x) = (x / x_max)^α, at most 1, keeps frequent pairs from drowning all others. Each cell is a step of
AdaGrad: every parameter divides its rate by the root of its sum of squared gradients so far.

Sources: Pennington, Socher, Manning 2014, GloVe: Global Vectors for Word Representation, equations 8 and 9;
Duchi, Hazan, Singer 2011, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization;
Dingwall, Potts 2018, Mittens: an Extension of GloVe for Learning Domain-Specialized Representations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.random import GAMMA, mixed

Rows = NDArray[np.float64]

RUN = 16
"""Cells that follow each other in an epoch as in the table."""


def weight(x: ArrayLike, x_max: float = 100.0, alpha: float = 0.75) -> Rows:
    """f(x): 1 from x_max on, (x / x_max)^α below."""
    return np.minimum(1.0, np.asarray(x, np.float64) / x_max) ** alpha


def cost(
    w: Rows, b: float, w2: Rows, b2: float, x: float, x_max: float = 100.0, alpha: float = 0.75
) -> float:
    """What a cell costs, given the row (dim,) and bias of its word, and those of its context word."""
    difference = w @ w2 + b + b2 - np.log(x)
    return float(0.5 * weight(x, x_max, alpha) * difference**2)


def gradient(
    w: Rows, b: float, w2: Rows, b2: float, x: float, x_max: float = 100.0, alpha: float = 0.75
) -> tuple[Rows, float, Rows, float]:
    """The derivatives of `cost` in w, b, w2 and b2."""
    slope = float(weight(x, x_max, alpha) * (w @ w2 + b + b2 - np.log(x)))
    return slope * w2, slope, slope * w, slope


def place(k: int, n: int, key: int) -> int:
    """Where number k of 0 … n − 1 goes: a permutation for every key, that needs no table.

    A network of four rounds mixes the halves of the number's bits into each other; what lands at n or beyond
    goes in again. Sources: Luby, Rackoff 1988; Black, Rogaway 2002, "cycle walking".
    """
    half = 0
    while (n - 1) >> (2 * half):
        half += 1
    mask = (1 << half) - 1
    while True:
        left, right = k >> half, k & mask
        for turn in range(4):
            left, right = right, left ^ (mixed(key + GAMMA * (right + (turn << 32))) & mask)
        k = (left << half) | right
        if k < n:
            return k


def order(cells: int, key: int) -> list[int]:
    """The cells of an epoch: runs of RUN neighbours in a random order, then those behind the last whole run.

    Neighbours have one row, which so stays in the processor's cache, and different columns.
    """
    runs = cells // RUN
    shuffled = [place(k, runs, key) * RUN + t for k in range(runs) for t in range(RUN)]
    return shuffled + list(range(runs * RUN, cells))


def chance(counts: ArrayLike, reach: float) -> Rows:
    """Biases with which b_i + b_j = ln(c_i c_j reach / Σ c): what a pair weighs where words stand at random.

    Such a cell needs no vectors, so that these begin with what stands together more or less often than by
    chance. reach: what all neighbours of a word weigh together, 2 (1 + 1/2 + … 1/window) for weights 1/d.
    """
    c = np.maximum(np.asarray(counts, np.float64), 1)
    biases: Rows = np.log(c) + 0.5 * np.log(reach / c.sum())
    return biases


def start(rows: Rows, biases: Rows, squares: float, bias_squares: float) -> tuple[Rows, Rows]:
    """One side before training: parameters (words, dim + 1), the bias behind the row, and sums of squares."""
    parameters = np.column_stack([rows, biases]).astype(np.float64)
    sums = np.full_like(parameters, squares)
    sums[:, -1] = bias_squares
    return parameters, sums


def train(
    rows: Sequence[int], columns: Sequence[int], weights: ArrayLike,
    words: tuple[Rows, Rows], contexts: tuple[Rows, Rows], *,
    x_max: float = 100.0, alpha: float = 0.75, clip: float | None = None, own: bool = True,
    rate: float, decay: float = 0.0, key: int = 0, first: int = 0, last: int | None = None,
) -> tuple[float, int]:  # fmt: skip
    """Steps for numbers first … last − 1 of an epoch's order; both sides, see `start`, change in place.

    Both rows of a cell move from where they were before it, by −rate · g / √sum, where the sum has grown by
    g² already, unless `own` is off: then it grows after the step. No derivative counts for more than ± clip;
    the rate falls by `decay` a cell. Returns (cost, cells).
    """
    x, chosen, total = np.asarray(weights, np.float64), order(len(columns), key)[first:last], 0.0
    for number, cell in enumerate(chosen):
        (mine, sums), (theirs, sums2) = words, contexts
        i, j = rows[cell], columns[cell]
        w, b, w2, b2 = mine[i, :-1], float(mine[i, -1]), theirs[j, :-1], float(theirs[j, -1])
        total += cost(w, b, w2, b2, x[cell], x_max, alpha)
        down_w, down_b, down_w2, down_b2 = gradient(w, b, w2, b2, x[cell], x_max, alpha)
        down, down2 = np.append(down_w, down_b), np.append(down_w2, down_b2)
        if clip is not None:
            down, down2 = np.clip(down, -clip, clip), np.clip(down2, -clip, clip)
        speed = rate - decay * number
        mine[i] -= speed * down / np.sqrt(sums[i] + own * down**2)
        theirs[j] -= speed * down2 / np.sqrt(sums2[j] + own * down2**2)
        sums[i] += down**2
        sums2[j] += down2**2
    return total, len(chosen)


def pulled(w: Rows, sums: Rows, given: Rows, strength: float, rate: float) -> Rows:
    """A row after a step of the penalty ½ · strength · |w − given|², whose slope is taken where it ends.

    That is w − rate · strength · (w' − given) / √sum = w', solved for w'; sums do not grow.
    """
    share = rate * strength / np.sqrt(sums)
    return (w + share * given) / (1 + share)
