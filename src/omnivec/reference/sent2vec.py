"""A word from the rest of its unit: the mean of the rows of all other words, and of n-grams, predicts it.

The bag of a target holds every other word of the unit and every n-gram of two to n words that does not
contain the target. The target is left out: nothing stands in its place, and no n-gram reaches over it. Each
row of the bag receives the derivative of the mean, e / rows; a row that stands twice counts and moves twice.

Each target of a unit meets the outputs as the one before it left them. The inputs move at the unit's end, but
the mean follows at once: to that of the inputs as they were before the unit, the steps of the targets before
it are added, as far as the rows will move by them (a word that stands m times moves m times as far, and m
times in the mean). Otherwise all targets of a unit would push in one direction from one place, as a batch
does, and rates that serve short units ruin long ones.

A unit of more than `span` words moves its inputs a span at a time: the bag is still the whole unit's, but
what the targets of a span learn is given to the places of that span alone, times the unit's rows over the
span's, so that as much moves in all; the next span meets the inputs as they are then.

Source: Pagliardini, Gupta, Jaggi 2018, Unsupervised Learning of Sentence Embeddings using Compositional
n-Gram Features (arXiv 1703.02507).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.losses import Rows, window_gradient, window_loss
from omnivec.reference.negatives import negatives_at, signs_of
from omnivec.reference.random import GAMMA, MASK, below, mixed, random_at

Feature = tuple[int, int, int]
"""A word or an n-gram of a unit: its first place, the place behind its last, its row."""

MULTIPLIER = 116049371


def bucket(hashes: Sequence[int], buckets: int, plain: bool = False) -> int:
    """The bucket of the n-gram of words with these hashes.

    A mix after each word, a salt for each length, and a mix at the end. sent2vec's own (plain) is
    h · 116049371 + row over rows of words, mod buckets: (0, a, b) meets (a, b), and for round numbers of
    buckets (a, b) meets (a + 81, b + 949).
    """
    h = hashes[0]
    for x in hashes[1:]:
        h = (h * MULTIPLIER + x) & MASK if plain else mixed((h + GAMMA) & MASK) ^ x
    return h % buckets if plain else below(mixed((h + GAMMA * len(hashes)) & MASK), buckets)


def dropped(base: int, begin: int, length: int, count: int) -> set[int]:
    """The places of a unit that no n-gram contains: `count` of them, fewer where two would not be left.

    Source of drawing without replacement: Bentley, Floyd 1987.
    """
    chosen: set[int] = set()
    z = random_at(base ^ GAMMA, begin)
    for last in range(length - max(min(count, length - 2), 0), length):
        z = (z + GAMMA) & MASK
        place = begin + below(mixed(z), last + 1)
        chosen.add(begin + last if place in chosen else place)
    return chosen


def features(
    words: Sequence[int], begin: int, ngrams: int, hashes: Sequence[int], base: int, buckets: int,
    holes: Collection[int] = (), plain: bool = False,
) -> list[Feature]:  # fmt: skip
    """The words of a unit that begins at place `begin`, and its n-grams, whose rows begin at `base`."""
    found = []
    for start, word in enumerate(words):
        found.append((begin + start, begin + start + 1, word))
        for end in range(start + 2, min(start + ngrams, len(words)) + 1):
            if not any(begin + place in holes for place in range(start, end)):
                some = [hashes[w] for w in words[start:end]]
                found.append((begin + start, begin + end, base + bucket(some, buckets, plain)))
    return found


def train(
    tokens: Sequence[int], units: Sequence[int], keep: ArrayLike, inputs: Rows, outputs: Rows, *,
    alias: NDArray[np.uint64], negatives: int, hashes: Sequence[int], ngrams: int, buckets: int,
    dropout: int = 0, frozen: ArrayLike | None = None, rate: float, decay: float = 0.0, base: int = 0,
    first: int = 0, last: int | None = None, span: int = 256,
) -> tuple[float, int]:  # fmt: skip
    """One pass over the units that begin in tokens[first:last].

    keep (words,): a word is a target if 32 random bits ≤ keep; in bags all words stand. inputs (words +
    buckets, dim) and outputs (words, dim) are changed in place; frozen (rows,) marks inputs that stay. The
    rate is that of the unit's first place and falls by `decay` a place. A unit of one word is none. Returns
    (loss, targets).
    """
    moves = np.full(len(inputs), 1.0) if frozen is None else 1.0 - np.asarray(frozen, bool)
    loss, targets, thresholds = 0.0, 0, np.asarray(keep)
    for begin, end in pairwise(units):
        if end - begin < 2 or not first <= begin < (len(tokens) if last is None else last):
            continue
        words, speed = [int(t) for t in tokens[begin:end]], rate - decay * (begin - first)
        holes = dropped(base, begin, end - begin, dropout)
        whole = features(words, begin, ngrams, hashes, len(outputs), buckets, holes)
        times = Counter(row for _, _, row in whole)
        for start in range(begin, end, span):
            total = inputs[[row for _, _, row in whole]].sum(0)
            stop, steps, moved = min(start + span, end), dict[int, Rows](), np.zeros_like(total)
            here = [feature for feature in whole if start <= feature[0] < stop]
            follows = sum(moves[row] * times[row] for _, _, row in here) / len(here)
            for place in range(start, stop):
                target = words[place - begin]
                if random_at(base, place) & 0xFFFFFFFF > thresholds[target]:
                    continue
                own = [row for left, right, row in whole if left <= place < right]
                bag = len(whole) - len(own)
                v = ((total - inputs[own].sum(0)) / bag + follows * moved)[None]
                others = negatives_at(base, place, target, alias, negatives)
                right, signs = [target, *others], signs_of(target, others)
                loss += window_loss(v, outputs[right], signs)
                down, across = window_gradient(v, outputs[right], signs)
                np.add.at(outputs, right, -speed * across)
                steps[place] = -speed * down[0] / bag
                moved += steps[place]
                targets += 1
            given = np.zeros_like(inputs)
            for left, right_end, row in here:
                others_steps = [step for place, step in steps.items() if not left <= place < right_end]
                given[row] += moves[row] * len(whole) / len(here) * sum(others_steps, np.zeros(len(total)))
            inputs += given
    return loss, targets
