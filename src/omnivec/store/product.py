"""Rows as bytes: each row is cut into parts, and of each part the nearest of 256 centroids is kept.

With norms, rows of length one are coded, and a further byte is the nearest of 256 lengths.

Sources: Jégou, Douze, Schmid 2011 (product quantisation); Joulin, Grave, Bojanowski, Douze, Jégou, Mikolov
2016, FastText.zip (arXiv 1612.03651).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CENTROIDS = 256
"""For each part: as many as a byte tells apart."""

CODED = ".centroids"
"""What the name of a coder's centroids, (parts, 256, size) float32, adds to the name of its codes."""

NORMS, NORM_CENTROIDS = ".norms", ".norm_centroids"
"""What the codes of norms, (rows,) uint8, and the norms, (256,) float32, add to the name of their table."""


@dataclass(frozen=True)
class Coder:
    """What codes stand for.

    centroids (parts, 256, size) float32, 0 behind the end of a shorter last part; norms (rows,) uint8 and
    norm_centroids (256,) float32 of rows that were scaled to length one, or None.
    """

    centroids: NDArray[np.float32]
    norms: NDArray[np.uint8] | None = None
    norm_centroids: NDArray[np.float32] | None = None

    @property
    def size(self) -> int:
        """Numbers in a part; the last may have fewer."""
        return int(self.centroids.shape[2])

    @property
    def nbytes(self) -> int:
        """Bytes of all its arrays."""
        return sum(array.nbytes for array in self.arrays("").values())

    def decoded(self, codes: NDArray[np.uint8], rows: Any, dim: int) -> NDArray[np.float32]:
        """The rows (n, dim) float32 of codes (n, parts); `rows`, which they are, picks their norms."""
        parts = np.arange(codes.shape[1])
        whole = self.centroids[parts, codes].reshape(len(codes), len(parts) * self.size)
        plain: NDArray[np.float32] = whole[:, :dim]
        if self.norms is None or self.norm_centroids is None:
            return plain
        plain *= self.norm_centroids[self.norms[rows]][:, None]
        return plain

    def part(self, rows: Any) -> Coder:
        """The coder of some of the rows."""
        norms = None if self.norms is None else self.norms[rows]
        return Coder(self.centroids, norms, self.norm_centroids)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays by the names they have beside their table."""
        found: dict[str, NDArray[Any]] = {name + CODED: self.centroids}
        if self.norms is not None and self.norm_centroids is not None:
            found |= {name + NORMS: self.norms, name + NORM_CENTROIDS: self.norm_centroids}
        return found

    @classmethod
    def named(cls, name: str, arrays: Mapping[str, NDArray[Any]]) -> Coder | None:
        """The coder of the table `name`; None where that has none."""
        if name + CODED not in arrays:
            return None
        return cls(arrays[name + CODED], arrays.get(name + NORMS), arrays.get(name + NORM_CENTROIDS))


def misfit(name: str, tables: Mapping[str, Any], dim: object) -> str | None:
    """What is wrong with the coded table `name` or what lies beside it; None where all of it fits.

    tables: arrays, or what says their shapes and types.
    """
    sizes = {beside: tables[beside].shape for beside in _names(name) if beside in tables}
    if name + CODED not in sizes:
        return f"the centroids of the codes {name!r} are missing"
    rows = (*sizes[name], 0)[0]
    size = (0, *sizes[name + CODED])[-1]
    if type(dim) is not int or not 1 <= size <= dim:
        return f"the centroids of {name!r} have {size:,} numbers of a row of {dim!r}"
    parts = -(-dim // size)
    wanted = {name: (rows, parts), name + CODED: (parts, CENTROIDS, size)}
    if name + NORMS in sizes or name + NORM_CENTROIDS in sizes:
        wanted |= {name + NORMS: (rows,), name + NORM_CENTROIDS: (CENTROIDS,)}
    for beside, shape in wanted.items():
        dtype = "uint8" if beside in (name, name + NORMS) else "float32"
        if sizes.get(beside) != shape or str(tables[beside].dtype) != dtype:
            found = f"{tables[beside].dtype} of shape {sizes[beside]}" if beside in sizes else "none"
            return f"expected {dtype} of shape {shape} as {beside}, got {found}"
    return None


def _names(name: str) -> list[str]:
    return [name + suffix for suffix in ("", CODED, NORMS, NORM_CENTROIDS)]
