"""The header of a safetensors file: which array lies where, in which type.

Eight bytes of its length, then JSON: for each name the type, the shape and the first and last byte behind the
header. It is padded with spaces, so that the first array is aligned.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeGuard

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.tables import ALIGNMENT

_DTYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "|b1"},
    **{"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1"},
    **{"U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1"},
}
NAMES = {np.dtype(dtype): name for name, dtype in _DTYPES.items()}
"""What the header calls a type."""

BFLOAT16 = np.dtype([("bfloat16", "<u2")])
"""What NumPy has no type for, the upper half of a float32; `widened` makes floats of it. It is only read."""

_READ = {**{name: np.dtype(dtype) for name, dtype in _DTYPES.items()}, "BF16": BFLOAT16}
_LIMIT = 100_000_000  # bytes; the limit of the safetensors library


class Entry(NamedTuple):
    """Where an array lies in a file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    """Its first byte."""

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return math.prod(self.shape) * self.dtype.itemsize

    def span(self, start: int, stop: int) -> Entry:
        """The rows from `start` to `stop`."""
        row = math.prod(self.shape[1:]) * self.dtype.itemsize
        return Entry(self.dtype, (stop - start, *self.shape[1:]), self.start + start * row)


def padded(entries: Mapping[str, Any]) -> bytes:
    """The bytes of a header behind its length; they end where an array may begin."""
    header = json.dumps(entries, separators=(",", ":")).encode()
    return header + b" " * (-(8 + len(header)) % ALIGNMENT)


def read_header(path: Path, file: BinaryIO, size: int) -> tuple[dict[str, Entry], dict[str, str]]:
    """Where each array lies, checked against the file's size; the dictionary of strings beside them."""
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, _LIMIT):
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
    said = header.pop("__metadata__", {})
    pairs = said.items() if isinstance(said, dict) else ()
    metadata = {name: text for name, text in pairs if isinstance(text, str)}
    entries, start = {}, 8 + length
    end = 0
    for name, entry, begin, stop in _sorted_entries(path, header):
        dtype, shape = _dtype_and_shape(path, name, entry)
        if begin != end or stop - begin != math.prod(shape) * dtype.itemsize:
            raise FormatError(
                f"{path}: byte {start + begin:,}: {name!r} is {entry['dtype']} of shape {shape}, its bytes "
                f"{begin:,} to {stop:,} do not fit it or its neighbour, which ends at {end:,}; damaged"
            )
        entries[name] = Entry(dtype, shape, start + begin)
        end = stop
    if start + end != size:
        what = "truncated" if size < start + end else "damaged: something was appended"
        raise FormatError(
            f"{path}: byte {min(size, start + end):,}: {size:,} bytes, {start + end:,} expected; {what}"
        )
    return entries, metadata


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
    if not isinstance(dtype, str) or dtype not in _READ:
        raise FormatError(
            f"{path}: byte 8: {name!r} has type {dtype!r}, one of {', '.join(_READ)} was expected"
        )
    if not _naturals(shape) or len(shape) > 8:
        raise FormatError(
            f"{path}: byte 8: {name!r} has shape {shape!r}, up to 8 natural numbers were expected"
        )
    # An array without numbers may have any other axes in the file's eyes, and not in NumPy's.
    if math.prod(size or 1 for size in shape) * _READ[dtype].itemsize > np.iinfo(np.intp).max:
        raise FormatError(f"{path}: byte 8: {name!r} has shape {shape!r}, beyond any memory; damaged")
    return _READ[dtype], tuple(shape)


def _naturals(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)


def widened(array: NDArray[Any]) -> NDArray[Any]:
    """An array as it is, or as float32 where it is of `BFLOAT16`."""
    if array.dtype != BFLOAT16:
        return array
    return (array["bfloat16"].astype(np.uint32) << np.uint32(16)).view(np.float32)
