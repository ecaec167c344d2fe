"""Phrases in a text of word numbers: their words become one number, without the text being written anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnivec.data.phrases import Phrases
from omnivec.kernels import phrases as kernel

_PIECE = 1 << 20  # numbers that are translated at a time


@dataclass
class Numbered:
    """A text as numbers of its words. It changes in place, and the memory of the numbers is used again.

    words: different ones; counts (words,) int64; numbers (n,) int32: the words of the text, −1 at the end of
    every unit.
    """

    words: list[str]
    counts: NDArray[np.int64]
    numbers: NDArray[np.int32]

    def translate(self, word_of: NDArray[np.int64]) -> None:
        """From numbers whose words are word_of (numbers,), −1 for none, to numbers of words."""
        nothing, written = len(self.words), 0
        table = np.append(np.where(word_of < 0, nothing, word_of), kernel.UNIT_END).astype(np.int32)
        for first in range(0, len(self.numbers), _PIECE):
            piece = table[self.numbers[first : first + _PIECE]]  # −1, the end of a unit, reads the last place
            piece = piece[piece != nothing]
            self.numbers[written : written + len(piece)] = piece
            written += len(piece)
        self.numbers = shortened(self.numbers, written)

    def join(self, known: Mapping[tuple[str, ...], str], connectors: Iterable[str]) -> None:
        """Join one pass of phrases; words that are gone stay, with a count of 0."""
        number = {word: number for number, word in enumerate(self.words)}
        ways = _ways(known, number)
        slots, entries, joined = tree(ways, len(number))
        inside = self.connectors(connectors)
        self.words = list(number)
        inside = np.append(inside, np.zeros(len(self.words) - len(inside), np.uint8))
        written = kernel.join(self.numbers, inside, slots, entries, joined)
        self.numbers = shortened(self.numbers, written)
        self.counts = counted(self.numbers, len(self.words))

    def connectors(self, words: Iterable[str]) -> NDArray[np.uint8]:
        """(words,) uint8: 1 for the words that are among those."""
        among = frozenset(words)
        return np.fromiter((word in among for word in self.words), np.uint8, len(self.words))


def join_all(text: Numbered, steps: Iterable[Phrases]) -> int:
    """Join phrases, step by step and pass by pass. Returns by how many tokens the text is shorter."""
    before = len(text.numbers)
    for phrases in steps:
        for known in phrases.turns:
            text.join(known, phrases.connectors)
    return before - len(text.numbers)


def shortened(numbers: NDArray[np.int32], length: int) -> NDArray[np.int32]:
    """The first `length` of them, the rest given back where the array owns its memory."""
    if not numbers.flags.owndata:
        return numbers[:length]
    numbers.resize(length, refcheck=False)
    return numbers


def counted(numbers: NDArray[np.int32], words: int) -> NDArray[np.int64]:
    """How often each word occurs in a stream, (words,)."""
    counts = np.zeros(words + 1, np.int64)
    for first in range(0, len(numbers), _PIECE):
        counts += np.bincount(numbers[first : first + _PIECE] + 1, minlength=words + 1)
    return counts[1:]


def _ways(known: Mapping[tuple[str, ...], str], number: dict[str, int]) -> list[tuple[tuple[int, ...], int]]:
    """The phrases whose words the text has, as numbers, and the number of what each becomes, perhaps new."""
    there = [(words, token) for words, token in known.items() if all(word in number for word in words)]
    ways = [tuple(number[word] for word in words) for words, _ in there]
    return [(way, number.setdefault(token, len(number))) for way, (_, token) in zip(ways, there, strict=True)]


def tree(
    ways: Iterable[tuple[tuple[int, ...], int]], words: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int32]]:
    """(slots, entries, joined) as kernels/phrases.py walks them, of ways and what each becomes."""
    keys: dict[int, int] = {}
    joined: list[int] = []
    for (node, *rest), token in ways:
        for word in rest:
            entry = keys.setdefault(node << 32 | word, len(keys))
            if entry == len(joined):
                joined.append(-1)
            node = words + entry
        joined[entry] = token
    entries = np.zeros((len(keys), 2), np.uint64)
    entries[:, kernel.KEY] = np.fromiter(keys, np.uint64, len(keys))
    slots = np.full(1 << max(2 * len(keys), 2).bit_length(), kernel.EMPTY, np.uint64)
    kernel.refill(slots, entries, len(keys))
    return slots, entries, np.array(joined, np.int32)
