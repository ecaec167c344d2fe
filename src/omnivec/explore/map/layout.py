"""A picture drawn from nearest neighbours: t-SNE whose pairs are the nearest rows, each with the same weight.

Neighbours pull each other, and every row pushes every other; what is far away pushes as one body. Forces on a
row are computed by one thread from places that stand still, and sums are added in one order, so that places
depend on the seed and the processor, not on the number of threads.

Sources: van der Maaten 2014, Accelerating t-SNE using Tree-Based Algorithms (equation 8, Barnes and Hut);
equal weights as in Böhm, Berens and Kobak 2022, Attraction-repulsion spectrum (section 4); learning rate and
start as in Kobak and Berens 2019, The art of using t-SNE.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.index import blas
from omnivec.kernels.forces import pulled, pushed, sown

EARLY, STEPS = 100, 450
"""Steps with stronger attraction, and all of them."""
STRONGER = 12.0
"""Times the attraction of the early steps, in which rows find their region."""
PARTS = 32
"""Pieces of the rows that threads take; their number does not depend on that of threads."""
LEVELS = 10
"""Halvings of the plane at most: 1,024 cells on a side."""
_ASKED = 4000  # rows that tell where most are
_LEAST_GAIN = np.float32(0.01)

Places = NDArray[np.float32]


def layout(
    nearest: NDArray[np.int64],
    start: Places,
    *,
    seed: int = 1,
    told: Callable[[float], None] | None = None,
) -> Places:
    """Places in the plane, (n, 2) float32.

    Args: `nearest` (n, k) rows of the neighbours of each row, -1 for none; `start` (n, 2) where rows begin,
    its scale is of no account; `told` hears the share done.
    """
    count = len(nearest)
    if count < 3:
        return np.array(start, np.float32)
    draw = np.random.default_rng(seed)
    # Equal rows would stay on top of each other for ever: nothing pushes them apart.
    scale = 1e-4 / max(float(start.std()), 1e-12)
    jitter = draw.normal(0, 1e-6, start.shape)
    points: Places = ((start - start.mean(axis=0)) * scale + jitter).astype(np.float32)
    forces = _Forces(nearest)
    velocity, gains = np.zeros_like(points), np.ones_like(points)
    with ThreadPoolExecutor(blas.cores()) as pool:
        for step in range(STEPS):
            early = step < EARLY
            force = forces.at(points, STRONGER if early else 1.0, pool)
            same = (force > 0) == (velocity > 0)
            gains = np.maximum(np.where(same, gains + np.float32(0.2), gains * np.float32(0.8)), _LEAST_GAIN)
            rate = np.float32(count / STRONGER if early else count)
            velocity = np.float32(0.5 if early else 0.8) * velocity + rate * gains * force
            points += velocity
            points -= points.mean(axis=0)
            if told is not None:
                told(step / STEPS)
    return points


def symmetric(nearest: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Pairs both ways: the rows that pull row i are pairs[starts[i]:starts[i + 1]], twice where mutual."""
    count, k = nearest.shape
    left, right = np.repeat(np.arange(count), k), nearest.ravel()
    there = right >= 0
    left, right = left[there], right[there]
    source, target = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.argsort(source, kind="stable")
    starts = np.searchsorted(source[order], np.arange(count + 1))
    return target[order].astype(np.int32), starts.astype(np.int64)


@final
class _Forces:
    """The neighbours of rows, and memory for their forces."""

    def __init__(self, nearest: NDArray[np.int64]) -> None:
        count = len(nearest)
        self.pairs, self.starts = symmetric(nearest)
        # A finest cell holds about one row where they lie evenly, a square of 16 of them shares a list.
        self.levels = int(np.clip(np.ceil(np.log2(count) / 2), 3, LEVELS))
        self.block = self.levels - 2
        self.bodies = np.empty(((4 ** (self.levels + 1) - 1) // 3, 3), np.float32)
        self.rows = np.empty(count, np.int32)
        self.cells = np.zeros(4**self.levels + 1, np.int32)
        self.pull, self.push = np.empty((2, count, 2), np.float32)

    def at(self, points: Places, stronger: float, pool: ThreadPoolExecutor) -> Places:
        """A quarter of minus the gradient of the Kullback-Leibler divergence at all rows, (n, 2)."""
        # A row far from all others would put them all into one cell; it is taken into an outermost one.
        low, high = np.quantile(points[:: -(-len(points) // _ASKED)], [0.01, 0.99], axis=0).astype(np.float32)
        low, side = low - (high - low) * np.float32(0.2), max(float((high - low).max()) * 1.4, 1e-12)
        self.bodies[:], self.push[:] = 0, 0
        sown(points, low, side, self.levels, self.bodies, self.rows, self.cells)
        sums = np.zeros(PARTS)
        # Borders where rows change their square, so that no two threads write to one row.
        squares = np.linspace(0, 4**self.block, PARTS + 1).astype(int)
        borders = self.cells[squares << 2 * (self.levels - self.block)]

        def part(at: int) -> None:
            first, last = int(borders[at]), int(borders[at + 1])
            pulled(points, self.rows, first, last, self.pairs, self.starts, self.pull)
            sums[at] = pushed(
                points, self.rows, self.cells, self.bodies, side, self.levels, self.block,
                int(squares[at]), int(squares[at + 1]), self.push,
            )  # fmt: skip

        list(pool.map(part, range(PARTS)))
        pull, push = np.float32(stronger / len(self.pairs)), np.float32(1 / max(sums.sum(), 1e-12))
        force: Places = self.pull * pull + self.push * push
        return force
