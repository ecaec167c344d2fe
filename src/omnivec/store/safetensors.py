"""The file of a model's arrays, mapped or read.

It has the safetensors layout: eight bytes of header length, a JSON header, the arrays without a hole.
The library's own writer aligns to 8 bytes only, so this module has one: the header is padded with spaces, and
a filler named ``pad.N`` stands where the next array would otherwise not start at a multiple of 64.
"""

from __future__ import annotations

import errno
import math
import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store import memory
from omnivec.store.safetensors_header import NAMES, Entry, padded, read_header
from omnivec.store.tables import ALIGNMENT, Padded

_PAD = "pad."  # how the names of fillers begin

# Bytes written at once: Ctrl-C is answered, and a strided array never has a second whole copy.
_BLOCK = 1 << 24


def file_size(tables: Mapping[str, NDArray[Any] | Padded], metadata: Mapping[str, str]) -> int:
    """Bytes of the file that `write_tables` would write."""
    header, plan = _plan(tables, metadata)
    return 8 + len(header) + sum(array.nbytes for _, array in plan)


def write_tables(
    path: Path,
    tables: Mapping[str, NDArray[Any] | Padded],
    metadata: Mapping[str, str],
    told: Callable[[float], None] | None = None,
) -> dict[str, str]:
    """Write arrays and a string dictionary in the safetensors layout, each array aligned to 64 bytes.

    Arrays may have any shape and any float, integer or bool type; names starting with ``pad.`` are taken.
    Nothing is copied whole. The file must not exist; it is flushed to the disk before this returns. `told`
    hears the share written.

    Returns: the SHA-256 of each array's bytes, in hexadecimal digits, by name.
    Raises: OSError of the system (exists, no space, not writable); ValueError for a type the layout lacks.
    """
    header, plan = _plan(tables, metadata)
    sums = {name: sha256() for name in tables}
    with path.open("xb") as file:
        for name, block in _put(file, header, plan, told):
            if name in sums:
                sums[name].update(block)
        file.flush()
        os.fsync(file.fileno())
    return {name: digest.hexdigest() for name, digest in sums.items()}


def put_tables(
    file: BinaryIO,
    tables: Mapping[str, NDArray[Any] | Padded],
    metadata: Mapping[str, str],
    told: Callable[[float], None] | None = None,
) -> None:
    """`write_tables` into an open file, without sums."""
    for _ in _put(file, *_plan(tables, metadata), told):
        pass


def _put(
    file: BinaryIO,
    header: bytes,
    plan: list[tuple[str, NDArray[Any] | Padded]],
    told: Callable[[float], None] | None,
) -> Iterator[tuple[str, memoryview]]:
    """Write what was planned, and give each array's name and block once it is written."""
    total, begin = max(sum(array.nbytes for _, array in plan), 1), file.tell() + 8 + len(header)
    file.write(len(header).to_bytes(8, "little"))
    file.write(header)
    for name, array in plan:
        for block in _blocks(array):
            file.write(block)
            if told is not None:
                told(min((file.tell() - begin) / total, 1))
            yield name, block


def write_rows(path: Path, name: str, shape: tuple[int, int], blocks: Iterable[NDArray[np.float32]]) -> None:
    """Write one float32 array of `shape` whose rows come a block at a time, else as `write_tables` does.

    Raises: OSError of the system.
    """
    with path.open("xb") as file:
        put_rows(file, name, shape, blocks)
        file.flush()
        os.fsync(file.fileno())


def put_rows(
    file: BinaryIO, name: str, shape: tuple[int, int], blocks: Iterable[NDArray[np.float32]]
) -> None:
    """`write_rows` into an open file."""
    size = math.prod(shape) * 4
    header = padded({name: {"dtype": "F32", "shape": list(shape), "data_offsets": [0, size]}})
    file.write(len(header).to_bytes(8, "little"))
    file.write(header)
    for block in blocks:
        file.write(_raw(np.ascontiguousarray(block, "<f4")))


def _plan(
    tables: Mapping[str, NDArray[Any] | Padded], metadata: Mapping[str, str]
) -> tuple[bytes, list[tuple[str, NDArray[Any] | Padded]]]:
    """The padded header, and the arrays in the order of the file with fillers between them."""
    entries: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    plan: list[tuple[str, NDArray[Any] | Padded]] = []
    end = 0

    def add(name: str, array: NDArray[Any] | Padded, dtype: str) -> None:
        nonlocal end
        entries[name] = {
            "dtype": dtype,
            "shape": list(array.shape),
            "data_offsets": [end, end + array.nbytes],
        }
        plan.append((name, array))
        end += array.nbytes

    for name, array in tables.items():
        dtype = NAMES.get(array.dtype.newbyteorder("<"))
        if dtype is None or name == "__metadata__" or name.startswith(_PAD):
            raise ValueError(f"table {name!r} of type {array.dtype} cannot be stored")
        if end % ALIGNMENT:
            add(f"{_PAD}{len(plan)}", np.zeros(-end % ALIGNMENT, np.uint8), "U8")
        add(name, array, dtype)
    return padded(entries), plan


def _blocks(array: NDArray[Any] | Padded) -> Iterator[memoryview]:
    """The array's bytes in C order, little-endian, a block at a time."""
    if isinstance(array, Padded):
        rows = max(1, _BLOCK // (4 * array.shape[1]))
        yield from (_raw(array.span(start, start + rows)) for start in range(0, array.shape[0], rows))
        return
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
        _let_go(array)


def _let_go(array: NDArray[Any]) -> None:
    """Give the memory back into which pages of a file have been mapped, so that writing them takes none.

    Only where the mapping is shared with the file: what was written to a private one would be lost.
    """
    root: Any = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    if isinstance(root, np.memmap) and root.mode in ("r", "r+") and isinstance(root.base, mmap.mmap):
        root.base.madvise(mmap.MADV_DONTNEED)


def _raw(array: NDArray[Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


@final
class Arrays:
    """The arrays of an open file, to be mapped or read; `path` is its name in messages.

    Raises: FormatError naming the byte when the header does not describe just the bytes there are.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._size = os.fstat(file.fileno()).st_size
        found, self.metadata = read_header(path, file, self._size)
        self.entries = {name: entry for name, entry in found.items() if not name.startswith(_PAD)}
        """Where each array lies, by name; fillers are left out. `metadata` is the header's dictionary."""

    def map(self) -> dict[str, NDArray[Any]]:
        """Read-only plain arrays by name, backed by a mapping that outlives the file's name and this object.

        Raises: NotEnoughMemory when the system allows no mapping of this size (``ulimit -v``).
        """
        try:
            whole = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            if error.errno != errno.ENOMEM:
                raise
            need = {str(self._path): self._size}
            raise memory.refused(need, "read a part of it", memory.available()) from None
        tables = {}
        for name, entry in self.entries.items():
            count = math.prod(entry.shape)
            empty = np.empty(0, entry.dtype)
            array = np.frombuffer(whole, entry.dtype, count, entry.start) if count else empty
            array.flags.writeable = False
            tables[name] = array.reshape(entry.shape)
        return tables

    def read(self, entry: Entry, told: Callable[[int], None] | None = None) -> NDArray[Any]:
        """A new array in memory with what lies at an entry, or at a span of one; `told` hears bytes read.

        Raises: FormatError when the file has been cut since it was opened.
        """
        array = np.empty(entry.shape, entry.dtype)
        raw = _raw(array)
        self._file.seek(entry.start)
        for start in range(0, len(raw), _BLOCK):
            block = raw[start : start + _BLOCK]
            self._fill(block, entry.start + start)
            if told is not None:
                told(len(block))
        return array

    def verify(self, sums: Mapping[str, str], told: Callable[[float], None] | None = None) -> None:
        """Compare each array with the SHA-256 that `write_tables` gave; `told` hears the share done.

        Raises: FormatError naming the first array that differs and its bytes, has no sum, or is missing.
        """
        if missing := [name for name in sums if name not in self.entries]:
            raise FormatError(f"{self._path}: {missing[0]!r} is missing, its checksum is there; damaged")
        done, total = 0, max(sum(entry.nbytes for entry in self.entries.values()), 1)
        block = memoryview(bytearray(_BLOCK))
        for name, entry in self.entries.items():
            end, digest = entry.start + entry.nbytes, sha256()
            self._file.seek(entry.start)
            for start in range(entry.start, end, _BLOCK):
                part = block[: min(_BLOCK, end - start)]
                self._fill(part, start)
                digest.update(part)
                done += len(part)
                if told is not None:
                    told(done / total)
            if name not in sums:
                raise FormatError(f"{self._path}: no checksum of {name!r} was recorded; save the model again")
            if digest.hexdigest() != sums[name]:
                where = f"{self._path}: bytes {entry.start:,} to {end:,}, {name!r}"
                raise FormatError(f"{where}: the checksum differs; damaged, take another copy")

    def _fill(self, block: memoryview, start: int) -> None:
        """Read the next bytes, from byte `start` of the file on."""
        got = self._file.readinto(block)  # type: ignore[attr-defined]
        if got < len(block):
            raise FormatError(f"{self._path}: byte {start + got:,}: the file ends here now; truncated")
