"""GloVe's text: a line of word and numbers for each row, and, unless it was asked for, no header.

What a row holds depends on the model that wrote it: dim numbers, the sum of word and context vector or the
word's alone, or 2 (dim + 1), both vectors with their biases, which are read as they stand. The last row is
`<unk>`, which the header, "rows dim", does not count; and its dim is that of one vector, whatever rows hold.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from omnivec.store.formats import headless
from omnivec.store.formats.contents import Contents, Outline, Request, Told
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import created
from omnivec.store.formats.writing import encoded, write_lines

_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*\d{1,19}[ \t]+(\d{1,19})[ \t]*\r?\n")


def read(path: Path, request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Keys and matrix, with header or without; plain, gzip or xz. Counts are None.

    Raises: FormatError naming the line; NotEnoughMemory before the matrix is allocated.
    """
    return headless.read(path, request, b" ", _header)


def outline(path: Path, request: Request) -> Outline:
    """Dim, and rows, estimated unless the file is small. Raises: FormatError."""
    return headless.outline(path, b" ", _header)


def sniff(sample: Sample) -> bool:
    """Whether a file is GloVe's text: most first lines have a word and the same count of numbers, 2 or more.

    With a header it is GloVe's only where rows hold 2 (dim + 1) numbers; else it is as word2vec's text.
    """
    found = _HEADER.match(sample.head)
    if found is not None:
        seen = headless.look(sample.head[found.end() :], sample.whole, b" ")
        return seen is not None and seen.dim == 2 * (int(found[1]) + 1)
    skip = headless.byte_order_mark(sample.head)
    return headless.are_words_and_numbers(headless.look(sample.head[skip:], sample.whole, b" "))


def _header(head: bytes, whole: bool) -> int:
    """Bytes of the header: two whole numbers, where the rows have as many numbers as the second says."""
    found = _HEADER.match(head)
    if found is not None:
        seen = headless.look(head[found.end() :], whole, b" ")
        if seen is not None and seen.dim in (int(found[1]), 2 * (int(found[1]) + 1)):
            return found.end()
    return headless.byte_order_mark(head)


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write a text without header: each number with the fewest digits that read back as the same float32.

    A name that ends in .gz or .xz is packed. `told` hears the share written.

    Raises: OutputError when a word cannot be written (their number and the first are named), when the first
    words would hide how many numbers a row has, when the path exists and `overwrite` is not set, and when the
    system refuses; what was there is whole.
    """
    words = encoded(path, contents.keys, "GloVe text", "\0\n")
    headless.check_readable(path, words, contents.table, " ")
    with created(path, overwrite=overwrite) as file:
        write_lines(file, words, contents.table, " ", told)
