"""A picture drawn from nearest neighbours: who is near in space is pulled near, everything else pushed away.

Each row is pulled to its neighbours and pushed from rows drawn at random, by the gradient of noise
contrastive estimation: a pair at distance d is taken for neighbours with the probability
1 / (1 + c (1 + d²)). c = 1 is close to UMAP; a smaller c pushes more, as t-SNE does.

Source: Damrich, Böhm, Hamprecht and Kobak 2023, From t-SNE to UMAP with contrastive learning, section 5;
neighbours without weights as in Böhm, Berens and Kobak 2022, Attraction-repulsion spectrum, section 4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver
from omnivec.kernels.primitives import below, random_at

NEGATIVES = 5
"""Rows drawn at random for each neighbour."""
C = 0.1


def layout(
    nearest: NDArray[np.int64],
    start: NDArray[np.float32],
    *,
    seed: int = 1,
    told: Callable[[float], None] | None = None,
) -> NDArray[np.float32]:
    """Places in the plane, (n, 2) float32: the same for the same seed on the same kind of processor.

    Args: `nearest` (n, k) rows of the neighbours of each row, -1 for none; `start` (n, 2) where rows begin;
    `told` hears the share done.
    """
    count = len(nearest)
    spread = max(float(start.std()), 1e-6)
    draw = np.random.default_rng(seed)
    # Equal rows would stay on top of each other for ever: nothing pulls or pushes them apart.
    jitter = draw.normal(0, 1e-4, start.shape).astype(np.float32)
    points = np.ascontiguousarray((start - start.mean(axis=0)) / spread + jitter, np.float32)
    epochs = epochs_of(count)
    neighbors = np.ascontiguousarray(nearest, np.int32)
    bases = draw.integers(0, 2**64, epochs, np.uint64)
    for epoch in range(epochs):
        done = epoch / epochs
        if count > 1:
            move(points, neighbors, NEGATIVES, np.float32(1 - done), np.float32(C), bases[epoch])
        if told is not None:
            told(done)
    return points


def epochs_of(count: int) -> int:
    """Passes over the rows: many for few, where they cost nothing."""
    return int(np.clip(1e7 / max(count, 1), 100, 500))


@driver
def move(
    points: NDArray[np.float32],
    nearest: NDArray[np.int32],
    negatives: int,
    rate: np.float32,
    c: np.float32,
    base: np.uint64,
) -> None:
    """One step for each neighbour of each row, in place; points (n, 2), nearest (n, k)."""
    one, two = np.float32(1), np.float32(2)
    position = 0
    for row in range(nearest.shape[0]):
        for at in range(nearest.shape[1]):
            other = nearest[row, at]
            if other < 0:
                continue
            x, y = points[row, 0] - points[other, 0], points[row, 1] - points[other, 1]
            wide = one + x * x + y * y
            pull = rate * two * c / (one + c * wide)
            points[other, 0] += pull * x
            points[other, 1] += pull * y
            left, top = points[row, 0] - pull * x, points[row, 1] - pull * y
            for _ in range(negatives):
                far = below(random_at(base, position), nearest.shape[0])
                position += 1
                x, y = left - points[far, 0], top - points[far, 1]
                wide = one + x * x + y * y
                push = rate * two / (wide * (one + c * wide))
                left += push * x
                top += push * y
            points[row, 0], points[row, 1] = left, top
