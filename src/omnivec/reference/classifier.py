"""A text and its labels: the mean of the rows of its features predicts them.

Features are words, their character n-grams, and word n-grams of up to n words. The output layer is a softmax
over all labels, a Huffman tree of them, negative sampling, or a logistic regression for each label (ova). A
text with several labels teaches all of them: the wanted distribution of softmax and of the tree is uniform
over them; each is a positive of negative sampling, and none of them is drawn as a negative.

Source: Joulin, Grave, Bojanowski, Mikolov 2016, Bag of Tricks for Efficient Text Classification (arXiv
1607.01759).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.fasttext import fnv
from omnivec.reference.huffman import paths, probabilities
from omnivec.reference.losses import Rows, sigmoid, softmax, window_gradient, window_loss
from omnivec.reference.negatives import REDRAWS
from omnivec.reference.random import GAMMA, MASK, below, drawn, mixed, random_at


def token_hash(token: bytes, plain: bool) -> int:
    """What a token is in a word n-gram: FNV-1a of 64 bits and a mix; if plain, fastText's 32 bits, signed."""
    if plain:
        h = fnv(token)
        return h | 0xFFFFFFFF00000000 if h >> 31 else h
    h = 0xCBF29CE484222325
    for byte in token:
        h = (h ^ byte) * 0x100000001B3 & MASK
    return (h ^ (h >> 29)) * 0xBF58476D1CE4E5B9 & MASK


def word_ngrams(hashes: Sequence[int], n: int, buckets: int, plain: bool) -> list[int]:
    """The buckets of the n-grams of two to n tokens, from left to right, short before long.

    fastText's (plain) is h · 116049371 + x, for all lengths alike and without a last mix: n-grams share
    buckets more often than chance. Ours mixes after each token, salts each length and mixes again.
    """
    found = []
    for i, h in enumerate(hashes):
        for length, x in enumerate(hashes[i + 1 : i + n], 2):
            if plain:
                h = (h * 116049371 + x) & MASK
                found.append(h % buckets)
            else:
                h = mixed((h + GAMMA) & MASK) ^ x
                found.append(below(mixed((h + GAMMA * length) & MASK), buckets))
    return found


def train(
    texts: Sequence[tuple[Sequence[int], Sequence[int], int]], inputs: Rows, outputs: Rows, *,
    loss: str = "softmax", alias: NDArray[np.uint64] | None = None, negatives: int = 5,
    tree: ArrayLike | None = None, weights: ArrayLike | None = None, frozen: ArrayLike | None = None,
    one: bool = False, together: int = 1, rate: float, decay: float = 0.0, base: int = 0, first: int = 0,
) -> tuple[float, int]:  # fmt: skip
    """One pass over texts, each (rows of its features, its labels, its place in the running text).

    inputs (rows, dim) and outputs are changed in place; outputs (labels, dim), or (labels − 1, dim) of the
    nodes of a tree. weights (labels,): the mean weight of a text's labels multiplies its rate. The rate is
    that of the place `first` and falls by `decay` a place. A feature that stands twice counts and moves
    twice. one: of several labels, one that is drawn is taught. together: so many texts are averaged before
    any of them moves an input, with the losses softmax and ova. Texts without a feature or a label are none.
    Returns (loss, texts).
    """
    moves = np.full(len(inputs), 1.0) if frozen is None else 1.0 - np.asarray(frozen, bool)
    ways = paths(tree) if loss == "hs" and tree is not None else []
    total, done = 0.0, 0
    before = inputs
    for features, some, place in texts:
        labels, rows = list(dict.fromkeys(some)), np.array(features, int)
        if not labels or not len(rows):
            continue
        if one:
            labels = [labels[below(random_at(base ^ GAMMA, place), len(labels))]]
        speed = rate - decay * (place - first)
        if weights is not None:
            speed *= float(np.asarray(weights, float)[labels].mean())
        if done % (together if loss in ("softmax", "ova") else 1) == 0:
            before = inputs.copy()
        v = before[rows].mean(0, keepdims=True)
        if loss == "softmax":
            cost, down, right, step = shared_loss(v, outputs, labels)
        else:
            right, signs, share = judged(labels, len(outputs), loss, ways, alias, negatives, base, place)
            cost = window_loss(v, outputs[right], signs) * share
            down, step = window_gradient(v, outputs[right], signs)
            down, step = down * share, step * share
        np.add.at(outputs, right, -speed * step)
        np.add.at(inputs, rows, -speed * moves[rows, None] * down / len(rows))
        total += cost
        done += 1
    return total, done


def shared_loss(v: Rows, u: Rows, labels: Sequence[int]) -> tuple[float, Rows, NDArray[np.intp], Rows]:
    """−Σ ln softmax(v uᵀ)[label] / labels: (loss, derivative by v, all output rows, derivative by u)."""
    scores = (v @ u.T)[0]
    wanted = np.zeros(len(u))
    wanted[list(labels)] = 1 / len(labels)
    top = scores.max()
    cost = float(np.log(np.exp(scores - top).sum()) + top - wanted @ scores)
    error = (softmax(scores) - wanted)[None]
    return cost, error @ u, np.arange(len(u)), error.T @ v


def judged(
    labels: Sequence[int], rows: int, loss: str, ways: Sequence[Sequence[tuple[int, int]]],
    alias: NDArray[np.uint64] | None, negatives: int, base: int, place: int,
) -> tuple[NDArray[np.intp], list[int], float]:  # fmt: skip
    """The output rows that judge a text, +1 or −1 for what each should say, and the share of their loss."""
    if loss == "ova":
        return np.arange(rows), [1 if row in labels else -1 for row in range(rows)], 1.0
    if loss == "hs":
        steps = [step for label in labels for step in ways[label]]
        nodes, signs = zip(*steps, strict=True)
        return np.array(nodes), list(signs), 1 / len(labels)
    assert alias is not None
    others = negatives_at(base, place, labels, alias, negatives)
    return np.array([*labels, *others]), [1] * len(labels) + [-1] * len(others), 1.0


def negatives_at(
    base: int, place: int, labels: Sequence[int], alias: NDArray[np.uint64], count: int
) -> list[int]:
    """The labels drawn against those of the text at a place: none of its own; none where it has them all."""
    rows: list[int] = []
    z = random_at(base, place)
    for _ in range(count if len(labels) < len(alias) else 0):
        z = (z + GAMMA) & MASK
        bits = mixed(z)
        row, tries = drawn(bits, alias), 0
        while row in labels and tries < REDRAWS:
            bits = mixed(bits)
            row, tries = drawn(bits, alias), tries + 1
        if tries == REDRAWS:
            row = (labels[0] + 1 + below(bits, len(alias) - 1)) % len(alias)
            while row in labels:
                row = (row + 1) % len(alias)
        rows.append(row)
    return rows


def predicted(v: Rows, outputs: Rows, loss: str, tree: ArrayLike | None = None) -> NDArray[np.floating]:
    """The probability of each label for texts v (n, dim): (n, labels).

    They sum to one for softmax and the tree; of ns and ova each stands for itself.
    """
    scores = v @ outputs.T
    if loss == "softmax":
        return softmax(scores)
    if loss != "hs":
        return sigmoid(scores)
    assert tree is not None
    return np.array([probabilities(tree, outputs, h) for h in v])
