"""What lies where in a file of fastText's: every number is compared with the file's length before it is used.

    i32 magic, version | i32 dim … rate_update, f64 sample | i32 size, words, labels, i64 tokens, pruned
    size × (word 00, i64 count, u8 type) | pruned × (i32 hash, i32 row)
    u8 quantised, matrix of rows | u8 quantised, matrix of outputs; a matrix: i64 rows, dim, f32 × rows · dim

Files of before 2017 have neither magic number and version nor pruned and the marks of quantised matrices.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.formats import fasttext_family
from omnivec.store.formats.fasttext_entries import Entries, entries, trouble

HS, NS, SOFTMAX, OVA = 1, 2, 3, 4
CBOW, SKIPGRAM, SUPERVISED = 1, 2, 3
NEVER = -1
"""The number of pruned rows of a model that was not pruned."""


class Reader:
    """A place in a mapped file; whatever is not there as expected is a FormatError naming the byte."""

    def __init__(self, path: Path, data: mmap.mmap | bytes, at: int = 0) -> None:
        self.path, self.data, self.at = path, data, at

    def damage(self, at: int, what: str) -> FormatError:
        """The error for what stands at a byte."""
        return FormatError(f"{self.path}: byte {at:,}: {what}; damaged, take another copy")

    def room(self, size: int, what: str) -> None:
        """Refuse what is longer than the rest of the file."""
        if not 0 <= size <= len(self.data) - self.at:
            left = f"{len(self.data) - self.at:,} are left"
            raise self.damage(self.at, f"{size:,} bytes were expected ({what}), {left}; truncated")

    def numbers(self, layout: str, what: str) -> tuple[Any, ...]:
        """Numbers as `struct` has them."""
        size = struct.calcsize(layout)
        self.room(size, what)
        self.at += size
        return struct.unpack_from(layout, self.data, self.at - size)

    def flag(self, what: str) -> bool:
        """A byte that is 0 or 1."""
        (found,) = self.numbers("<B", what)
        if found > 1:
            raise self.damage(self.at - 1, f"0 or 1 was expected ({what}), got {found}")
        return bool(found)

    def shape(self, rows: int, dim: int, what: str) -> None:
        """The two numbers before a matrix, which are known already."""
        found = self.numbers("<qq", f"the size of the {what}")
        if found != (rows, dim):
            got = f"{found[0]:,} × {found[1]:,}"
            raise self.damage(self.at - 16, f"{what} of {rows:,} × {dim} were expected, got {got}")

    def array(self, dtype: Any, count: int, what: str) -> NDArray[Any]:
        """A copy of numbers that follow each other."""
        return np.array(self.view(dtype, count, what))

    def view(self, dtype: Any, count: int, what: str) -> NDArray[Any]:
        """Numbers as they lie in the file, at any byte."""
        size = count * np.dtype(dtype).itemsize
        self.room(size, what)
        self.at += size
        return np.frombuffer(self.data, dtype, count, self.at - size) if count else np.empty(0, dtype)

    def ended(self) -> None:
        """Refuse what goes on."""
        if self.at != len(self.data):
            raise self.damage(self.at, f"the end was expected, the file has {len(self.data):,} bytes")

    def finite(self, count: int, what: str) -> NDArray[np.float32]:
        """A copy of float32 that must be finite."""
        at, found = self.at, self.array(np.float32, count, what)
        if not (good := np.isfinite(found)).all():
            first = int(np.argmin(good))
            raise self.damage(at + 4 * first, f"a finite number was expected ({what}), got {found[first]}")
        return found


@dataclass(frozen=True)
class Header:
    """The numbers of a file, and the version it has; 0 for one of before the magic number."""

    version: int
    numbers: dict[str, Any]
    end: int
    """The byte behind it."""

    def __getitem__(self, name: str) -> Any:
        return self.numbers[name]

    @property
    def rows(self) -> int:
        """Rows of the input matrix."""
        pruned = self["pruned"]
        return int(self["nwords"] + (self["bucket"] if pruned == NEVER else pruned))

    @property
    def outputs(self) -> int:
        """Rows of the output matrix."""
        return int(self["nlabels"] if self["model"] == SUPERVISED else self["nwords"])


def read_header(path: Path, head: bytes, size: int) -> Header:
    """The header of a file that `fasttext_family.kind_of` takes for fastText's.

    Raises: FormatError naming the byte and what is wrong with it.
    """
    old = not head.startswith(fasttext_family.MAGIC)
    version = 0 if old else int.from_bytes(head[4:8], "little", signed=True)
    if not old and version not in (11, 12):
        newer = f"it has version {version:,}; 11 and 12 are known"
        raise FormatError(f"{path}: byte 4: {newer}; update omnivec, or write it by fastText 0.9")
    found = fasttext_family.header(head, 0 if old else 8, fasttext_family.FASTTEXT, size)
    if isinstance(found, str):
        raise FormatError(f"{path}: {found}; damaged, take another copy")
    end = int(found.pop("end"))
    numbers = {name: value if name == "sample" else int(value) for name, value in found.items()}
    if numbers["model"] == SUPERVISED and version < 12:
        numbers["maxn"] = 0  # such releases had no n-grams of characters there
    return Header(version, numbers, end)


def read_entries(reader: Reader, header: Header) -> Entries:
    """The dictionary, which begins at the reader's place."""
    found = entries(reader.data, reader.at, header["size"])
    if (damage := trouble(found, header["size"])) is not None:
        raise reader.damage(*damage)
    reader.at = found.end
    return found


def read_pruned(reader: Reader, header: Header) -> NDArray[np.int32] | None:
    """The n-grams that are left and their rows, (n, 2) int32 in the file's order; None for all of them."""
    count, at = header["pruned"], reader.at
    if count == NEVER:
        return None
    pairs: NDArray[np.int32] = reader.array("<i4", 2 * count, "n-grams that are left").reshape(-1, 2)
    right = (pairs >= 0) & (pairs < [header["bucket"], count])
    if not right.all():
        row, column = np.argwhere(~right)[0].tolist()
        most = (header["bucket"], count)[column]
        what = f"a number below {most:,} was expected, got {pairs[row, column]:,}"
        raise reader.damage(at + 8 * row + 4 * column, what)
    for column, what in enumerate(("n-gram", "row")):
        if len(np.unique(pairs[:, column])) < count:
            raise reader.damage(at, f"each {what} of {count:,} that are left must occur once")
    return pairs
