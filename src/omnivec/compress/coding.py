"""A table → its codes: a product quantiser is trained on a sample of the rows, then every row is coded.

The definition of its training: reference/product.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import NotFinite
from omnivec.store.processors import in_turn, processors
from omnivec.store.product import CENTROIDS, Coder
from omnivec.store.tables import Table

SAMPLE = 65_536
"""Rows that a quantiser is trained on at most."""

ITERATIONS = 25
"""Of k-means; fewer where no row changes its centroid any more."""

_SEED = 1
_APART = 1e-3  # of the spread of the numbers: how far two halves of a cluster are moved apart
_ROWS = 1 << 14  # coded at once

Floats = NDArray[np.float32]


def coded(
    table: Table, dsub: int, *, norms: bool = False, told: Callable[[float], None] | None = None
) -> Table:
    """A table of codes, a byte for each `dsub` numbers of a row; the same for the same rows on any machine.

    norms: rows are scaled to length one, and a further byte keeps their length. Of fewer rows than a byte
    tells apart, each is its own centroid. told: hears the share done.

    Raises: NotFinite naming the row.
    """
    size = min(dsub, table.dim)
    parts = -(-table.dim // size)
    draw = np.random.default_rng(_SEED)
    chosen = draw.choice(
        len(table), min(SAMPLE, len(table)), replace=False
    )  # in no order: the first ones begin
    sample, lengths = _scaled(_finite(table.take(chosen), chosen), norms)
    of_norms = _trained(lengths[:, None])[:, 0] if norms else None

    def of_part(part: int) -> Floats:
        return _trained(sample[:, part * size : (part + 1) * size])

    centroids = np.zeros((parts, CENTROIDS, size), np.float32)
    with ThreadPoolExecutor(processors()) as pool:
        for part, found in enumerate(pool.map(of_part, range(parts))):
            centroids[part, :, : found.shape[1]] = found
            _tell(told, 0.5 * (part + 1) / parts)
    coder = Coder(centroids, None if of_norms is None else np.empty(len(table), np.uint8), of_norms)
    return _encoded(table, coder, told)


def _trained(points: Floats) -> Floats:
    """256 centroids of points (n, size); the points themselves where they are no more, and zeros."""
    centroids = np.zeros((CENTROIDS, points.shape[1]), np.float32)
    centroids[: len(points)] = points[:CENTROIDS]
    if len(points) > CENTROIDS:
        from omnivec.kernels import product

        step = np.float32(_APART * points.std())
        codes = np.full(len(points), -1, np.int32)
        product.train(np.array(points.T, np.float32, order="C"), centroids, codes, ITERATIONS, step)
    return centroids


def _encoded(table: Table, coder: Coder, told: Callable[[float], None] | None) -> Table:
    from omnivec.kernels import product

    codes = np.empty((len(table), len(coder.centroids)), np.uint8)

    def block(first: int) -> None:
        part = slice(first, min(first + _ROWS, len(table)))
        rows = _finite(table.span(part.start, part.stop), np.arange(part.start, part.stop))
        rows, lengths = _scaled(rows, coder.norms is not None)
        product.encode(rows, table.dim, coder.centroids, codes[part])
        if coder.norms is not None and coder.norm_centroids is not None:
            values = coder.norm_centroids.reshape(1, CENTROIDS, 1)
            product.encode(lengths[:, None], 1, values, coder.norms[part, None])

    for first, done in in_turn(block, _firsts(table)):
        done()
        _tell(told, 0.5 + 0.5 * min(first + _ROWS, len(table)) / len(table))
    return Table(codes, table.dim, coder=coder)


def _firsts(table: Table) -> Iterator[int]:
    yield from range(0, len(table), _ROWS)


def _scaled(rows: Floats, norms: bool) -> tuple[Floats, Floats]:
    """A copy of the rows (n, dim), of length one if `norms`, and their lengths; zeros stay zeros."""
    rows = np.array(rows, np.float32, order="C")  # one compiled kernel for what is mapped, padded, or neither
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64)).astype(np.float32)
    if norms:
        rows /= np.where(lengths > 0, lengths, 1)[:, None]
    return rows, lengths


def _finite(rows: Floats, numbers: NDArray[np.int64]) -> Floats:
    if not (good := np.isfinite(rows).all(axis=1)).all():
        row = int(numbers[np.argmin(good)])
        raise NotFinite(f"row {row:,} holds NaN or infinity and has no code; train anew with a lower lr")
    return rows


def _tell(told: Callable[[float], None] | None, share: float) -> None:
    if told is not None:
        told(share)
