"""word2vec's two formats, text and binary: what word2vec.c writes, gensim, and everyone since.

Text is a header "rows dim", then a line of word and numbers for each row. Binary has the same header, then
for each row the word, a space, dim little-endian float32 and, from word2vec.c and us, a line end.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.formats.contents import DIM_LIMIT, Contents, Outline, Request, Told
from omnivec.store.formats.lines import read_lines
from omnivec.store.formats.rows import Rows, at_first
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import Source, created, opened
from omnivec.store.formats.wordlist import words_and_counts
from omnivec.store.formats.writing import SPAN, encoded, spans, write_lines

_BOM = b"\xef\xbb\xbf"
_HEADER = re.compile(rb"[ \t]*(\d{1,19})[ \t]+(\d{1,19})[ \t]*\r?\n?")
_HEADER_LIMIT = 1 << 10  # bytes
_WORD_LIMIT = 1 << 20  # bytes
_BLOCK = 1 << 20  # bytes of a binary file read at once

_log = logging.getLogger("omnivec")


def read_text(path: str | os.PathLike[str], request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Keys and matrix of a text file; plain or packed. Counts are None.

    The number of rows in the header is a hint: all rows are read, a difference is logged. Words that are not
    `encoding` are decoded with `errors` and logged; of equal words the first is kept.

    Raises: FormatError naming the line; NotEnoughMemory before the matrix is allocated.
    """
    path, limit = Path(path), request.limit
    with opened(path, request.told) as source:
        announced, dim, start = _header(path, source.file)
        least = 2 * dim  # bytes of a row: no word, dim spaces and dim digits
        fits = at_first(dim) if source.size is None else (source.size - start) // least + 1
        rows = Rows(path, dim, _smallest(announced, fits, limit), request)
        read_lines(path, source.file, dim, rows, limit, 2)
        if limit is None and len(rows) != announced:
            _log.warning("%s: %s rows, the header announces %s", path, f"{len(rows):,}", f"{announced:,}")
        return rows.finish()


def read_binary(path: str | os.PathLike[str], request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Keys and matrix of a binary file; plain or packed. Counts are None.

    Words that are not `encoding` are decoded with `errors` and logged; of equal words the first is kept;
    bytes after the last row are logged.

    Raises: FormatError naming the byte; NotEnoughMemory before the matrix is allocated.
    """
    path, limit = Path(path), request.limit
    with opened(path, request.told) as source:
        announced, dim, start = _header(path, source.file)
        _check_length(path, source, announced, dim, start)
        wanted = _smallest(announced, announced, limit)
        expected = wanted if source.size is not None else min(wanted, at_first(dim))
        rows = Rows(path, dim, expected, request)
        rest = _read_rows(path, source.file, dim, rows, wanted, start)
        if wanted == announced and (rest + source.file.read(2)) not in (b"", b"\n"):
            _log.warning("%s: bytes follow the last of the %s rows announced", path, f"{announced:,}")
        return rows.finish()


def outline_text(path: Path, request: Request) -> Outline:
    """Rows and dim as the header announces them. Raises: FormatError."""
    with opened(path) as source:
        rows, dim, _ = _header(path, source.file)
    return Outline(rows, dim)


def outline_binary(path: Path, request: Request) -> Outline:
    """Rows and dim as the header announces them. Raises: FormatError, also for a file too short for them."""
    with opened(path) as source:
        rows, dim, start = _header(path, source.file)
        _check_length(path, source, rows, dim, start)
    return Outline(rows, dim)


def _check_length(path: Path, source: Source, announced: int, dim: int, start: int) -> None:
    """Refuse a binary file that is not packed and cannot hold the rows that it announces."""
    least = announced * (4 * dim + 1)
    if source.size is not None and least > source.size - start:
        raise FormatError(
            f"{path}: byte {start}: the header announces {announced:,} rows of {dim} floats, "
            f"at least {least:,} bytes; {source.size - start:,} follow; truncated"
        )


def _header(path: Path, file: BinaryIO) -> tuple[int, int, int]:
    """Rows, dim and the length of the first line, which a byte-order mark may precede."""
    line = file.readline(_HEADER_LIMIT)
    found = _HEADER.fullmatch(line.removeprefix(_BOM))
    if found is None:
        raise FormatError(
            f"{path}: line 1: two whole numbers, rows and dim, were expected, got {line[:40]!r}"
        )
    rows, dim = int(found[1]), int(found[2])
    if not 1 <= dim <= DIM_LIMIT:
        raise FormatError(f"{path}: line 1: dim must lie between 1 and {DIM_LIMIT:,}, got {dim:,}")
    if line.startswith(_BOM):
        _log.warning("%s: the byte-order mark at its start is skipped", path)
    return rows, dim, len(line)


def _smallest(announced: int, fits: int, limit: int | None) -> int:
    return min(announced, fits, announced if limit is None else limit)


def _read_rows(path: Path, file: BinaryIO, dim: int, rows: Rows, wanted: int, at: int) -> bytes:
    """Append `wanted` rows that start at byte `at` of a binary file; what was read behind them."""
    size, data = 4 * dim, b""
    while len(rows) < wanted:
        chunk = file.read(max(_BLOCK, size))
        if not chunk:
            end = f"{path}: byte {at + len(data):,}: the file ends"
            raise FormatError(f"{end} in row {len(rows) + 1:,} of {wanted:,}; truncated")
        data += chunk
        words, starts, used = _split(data, size, wanted - len(rows))
        if not words and len(data) > _WORD_LIMIT + 1 + size:
            raise FormatError(
                f"{path}: behind byte {at:,}: no space ends a word within {_WORD_LIMIT:,} bytes"
            )
        if words:
            # One item of `size` bytes from each byte on: the rows are copied out by their starts at once.
            items = np.ndarray((len(data) - size + 1,), f"V{size}", data, 0, (1,))
            rows.add(words, items[starts].view("<f4").reshape(-1, dim))
        at, data = at + used, data[used:]
    return data


def _split(data: bytes, size: int, most: int) -> tuple[list[bytes], NDArray[np.int64], int]:
    """Words, where their numbers start, and the bytes used, of up to `most` rows that are whole in `data`."""
    # 0.1 µs a row, a third of a loop of find and slice. What is no whole row is eaten as an empty word, lest
    # it be searched from each of its bytes on.
    found = re.findall(rb"(?s)([^ ]{0,%d}) .{%d}|.+" % (_WORD_LIMIT, size), data)[:most]
    lengths = np.fromiter(map(len, found), np.int64, len(found))
    starts = np.cumsum(lengths + 1 + size) - size
    if found and (starts[-1] + size > len(data) or data[starts[-1] - 1] != ord(" ")):
        found, lengths, starts = found[:-1], lengths[:-1], starts[:-1]
    if (np.frombuffer(data, np.uint8)[starts - 1 - lengths] == ord("\n")).any():
        found = [word.lstrip(b"\n") for word in found]  # word2vec.c ends rows by a line end, gensim does not
    return found, starts, int(starts[-1]) + size if found else 0


def sniff_text(sample: Sample) -> bool:
    """Whether a file is word2vec text: a header, then a line that ends in numbers.

    Where that line does not, the file still is text when it looks like nothing else: its reader names the
    line.
    """
    first = _first(sample.head)
    if first is None:
        return False
    rows, dim, body = first
    if _ends_in_numbers(body.split(b"\n", 1)[0], dim):
        return True
    words, _, used = _split(body, 4 * dim, rows)
    tiny_binary = sample.whole and len(words) == rows and body[used:] in (b"", b"\n")
    return not tiny_binary and not _CONTROL.search(body, 0, 1 << 16)


def sniff_binary(sample: Sample) -> bool:
    """Whether a file is word2vec binary: a header, then rows with likely words.

    Looked at after `sniff_text`. Where the first row is cut there are no words, and the reader says where.
    """
    first = _first(sample.head)
    return first is not None and not any(map(_CONTROL.search, _split(first[2], 4 * first[1], 3)[0]))


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1b]")  # bytes of floats, hardly ever of words


def _first(head: bytes) -> tuple[int, int, bytes] | None:
    """Rows, dim and what follows the first line, if that is a header."""
    line, end, body = head.removeprefix(_BOM).partition(b"\n")
    found = _HEADER.fullmatch(line + end)
    if found is None or not 1 <= int(found[2]) <= DIM_LIMIT:
        return None
    return int(found[1]), int(found[2]), body


def _ends_in_numbers(line: bytes, dim: int) -> bool:
    numbers = line.split()[-dim:]
    try:
        return len([float(number) for number in numbers]) == dim
    except ValueError:
        return False


def write_text(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write a text file: each number with the fewest digits that read back as the same float32.

    gensim reads the file unless a word holds a space. A name that ends in .gz, .xz or .zst is packed. `told`
    hears the share written.

    Raises: OutputError when a word cannot be written (their number and the first are named), when the path
    exists and `overwrite` is not set, and when the system refuses; what was there is whole.
    """
    words = encoded(path, contents.keys, "word2vec text", "\0\n")
    with created(path, overwrite=overwrite) as file:
        file.write(b"%d %d\n" % (len(words), contents.table.dim))
        write_lines(file, words, contents.table, " ", told)


def write_binary(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write a binary file, byte for byte as word2vec.c does; gensim reads it.

    Raises: OutputError when a word cannot be written, a space among the reasons, and as `write_text` does.
    """
    words = encoded(path, contents.keys, "word2vec binary", "\0\n ")
    with created(path, overwrite=overwrite) as file:
        file.write(b"%d %d\n" % (len(words), contents.table.dim))
        for start, rows in spans(contents.table, told):
            pairs = zip(words[start : start + SPAN], rows.astype("<f4", copy=False), strict=True)
            file.write(b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in pairs))


def read_counts(
    path: str | os.PathLike[str], *, encoding: str = "utf-8", errors: str = "replace"
) -> dict[str, int]:
    """Counts by word from a vocabulary file: lines of word, space, count (gensim's `fvocab`).

    Raises: FormatError naming the line.
    """
    found = dict[str, int]()
    words, counts = words_and_counts(Path(path))
    for word, count in zip(words, counts.tolist(), strict=True):
        found.setdefault(word.decode(encoding, errors), count)
    return found


def write_counts(
    path: str | os.PathLike[str], keys: Sequence[str], counts: NDArray[np.int64], *, overwrite: bool = False
) -> None:
    """Write the vocabulary file that `read_counts`, gensim and word2vec.c read.

    Raises: OutputError as `write_text` does.
    """
    words = encoded(path, keys, "a vocabulary file", "\0\n")
    with created(path, overwrite=overwrite) as file:
        file.write(b"".join(b"%b %d\n" % pair for pair in zip(words, counts.tolist(), strict=True)))
