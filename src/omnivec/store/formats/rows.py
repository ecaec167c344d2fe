"""Rows as they are read: a table that grows, words that are decoded once, and a report of what was odd."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OptionError
from omnivec.store import memory
from omnivec.store.tables import empty_table, padded_width

Contents = tuple[list[str], NDArray[np.float32], NDArray[np.int64] | None]
"""Keys, matrix and counts: what every reader gives."""

_REMEDY = "read fewer rows (limit), or convert it to a model folder, which is mapped"
_WORD = 120  # bytes of a usual word while it is read, as bytes and as a string
_BLOCK = 1 << 13  # rows moved at once when duplicates are taken out

_log = logging.getLogger("omnivec")


class Rows:
    """Collects the rows of one file.

    `expected` rows are made room for at the first `add`; it must have been checked against the file's length.

    Raises: NotEnoughMemory when they do not fit.
    """

    def __init__(self, path: Path, dim: int, expected: int, encoding: str, errors: str) -> None:
        self._path, self._dim, self._expected = path, dim, expected
        self._encoding, self._errors = encoding, errors
        self._table = empty_table(0, dim)
        self._words: list[bytes] = []
        self._odd = 0
        self._first_odd = -1
        self._require(expected)

    def __len__(self) -> int:
        return len(self._words)

    def add(self, words: list[bytes], values: NDArray[np.floating]) -> None:
        """Append rows; `values` is (len(words), dim).

        Raises: NotEnoughMemory when the table must grow beyond what is available.
        """
        end = len(self) + len(words)
        if end > len(self._table):
            self._grow(max(end, self._expected if not len(self._table) else len(self._table) * 3 // 2))
        rows = self._table[len(self) : end, : self._dim]
        with np.errstate(over="ignore"):  # a number beyond float32 becomes infinity and is reported
            rows[:] = values
        finite = np.isfinite(rows)
        if not finite.all():
            self._odd += int(finite.size - np.count_nonzero(finite))
            if self._first_odd < 0:
                self._first_odd = len(self) + int(np.argmin(finite.all(axis=1)))
        self._words += words

    def _grow(self, rows: int) -> None:
        self._require(rows)
        table = empty_table(rows, self._dim)
        table[: len(self)] = self._table[: len(self)]
        self._table = table

    def _require(self, rows: int) -> None:
        need = {"vectors": rows * padded_width(self._dim) * 4, "words": rows * _WORD}
        memory.require(need, f"{_REMEDY}: {self._path}")

    def finish(self) -> Contents:
        """The keys, all different, and the matrix, (rows, dim) float32, a view of a padded, aligned table.

        What was dropped or replaced on the way is logged as warnings.
        """
        keys = self._decoded()
        matrix = self._table[: len(keys), : self._dim]
        if self._odd:
            at = f"first in row {self._first_odd + 1:,} ({keys[self._first_odd]!r})"
            _log.warning("%s: %s values are NaN or infinite, %s", self._path, f"{self._odd:,}", at)
        if len(set(keys)) < len(keys):
            keys, matrix = self._without_duplicates(keys, matrix)
        return keys, matrix, None

    def _decoded(self) -> list[str]:
        try:
            # All at once: a third of the time of word by word.
            keys = b"\n".join(self._words).decode(self._encoding).split("\n") if self._words else []
            if len(keys) == len(self._words):
                return keys
        except UnicodeDecodeError:
            pass
        except LookupError:
            raise OptionError(f"encoding must be one that Python knows, got {self._encoding!r}") from None
        replaced = 0
        keys = []
        for word in self._words:
            try:
                keys.append(word.decode(self._encoding))
            except UnicodeDecodeError as error:
                if self._errors == "strict":
                    raise _not_text(self._path, len(keys), word, error) from None
                keys.append(word.decode(self._encoding, self._errors))
                replaced += 1
        if replaced:
            what = f"{replaced:,} words are not {self._encoding}"
            _log.warning("%s: %s; read with errors=%r", self._path, what, self._errors)
        return keys

    def _without_duplicates(
        self, keys: list[str], matrix: NDArray[np.float32]
    ) -> tuple[list[str], NDArray[np.float32]]:
        rows: dict[str, int] = {}
        again = ""
        for row, key in enumerate(keys):
            if rows.setdefault(key, row) != row:
                again = again or f"{key!r} in row {row + 1:,}"
        what = f"{len(keys) - len(rows):,} words occur again (first {again})"
        _log.warning("%s: %s; the first of each is kept", self._path, what)
        kept = np.fromiter(rows.values(), np.int64, len(rows))
        for start in range(0, len(kept), _BLOCK):  # rows only move up, so that they can do so in place
            stop = min(start + _BLOCK, len(kept))
            matrix[start:stop] = matrix[kept[start:stop]]
        return list(rows), matrix[: len(rows)]


def _not_text(path: Path, row: int, word: bytes, error: UnicodeDecodeError) -> FormatError:
    what = f"the word {word[:40]!r} of row {row + 1:,} is not {error.encoding}"
    return FormatError(f"{path}: {what}: {error.reason}")
