"""What writers share: words as bytes, or a refusal that counts those a format cannot hold; spans of rows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OutputError
from omnivec.store.formats import digits
from omnivec.store.formats.contents import Told
from omnivec.store.processors import in_turn
from omnivec.store.tables import Table

SPAN = 1 << 10
"""Rows written at once."""

_NUMBERS = 1 << 14  # made text at once; each takes about a hundred bytes on the way

_NAMES = {" ": "a space", "\t": "a tab", "\n": "a line end", "\0": "a zero byte"}


def spans(table: Table, told: Told | None, size: int = SPAN) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The rows of a table, `size` at a time, with the number of the first; `told` hears the share done."""
    for start in range(0, len(table), size):
        stop = min(start + size, len(table))
        yield start, table.span(start, stop)
        if told is not None:
            told(stop / len(table))


def encoded(path: str | os.PathLike[str], keys: Sequence[str], title: str, forbidden: str) -> list[bytes]:
    """The words in UTF-8.

    Raises: OutputError when some hold one of the characters `forbidden`, or are no Unicode text; their number
    and the first are named.
    """
    cannot = re.compile(f"[{forbidden}\ud800-\udfff]")
    bad = [row for row, key in enumerate(keys) if cannot.search(key)]
    if bad:
        first = f"the first is {keys[bad[0]]!r} in row {bad[0] + 1:,}"
        holds = " or ".join(
            [*(name for sign, name in _NAMES.items() if sign in forbidden), "half a character"]
        )
        raise OutputError(
            f"{path}: {len(bad):,} words cannot be written as {title}, {first}: it holds {holds}; "
            "choose another format"
        )
    return [key.encode() for key in keys]


def write_lines(file: BinaryIO, words: list[bytes], table: Table, separator: str, told: Told | None) -> None:
    """Write a line for each row: the word and its numbers, `separator` between them.

    A number has the fewest digits that read back as the same float32.
    """
    between = separator.encode()
    for start, lines in _lines(table, separator, told):
        some = zip(words[start : start + len(lines)], lines, strict=True)
        file.write(b"".join(word + between + line for word, line in some))


def write_numbers(file: BinaryIO, table: Table, separator: str, told: Told | None) -> None:
    """Write a line for each row as `write_lines` does, without words."""
    for _, lines in _lines(table, separator, told):
        file.write(b"".join(lines))


def _lines(table: Table, separator: str, told: Told | None) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of numbers, a block at a time, with the row of the first; `told` hears what is written."""
    blocks = spans(table, None, max(1, _NUMBERS // max(table.dim, 1)))
    with closing(in_turn(lambda block: digits.lines(block[1], separator), blocks)) as made:
        for (start, rows), lines in made:
            yield start, lines()
            if told is not None:
                told((start + len(rows)) / len(table))
