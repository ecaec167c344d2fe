"""NumPy's array in a file `.npy`, and its words in a file `.txt` beside it, one a line."""

from __future__ import annotations

import ast
import math
import operator
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as layout
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store import memory
from omnivec.store.formats import wordlist
from omnivec.store.formats.contents import Contents, Outline, Request, Told
from omnivec.store.formats.rows import Rows, at_first
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import created, opened
from omnivec.store.formats.writing import spans
from omnivec.store.tables import Table

_BLOCK = 1 << 22  # bytes read at once
_MAGIC, _START = 6, 8  # bytes of the magic, and with the version behind it
_SIZES = {b"\1\0": struct.Struct("<H"), b"\2\0": struct.Struct("<I"), b"\3\0": struct.Struct("<I")}
_HEADER_LIMIT = 1 << 16  # bytes


class Header(NamedTuple):
    """What stands before an array's numbers."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


def sniff(sample: Sample) -> bool:
    """Whether a file is one array of NumPy's."""
    return sample.head.startswith(layout.MAGIC_PREFIX)


def read(path: Path, request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """The words of `request.vocabulary`, or of the file beside with `.txt`, and the matrix. Counts are None.

    Raises: FormatError when there are no words, or not one for each row, or the array is no matrix of floats
    (what holds Python objects is refused); NotEnoughMemory before the matrix is allocated.
    """
    with opened(path, request.told) as source:
        header = matrix_header(path, source.file, source.size)
        beside = _words_beside(path, request)
        words = wordlist.fitted(beside, wordlist.lines_of(beside), header.shape[0])
        wanted = len(words) if request.limit is None else min(len(words), request.limit)
        dim = header.shape[1]
        rows = Rows(path, dim, wanted if source.size is not None else min(wanted, at_first(dim)), request)
        add(path, source.file, header, words[:wanted], rows)
        if wanted == len(words) and source.file.read(1):
            raise FormatError(f"{path}: bytes follow the array")
    return rows.finish()


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim by the header. Raises: FormatError."""
    with opened(path) as source:
        rows, dim = matrix_header(path, source.file, source.size).shape
    return Outline(rows, dim)


def _words_beside(path: Path, request: Request) -> Path:
    if request.vocabulary is not None:
        return Path(request.vocabulary)
    beside = path.with_suffix(".txt")
    if not beside.exists():
        raise FormatError(f"{path}: its words were expected in {beside.name}; name their file (vocabulary)")
    return beside


def matrix_header(path: Path, file: BinaryIO, size: int | None) -> Header:
    """The header of a matrix of floats; `size` is the whole file's length, None where nobody knows.

    Raises: FormatError when it is something else, or the file has another length than it says.
    """
    header = array_header(path, file)
    rows, dim = header.shape if len(header.shape) == 2 else (-1, 0)
    if rows < 0 or dim < 1 or header.dtype.kind != "f":
        what = f"got {header.dtype} {header.shape}"
        raise FormatError(f"{path}: an array of floats (rows, dim) was expected, {what}")
    if size is not None:
        check_length(path, file, size, header)
    return header


def check_length(path: Path, file: BinaryIO, size: int, header: Header) -> None:
    """FormatError when a file of `size` bytes does not end with the array whose header has just been read."""
    if size != file.tell() + header.nbytes:
        what = f"{header.nbytes:,} bytes were expected for {header.dtype} {header.shape}"
        raise FormatError(f"{path}: byte {file.tell():,}: {what}, {size - file.tell():,} follow")


def array_header(path: Path, file: BinaryIO) -> Header:
    """The header of any array of plain numbers or text. Raises: FormatError."""
    at, start = file.tell(), file.read(_START)
    size = _SIZES.get(start[_MAGIC:_START])
    if size is None or not start.startswith(layout.MAGIC_PREFIX):
        raise FormatError(f"{path}: byte {at}: an array of NumPy's was expected, got {start!r}")
    (length,) = size.unpack(taken(path, file, size.size))
    text = taken(path, file, min(length, _HEADER_LIMIT))
    try:
        # NumPy's own reader passes on whatever its parser raises, and warns.
        fields = ast.literal_eval(text.decode("latin-1").strip())
        kind, fortran, shape = fields["descr"], fields["fortran_order"], fields["shape"]
        plain = isinstance(kind, str) and re.fullmatch(r"[<>|=]?[a-zA-Z]\d{0,9}", kind)
        header = Header(tuple(map(operator.index, shape)), bool(fortran), np.dtype(kind if plain else "O"))
    except (ValueError, SyntaxError, TypeError, LookupError, MemoryError, RecursionError) as error:
        raise FormatError(
            f"{path}: byte {at}: the array's header is damaged ({type(error).__name__})"
        ) from None
    if header.dtype.hasobject:
        what = f"numbers or text were expected, got {str(kind)[:40]}"
        raise FormatError(f"{path}: byte {at}: {what}; Python objects could run code, and are not read")
    if min(header.shape, default=0) < 0:
        raise FormatError(f"{path}: byte {at}: the array's shape is {header.shape}; damaged")
    return header


def add(path: Path, file: BinaryIO, header: Header, words: list[bytes], rows: Rows) -> None:
    """Append the first rows of a matrix, as many as there are words. Raises: FormatError when it is cut."""
    start = 0
    for block in _blocks(path, file, header, len(words)):
        rows.add(words[start : start + len(block)], block)
        start += len(block)


def _blocks(path: Path, file: BinaryIO, header: Header, wanted: int) -> Iterator[NDArray[Any]]:
    rows, dim = header.shape
    if header.fortran and rows > 1 and dim > 1:  # column by column: a row is known when all is
        memory.require({"a matrix stored by columns": header.nbytes}, f"save it in C order: {path}")
        whole = np.frombuffer(taken(path, file, header.nbytes), header.dtype)
        yield whole.reshape(dim, rows).T[:wanted]
        return
    step = max(1, _BLOCK // (dim * header.dtype.itemsize))
    for start in range(0, wanted, step):
        count = min(step, wanted - start)
        data = taken(path, file, count * dim * header.dtype.itemsize)
        yield np.frombuffer(data, header.dtype).reshape(count, dim)


def taken(path: Path, file: BinaryIO, size: int) -> bytes:
    """The next `size` bytes of an array. Raises: FormatError when there are fewer."""
    data = file.read(size)
    if len(data) < size:
        raise FormatError(f"{path}: {size - len(data):,} bytes of the array are missing; truncated")
    return data


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write the matrix, float32, or float16 if it is stored so, and beside it the words with suffix `.txt`.

    Raises: OutputError when a word cannot be written (their number and the first are named), when one of the
    paths exists and `overwrite` is not set, and when the system refuses; what was there is whole.
    """
    beside = Path(path).with_suffix(".txt")
    text = wordlist.text_of(beside, contents.keys, "a line of a file of words")
    # Both lie there whole before either takes its name.
    with created(beside, overwrite=overwrite) as words, created(path, overwrite=overwrite) as file:
        words.write(text)
        write_matrix(file, contents.table, told)


def write_matrix(file: BinaryIO, table: Table, told: Told | None) -> None:
    """Write a table as an array, header and numbers: float16 if it is stored so, else float32."""
    kind = "<f2" if table.dtype == "float16" else "<f4"
    write_header(file, kind, (len(table), table.dim))
    for _, rows in spans(table, told):
        file.write(np.ascontiguousarray(rows, kind).tobytes())


def write_header(file: BinaryIO, kind: str, shape: tuple[int, ...]) -> None:
    """Write what stands before the numbers of an array in C order."""
    layout.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
