"""A table: the rows of a matrix, however they are stored; float32 rows are plain, smaller ones are decoded.

float32 rows are padded to 16 floats and aligned to 64 bytes, which is what kernels train on. float16 rows
take half of that, int8 rows a quarter: each number is a multiple, from -127 to 127, of its row's scale. Rows
of codes ("pq") take a byte for several numbers; see `omnivec.store.product`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, final, get_args

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.store import memory
from omnivec.store.product import Coder

LANES = 16
"""Floats in one step of a kernel; rows are padded to a multiple of it."""

ALIGNMENT = 64
"""Bytes: one cache line, and one register of sixteen floats."""

DType: TypeAlias = Literal["float32", "float16", "int8"]
"""How a number is stored."""

Kind: TypeAlias = Literal["float32", "float16", "int8", "pq"]
"""How a table is stored: numbers of a type, or codes of a product quantiser."""

KINDS: Mapping[str, Kind] = {"float32": "float32", "float16": "float16", "int8": "int8", "uint8": "pq"}
"""What a table is by the type of its array."""

SCALES = ".scales"
"""What the name of a table of scales adds to the name of its int8 table."""

LENGTHS = ".lengths"
"""What the name of the lengths of rows, (rows,) float32, adds to the name of their table."""


def padded_width(dim: int) -> int:
    """The next multiple of 16: floats in a row that holds `dim` of them."""
    return -(-dim // LANES) * LANES


def empty_table(rows: int, dim: int) -> NDArray[np.float32]:
    """Zeros, (rows, padded_width(dim)) float32, C-contiguous, writeable, starting at a multiple of 64."""
    width = padded_width(dim)
    # np.zeros asks the system for zero pages, which cost nothing until they are written.
    block = np.zeros(rows * width * 4 + ALIGNMENT, np.uint8)
    start = -block.ctypes.data % ALIGNMENT
    return block[start : start + rows * width * 4].view(np.float32).reshape(rows, width)


def laid_out(rows: NDArray[np.float32], dim: int) -> NDArray[np.float32]:
    """Rows as kernels want them, (rows, padded_width(dim)): themselves, or a copy. Others are left alone."""
    if rows.dtype != np.float32 or _is_laid_out(rows, dim):
        return rows
    memory.require(
        {"rows laid out": table_bytes(len(rows), dim)}, "save the model; a folder is mapped as it is"
    )
    table = empty_table(len(rows), dim)
    table[:, :dim] = rows[:, :dim]
    return table


def _is_laid_out(rows: NDArray[np.float32], dim: int) -> bool:
    return rows.shape[1] == padded_width(dim) and rows.flags.c_contiguous and rows.flags.aligned


@final
class Padded:
    """Rows (n, dim) float32 that are padded while they are written; it has the sizes of the array then."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._rows = rows
        self.dtype = np.dtype("<f4")
        self.shape = (len(rows), padded_width(rows.shape[1]))
        self.nbytes = math.prod(self.shape) * 4

    def span(self, start: int, stop: int) -> NDArray[np.float32]:
        """The rows from `start` to `stop`, padded; a copy."""
        part = self._rows[start:stop]
        padded = np.zeros((len(part), self.shape[1]), "<f4")
        padded[:, : part.shape[1]] = part
        return padded


def as_stored(rows: NDArray[Any], dim: int) -> NDArray[Any] | Padded:
    """Rows as a folder has them: float32 ones that lie in a file of another program are to be padded."""
    is_plain = rows.dtype != np.float32 or rows.shape[1] == padded_width(dim)
    return rows if is_plain else Padded(rows[:, :dim])


def checked_dtype(dtype: str | None) -> DType:
    """The type that `dtype` names, float32 for None. Raises: OptionError."""
    for known in get_args(DType):
        if dtype in (None, known):
            return known  # type: ignore[no-any-return]
    raise OptionError(f"dtype must be one of {', '.join(get_args(DType))}, got {dtype!r}")


def table_bytes(rows: int, dim: int, dtype: DType = "float32") -> int:
    """Bytes of a table in memory or in a file."""
    return rows * {"float32": padded_width(dim) * 4, "float16": dim * 2, "int8": dim + 4}[dtype]


@final
class Table:
    """Rows of numbers, read-only.

    Args: `stored` (rows, dim or more) float32, (rows, dim) float16, (rows, dim) int8 with `scales` (rows,)
    float32, or codes (rows, parts) uint8 with `dim` and their `coder`. Nothing is copied; all may be mapped.
    """

    def __init__(
        self,
        stored: NDArray[Any],
        dim: int | None = None,
        scales: NDArray[np.float32] | None = None,
        coder: Coder | None = None,
    ) -> None:
        self.stored = stored
        """The array as it lies in the file or in memory, padding included."""
        self.scales = scales
        """(rows,) float32, what each row's numbers are multiples of; None unless they are int8."""
        self.coder = coder
        """What the codes stand for; None unless there are codes."""
        self._dim = stored.shape[1] if dim is None else dim
        self._rows = stored[:, : stored.shape[1] if coder is not None else self._dim]
        self._rows.flags.writeable = False

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def dim(self) -> int:
        """Numbers in a row, padding apart."""
        return self._dim

    @property
    def dtype(self) -> Kind:
        """How it is stored."""
        return KINDS[str(self.stored.dtype)]

    @property
    def nbytes(self) -> int:
        """Bytes of the array and of what it is decoded with."""
        return sum(array.nbytes for array in self.arrays("").values())

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Copies of the given rows, (len(rows), dim) float32."""
        return self._decoded(rows)

    def span(self, start: int, stop: int) -> NDArray[np.float32]:
        """The rows from `start` to `stop`, (stop - start, dim) float32; where they are float32, no copy."""
        return self._decoded(slice(start, stop))

    def part(self, rows: slice | NDArray[np.int64]) -> Table:
        """A table of some of the rows, stored as they are; of a slice no copy."""
        scales = None if self.scales is None else self.scales[rows]
        return Table(
            self.stored[rows], self.dim, scales, None if self.coder is None else self.coder.part(rows)
        )

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays by the names they have in a model folder; `named` takes them back."""
        beside = {} if self.scales is None else {name + SCALES: self.scales}
        return {name: self.stored, **beside, **({} if self.coder is None else self.coder.arrays(name))}

    @classmethod
    def named(cls, name: str, arrays: Mapping[str, NDArray[Any]], dim: int) -> Table:
        """The table that lies under `name` among the arrays of a model."""
        return cls(arrays[name], dim, arrays.get(name + SCALES), Coder.named(name, arrays))

    def _decoded(self, rows: Any) -> NDArray[np.float32]:
        if self.coder is not None:
            return self.coder.decoded(self._rows[rows], rows, self.dim)
        plain: NDArray[np.float32] = self._rows[rows].astype(np.float32, copy=False)
        return plain if self.scales is None else np.multiply(plain, self.scales[rows, None], out=plain)
