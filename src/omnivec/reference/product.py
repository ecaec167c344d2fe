"""Product quantisation: k-means for each part of the rows, and the nearest centroid of each part.

Source: Jégou, Douze, Schmid 2011, Product Quantization for Nearest Neighbor Search, section II; empty
clusters as in Joulin and others 2016, FastText.zip (arXiv 1612.03651), by splitting a large one.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Numbers: TypeAlias = NDArray[np.integer[Any]]


def nearest(points: Floats, centroids: Floats) -> NDArray[np.intp]:
    """The number of the nearest of centroids (k, size) for each of points (n, size), the first of equals."""
    far = np.sum((points[:, None, :] - centroids) ** 2, axis=2)
    best: NDArray[np.intp] = far.argmin(axis=1)
    return best


def split(counts: Numbers, centroids: Floats, step: float) -> None:
    """A centroid without points takes half of the one that has most; both move a step apart. In place."""
    signs = step * (-1.0) ** np.arange(centroids.shape[1])
    for k in np.flatnonzero(counts == 0):
        most = counts.argmax()
        centroids[k], centroids[most] = centroids[most] + signs, centroids[most] - signs
        counts[k] = counts[most] // 2
        counts[most] -= counts[k]


def train(points: Floats, centroids: Floats, codes: Numbers, iterations: int, step: float) -> int:
    """k-means in place, until no point moves; see `kernels.product.train`, whose points are (size, n)."""
    for done in range(iterations):
        places = nearest(points.T, centroids)
        if (places == codes).all():
            return done
        codes[:] = places
        counts = np.bincount(places, minlength=len(centroids))
        for k in np.flatnonzero(counts):
            centroids[k] = points.T[places == k].mean(axis=0)
        split(counts, centroids, step)
    return iterations


def encode(rows: Floats, dim: int, centroids: Floats, codes: Numbers) -> None:
    """Codes (n, parts) of rows (n, dim), in place: of each part the nearest of its centroids (256, size)."""
    size = centroids.shape[2]
    for part in range(codes.shape[1]):
        first, last = part * size, min((part + 1) * size, dim)
        codes[:, part] = nearest(rows[:, first:last], centroids[part][:, : last - first])
