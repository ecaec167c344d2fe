"""A file of words, one a line, for formats that keep their numbers elsewhere; or of words and counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OutputError
from omnivec.store import memory
from omnivec.store.formats.source import opened
from omnivec.store.formats.writing import encoded

_TAKES = 4  # times its length: what a file of words takes in memory as lines


def lines_of(path: Path) -> list[bytes]:
    """The lines, without their ends: LF, or CR and LF where every line ends so. Plain, gzip or xz.

    Raises: FormatError when it cannot be read; NotEnoughMemory before that.
    """
    with opened(path) as source:
        if source.size is not None:
            memory.require({"words": source.size * _TAKES}, f"is this a file of words? {path}")
        text = source.file.read()
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if all(line.endswith(b"\r") for line in lines):
        return [line[:-1] for line in lines]
    return lines


def fitted(path: Path, words: list[bytes], rows: int) -> list[bytes]:
    """The words of `rows` rows; blank lines behind the last are left out.

    Raises: FormatError when their number is another.
    """
    end = len(words)
    while end > rows and not words[end - 1].strip():
        end -= 1
    if end != rows:
        raise FormatError(f"{path}: {rows:,} words were expected, one for each row, got {end:,} lines")
    return words[:end]


def words_and_counts(path: Path) -> tuple[list[bytes], NDArray[np.int64]]:
    """Words, and how often each occurs, (words,), from lines of word, space, count.

    Raises: FormatError naming the line.
    """
    words, counts = list[bytes](), list[int]()
    for number, line in enumerate(lines_of(path), 1):
        word, space, count = line.rpartition(b" ")
        if not space or not count.isdigit() or len(count) > 18:
            raise FormatError(
                f"{path}: line {number:,}: a word and its count were expected, got {line[:40]!r}"
            )
        words.append(word)
        counts.append(int(count))
    return words, np.array(counts, np.int64)


def text_of(path: str | os.PathLike[str], keys: Sequence[str], title: str, forbidden: str = "\0\n") -> bytes:
    """The file of these words, one a line.

    Raises: OutputError when a word holds one of the characters `forbidden`; their number and the first are
    named.
    """
    words = encoded(path, keys, title, forbidden)
    if words and all(word.endswith(b"\r") for word in words):
        raise OutputError(f"{path}: all words end in a carriage return, which would pass for the lines' ends")
    return b"".join(word + b"\n" for word in words)
