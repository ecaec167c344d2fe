"""What a map shows, computed: places, neighbours in each other's lists, clusters, groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.explore.map import clusters as clustering
from omnivec.explore.map import groups as grouping
from omnivec.explore.projection import TITLES, Method, kept_neighbors, project
from omnivec.store import memory
from omnivec.vectors import Vectors

MOST = 200_000
"""Rows of a map."""
TOPN = 10
"""Length of the lists that hubness and kept neighbours are of."""
SAMPLE = 20_000
"""Rows that clusters are learned from; more of them move no colour that one would see."""
_BLOCK = 1 << 12  # rows whose neighbours are asked at once

Projection: TypeAlias = Literal["neighbors", Method]
"""`neighbors` is `omnivec.explore.map.layout`, the others those of `omnivec.explore.project`."""
Told: TypeAlias = Callable[[str, float], None]
"""Hears what is being done, and the share of it."""


@dataclass(frozen=True, eq=False)
class Atlas:
    """A map before it is written. Arrays have a row for each of the first `rows` rows of `vectors`."""

    vectors: Vectors
    rows: int
    points: NDArray[np.float32]
    """(rows, 2), most of them between -1 and 1."""
    nearest: NDArray[np.int64]
    """(rows, 10) rows of the neighbours by cosine, -1 for none."""
    scores: NDArray[np.float32]
    """(rows, 10), their cosines."""
    hubs: NDArray[np.int64]
    """(rows,): of how many rows, those of zeros left out, each is among the ten nearest."""
    clusters: NDArray[np.uint8]
    cluster_names: list[str]
    groups: grouping.Groups | None
    projection: Projection
    kept: float
    """Share of the 10 nearest that are among the 10 nearest in the plane, of at most 1,000 rows; 0 to 1."""

    def __repr__(self) -> str:
        return f"Atlas({self.rows:,} rows, {self.title}, {self.kept:.1%} of the 10 nearest kept)"

    @property
    def title(self) -> str:
        """The projection's name as people write it."""
        return "t-SNE of the 10 nearest" if self.projection == "neighbors" else TITLES[self.projection]

    @property
    def compared(self) -> int:
        """How many nearest `kept` is of: ten, or half of the other rows."""
        return min(TOPN, max(1, (self.rows - 1) // 2))


def atlas(
    vectors: Vectors,
    *,
    projection: Projection = "neighbors",
    clusters: int = 8,
    groups: Mapping[str, str] | None = None,
    rows: int = MOST,
    seed: int = 1,
    told: Told | None = None,
) -> Atlas:
    """Compute a map of the first `rows` rows, 200,000 at most.

    Args: `projection` of the rows, scaled to length one; `clusters` k-means clusters of directions, 0 to 255;
    `groups` a group for some of the keys; `seed` of layout and clusters.
    Raises: InputError without rows or without a known key in `groups`; OptionError; NotEnoughMemory.
    """
    if projection not in get_args(Projection)[:1] + get_args(Method):
        raise OptionError(f"projection must be one of neighbors, {', '.join(TITLES)}, got {projection!r}")
    if not 0 <= clusters <= 255:
        raise OptionError(f"clusters must lie between 0 and 255, got {clusters}")
    if not 1 <= rows <= MOST:
        raise OptionError(f"rows must lie between 1 and {MOST:,}, got {rows}")
    rows = min(rows, len(vectors))
    if not rows:
        raise InputError("there are no rows to draw")
    need = {"rows of length one": rows * vectors.vector_size * 4}
    memory.require(need, "draw fewer of them: rows=, or --limit N")
    told = told or (lambda _, __: None)
    grouped = None if groups is None else grouping.of(vectors.keys, rows, groups)
    told("projection", 0)
    units = vectors.index.unit(np.arange(rows))
    # Before the neighbours: a method that is not installed, or has too few rows, is refused at once.
    start = project(units, "pca" if projection == "neighbors" else projection, unit=False, seed=seed).points
    nearest, scores = _neighbors(vectors, rows, lambda done: told("neighbours", done))
    points = start
    there: NDArray[np.bool_] = np.asarray(units.any(axis=1))
    if projection == "neighbors":
        from omnivec.explore.map.layout import layout  # Numba, which the other projections do without

        points = layout(
            _pulling(nearest, there), start, seed=seed, told=lambda done: told("projection", done)
        )
    told("clusters", 0)
    found, names = _clusters(vectors, units, clusters, seed)
    kept = kept_neighbors(units, points, TOPN, seed=seed)
    asked = nearest[there]
    hubs = np.bincount(asked[asked >= 0], minlength=rows)
    framed = _framed(points)
    return Atlas(vectors, rows, framed, nearest, scores, hubs, found, names, grouped, projection, kept)


def _neighbors(
    vectors: Vectors, rows: int, told: Callable[[float], None]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    nearest = np.full((rows, TOPN), -1, np.int64)
    scores = np.full((rows, TOPN), -np.inf, np.float32)
    for first in range(0, rows, _BLOCK):
        last = min(first + _BLOCK, rows)
        own = np.arange(first, last)[:, None]
        found = vectors.index.query(vectors.table.span(first, last), TOPN, exclude=own, stop=rows)
        nearest[first:last, : found.rows.shape[1]] = found.rows
        scores[first:last, : found.rows.shape[1]] = found.scores
        told(last / rows)
    return nearest, scores


def _pulling(nearest: NDArray[np.int64], there: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The neighbours that hold a row in its place, (rows, 10).

    Rows of zeros are near nothing: those that stand in their lists, the first ones of all, would be dragged
    away from their own. They hold each other instead.
    """
    empty = np.flatnonzero(~there)
    pulling = np.where(there[:, None], nearest, -1)
    for place in range(min(TOPN, len(empty) - 1)):
        pulling[empty, place] = np.roll(empty, place + 1)
    return pulling


def _clusters(
    vectors: Vectors, units: NDArray[np.float32], count: int, seed: int
) -> tuple[NDArray[np.uint8], list[str]]:
    if not count:
        return np.zeros(len(units), np.uint8), []
    step = -(-len(units) // SAMPLE)
    found, near = clustering.clusters(_blocks(units), units[::step], count, seed)
    sizes = np.bincount(found, minlength=count)
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    place = np.zeros(count, np.uint8)
    place[order] = np.arange(len(order))
    found = place[found]
    return found, clustering.names(vectors.keys, found, near, len(order))


def _blocks(units: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    return (units[at : at + _BLOCK] for at in range(0, len(units), _BLOCK))


def _framed(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The points, nearly all of them between -1 and 1: a browser's float32 has digits to spare there."""
    low, high = np.quantile(points, [0.002, 0.998], axis=0)
    half = max(float((high - low).max()) / 2, 1e-12)
    framed: NDArray[np.float32] = ((points - (low + high) / 2) / half).astype(np.float32)
    return framed
