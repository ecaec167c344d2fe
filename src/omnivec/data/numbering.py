"""Words → numbers of first appearance, with their counts; drives the byte scanner and grows its arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.data.line_end import LineEnds
from omnivec.errors import InputError
from omnivec.kernels import scan

UNITS = {"line": scan.LINE, "paragraph": scan.PARAGRAPH, "document": scan.DOCUMENT}

ENOUGH = 1 << 20
"""Bytes that wait for a scan: a call costs as much as scanning a kilobyte, so short texts are gathered."""

_BUFFER = 1 << 20  # numbers written by one call of the scanner
_SLICE = 1 << 16  # tokens of a list that are joined at a time, so that a long list is never there twice


class _Layout(NamedTuple):
    """What bytes mean. kinds: (256,) uint8; line_end, document_end: the bytes that are appended for them."""

    kinds: NDArray[np.uint8]
    line_end: bytes
    document_end: bytes


def _layout(separators: bytes, line_end: bytes, document_end: bytes) -> _Layout:
    kinds = np.full(256, scan.WORD, np.uint8)
    kinds[list(separators)] = scan.SEPARATOR
    kinds[list(line_end)] = scan.LINE_END
    kinds[list(document_end)] = scan.DOCUMENT_END
    return _Layout(kinds, line_end, document_end)


TEXT = _layout(b" \t\v\f\r", b"\n", b"\0")  # sources refuse a text that holds a zero byte
TOKENS = _layout(b"\0", b"\xfe", b"\xff")  # tokens may hold any white space; FE and FF never occur in UTF-8

Sink = Callable[[NDArray[np.int32]], None]


class Numbering:
    """Numbers words and hands the running text to `sink`: pieces of int32, −1 at the end of every unit.

    A piece is valid during the call only. line_end: a token for the end of every line.
    """

    def __init__(self, unit: str, sink: Sink, line_end: str | None = None) -> None:
        self._unit, self._sink = UNITS[unit], sink
        self._ends = LineEnds(line_end, unit) if line_end is not None else None
        self._end_token = (line_end or "").encode() + b"\0"
        self._slots = np.full(1 << 12, scan.EMPTY, np.uint64)
        self._store = np.empty(1 << 15, np.uint8)
        self._offsets = np.zeros((1 << 11) + 1, np.int64)
        self._counts = np.zeros(1 << 11, np.int64)
        self._state = np.zeros(5, np.int64)
        self._buffer = np.empty(_BUFFER, np.int32)
        self._waiting, self._layout, self._enough = bytearray(), TEXT, ENOUGH

    def text(self, block: bytes) -> None:
        """Add a block of text without zero bytes; a word cut by its end goes on in the next one."""
        self._add(TEXT, self._ends.block(block) if self._ends else block)

    def tokens(self, tokens: Sequence[str]) -> None:
        """Add a list of tokens as one line; empty tokens are left out."""
        for first in range(0, len(tokens), _SLICE):
            part = tokens[first : first + _SLICE]
            try:
                joined = "\0".join(part)
            except TypeError:
                wrong = next(token for token in part if not isinstance(token, str))
                raise InputError(f"tokens are str, got {_short(wrong)} ({type(wrong).__name__})") from None
            if joined.count("\0") >= len(part):
                bad = next(token for token in part if "\0" in token)
                raise InputError(f"a token may hold any character but the zero byte, got {_short(bad)}")
            self._add(TOKENS, joined.encode("utf-8", "surrogatepass") + b"\0")
        if self._ends and self._ends.follows(any(tokens)):
            self._add(TOKENS, self._end_token)
        self._add(TOKENS, TOKENS.line_end)

    def end(self) -> None:
        """End a document, and with it its last word and its last unit."""
        if self._ends and (rest := self._ends.rest()):
            self._add(TEXT, rest)
        self._add(self._layout, self._layout.document_end)

    def finish(self) -> None:
        """Number what still waits; every document has ended."""
        self._scan()

    def _add(self, layout: _Layout, more: bytes) -> None:
        if layout is not self._layout:
            self._scan()
            self._layout = layout
        self._waiting += more
        if len(self._waiting) >= self._enough:
            self._scan()

    def _scan(self) -> None:
        text, position, end = np.frombuffer(self._waiting, np.uint8), 0, len(self._waiting)
        while True:
            position, written = scan.scan(
                text, position, end, self._layout.kinds, self._unit, self._slots, self._store, self._offsets,
                self._counts, self._buffer, self._state,
            )  # fmt: skip
            if written:
                self._sink(self._buffer[:written])
            if written < _BUFFER and not self._grow(end - position):
                break
        del text  # a bytearray that an array looks into cannot shrink
        del self._waiting[:position]
        # A word that fills all of it is looked at again only when it has doubled: two passes in all, however
        # long it is.
        self._enough = max(ENOUGH, 2 * len(self._waiting))

    def _grow(self, ahead: int) -> bool:
        """Enlarge whatever the scanner found full; False if it simply reached the end."""
        words, room = int(self._state[scan.WORDS]), len(self._counts)
        grown = False
        if words == room:
            grown = True
            self._offsets = np.concatenate([self._offsets, np.zeros(room, np.int64)])
            self._counts = np.concatenate([self._counts, np.zeros(room, np.int64)])
            self._slots = np.full(4 * len(self._counts), scan.EMPTY, np.uint64)
            scan.refill(self._slots, self._store, self._offsets, words)
        # The rest of the text may be one word: only if even that fits is the store surely not what stopped
        # the scanner.
        if self._state[scan.BYTES] + ahead > len(self._store):
            grown = True
            size = max(2 * len(self._store), int(self._state[scan.BYTES]) + ahead)
            self._store = np.concatenate([self._store, np.empty(size - len(self._store), np.uint8)])
        return grown

    @property
    def marks(self) -> int:
        """Units ended so far."""
        return int(self._state[scan.MARKS])

    @property
    def counts(self) -> NDArray[np.int64]:
        """(words,) int64, by number."""
        return self._counts[: int(self._state[scan.WORDS])]

    def words(self, errors: str, name: str) -> tuple[list[str], NDArray[np.int64], int]:
        """(the words as text, the word of each number, how many tokens were not UTF-8).

        Byte strings that become one word share it, and one of which nothing is left has none (−1): then there
        are fewer words than numbers. Raises: InputError beginning with `name` if errors are `strict`.
        """
        count, size = int(self._state[scan.WORDS]), int(self._state[scan.BYTES])
        if not count:
            return [], np.zeros(0, np.int64), 0
        # Decoded in one go, which no word of a text hinders: none holds a zero byte.
        joined = np.insert(self._store[:size], self._offsets[1:count], 0).tobytes()
        try:
            return joined.decode().split("\0"), np.arange(count), 0
        except UnicodeDecodeError:
            return self._replaced(joined.split(b"\0"), errors, name)

    def _replaced(
        self, pieces: list[bytes], errors: str, name: str
    ) -> tuple[list[str], NDArray[np.int64], int]:
        words: dict[str, int] = {}
        word_of, invalid = np.empty(len(pieces), np.int64), 0
        for number, piece in enumerate(pieces):
            try:
                word = piece.decode()
            except UnicodeDecodeError:
                if errors == "strict":
                    raise InputError(
                        f"{name}: expected UTF-8, got the word {_short(piece)}; see encoding_errors"
                    ) from None
                invalid += int(self._counts[number])
                word = piece.decode(errors=errors)
            word_of[number] = words.setdefault(word, len(words)) if word else -1
        return list(words), word_of, invalid


def _short(value: object) -> str:
    text = repr(value[:40] if isinstance(value, (str, bytes)) else value)
    return text if len(text) <= 200 else text[:200] + "…"
