"""A line of word, tab, numbers between tabs for each row, no header: StarSpace and PyTorch-BigGraph write it.

StarSpace writes its left table, words and then labels, with 6 significant digits; PyTorch-BigGraph's export
the entities, the global embedding of their type added, with 9 decimals.
"""

from __future__ import annotations

import os
from pathlib import Path

from omnivec.store.formats import headless
from omnivec.store.formats.contents import Contents, Outline, Request, Told
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import created
from omnivec.store.formats.writing import encoded, write_lines


def read(path: Path, request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Keys and matrix; plain, gzip or xz. Counts are None. Labels are keys with their prefix.

    Raises: FormatError naming the line; NotEnoughMemory before the matrix is allocated.
    """
    return headless.read(path, request, b"\t", headless.byte_order_mark)


def outline(path: Path, request: Request) -> Outline:
    """Dim, and rows, estimated unless the file is small. Raises: FormatError."""
    return headless.outline(path, b"\t", headless.byte_order_mark)


def sniff(sample: Sample) -> bool:
    """Whether most first lines have a word and the same number of numbers, at least 2, between tabs."""
    skip = headless.byte_order_mark(sample.head)
    return headless.are_words_and_numbers(headless.look(sample.head[skip:], sample.whole, b"\t"))


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write the lines: each number with the fewest digits that read back as the same float32.

    A name that ends in .gz or .xz is packed. `told` hears the share written.

    Raises: OutputError when a word cannot be written, a tab among the reasons (their number and the first are
    named), when there are no rows, when the path exists and `overwrite` is not set, and when the system
    refuses; what was there is whole.
    """
    words = encoded(path, contents.keys, "TSV", "\0\n\t")
    headless.check_readable(path, words, contents.table, "\t")
    with created(path, overwrite=overwrite) as file:
        write_lines(file, words, contents.table, "\t", told)
