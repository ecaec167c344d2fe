"""Every foreign format of vectors behind one table: how it is recognised, read and written.

A format is recognised by its content, never by its name; names of files only choose what is written. Our own
model folder is not in the table: `omnivec.store.folder` reads it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omnivec.errors import FormatError
from omnivec.store.formats import word2vec
from omnivec.store.formats.rows import Contents
from omnivec.store.formats.source import opened

_HEAD = 1 << 18  # bytes looked at: three rows of any usual model


@dataclass(frozen=True)
class Format:
    """One format.

    `sniff(head, whole)` says whether a file that starts with these bytes is of the format; `whole` is true
    when they are all of it. `read(path, limit)` gives keys, matrix and counts; `write(path, keys, matrix,
    overwrite=)` writes a file as a whole or not at all.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes, bool], bool]
    read: Callable[..., Contents]
    write: Callable[..., None]


FORMATS = (
    Format("word2vec text", (".txt", ".vec"), word2vec.sniff_text, word2vec.read_text, word2vec.write_text),
    Format("word2vec binary", (".bin",), word2vec.sniff_binary, word2vec.read_binary, word2vec.write_binary),
)


def detect(path: str | os.PathLike[str]) -> Format:
    """The format of a file, by its content; gzip and xz are looked into.

    Raises: FormatError listing what was tried when no format fits, or the file cannot be read.
    """
    path = Path(path)
    with opened(path) as source:
        head = source.file.read(_HEAD)
        whole = len(head) < _HEAD
    for known in FORMATS:
        if known.sniff(head, whole):
            return known
    tried = ", ".join(known.name for known in FORMATS)
    raise FormatError(f"{path}: not a known format of vectors, it starts with {head[:16]!r}; tried: {tried}")


def read(path: str | os.PathLike[str], limit: int | None = None) -> Contents:
    """Keys, matrix and counts of a file of any known format.

    `limit` keeps the first rows only; the rest is not read.

    Returns: the keys, all different; the matrix, (number of keys, dim) float32, a view of a new table with
    padded and aligned rows; counts, int64, or None where the format has none.

    Raises: FormatError for an unknown or damaged file; NotEnoughMemory before the matrix is allocated.
    """
    return detect(path).read(path, limit)
