"""Rows of many dimensions as points in the plane, and how much of their neighbourhoods survives it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.errors import NotFinite, OptionError
from omnivec.index import Exact
from omnivec.index.cosine import Rows, as_rows, scaled
from omnivec.store.extra import extra

Method: TypeAlias = Literal["pca", "svd", "tsne", "umap"]
TITLES: dict[str, str] = {"pca": "PCA", "svd": "SVD", "tsne": "t-SNE", "umap": "UMAP"}
"""How people write the names of the methods."""
LEAST = {"pca": 1, "svd": 1, "tsne": 4, "umap": 5}
"""Rows that a method needs."""
BLOCK = 8192  # rows in double precision at once: 20 MB at 300 dimensions
FLOATS_AT_ONCE = 2**22
FEW = 2000
"""Rows up to which t-SNE has one thread."""


@final
@dataclass(frozen=True, eq=False)
class Projection:
    """Points in the plane.

    points: (rows, 2) float32; method: see `project`; explained: of PCA and SVD the shares of the squared
    lengths (of PCA: of the variance) that the two axes hold; else, and where there is none, None.
    """

    points: Rows
    method: Method
    explained: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """The method as people write it."""
        return TITLES[self.method]


def project(matrix: ArrayLike, method: Method = "pca", *, unit: bool = True, seed: int = 1) -> Projection:
    """Project rows (n, dim) of real numbers into the plane.

    Args: `method`: "pca" and "svd", the two directions of largest variance or, not centred, of largest
    squared length; "tsne" (scikit-learn) and "umap" (umap-learn), which keep neighbourhoods, not distances;
    `unit`: rows are first scaled to length one, so that distances go with cosines; `seed` of the latter two:
    the same points again, of t-SNE up to 2,000 rows.
    The sign of an axis is arbitrary: the row farthest out along it is made positive.
    Raises: OptionError for another method, other shapes, or fewer than 4 rows for t-SNE and 5 for UMAP;
    NotFinite; MissingExtra.
    Source: Pearson 1901 (PCA); Eckart and Young 1936 (SVD); van der Maaten and Hinton 2008 (t-SNE); McInnes,
    Healy and Melville 2018 (UMAP).
    """
    if method not in TITLES:
        raise OptionError(f"method must be one of {', '.join(TITLES)}, got {method!r}")
    rows = as_rows(matrix)
    if len(rows) < LEAST[method]:
        raise OptionError(f"{TITLES[method]} needs {LEAST[method]} rows, got {len(rows)}; use pca")
    if unit:
        rows = scaled(rows)
    elif not np.isfinite(rows).all():
        raise NotFinite("a vector holds NaN or infinity; only finite numbers can be projected")
    if method == "tsne":
        return Projection(_tsne(rows, seed), method)
    if method == "umap":
        return Projection(_umap(rows, seed), method)
    points, explained = _two_axes(rows, centred=method == "pca")
    return Projection(points, method, explained)


def kept_neighbors(
    matrix: ArrayLike, points: ArrayLike, topn: int = 10, *, sample: int = 1000, seed: int = 1
) -> float:
    """The share of each row's `topn` nearest by cosine that are among its `topn` nearest in the plane.

    Args: `matrix` (n, dim) and its `points` (n, 2); `topn` is at most half of the other rows, where anything
    would be kept otherwise; where there are more than `sample` rows, so many are drawn by `seed` and asked.
    Returns: 0 to 1; NaN for a single row, which has no neighbour. Chance keeps topn / (n - 1).
    Raises: OptionError for other shapes, and for topn or sample below 1; NotFinite.
    """
    rows, plane = as_rows(matrix), np.asarray(points, np.float64)
    if len(rows) != len(plane):
        raise OptionError(f"expected a point for each of {len(rows):,} rows, got {len(plane):,} points")
    for name, number in (("topn", topn), ("sample", sample)):
        if number < 1:
            raise OptionError(f"{name} must be 1 or more, got {number}")
    nearest = min(topn, max(1, (len(rows) - 1) // 2))
    if len(rows) < 2:
        return math.nan
    asked = np.arange(len(rows))
    if len(rows) > sample:
        asked = np.sort(np.random.default_rng(seed).choice(len(rows), sample, replace=False))
    exact = Exact(rows)
    there = exact.query(exact.unit(asked), nearest, exclude=asked[:, None]).rows
    kept = 0
    for some, near in _blocks(asked, there, max(1, FLOATS_AT_ONCE // len(rows))):
        here = _nearest_points(plane, some, nearest)
        kept += int((near[:, :, None] == here[:, None, :]).sum())
    return kept / (len(asked) * nearest)


def _blocks(
    asked: NDArray[np.int64], there: NDArray[np.int64], step: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    for start in range(0, len(asked), step):
        yield asked[start : start + step], there[start : start + step]


def _nearest_points(plane: NDArray[np.float64], asked: NDArray[np.int64], topn: int) -> NDArray[np.int64]:
    """The numbers of the `topn` points nearest to each of some points, in no order, (asked, topn)."""
    distances = np.zeros((len(asked), len(plane)))
    for axis in plane.T:
        distances += (axis[asked, None] - axis[None]) ** 2
    distances[np.arange(len(asked)), asked] = np.inf  # no point is its own neighbour
    return np.argpartition(distances, topn - 1, axis=1)[:, :topn]


def _two_axes(rows: Rows, *, centred: bool) -> tuple[Rows, tuple[float, float] | None]:
    """Rows on the two right singular vectors of the (centred) rows with the largest singular values."""
    count, dim = rows.shape
    mean = rows.mean(axis=0, dtype=np.float64) if centred else np.zeros(dim)
    if count <= dim:
        _, singular, right = np.linalg.svd(rows - mean, full_matrices=False)
        squares, axes = singular[:2] ** 2, right[:2].T
        total = float((singular**2).sum())
    else:  # the products of dimensions are small however many rows there are
        values, vectors = np.linalg.eigh(_products(rows, mean))
        squares, axes = values[:-3:-1], vectors[:, :-3:-1]
        total = float(values.sum())
    points = np.zeros((count, 2), np.float32)
    points[:, : axes.shape[1]] = rows @ axes.astype(np.float32) - (mean @ axes).astype(np.float32)
    far = points[np.abs(points).argmax(axis=0), [0, 1]]
    points *= np.where(far < 0, np.float32(-1), np.float32(1))
    if total <= 0:
        return points, None
    first, second = [*np.clip(squares / total, 0, 1).tolist(), 0.0][:2]
    return points, (first, second)


def _products(rows: Rows, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over the rows of products of two dimensions, (dim, dim), in double precision, block by block."""
    sums = np.zeros((rows.shape[1], rows.shape[1]))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK] - mean
        sums += block.T @ block
    return sums


def _tsne(rows: Rows, seed: int) -> Rows:
    manifold = extra("sklearn.manifold", "sklearn", what="t-SNE")
    threads = extra("threadpoolctl", "sklearn", what="t-SNE")
    start, _ = _two_axes(rows, centred=True)
    spread = float(start[:, 0].std())
    if spread == 0:  # all rows are one, which gives it nothing to go by
        return start
    perplexity = min(30.0, (len(rows) - 1) / 3)  # as many neighbours as it looks at are needed thrice
    # Of few rows, threads that wait for each other cost more than they save; and one repeats the same bits.
    with threads.threadpool_limits(1 if len(rows) <= FEW else None):
        begun = start * np.float32(1e-4 / spread)
        return _fitted(manifold.TSNE(perplexity=perplexity, init=begun, random_state=seed), rows)


def _umap(rows: Rows, seed: int) -> Rows:
    umap = extra("umap", "umap", what="UMAP", command="pip install umap-learn")
    near = min(15, len(rows) - 1)
    return _fitted(umap.UMAP(n_neighbors=near, random_state=seed, n_jobs=1), rows)


def _fitted(method: Any, rows: Rows) -> Rows:
    points: Rows = np.asarray(method.fit_transform(rows), np.float32)
    return points
