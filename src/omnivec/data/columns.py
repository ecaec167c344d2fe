"""Tables of texts and labels, CSV or TSV: which columns they stand in, and how a row becomes a pair.

Python's csv module reads them: a quoted cell may hold the delimiter, line ends, and quotes written twice.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from omnivec.data.invalid import tell_invalid
from omnivec.data.sources import Piece, Source, describe, documents
from omnivec.errors import InputError, OptionError

NAMED = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
"""Delimiters that a shell would swallow, by name."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where a table has its texts and their labels.

    text, label: names out of the first row; or numbers from 1 on, of a table without such a row. A number is
    a name where it is not all digits. label is None where texts stand alone. separator: what parts several
    labels of a cell; None for one label a cell. delimiter: a character or one of `NAMED`; when None, a tab if
    the first line has one, otherwise a comma. quotes: whether a quote around a cell is no part of it.

    Raises: OptionError for values that cannot be so.
    """

    text: str
    label: str | None = None
    separator: str | None = None
    delimiter: str | None = None
    quotes: bool = True

    def __post_init__(self) -> None:
        given = [name for name in (self.text, self.label) if name is not None]
        if len({name.isdecimal() for name in given}) > 1:
            raise OptionError(
                f"columns are named or numbered, both alike; got {self.text!r} for the text and "
                f"{self.label!r} for the label"
            )
        if self.numbered and "0" in {name.lstrip("0") or "0" for name in given}:
            raise OptionError("columns are numbered from 1 on, got 0")
        if self.text == self.label:
            raise OptionError(f"text and label stand in different columns, got {self.text!r} for both")
        if self.separator == "":
            raise OptionError("a separator of labels is a character or more, got an empty one")
        if self.delimiter is not None and (len(self._delimiter) != 1 or self._delimiter in '"\r\n'):
            raise OptionError(f"a delimiter is one character, or {', '.join(NAMED)}; got {self.delimiter!r}")

    @property
    def numbered(self) -> bool:
        """Whether columns are given by number, and the table has no row of names."""
        return self.text.isdecimal()

    @property
    def _delimiter(self) -> str:
        return NAMED.get(self.delimiter or "", self.delimiter or "")

    def pairs(self, lines: Iterator[str], name: str) -> Iterator[tuple[str, list[str]]]:
        """The texts of one table with their labels; a row with an empty label cell has none.

        Raises: InputError for a column that is not there, a row with more or fewer cells than the first one,
        and quotes that are not those of CSV; each names the line.
        """
        first = next(lines, None)
        if first is None:
            return
        delimiter = self._delimiter or ("\t" if "\t" in first else ",")
        rows = _rows(chain([first], lines), delimiter, self.quotes, name)
        _, head = next(rows, (0, []))
        places = self._places(head, name)
        if self.numbered:
            yield self._pair(head, places)
        for line, row in rows:
            if len(row) != len(head):
                raise InputError(
                    f"{name}: line {line:,} has {len(row)} cells, the first has {len(head)}; cells are "
                    f"parted by {_shown(delimiter)}, and one that holds it is quoted"
                )
            yield self._pair(row, places)

    def _places(self, head: Sequence[str], name: str) -> tuple[int, int | None]:
        text = self._place(self.text, head, name)
        return text, None if self.label is None else self._place(self.label, head, name)

    def _place(self, column: str, head: Sequence[str], name: str) -> int:
        if self.numbered:
            if int(column) > len(head):
                raise InputError(f"{name}: no column {column}: its first line has {len(head)}")
            return int(column) - 1
        if head.count(column) != 1:
            there = ", ".join(repr(each) for each in head)
            what = "no column" if column not in head else "more than one column"
            raise InputError(f"{name}: {what} {column!r}; there is {there}")
        return head.index(column)

    def _pair(self, row: Sequence[str], places: tuple[int, int | None]) -> tuple[str, list[str]]:
        text, label = places
        if label is None:
            return row[text], []
        cell = row[label]
        parts = [cell] if self.separator is None else cell.split(self.separator)
        return row[text], [name for part in parts if (name := part.strip())]


@dataclass(frozen=True)
class Rows:
    """Tables as the pairs that `fit` and `classification` take; read anew at every iteration.

    source: a path of a file or a folder, or a stream; every file has its own first row. encoding_errors: as
    the option of learners; lines that were not UTF-8 are counted and logged.
    """

    source: Source
    columns: Columns
    encoding_errors: str = "replace"

    @property
    def name(self) -> str:
        """What the source is called."""
        return describe(self.source)

    def __iter__(self) -> Iterator[tuple[str, list[str]]]:
        for document in documents(self.source):
            yield from self.columns.pairs(self._lines(document), self.name)

    def _lines(self, document: Iterable[Piece]) -> Iterator[str]:
        """The lines of a document, with their ends."""
        invalid = 0
        for number, line in enumerate(_split(document), 1):
            try:
                yield line.decode()
            except UnicodeDecodeError as error:
                if self.encoding_errors == "strict":
                    found = f"byte 0x{line[error.start]:02X} in line {number:,}"
                    raise InputError(
                        f"{self.name}: expected UTF-8, got {found}; see encoding_errors"
                    ) from None
                invalid += 1
                yield line.decode("utf-8", self.encoding_errors)
        tell_invalid(self.name, invalid, "line", self.encoding_errors)


def _split(document: Iterable[Piece]) -> Iterator[bytes]:
    """The lines of a file or a stream at its line feeds, which they keep."""
    begun: list[bytes] = []  # of a line that goes on in the next piece
    for piece in document:
        assert isinstance(piece, bytes)
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield b"".join([*begun, line, b"\n"])
            begun = []
        begun.append(rest)
    if any(begun):
        yield b"".join(begun)


def _rows(lines: Iterator[str], delimiter: str, quotes: bool, name: str) -> Iterator[tuple[int, list[str]]]:
    """(the line it ends in, its cells) of every row that is not empty."""
    reader = csv.reader(
        lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE, strict=True
    )
    while True:
        # One limit for all readers of the process, 131,072 characters as it comes; texts may be longer.
        before = csv.field_size_limit(sys.maxsize)
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"{name}: line {reader.line_num:,} is no CSV ({error}); where quotes are characters like "
                "others, set quotes to False"
            ) from None
        finally:
            csv.field_size_limit(before)
        if row is None:
            return
        if row:
            yield reader.line_num, row


def _shown(delimiter: str) -> str:
    names = {character: name for name, character in NAMED.items()}
    return f"a {names[delimiter]}" if delimiter in names else repr(delimiter)
