"""A matrix of a fastText file whose rows are product-quantised: a byte for each part of a row.

A row is cut into parts, and each part is the nearest of 256 centroids of its place. With norms, rows of
length one are coded and a further byte is the nearest of 256 lengths.

    u8 norms | i64 rows, dim | i32 codes, u8 × codes | coder | norms: u8 × rows, coder of dim 1
    coder: i32 dim, parts, size, size of the last | f32 × 256 dim: for each part, 256 centroids of its size

Sources: Jégou, Douze, Schmid 2011 (product quantisation); Joulin, Grave, Bojanowski, Douze, Jégou, Mikolov
2016, FastText.zip (arXiv 1612.03651).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.formats.fasttext_layout import Reader
from omnivec.store.tables import empty_table

_CENTROIDS = 256
_KINDS = {
    "codes": "uint8", "centroids": "float32", "part": "int32", "norm_codes": "uint8", "norms": "float32",
}  # fmt: skip
_BLOCK = 1 << 14  # rows decoded at once


class Quantised(NamedTuple):
    """Codes (rows, parts) uint8 and centroids (256 dim,); of norms codes (rows,) and values (256,)."""

    dim: int
    size: int
    """Numbers in a part; the last may have fewer."""
    codes: NDArray[Any]
    centroids: NDArray[Any]
    norm_codes: NDArray[Any] | None
    norms: NDArray[Any] | None

    def decoded(self) -> NDArray[np.float32]:
        """All rows, (rows, padded width)."""
        table, size, rows = empty_table(len(self.codes), self.dim), self.size, len(self.codes)
        for start in range(0, rows, _BLOCK):
            part = slice(start, min(start + _BLOCK, rows))
            for place in range(self.codes.shape[1]):
                first, last = place * size, min((place + 1) * size, self.dim)
                of_place = self.centroids[first * _CENTROIDS : last * _CENTROIDS].reshape(_CENTROIDS, -1)
                table[part, first:last] = of_place[self.codes[part, place]]
            if self.norms is not None and self.norm_codes is not None:
                table[part] *= self.norms[self.norm_codes[part]][:, None]
        return table

    def tables(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays by the names they have in a model; `named` takes them back."""
        found: dict[str, NDArray[Any]] = {"codes": self.codes, "centroids": self.centroids}
        found["part"] = np.array([self.size], np.int32)
        if self.norms is not None and self.norm_codes is not None:
            found |= {"norm_codes": self.norm_codes, "norms": self.norms}
        return {f"{name}.{part}": array for part, array in found.items()}

    @classmethod
    def named(cls, name: str, tables: Mapping[str, NDArray[Any]], dim: int) -> Quantised | None:
        """The codes that lie under `name` among the tables of a model; None where it has none."""
        if f"{name}.codes" not in tables:
            return None
        found = {part: tables[f"{name}.{part}"] for part in _KINDS if f"{name}.{part}" in tables}
        sizes, kinds = (
            {part: getattr(array, what) for part, array in found.items()} for what in ("shape", "dtype")
        )
        rows, size = sizes["codes"][0], int(found["part"][0]) if sizes.get("part") == (1,) else 0
        wanted = {"codes": (rows, -(-dim // max(size, 1))), "centroids": (dim * _CENTROIDS,), "part": (1,)}
        if "norms" in found:
            wanted |= {"norm_codes": (rows,), "norms": (_CENTROIDS,)}
        if size < 1 or sizes != wanted or kinds != {part: _KINDS[part] for part in found}:
            raise FormatError(f"the codes of {name!r} do not fit each other: {sizes}; damaged")
        norms = found.get("norm_codes"), found.get("norms")
        return cls(dim, size, found["codes"], found["centroids"], *norms)

    def write(self, file: BinaryIO) -> None:
        """Write it as fastText does."""
        rows, parts = self.codes.shape
        file.write(struct.pack("<?qqi", self.norms is not None, rows, self.dim, rows * parts))
        file.write(np.ascontiguousarray(self.codes).data)
        last = self.dim % self.size or self.size
        file.write(struct.pack("<4i", self.dim, parts, self.size, last) + self.centroids.tobytes())
        if self.norms is not None and self.norm_codes is not None:
            file.write(self.norm_codes.tobytes() + struct.pack("<4i", 1, 1, 1, 1) + self.norms.tobytes())


def read_quantised(reader: Reader, rows: int, dim: int, what: str) -> Quantised:
    """The matrix at the reader's place. Raises: FormatError naming byte and expectation."""
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
    centroids = reader.finite(dim * _CENTROIDS, f"centroids of the {what}")
    if not norms:
        return Quantised(dim, size, codes, centroids, None, None)
    norm_codes = reader.array(np.uint8, rows, f"codes of norms of the {what}")
    at = reader.at
    if (found := reader.numbers("<4i", f"the sizes of the {what}'s coder of norms")) != (1, 1, 1, 1):
        raise reader.damage(
            at, f"1, 1, 1, 1 was expected of a coder of norms, got {', '.join(map(str, found))}"
        )
    values = reader.finite(_CENTROIDS, f"norms of the {what}")
    return Quantised(dim, size, codes, centroids, norm_codes, values)
