"""Product quantisation: the nearest of the centroids for each part of each row. Definition:
reference/product.py.

A block of rows is laid out one number after another, so that a centroid meets all of its rows at once: 46 ns
a code of two numbers, where a row that met all centroids at once took 146 ns.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, primitive

BLOCK = 256
"""Rows of a block; distances, places and numbers of one stay in the first cache."""


@primitive
def nearest(points, n, size, centroids, far, least, places):
    """The nearest of the centroids (k, size or more) of points (size, n), the first of equals, in places."""
    for r in range(n):
        least[r] = np.float32(np.inf)
        places[r] = np.int32(0)
    for k in range(centroids.shape[0]):
        c = centroids[k, 0]
        for r in range(n):
            gap = points[0, r] - c
            far[r] = gap * gap
        for d in range(1, size):
            c = centroids[k, d]
            for r in range(n):
                gap = points[d, r] - c
                far[r] += gap * gap
        for r in range(n):  # without a branch, so that all lanes go the same way
            places[r] = np.int32(k) if far[r] < least[r] else places[r]
            least[r] = far[r] if far[r] < least[r] else least[r]


@primitive
def split(counts, sums, centroids, step):
    """Means out of sums; a centroid without points takes half of the one that has most, a step away."""
    size = centroids.shape[1]
    for k in range(len(counts)):
        for d in range(size):
            if counts[k] > 0:
                centroids[k, d] = np.float32(sums[k, d] / counts[k])
    for k in range(len(counts)):
        if counts[k] == 0:
            most = np.argmax(counts)
            for d in range(size):
                gap = step if d % 2 == 0 else -step
                centroids[k, d] = centroids[most, d] + gap
                centroids[most, d] -= gap
            counts[k] = counts[most] // 2
            counts[most] -= counts[k]


@driver
def train(
    points: NDArray[np.float32],
    centroids: NDArray[np.float32],
    codes: NDArray[np.int32],
    iterations: int,
    step: np.float32,
) -> int:
    """k-means in place: centroids (k, size) of points (size, n); codes (n,) become those of the last step.

    Returns: iterations done; less than `iterations` when no point moved any more.
    """
    size, n = points.shape
    least, far, places = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32), np.empty(BLOCK, np.int32)
    counts, sums = np.empty(len(centroids), np.int64), np.empty(centroids.shape, np.float64)
    block = np.empty((size, BLOCK), np.float32)  # a view that begins anywhere took three times as long
    for done in range(iterations):
        moved = 0
        counts[:] = 0
        sums[:] = 0
        for first in range(0, n, BLOCK):
            some = min(BLOCK, n - first)
            block[:, :some] = points[:, first : first + some]
            nearest(block, some, size, centroids, far, least, places)
            for r in range(some):
                k = places[r]
                moved += k != codes[first + r]
                codes[first + r] = k
                counts[k] += 1
                for d in range(size):
                    sums[k, d] += block[d, r]
        if moved == 0:
            return done
        split(counts, sums, centroids, step)
    return iterations


@driver
def encode(
    rows: NDArray[np.float32], dim: int, centroids: NDArray[np.float32], codes: NDArray[np.uint8]
) -> None:
    """Codes (n, parts) of rows (n, dim or more): of each part the nearest of its centroids (256, size)."""
    size = centroids.shape[2]
    least, far, places = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32), np.empty(BLOCK, np.int32)
    points = np.empty((size, BLOCK), np.float32)
    for first in range(0, len(rows), BLOCK):
        some = min(BLOCK, len(rows) - first)
        for part in range(codes.shape[1]):
            begin = part * size
            of_part = min(size, dim - begin)
            for r in range(some):
                for d in range(of_part):
                    points[d, r] = rows[first + r, begin + d]
            nearest(points, some, of_part, centroids[part], far, least, places)
            for r in range(some):
                codes[first + r, part] = np.uint8(places[r])
