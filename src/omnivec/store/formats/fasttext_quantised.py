"""A matrix of a fastText file whose rows are product-quantised: see `omnivec.store.product`.

u8 norms | i64 rows, dim | i32 codes, u8 × codes | coder | norms: u8 × rows, coder of dim 1
coder: i32 dim, parts, size, size of the last | f32 × 256 dim: for each part, 256 centroids of its size
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from omnivec.store.formats.fasttext_layout import Reader
from omnivec.store.product import CENTROIDS, Coder
from omnivec.store.tables import Table

MOST_CODES = 2**31 - 1
"""Of a matrix in a file, which counts them in 32 bits."""


def read_quantised(reader: Reader, rows: int, dim: int, what: str) -> Table:
    """The matrix at the reader's place, as codes. Raises: FormatError naming byte and expectation."""
    norms = reader.flag(f"whether the {what} has norms")
    reader.shape(rows, dim, what)
    at = reader.at
    (count,) = reader.numbers("<i", f"the number of codes of the {what}")
    parts, left = divmod(count, rows) if rows else (0, 1)
    if left or not 1 <= parts <= dim:
        raise reader.damage(
            at, f"codes for {rows:,} rows of {dim} numbers were expected, got {count:,} of them"
        )
    codes = reader.array(np.uint8, count, f"codes of the {what}").reshape(rows, parts)
    at = reader.at
    found = reader.numbers("<4i", f"the sizes of the {what}'s coder")
    size = found[2]
    if found[:2] != (dim, parts) or size < 1 or -(-dim // size) != parts or found[3] != (dim % size or size):
        got = ", ".join(map(str, found))
        raise reader.damage(at, f"a coder of dim {dim} in {parts} parts was expected, got {got}")
    centroids = by_part(reader.finite(dim * CENTROIDS, f"centroids of the {what}"), dim, size)
    if not norms:
        return Table(codes, dim, coder=Coder(centroids))
    norm_codes = reader.array(np.uint8, rows, f"codes of norms of the {what}")
    at = reader.at
    if (found := reader.numbers("<4i", f"the sizes of the {what}'s coder of norms")) != (1, 1, 1, 1):
        raise reader.damage(
            at, f"1, 1, 1, 1 was expected of a coder of norms, got {', '.join(map(str, found))}"
        )
    values = reader.finite(CENTROIDS, f"norms of the {what}")
    return Table(codes, dim, coder=Coder(centroids, norm_codes, values))


def write_quantised(file: BinaryIO, table: Table) -> None:
    """Write a table of codes as fastText does."""
    coder, (rows, parts) = table.coder, table.stored.shape
    assert coder is not None
    norms = coder.norms is not None
    file.write(struct.pack("<?qqi", norms, rows, table.dim, rows * parts))
    file.write(np.ascontiguousarray(table.stored).data)
    file.write(struct.pack("<4i", table.dim, parts, coder.size, table.dim % coder.size or coder.size))
    file.write(in_a_row(coder.centroids, table.dim).astype("<f4").tobytes())
    if coder.norms is not None and coder.norm_centroids is not None:
        file.write(coder.norms.tobytes() + struct.pack("<4i", 1, 1, 1, 1))
        file.write(coder.norm_centroids.astype("<f4").tobytes())


def with_unused(nodes: Table, codes: list[Any] | None) -> Table:
    """The nodes of a tree with a row behind them that is no node's: zeros, or as its file had it.

    codes: of that row and, with norms, of its norm, each in a list.
    """
    coder = nodes.coder
    assert coder is not None
    if codes is None:
        codes = [[(coder.centroids**2).sum(axis=2).argmin(axis=1)]]
        codes += [] if coder.norm_centroids is None else [[np.abs(coder.norm_centroids).argmin()]]
    norms = None if coder.norms is None else np.append(coder.norms, np.array(codes[1], np.uint8))
    stored = np.concatenate([nodes.stored, np.array(codes[0], np.uint8)])
    return Table(stored, nodes.dim, coder=replace(coder, norms=norms))


def by_part(centroids: NDArray[np.float32], dim: int, size: int) -> NDArray[np.float32]:
    """Centroids (256 dim,) of a file as ours, (parts, 256, size); a shorter last part is filled with 0."""
    size = min(size, dim)
    parts, last = -(-dim // size), dim % size or size
    found = np.zeros((parts, CENTROIDS, size), np.float32)
    whole = (parts - 1) * CENTROIDS * size
    found[:-1] = centroids[:whole].reshape(-1, CENTROIDS, size)
    found[-1, :, :last] = centroids[whole:].reshape(CENTROIDS, last)
    return found


def in_a_row(centroids: NDArray[np.float32], dim: int) -> NDArray[np.float32]:
    """Centroids (parts, 256, size) as a file has them, (256 dim,)."""
    last = dim - (len(centroids) - 1) * centroids.shape[2]
    return np.concatenate([centroids[:-1].reshape(-1), centroids[-1, :, :last].reshape(-1)])
