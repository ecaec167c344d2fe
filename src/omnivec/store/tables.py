"""A table is a plain array: float32 rows padded to 16 floats, aligned to 64 bytes, in memory or mapped.

The file has the safetensors layout: eight bytes of header length, a JSON header, the arrays without a hole.
The library's own writer aligns to 8 bytes only, so this module has one: the header is padded with spaces, and
a filler named ``pad.N`` stands where the next array would otherwise not start at a multiple of 64.
"""

from __future__ import annotations

import errno
import json
import math
import mmap
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store import memory

LANES = 16
"""Floats in one step of a kernel; rows are padded to a multiple of it."""

ALIGNMENT = 64
"""Bytes: one cache line, and one register of sixteen floats."""

_DTYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "|b1"},
    **{"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1"},
    **{"U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1"},
}
_NAMES = {np.dtype(dtype): name for name, dtype in _DTYPES.items()}
_HEADER_LIMIT = 100_000_000  # bytes; the limit of the safetensors library
# Bytes written at once: Ctrl-C is answered, and a strided array never has a second whole copy.
_BLOCK = 1 << 24


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


def file_size(tables: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> int:
    """Bytes of the file that `write_tables` would write."""
    header, plan = _plan(tables, metadata)
    return 8 + len(header) + sum(array.nbytes for _, array in plan)


def write_tables(path: Path, tables: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write arrays and a string dictionary in the safetensors layout, each array aligned to 64 bytes.

    Arrays may have any shape and any float, integer or bool type; names starting with ``pad.`` are taken.
    Nothing is copied whole. The file must not exist; it is flushed to the disk before this returns.

    Raises: OSError of the system (exists, no space, not writable); ValueError for a type the layout lacks.
    """
    header, plan = _plan(tables, metadata)
    with path.open("xb") as file:
        file.write(len(header).to_bytes(8, "little"))
        file.write(header)
        for _, array in plan:
            for block in _blocks(array):
                file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _plan(
    tables: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]
) -> tuple[bytes, list[tuple[str, NDArray[Any]]]]:
    """The padded header, and the arrays in the order of the file with fillers between them."""
    entries: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    plan: list[tuple[str, NDArray[Any]]] = []
    end = 0

    def add(name: str, array: NDArray[Any], dtype: str) -> None:
        nonlocal end
        entries[name] = {
            "dtype": dtype,
            "shape": list(array.shape),
            "data_offsets": [end, end + array.nbytes],
        }
        plan.append((name, array))
        end += array.nbytes

    for name, array in tables.items():
        dtype = _NAMES.get(array.dtype.newbyteorder("<"))
        if dtype is None or name == "__metadata__" or name.startswith("pad."):
            raise ValueError(f"table {name!r} of type {array.dtype} cannot be stored")
        if end % ALIGNMENT:
            add(f"pad.{len(plan)}", np.zeros(-end % ALIGNMENT, np.uint8), "U8")
        add(name, array, dtype)
    header = json.dumps(entries, separators=(",", ":")).encode()
    return header + b" " * (-(8 + len(header)) % ALIGNMENT), plan


def _blocks(array: NDArray[Any]) -> Iterator[memoryview]:
    """The array's bytes in C order, little-endian, a block at a time."""
    little = array.dtype.newbyteorder("<")
    if array.size == 0:
        return
    if not array.flags.c_contiguous or array.dtype != little:
        array = array.reshape(1) if array.ndim == 0 else array
        rows = max(1, _BLOCK // (array.nbytes // len(array)))
        for start in range(0, len(array), rows):
            yield _raw(np.ascontiguousarray(array[start : start + rows], little))
        return
    raw = _raw(array)
    for start in range(0, len(raw), _BLOCK):
        yield raw[start : start + _BLOCK]


def _raw(array: NDArray[Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def open_tables(path: Path) -> dict[str, NDArray[Any]]:
    """Map the arrays of a file; nothing is read before it is used.

    Returns: read-only plain arrays by name, backed by the mapping. They stay whole when the file is replaced
    by a rename. Fillers (``pad.N``) are left out.

    Raises: FormatError naming file and byte when the file cannot be read or its header does not describe
    just the bytes there are; NotEnoughMemory when the system allows no mapping of this size (``ulimit -v``).
    """
    try:
        with path.open("rb") as file:
            return map_tables(path, file)
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}") from None


def map_tables(path: Path, file: BinaryIO) -> dict[str, NDArray[Any]]:
    """`open_tables` for a file that is open already; `path` is its name in messages."""
    size = os.fstat(file.fileno()).st_size
    start, entries = _read_header(path, file, size)
    try:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        if error.errno != errno.ENOMEM:
            raise
        raise memory.refused({str(path): size}, "raise the limit, or open a smaller model") from None
    tables = {}
    for name, (dtype, shape, begin) in entries.items():
        if name.startswith("pad."):
            continue
        count = math.prod(shape)
        array = np.frombuffer(whole, dtype, count, start + begin) if count else np.empty(0, dtype)
        array.flags.writeable = False
        tables[name] = array.reshape(shape)
    return tables


_Entry = tuple[np.dtype[Any], tuple[int, ...], int]


def _read_header(path: Path, file: BinaryIO, size: int) -> tuple[int, dict[str, _Entry]]:
    """Where the data starts; dtype, shape and first byte of each array, checked against the file's size."""
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, _HEADER_LIMIT):
        raise FormatError(
            f"{path}: byte 0 announces a header of {length:,} bytes, the file has {size:,}; "
            "truncated, or not a model"
        )
    try:
        header = json.loads(file.read(length), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: byte 8: the header is not JSON ({error})") from None
    if not isinstance(header, dict):
        raise FormatError(f"{path}: byte 8: the header is not a JSON object")
    header.pop("__metadata__", None)
    entries, start = {}, 8 + length
    end = 0
    for name, entry, begin, stop in _sorted_entries(path, header):
        dtype, shape = _dtype_and_shape(path, name, entry)
        if begin != end or stop - begin != math.prod(shape) * dtype.itemsize:
            raise FormatError(
                f"{path}: byte {start + begin:,}: {name!r} is {entry['dtype']} of shape {shape}, its bytes "
                f"{begin:,} to {stop:,} do not fit it or its neighbour, which ends at {end:,}; damaged"
            )
        entries[name] = (dtype, shape, begin)
        end = stop
    if start + end != size:
        what = "truncated" if size < start + end else "damaged: something was appended"
        raise FormatError(
            f"{path}: byte {min(size, start + end):,}: {size:,} bytes, {start + end:,} expected; {what}"
        )
    return start, entries


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _sorted_entries(path: Path, header: dict[str, Any]) -> list[tuple[str, dict[str, Any], int, int]]:
    """Entries by position; FormatError where one is not an object with two offsets."""
    found = []
    for name, entry in header.items():
        offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
        if not (_naturals(offsets) and len(offsets) == 2):
            raise FormatError(f"{path}: byte 8: the header says no place for {name!r}; damaged")
        found.append((name, entry, offsets[0], offsets[1]))
    return sorted(found, key=lambda item: item[2:])


def _dtype_and_shape(path: Path, name: str, entry: dict[str, Any]) -> tuple[np.dtype[Any], tuple[int, ...]]:
    dtype, shape = entry.get("dtype"), entry.get("shape")
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise FormatError(
            f"{path}: byte 8: {name!r} has type {dtype!r}, one of {', '.join(_DTYPES)} was expected"
        )
    if not _naturals(shape) or len(shape) > 8:
        raise FormatError(
            f"{path}: byte 8: {name!r} has shape {shape!r}, up to 8 natural numbers were expected"
        )
    return np.dtype(_DTYPES[dtype]), tuple(shape)


def _naturals(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)
