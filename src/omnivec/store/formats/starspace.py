"""StarSpace's model file: options, a dictionary of words and labels, and the matrices as text between them.

After the magic come options, int32 and a few bytes, then for each word or label its bytes, a zero, its count
and its type, then `[rows,cols]((v,v,…),(v,…),…)` with 6 digits: the left table, whose first rows are the
words and labels, whose others are buckets of n-grams. Where sides differ the right table follows.
Source: StarSpace, `starspace.cpp`, `dict.cpp`, `proj.h`.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.formats.contents import DIM_LIMIT, Contents, Outline, Request
from omnivec.store.formats.lines import read_lines
from omnivec.store.formats.rows import Rows, at_first
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import Source, opened

_FAMILY = b"STARSPACE-"
_MAGIC = _FAMILY + b"2018-2\0"
_OPTIONS = struct.Struct("<9iBBc")  # dim, 6 more, bucket, mode; whether sides are one, weights, their sign
_SIZES = (struct.Struct("<Q"), struct.Struct("<I"))  # of 64-bit builds, and of 32-bit ones
_KINDS = (b"fastText", b"labelDoc")
_TEXT_LIMIT = 64  # bytes of an option
_DICTIONARY = struct.Struct("<iiiq")  # size, words, labels, tokens
_ENTRY = struct.Struct("<qb")  # count; 0 for a word, 1 for a label
_LEAST_ENTRY = 10  # bytes
_WORD_LIMIT = 1 << 20  # bytes
_BLOCK = 1 << 20  # bytes read at once
_SHAPE = re.compile(rb"\[(\d{1,19}),(\d{1,19})\]\(\(")
_SHAPE_LIMIT = 64  # bytes
_TO_LINES = bytes.maketrans(b",)", b" \n")


class _Begin(NamedTuple):
    """What stands before the dictionary."""

    dim: int
    rows: int
    """Of each table."""
    shared: bool
    """Whether both sides have one table."""
    size: int
    """Words and labels."""


def sniff(sample: Sample) -> bool:
    """Whether a file is StarSpace's model, of whatever year."""
    return sample.head.startswith(_FAMILY)


def read(path: Path, request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Words and labels, their rows of the left table, and counts; plain, gzip or xz.

    Raises: FormatError naming byte or row; NotEnoughMemory before the matrix is allocated.
    """
    with opened(path, request.told) as source:
        begin = _begin(path, source)
        words, counts, rest = _dictionary(path, source.file, begin.size)
        wanted = begin.size if request.limit is None else min(begin.size, request.limit)
        left = _Matrix(path, source, rest, begin)
        expected = wanted if source.size is not None else min(wanted, at_first(begin.dim))
        rows = Rows(path, begin.dim, expected, request)
        read_lines(path, cast(BinaryIO, left), begin.dim, rows, wanted, 1)
        if len(rows) < wanted:
            raise FormatError(
                f"{path}: the left table ends in row {len(rows) + 1:,} of {begin.rows:,}; truncated"
            )
        if wanted == begin.size:
            rest = left.end()
            if not begin.shared:
                rest = _Matrix(path, source, rest, begin).end()
            if rest or source.file.read(1):
                raise FormatError(f"{path}: bytes follow its last table")
    rows.name(words[:wanted])
    return rows.finish(counts[:wanted])


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim as the beginning tells them. Raises: FormatError."""
    with opened(path) as source:
        begin = _begin(path, source)
    return Outline(begin.size, begin.dim)


def _begin(path: Path, source: Source) -> _Begin:
    file = source.file
    magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        year = magic.removeprefix(_FAMILY).split(b"\0")[0]
        raise FormatError(f"{path}: StarSpace's format 2018-2 was expected, got {year!r}; write its TSV")
    dim, *_, ngrams, bucket, _, shared, _, _ = _taken(path, file, _OPTIONS)
    start, text = file.tell(), None
    for size in _SIZES:
        file.seek(start)
        text = _text(path, file, size)
        if text in _KINDS:
            break
    else:
        raise FormatError(f"{path}: byte {start}: fastText or labelDoc was expected; damaged")
    if _text(path, file, size) is None:
        raise FormatError(
            f"{path}: byte {start:,}: the name of a similarity was expected behind the format's"
        )
    file.read(4)  # the size of a batch
    at = file.tell()
    entries, words, labels, _ = _taken(path, file, _DICTIONARY)
    if entries < 1 or words < 0 or labels < 0 or words + labels != entries:
        what = f"words and labels were expected that make the size, got {words:,}, {labels:,} and {entries:,}"
        raise FormatError(f"{path}: byte {at:,}: {what}")
    if source.size is not None and entries > (source.size - file.tell()) // _LEAST_ENTRY:
        what = f"{entries:,} words and labels are announced, {source.size - file.tell():,} bytes follow"
        raise FormatError(f"{path}: byte {at:,}: {what}; truncated")
    if not 1 <= dim <= DIM_LIMIT or bucket < 0:
        raise FormatError(
            f"{path}: byte {len(_MAGIC)}: a dim above 0 was expected, got {dim} and {bucket} buckets"
        )
    return _Begin(dim, entries + (bucket if ngrams > 1 else 0), bool(shared), entries)


def _taken(path: Path, file: BinaryIO, layout: struct.Struct) -> tuple[Any, ...]:
    at, data = file.tell(), file.read(layout.size)
    if len(data) < layout.size:
        raise FormatError(
            f"{path}: byte {at:,}: {layout.size} bytes were expected, {len(data)} follow; truncated"
        )
    return layout.unpack(data)


def _text(path: Path, file: BinaryIO, layout: struct.Struct) -> bytes | None:
    """An option with its length before it; None where that is beyond all reason."""
    (size,) = _taken(path, file, layout)
    return file.read(size) if size <= _TEXT_LIMIT else None


def _dictionary(path: Path, file: BinaryIO, size: int) -> tuple[list[bytes], NDArray[np.int64], bytes]:
    """Words and labels, how often each occurs, and what was read behind them."""
    words, counts = list[bytes](), list[int]()
    data, at = b"", file.tell()  # `at` is the byte that `data` starts at
    while len(words) < size:
        chunk = file.read(_BLOCK)
        data, used = data + chunk, 0
        while len(words) < size:
            zero = data.find(0, used)
            if not 0 <= zero < len(data) - _ENTRY.size:
                break
            count, kind = _ENTRY.unpack_from(data, zero + 1)
            if count < 0 or kind not in (0, 1):
                what = f"a count and 0 or 1 were expected, got {count} and {kind}"
                raise FormatError(f"{path}: byte {at + zero + 1:,}: {what}")
            words.append(data[used:zero])
            counts.append(count)
            used = zero + 1 + _ENTRY.size
        at, data = at + used, data[used:]
        if len(words) < size and not chunk:
            raise FormatError(f"{path}: byte {at:,}: word {len(words) + 1:,} of {size:,} is cut; truncated")
        if len(data) > _WORD_LIMIT + _BLOCK:
            raise FormatError(f"{path}: byte {at:,}: a word does not end within {_WORD_LIMIT:,} bytes")
    return words, np.array(counts, np.int64), data


class _Matrix:
    """A matrix's text as a file of lines, a space before each number: its rows with empty words."""

    def __init__(self, path: Path, source: Source, rest: bytes, begin: _Begin) -> None:
        self._path, self._file, self._rows, self._cols = path, source.file, begin.rows, begin.dim
        at = source.file.tell() - len(rest)
        rest += self._file.read(max(0, _SHAPE_LIMIT - len(rest)))
        shape = _SHAPE.match(rest)
        expected = f"[{begin.rows},{begin.dim}](("
        if shape is None or (int(shape[1]), int(shape[2])) != (begin.rows, begin.dim):
            raise FormatError(f"{path}: byte {at:,}: a table {expected} was expected, got {rest[:40]!r}")
        if source.size is not None and begin.rows * begin.dim > (source.size - at) // 2:
            raise FormatError(
                f"{path}: byte {at:,}: a table {expected} does not fit into what follows; truncated"
            )
        self._ahead, self._behind = rest[shape.end() :], b""
        self._begun = self._ended = False
        self._last = b""
        self._bounds = self._commas = 0

    def read(self, size: int) -> bytes:
        """About `size` bytes of lines; none behind the matrix."""
        data, self._ahead = self._ahead or self._file.read(0 if self._ended else size), b""
        stop = (self._last + data).find(b"))")
        if stop >= 0:
            stop += 2 - len(self._last)
            self._ended, self._behind, data = True, data[stop:], data[:stop]
        self._bounds += data.count(b")")
        self._commas += data.count(b",")
        self._last = data[-1:]
        lines = data.translate(_TO_LINES, b"(")
        if not self._begun and lines:
            self._begun, lines = True, b" " + lines
        return lines

    def end(self) -> bytes:
        """What was read behind the matrix, whose rest is looked at. Raises: FormatError."""
        while self.read(_BLOCK):
            pass
        rows, numbers = self._bounds - 1, self._commas + 1
        if not self._ended or (rows, numbers) != (self._rows, self._rows * self._cols):
            got = f"got {max(rows, 0):,} rows and {numbers:,} numbers"
            raise FormatError(
                f"{self._path}: {self._rows:,} rows of {self._cols} were expected, {got}; cut or damaged"
            )
        return self._behind
