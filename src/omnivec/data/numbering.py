"""Words → numbers of first appearance, with their counts; drives the byte scanner and grows its arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError
from omnivec.kernels import scan

UNITS = {"line": scan.LINE, "paragraph": scan.PARAGRAPH, "document": scan.DOCUMENT}

_BUFFER = 1 << 20  # numbers written by one call of the scanner


def _kinds(separators: bytes, line_ends: bytes) -> NDArray[np.uint8]:
    kinds = np.full(256, scan.WORD, np.uint8)
    kinds[list(separators)] = scan.SEPARATOR
    kinds[list(line_ends)] = scan.LINE_END
    return kinds


TEXT = _kinds(b" \t\v\f\r", b"\n")
TOKENS = _kinds(b"\0", b"")  # tokens of a list are joined by zero bytes, since they may hold any white space


class Numbering:
    """Numbers words and gathers the running text as pieces of int32, −1 at the end of every unit."""

    def __init__(self, unit: str) -> None:
        self._unit = UNITS[unit]
        self._slots = np.full(1 << 12, scan.EMPTY, np.uint64)
        self._store = np.empty(1 << 15, np.uint8)
        self._offsets = np.zeros((1 << 11) + 1, np.int64)
        self._counts = np.zeros(1 << 11, np.int64)
        self._state = np.zeros(5, np.int64)
        self._buffer = np.empty(_BUFFER, np.int32)
        self._rest = b""

    def text(self, block: bytes) -> Iterator[NDArray[np.int32]]:
        """Number a block of text; a word cut by the block's end waits for the next one."""
        yield from self._scan(self._rest + block, TEXT)

    def end(self) -> Iterator[NDArray[np.int32]]:
        """End a document: its last word is complete, and so is its unit."""
        yield from self._scan(self._rest + b"\n", TEXT)
        yield from self._close_unit()

    def tokens(self, tokens: Sequence[str]) -> Iterator[NDArray[np.int32]]:
        """Number a list of tokens as one unit, unless units are documents; empty tokens are left out."""
        joined = "\0".join(tokens)
        if joined.count("\0") > max(len(tokens) - 1, 0):
            bad = next(token for token in tokens if "\0" in token)
            raise InputError(f"a token may hold any character but the zero byte, got {bad!r}")
        yield from self._scan(joined.encode("utf-8", "surrogatepass") + b"\0", TOKENS)
        if self._unit != scan.DOCUMENT:
            yield from self._close_unit()

    def _close_unit(self) -> Iterator[NDArray[np.int32]]:
        if self._state[scan.IN_UNIT]:
            self._state[scan.IN_UNIT] = self._state[scan.IN_LINE] = 0
            self._state[scan.MARKS] += 1
            yield np.array([-1], np.int32)

    def _scan(self, text: bytes, kinds: NDArray[np.uint8]) -> Iterator[NDArray[np.int32]]:
        array, position = np.frombuffer(bytearray(text), np.uint8), 0
        while True:
            position, written = scan.scan(
                array, position, len(text), kinds, self._unit, self._slots, self._store, self._offsets,
                self._counts, self._buffer, self._state,
            )  # fmt: skip
            if written:
                yield self._buffer[:written].copy()
            if written < _BUFFER and not self._grow(len(text) - position):
                break
        self._rest = text[position:]

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

    def words(self, errors: str) -> tuple[list[str], NDArray[np.int64], int]:
        """(the words as text, the word of each number, how many tokens were not UTF-8).

        Two byte strings that become one word share it; then there are fewer words than numbers.
        """
        count, size = int(self._state[scan.WORDS]), int(self._state[scan.BYTES])
        store, ends = self._store[:size].tobytes(), self._offsets[: count + 1].tolist()
        pieces = [store[a:b] for a, b in zip(ends, ends[1:], strict=False)]
        try:
            # Decoded in one go: 0.1 s for a million words. No word holds a zero byte.
            whole = b"\0".join(pieces).decode("utf-8", "surrogatepass").split("\0") if pieces else []
            return whole, np.arange(count), 0
        except UnicodeDecodeError:
            return self._replaced(pieces, errors)

    def _replaced(self, pieces: list[bytes], errors: str) -> tuple[list[str], NDArray[np.int64], int]:
        words: dict[str, int] = {}
        word_of, invalid = np.empty(len(pieces), np.int64), 0
        for number, piece in enumerate(pieces):
            try:
                word = piece.decode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                invalid += int(self._counts[number])
                if errors == "strict":
                    raise InputError(f"expected UTF-8, got the word {piece!r}; see encoding_errors") from None
                word = piece.decode("utf-8", errors)
            word_of[number] = words.setdefault(word, len(words))
        return list(words), word_of, invalid
