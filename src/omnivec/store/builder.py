"""A table that is filled a block at a time, in float32 or fewer bits, and what fewer bits cost."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import NotFinite
from omnivec.store import memory
from omnivec.store.tables import DType, Table, empty_table, table_bytes

_MOST = 127  # of int8; -128 is not used, so that a row and its negative have the same error
_LARGEST_SCALE = np.nextafter(np.finfo(np.float32).max / np.float32(_MOST), np.float32(0))
_BLOCK = 1 << 9  # rows encoded at once: of 300 numbers they stay in a cache, 4 times as fast as 8,192 of them


class Rounding(NamedTuple):
    """What storing numbers in fewer bits has cost."""

    largest: float
    """The largest difference between a number and what is stored."""
    cosine: float
    """The least cosine between a row and what is stored; 0 for a row of which only zeros are left."""

    def after(self, earlier: Rounding) -> Rounding:
        """What both together cost at most, when numbers are stored in fewer bits once more."""
        angle = math.acos(min(self.cosine, 1)) + math.acos(min(earlier.cosine, 1))
        return Rounding(self.largest + earlier.largest, math.cos(min(angle, math.pi)))


@final
class Builder:
    """A table that is filled from the front and may grow.

    Args: `dim` of its rows, `dtype` of what is stored.
    """

    def __init__(self, dim: int, dtype: DType = "float32") -> None:
        self._dim, self._dtype = dim, dtype
        self._stored, self._scales = self._empty(0)
        self.rounding = Rounding(0.0, 1.0)
        """The cost of all that has been put; none for float32."""

    def __len__(self) -> int:
        return len(self._stored)

    def _empty(self, rows: int) -> tuple[NDArray[Any], NDArray[np.float32] | None]:
        if self._dtype == "float32":
            return empty_table(rows, self._dim), None
        scales = np.zeros(rows, np.float32) if self._dtype == "int8" else None
        return np.zeros((rows, self._dim), self._dtype), scales

    def resize(self, rows: int) -> None:
        """Make room for `rows` rows; those there are stay, as far as there is room."""
        stored, scales = self._empty(rows)
        stored[: len(self)] = self._stored[:rows]
        if scales is not None and self._scales is not None:
            scales[: len(self)] = self._scales[:rows]
        self._stored, self._scales = stored, scales

    def put(self, at: int, rows: NDArray[np.floating]) -> None:
        """Store rows (n, dim) from row `at` on, where there must be room.

        Raises: NotFinite for a number beyond float16, 65,504, unless it is infinite already.
        """
        for start in range(0, len(rows), _BLOCK):
            self._put(at + start, rows[start : start + _BLOCK])

    def _put(self, at: int, rows: NDArray[np.floating]) -> None:
        part = slice(at, at + len(rows))
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self._dtype == "float32":  # a number beyond float32 becomes infinite
                self._stored[part, : self._dim] = rows
                return
            plain = rows.astype(np.float32, copy=False)
            if self._scales is None:
                self._stored[part] = plain
            else:
                scales = np.abs(plain).max(axis=1, initial=0) / np.float32(_MOST)
                # A row with NaN or infinity is NaN in all of its numbers when it is decoded.
                scales = np.where(np.isfinite(scales), np.minimum(scales, _LARGEST_SCALE), np.float32(np.nan))
                self._scales[part] = scales
                codes = np.rint(plain / np.where(scales > 0, scales, 1)[:, None])
                # A scale near the least number of float32 has lost digits, and codes go beyond.
                self._stored[part] = np.nan_to_num(codes, nan=0).clip(-_MOST, _MOST)
            self._judge(at, plain, self.table().span(part.start, part.stop))

    def _judge(self, at: int, plain: NDArray[np.float32], stored: NDArray[np.float32]) -> None:
        """Compare rows with what is decoded of them, which is overwritten."""
        products = [(plain, plain), (stored, stored), (plain, stored)]
        one, other, both = (np.einsum("ij,ij->i", *pair, dtype=np.float64) for pair in products)
        judged = np.isfinite(one) & (one > 0)
        cosines = (both / np.sqrt(np.where(other > 0, one * other, 1)))[judged]
        # Exact in float32, since the two numbers lie within a factor of two, or one of them is zero.
        worst = np.abs(np.subtract(stored, plain, out=stored), out=stored).max(axis=1, initial=0)
        if np.isinf(worst[judged]).any():
            row = int(np.flatnonzero(judged & np.isinf(worst))[0])
            value = plain[row, np.argmax(stored[row])]
            what = f"row {at + row} holds {value:g}, float16 ends at 65,504"
            raise NotFinite(f"{what}; take int8 or float32")
        self.rounding = Rounding(
            max(self.rounding.largest, float(worst[judged].max(initial=0))),
            min(self.rounding.cosine, float(cosines.min(initial=1))),
        )

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Keep the given rows alone, in place; `rows` must rise."""
        for start in range(0, len(rows), _BLOCK):  # rows only move up
            part, kept = slice(start, start + len(rows[start : start + _BLOCK])), rows[start : start + _BLOCK]
            self._stored[part] = self._stored[kept]
            if self._scales is not None:
                self._scales[part] = self._scales[kept]

    def table(self, rows: int | None = None) -> Table:
        """The first `rows` rows; a view."""
        rows = len(self) if rows is None else rows
        return Table(self._stored[:rows], self._dim, None if self._scales is None else self._scales[:rows])


def stored_as(table: Table, dtype: DType) -> tuple[Table, Rounding]:
    """A copy of the table with its numbers stored as `dtype`, and what that costs.

    Raises: NotEnoughMemory before the copy is made; NotFinite for a number that float16 cannot hold.
    """
    need = {"a copy of the rows": table_bytes(len(table), table.dim, dtype)}
    memory.require(need, "take fewer of them, or a smaller dtype (float16, int8)")
    builder = Builder(table.dim, dtype)
    builder.resize(len(table))
    for start in range(0, len(table), _BLOCK):
        builder.put(start, table.span(start, min(start + _BLOCK, len(table))))
    return builder.table(), builder.rounding
