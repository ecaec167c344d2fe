"""Rows as they are read: a table that grows, keys that stay bytes, and a report of what was odd."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, NotFinite, OptionError
from omnivec.store import memory
from omnivec.store.builder import Builder
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.formats.spelling import utf8
from omnivec.store.keys import Keys
from omnivec.store.remedies import Fits, remedies
from omnivec.store.tables import DType, padded_width, table_bytes

_UNSURE = 1 << 26  # bytes
_WORD = 120  # bytes of a usual word while it is read, as bytes and as a string

_log = logging.getLogger("omnivec")


def need(rows: int, dim: int, dtype: DType) -> dict[str, int]:
    """Bytes that so many rows of a file take while they are read, by what they are for."""
    return {"vectors": table_bytes(rows, dim, dtype), "words": rows * _WORD}


def at_first(dim: int) -> int:
    """How many rows are made room for where nobody knows how many there are: a packed file has no length."""
    return max(1, _UNSURE // (4 * padded_width(dim) + _WORD))


class Rows:
    """Collects the rows of one file.

    `expected` rows are made room for at the first `add`; it must have been checked against the file's length.

    Raises: NotEnoughMemory when they do not fit.
    """

    def __init__(self, path: Path, dim: int, expected: int, request: Request) -> None:
        self._path, self._dim, self._expected = path, dim, expected
        self._request = request
        self._table = Builder(dim, request.dtype)
        self._words: list[bytes] = []
        self._odd = 0
        self._first_odd = -1
        self._require(expected)

    def __len__(self) -> int:
        return len(self._words)

    def add(self, words: list[bytes], values: NDArray[np.floating]) -> None:
        """Append rows; `values` is (len(words), dim).

        Raises: NotEnoughMemory when the table must grow beyond what is available; NotFinite for a number
        that float16 cannot hold.
        """
        end = len(self) + len(words)
        if end > len(self._table):
            self._grow(max(end, self._expected if not len(self._table) else len(self._table) * 3 // 2))
        with np.errstate(over="ignore"):  # a number beyond float32 becomes infinity and is reported
            rows = values.astype(np.float32, copy=False)
        try:
            self._table.put(len(self), rows)
        except NotFinite as error:
            raise NotFinite(f"{self._path}: {error}") from None
        with np.errstate(over="ignore", invalid="ignore"):
            plain = np.isfinite(rows.sum())  # half the time of asking each number
        if not plain and not (finite := np.isfinite(rows)).all():
            self._odd += int(finite.size - np.count_nonzero(finite))
            if self._first_odd < 0:
                self._first_odd = len(self) + int(np.argmin(finite.all(axis=1)))
        self._words += words

    def _grow(self, rows: int) -> None:
        self._require(rows)
        self._table.resize(rows)

    def _require(self, rows: int) -> None:
        takes, free = need(rows, self._dim, self._request.dtype), memory.available()
        if sum(takes.values()) > free[0]:
            raise memory.refused(takes, remedies(rows, self._fits(free[0])), free, self._path)

    def _fits(self, free: int) -> Fits:
        def fits(rows: int, dtype: DType | None) -> bool:
            return sum(need(rows, self._dim, dtype or self._request.dtype).values()) * 1.05 < free

        return fits

    def name(self, words: list[bytes]) -> None:
        """Give each row its word, for a file of numbers alone, whose rows were added with empty words.

        Raises: FormatError naming the first row that was not.
        """
        if any(self._words):
            row, rest = next((row, rest) for row, rest in enumerate(self._words, 1) if rest)
            raise FormatError(
                f"{self._path}: row {row:,}: {self._dim} numbers were expected, got also {rest[:40]!r}"
            )
        self._words = words

    def respell(self, spell: Callable[[bytes], bytes]) -> None:
        """Put `spell(word)` in each word's place, for a reader that has changed its bytes on the way."""
        self._words = [spell(word) for word in self._words]

    def finish(self, counts: NDArray[np.int64] | None = None) -> Contents:
        """The keys, all different, and their table; `counts` (rows,), of all rows, where they are known.

        What was dropped or replaced on the way is logged as warnings.
        """
        words = utf8(self._path, self._words, self._request)
        if self._odd:
            at = f"first in row {self._first_odd + 1:,} ({_shown(words[self._first_odd])})"
            _log.warning("%s: %s values are NaN or infinite, %s", self._path, f"{self._odd:,}", at)
        try:
            keys = Keys.from_encoded(words)
        except OptionError:
            kept = self._without_duplicates(words)
            keys = Keys.from_encoded([words[row] for row in kept.tolist()])
            counts = None if counts is None else counts[kept]
        return Contents(keys, self._table.table(len(keys)), counts, self._table.rounding)

    def _without_duplicates(self, words: list[bytes]) -> NDArray[np.int64]:
        """The rows that are kept, the first of each word; the table then holds no others."""
        rows: dict[bytes, int] = {}
        again = ""
        for row, word in enumerate(words):
            if rows.setdefault(word, row) != row:
                again = again or f"{_shown(word)} in row {row + 1:,}"
        what = f"{len(words) - len(rows):,} words occur again (first {again})"
        _log.warning("%s: %s; the first of each is kept", self._path, what)
        kept = np.fromiter(rows.values(), np.int64, len(rows))
        self._table.keep(kept)
        return kept


def _shown(word: bytes) -> str:
    return repr(word.decode("utf-8", "surrogatepass"))
