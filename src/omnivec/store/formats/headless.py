"""Lines of a word and numbers without a header: how many numbers rows have, about how many rows there are.

Both follow from the beginning of the file. Then the lines are read as those of word2vec text; where tabs
separate, tabs and spaces change places on the way, so that there is one reader.
"""

from __future__ import annotations

import io
import logging
import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from omnivec.errors import FormatError, OutputError
from omnivec.store.formats.contents import Contents, Outline, Request
from omnivec.store.formats.lines import read_lines
from omnivec.store.formats.rows import Rows, at_first
from omnivec.store.formats.source import Source, opened
from omnivec.store.formats.writing import write_lines
from omnivec.store.tables import Table

BOM = b"\xef\xbb\xbf"
HEAD = 1 << 18
"""Bytes of the beginning that are looked at."""

LOOKED = 100
"""Lines of it that are taken apart."""

_HALF = 0.5  # the reader names those that do not agree
_SLACK = 1.01  # the first words are shorter than the later ones, so that the estimate is rather too large
_PACKED = 2.3  # how much shorter gzip makes such text: lines of 100 numbers of six decimals
_SWAP = bytes.maketrans(b"\t ", b" \t")

_log = logging.getLogger("omnivec")

Header = Callable[[bytes, bool], int]
"""Bytes at a file's beginning that are no row, from its head and whether that is the whole file."""


class Look(NamedTuple):
    """What the first lines tell."""

    dim: int
    """Numbers in most of them."""
    agree: float
    """The share of them, from 0 to 1, that have so many."""
    lines: int
    """Lines that end in the head."""
    size: float
    """Bytes of a line in the mean."""
    bare: bool
    """Whether each of them is numbers alone."""
    fraction: bool
    """Whether one of them begins with a number that is not whole: then it is no word, such as a node's id."""


def look(head: bytes, whole: bool, separator: bytes) -> Look | None:
    """What the first lines tell, split from the right; None where they are not words and numbers."""
    ends = head if whole else head[: head.rfind(b"\n") + 1]
    counts, bare, fraction = [], True, False
    for line in ends.split(b"\n", LOOKED)[:LOOKED]:
        text = line.removesuffix(b"\r").rstrip(separator)
        if text.strip():
            fields = text.split(separator)
            numbers = _trailing_numbers(fields)
            counts.append(min(numbers, len(fields) - 1))
            bare &= numbers == len(fields)
            fraction |= numbers == len(fields) and not fields[0].lstrip(b"+-").isdigit()
    if not counts:
        return None
    dim, agree = Counter(counts).most_common(1)[0]  # of those as frequent the first
    lines = ends.count(b"\n") + (not ends.endswith(b"\n"))
    return Look(dim, agree / len(counts), lines, len(ends) / lines, bare, fraction) if dim else None


def _trailing_numbers(fields: list[bytes]) -> int:
    for count, field in enumerate(reversed(fields)):
        try:
            float(field)
        except ValueError:
            return count
    return len(fields)


def are_words_and_numbers(seen: Look | None) -> bool:
    """Whether first lines are such: most agree on a count of numbers, 2 or more, since one may be a count."""
    return seen is not None and seen.dim > 1 and seen.agree > _HALF and not (seen.bare and seen.fraction)


def byte_order_mark(head: bytes, whole: bool = False) -> int:
    """The `Header` of a format that has none."""
    return len(BOM) if head.startswith(BOM) else 0


def read(path: Path, request: Request, separator: bytes, header: Header) -> Contents:
    """Keys and matrix of lines of word, separator, numbers; plain, gzip or xz.

    Raises: FormatError naming the line; NotEnoughMemory before the matrix is allocated.
    """
    with opened(path, request.told) as source:
        seen, skip, line, whole = _begin(path, source, separator, header)
        rows = Rows(path, seen.dim, _expected(seen, source, whole, request.limit), request)
        source.file.seek(skip)
        file = source.file if separator == b" " else cast(BinaryIO, _Swapped(source.file))
        read_lines(path, file, seen.dim, rows, request.limit, line)
    if separator == b"\t":
        rows.respell(partial(_swapped_back, path, seen.dim))
    return rows.finish()


def _swapped_back(path: Path, dim: int, word: bytes) -> bytes:
    if b" " in word:
        start = word.translate(_SWAP)[:40]
        raise FormatError(f"{path}: a word and {dim} numbers a line were expected, {start!r} has more fields")
    return word.translate(_SWAP)


def outline(path: Path, separator: bytes, header: Header) -> Outline:
    """Dim, and rows, estimated unless the file is small. Raises: FormatError."""
    with opened(path) as source:
        seen, skip, _, whole = _begin(path, source, separator, header)
    if whole:
        return Outline(seen.lines, seen.dim)
    size = path.stat().st_size * _PACKED if source.size is None else source.size - skip
    return Outline(int(size / seen.size), seen.dim, exact=False)


def check_readable(path: str | os.PathLike[str], words: list[bytes], table: Table, separator: str) -> None:
    """Refuse to write what cannot be told without a header: no rows, or many first words such as `channel 4`.

    Raises: OutputError.
    """
    start, first = io.BytesIO(), words[:LOOKED]
    write_lines(start, first, Table(table.span(0, len(first))), separator, None)
    seen = look(start.getvalue(), True, separator.encode())
    if seen is None or seen.dim != table.dim or start.getvalue().startswith(BOM):
        what = f"where the first words are {words[:2]!r}" if words else "where there are no rows"
        does = f"a text without header does not tell that rows have {table.dim} numbers"
        raise OutputError(f"{path}: {does} {what}; write word2vec text")


def _begin(path: Path, source: Source, separator: bytes, header: Header) -> tuple[Look, int, int, bool]:
    """What the first lines tell, the byte and the line where rows begin, and whether that was all."""
    head = source.file.read(HEAD)
    whole = len(head) < HEAD
    skip = header(head, whole)
    seen = look(head[skip:], whole, separator)
    line = head[:skip].count(b"\n") + 1
    if seen is None:
        start = head[skip:].split(b"\n", 1)[0]
        if len(start) > HEAD // 2:
            raise FormatError(f"{path}: line {line} does not end within {HEAD:,} bytes")
        raise FormatError(f"{path}: line {line}: a word and numbers were expected, got {start[:40]!r}")
    if head.startswith(BOM):
        _log.warning("%s: the byte-order mark at its start is skipped", path)
    return seen, skip, line, whole


def _expected(seen: Look, source: Source, whole: bool, limit: int | None) -> int:
    if whole:
        rows = seen.lines
    elif source.size is None:
        rows = at_first(seen.dim)
    else:
        rows = int(source.size / seen.size * _SLACK)
    return rows if limit is None else min(rows, limit)


class _Swapped:
    """A file with its tabs and spaces swapped."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        return self._file.read(size).translate(_SWAP)
