"""NumPy's arrays in one file `.npz`: `vectors`, a matrix, and `words`, text of fixed width; perhaps `counts`.

The file is a zip. A word takes four bytes for each character of the longest one.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OmnivecError
from omnivec.store import memory
from omnivec.store.formats import npy
from omnivec.store.formats.contents import Contents, Outline, Request, Told
from omnivec.store.formats.rows import Rows, at_first
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import created, opened
from omnivec.store.formats.writing import SPAN, encoded

VECTORS, WORDS, COUNTS = "vectors.npy", "words.npy", "counts.npy"

_LOCAL = b"PK\x03\x04"
_NAME_LENGTH = struct.Struct("<26xH2x")  # in the header of a zip's member; then its name follows
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError),
    *(struct.error, IndexError, LookupError),  # what `zipfile` lets through when its directory is damaged
)
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip knows: the same content is the same bytes
_BLOCK = 1 << 22  # bytes of words read at once
_WORD = 120  # bytes of a usual word in memory


def sniff(sample: Sample) -> bool:
    """Whether a file is a zip whose first member is an array of NumPy's, what `numpy.savez` writes."""
    if not sample.head.startswith(_LOCAL) or len(sample.head) < _NAME_LENGTH.size:
        return False
    (length,) = _NAME_LENGTH.unpack_from(sample.head)
    return sample.head[_NAME_LENGTH.size :][:length].endswith(b".npy")


def read(path: Path, request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Keys, matrix and, where the file holds them, counts.

    Raises: FormatError for a member that is missing, damaged, of another kind or holds Python objects;
    NotEnoughMemory before the matrix is allocated.
    """
    with _archive(path, request.told) as archive:
        words, count = _words(path, archive, request.limit)
        counts = _counts(path, archive, count, len(words))
        with _member(path, archive, VECTORS) as (name, file, size):
            header = npy.matrix_header(name, file, size)
            if header.shape[0] != count:
                raise FormatError(f"{path}: {count:,} words, but {header.shape[0]:,} rows of vectors")
            stored = archive.getinfo(VECTORS).compress_type == zipfile.ZIP_STORED
            expected = len(words) if stored else min(len(words), at_first(header.shape[1]))
            rows = Rows(path, header.shape[1], expected, replace(request, encoding="utf-8"))
            npy.add(name, file, header, words, rows)
        return rows.finish(counts)


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim by the header of the vectors. Raises: FormatError."""
    with _archive(path) as archive, _member(path, archive, VECTORS) as (name, file, size):
        rows, dim = npy.matrix_header(name, file, size).shape
    return Outline(rows, dim)


@contextlib.contextmanager
def _archive(path: Path, told: Told | None = None) -> Iterator[zipfile.ZipFile]:
    with opened(path, told) as source:
        try:
            with zipfile.ZipFile(source.file) as archive:
                yield archive
        except OmnivecError:
            raise
        except _DAMAGED as error:
            raise FormatError(f"{path}: the zip is cut or damaged: {error}") from None


@contextlib.contextmanager
def _member(path: Path, archive: zipfile.ZipFile, name: str) -> Iterator[tuple[Path, BinaryIO, int]]:
    """A member as a file, what it is called in messages, and its length."""
    if name not in archive.namelist():
        found = ", ".join(sorted(archive.namelist())[:4])
        raise FormatError(f"{path}: arrays 'vectors' and 'words' were expected, got {found}")
    info = archive.getinfo(name)
    with archive.open(info) as file:
        yield path / name, cast(BinaryIO, file), info.file_size


def _words(path: Path, archive: zipfile.ZipFile, limit: int | None) -> tuple[list[bytes], int]:
    """The first words in UTF-8, and how many there are."""
    words = list[bytes]()
    with _member(path, archive, WORDS) as (name, file, size):
        header = npy.array_header(name, file)
        width = header.dtype.itemsize
        if len(header.shape) != 1 or header.dtype.kind != "U" or not width:
            what = f"got {header.dtype} {header.shape}"
            raise FormatError(f"{name}: an array of words of fixed width was expected, {what}")
        npy.check_length(name, file, size, header)
        count = header.shape[0]
        wanted = count if limit is None else min(count, limit)
        step = max(1, _BLOCK // width)
        memory.require(
            {"words": wanted * _WORD + min(wanted, step) * width}, f"take the first rows (limit): {path}"
        )
        for start in range(0, wanted, step):
            data = npy.taken(name, file, min(step, wanted - start) * width)
            # NumPy makes strings of any numbers, and what Python does with those is not defined.
            if np.frombuffer(data, f"{header.dtype.byteorder}u4").max(initial=0) > sys.maxunicode:
                raise FormatError(f"{name}: behind word {start:,}: a number that is no character; damaged")
            block = np.frombuffer(data, header.dtype)
            words += [word.encode("utf-8", "surrogatepass") for word in block.tolist()]
    return words, count


def _counts(path: Path, archive: zipfile.ZipFile, rows: int, wanted: int) -> NDArray[np.int64] | None:
    """The first `wanted` of as many counts as there are rows, where the file has them."""
    if COUNTS not in archive.namelist():
        return None
    with _member(path, archive, COUNTS) as (name, file, size):
        header = npy.array_header(name, file)
        if header.shape != (rows,) or header.dtype.kind not in "iu":
            what = f"got {header.dtype} {header.shape}"
            raise FormatError(f"{name}: an array of {rows:,} whole numbers was expected, {what}")
        npy.check_length(name, file, size, header)
        first = npy.taken(name, file, wanted * header.dtype.itemsize)
        return np.frombuffer(first, header.dtype).astype(np.int64)


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write `vectors`, float32, or float16 if they are stored so, `words` and, where known, `counts`.

    `numpy.load(path)` opens the file.

    Raises: OutputError when a word cannot be written (their number and the first are named), when the path
    exists and `overwrite` is not set, and when the system refuses; what was there is whole.
    """
    keys, table, counts = contents[:3]
    encoded(path, keys, "NumPy's text of fixed width", "\0")
    with created(path, overwrite=overwrite, packs=False) as file, zipfile.ZipFile(file, "w") as archive:
        with _new(archive, VECTORS) as member:
            npy.write_matrix(member, table, told)
        with _new(archive, WORDS) as member:
            kind = f"<U{max(map(len, keys), default=1) or 1}"
            npy.write_header(member, kind, (len(keys),))
            for start in range(0, len(keys), SPAN):
                member.write(np.array(keys[start : start + SPAN], kind).tobytes())
        if counts is not None:
            with _new(archive, COUNTS) as member:
                npy.write_header(member, "<i8", counts.shape)
                member.write(counts.astype("<i8").tobytes())


def _new(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    return cast(BinaryIO, archive.open(zipfile.ZipInfo(name, _TIME), "w", force_zip64=True))
