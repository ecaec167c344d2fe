"""Lines of a word and numbers, separated by single spaces: the body of word2vec text and its kin.

A block of whole lines is taken apart by NumPy, which lets threads run beside each other. Where a line is
unusual (other white space, `nan(0)`, a missing number, a blank line at the end) its block is read once more,
line by line, which either succeeds or names the line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.formats import decimals
from omnivec.store.formats.rows import Rows
from omnivec.store.processors import in_turn

_BLOCK = 1 << 18  # bytes: the arrays of a block then stay in the second cache; 1 MiB took 1.6 times as long
_WORD_LIMIT = 1 << 20  # bytes
_NUMBER_LIMIT = 64  # bytes of one number
_TYPICAL = range(10, 101)  # how many lines must agree before dim is said to be wrong; as many are looked at

_Found = tuple[list[bytes], NDArray[np.float64]]


def read_lines(path: Path, file: BinaryIO, dim: int, rows: Rows, limit: int | None, line: int) -> None:
    """Append the lines of a file to `rows`: to its end, or until there are `limit`.

    `line` is the number of the first, for messages.

    Raises: FormatError naming the line that has fewer than `dim` numbers at its end or is too long, or when
    the first lines agree on another number of numbers.
    """
    if limit == 0:
        return
    blank = 0
    taken_apart = in_turn(lambda found: _words_and_values(path, *found, dim), _blocks(path, file, dim, line))
    with contextlib.closing(taken_apart):
        for (first, block), result in taken_apart:
            tail = block
            if not blank:
                words, values = result()
                keep = len(words) if limit is None else limit - len(rows)
                rows.add(words[:keep], values[:keep])
                if len(rows) == limit:
                    return
                tail = block.split(b"\n", len(words))[-1] if len(words) < block.count(b"\n") else b""
                blank = first + len(words) if tail else 0
            if tail.strip():
                raise FormatError(f"{path}: line {blank:,} is blank, a word and numbers were expected")


def _blocks(path: Path, file: BinaryIO, dim: int, line: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines of a file, about `_BLOCK` bytes at a time, and the number of the first."""
    pieces: list[bytes] = []
    checked = False
    while chunk := file.read(_BLOCK) or (b"\n" if any(pieces) else b""):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            block = b"".join([*pieces, chunk[:cut]])
            if not checked:
                _check_dim(path, block, dim)
                checked = True
            yield line, block
            line += block.count(b"\n")
            pieces.clear()
        pieces.append(chunk[cut:])
        if (length := sum(map(len, pieces))) > _WORD_LIMIT + _NUMBER_LIMIT * dim:
            raise FormatError(f"{path}: line {line:,} does not end within {length:,} bytes")


def _words_and_values(path: Path, line: int, block: bytes, dim: int) -> _Found:
    return _quickly(block, dim) or _slowly(path, block, dim, line)


def _quickly(block: bytes, dim: int) -> _Found | None:
    """Words and values of a block in which every line is as usual, else None."""
    text = np.frombuffer(block, np.uint8)
    bounds = np.flatnonzero((text == ord(" ")) | (text == ord("\n")))
    ends = np.flatnonzero(text[bounds] == ord("\n"))
    before = np.append(-1, ends[:-1])
    last = ends - (text[bounds[ends] - 1] == ord(" "))  # word2vec.c writes a space before the line's end
    first = last - dim  # what stands before the last dim numbers is the word, spaces included
    if (first <= before).any():
        return None
    fields = bounds[first[:, None] + np.arange(dim + 1)]
    starts, stops = (fields[:, :-1] + 1).ravel(), fields[:, 1:].ravel()
    values, odd = decimals.parse(block, starts, stops)
    try:
        for i in np.flatnonzero(odd).tolist():
            values[i] = _number(block[starts[i] : stops[i]])
    except ValueError:
        return None
    begins = np.append(0, bounds[ends[:-1]] + 1).tolist()
    words = [block[begin:end] for begin, end in zip(begins, fields[:, 0].tolist(), strict=True)]
    return words, values.reshape(-1, dim)


def _slowly(path: Path, block: bytes, dim: int, line: int) -> _Found:
    """Words and values of a block up to its first blank line."""
    words, values = [], []
    for number, text in enumerate(block.split(b"\n")[:-1], line):
        text = text.removesuffix(b"\r").rstrip(b" ")
        if not text.strip():
            break
        found = _split(text.rsplit(b" ", dim), dim) or _split(text.rsplit(None, dim), dim)
        if found is None:
            raise FormatError(
                f"{path}: line {number:,}: a word and {dim} numbers were expected, got {_excerpt(text)}"
            )
        words.append(found[0])
        values.append(found[1])
    return words, np.array(values, np.float64).reshape(len(words), dim)


def _split(fields: list[bytes], dim: int) -> tuple[bytes, list[float]] | None:
    if len(fields) != dim + 1:
        return None
    try:
        return fields[0], [_number(field) for field in fields[1:]]
    except ValueError:
        return None


def _number(text: bytes) -> float:
    """A number as C's strtod reads it, with `nan(...)` and without Python's underscores."""
    if text.lower().lstrip(b"+-").startswith(b"nan(") and text.endswith(b")"):
        return float("nan")
    if b"_" in text:
        raise ValueError
    return float(text)


def _check_dim(path: Path, block: bytes, dim: int) -> None:
    """FormatError when the first lines agree on another number of numbers: no words are invented."""
    counts = []
    for text in block.split(b"\n", _TYPICAL.stop)[: _TYPICAL.stop - 1]:
        fields = text.removesuffix(b"\r").rstrip(b" ").split(b" ")
        if fields == [b""]:
            break
        count = _trailing_numbers(fields)
        if count < len(fields):  # else the word may be a number, which proves nothing
            counts.append(count)
    if len(counts) in _TYPICAL and len(set(counts)) == 1 and counts[0] != dim:
        raise FormatError(
            f"{path}: line 1 announces {dim} numbers a row, the rows have {counts[0]}; correct line 1"
        )


def _trailing_numbers(fields: list[bytes]) -> int:
    for count, field in enumerate(reversed(fields)):
        try:
            _number(field)
        except ValueError:
            return count
    return len(fields)


def _excerpt(text: bytes) -> str:
    return repr(text) if len(text) <= 60 else f"{text[:28]!r} … {text[-28:]!r}"
