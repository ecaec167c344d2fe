"""Words → their character n-grams, and the rows that these have by their hash.

NumPy alone, so that a model that is only looked up loads no compiler. Definition: reference/fasttext.py;
compiled, for training: kernels/hashing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data import jamo
from omnivec.data.normalizing import nfc
from omnivec.store import fnv

LINE_END = "</s>"
"""The token that fastText puts at the end of every line; it has no n-grams."""

_PRIME, _SIGN, _LOW = np.uint64(fnv.PRIME), np.uint64(fnv.SIGN), np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Subwords:
    """How words are cut: n-grams of `minn` to `maxn` letters of <word>, in `buckets` rows by their hash.

    jamo: Hangul as the letters of `data/jamo.py`, "none" as syllables; normalize "nfc": first composed.
    """

    minn: int
    maxn: int
    buckets: int
    jamo: str = "none"
    normalize: str = "none"

    @classmethod
    def of(cls, features: Mapping[str, Any]) -> Subwords:
        """As a model's `config.json` describes them."""
        given: dict[str, Any] = {name: int(features[name]) for name in ("minn", "maxn", "buckets")}
        return cls(**given, **{name: features.get(name, "none") for name in ("jamo", "normalize")})

    def written(self, word: str) -> str:
        """A word, or a text, as it is cut and hashed."""
        word = nfc(word) if self.normalize == "nfc" else word
        return word if self.jamo == "none" else jamo.decompose(word, self.jamo)

    def ngrams(self, word: str) -> list[str]:
        """The n-grams of a word, from left to right, short before long; lone brackets are none."""
        if word == LINE_END:
            return []
        text = f"<{self.written(word)}>"
        return [
            text[start:end]
            for start in range(len(text))
            for end in range(start + max(self.minn, 1), min(start + self.maxn, len(text)) + 1)
            if end > start + 1 or 0 < start < len(text) - 1
        ]

    def rows(self, word: str, words: int) -> NDArray[np.int64]:
        """The rows of a word's n-grams, behind those of `words` words."""
        hashes = [fnv.fnv(gram.encode("utf-8", "surrogatepass")) for gram in self.ngrams(word)]
        return words + np.array(hashes, np.int64) % self.buckets


def written(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], kind: str
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of many words as they are hashed, and where each begins: Hangul as letters of a kind."""
    return (text, offsets) if kind == "none" else jamo.decomposed(text, offsets, kind)


def cut(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], subwords: Subwords
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The n-grams of many words: how many each has, (words,), and h mod buckets of each, in their order.

    All words are cut at once, an n-gram a letter longer in each step. Definition: reference/fasttext.py.
    """
    text, offsets = written(text, offsets, subwords.jamo)
    lengths, end = np.diff(offsets), np.frombuffer(LINE_END.encode(), np.uint8)
    same = np.flatnonzero(lengths == len(end))
    lone_end = np.zeros(len(lengths), np.bool_)  # has no n-grams
    lone_end[same] = (text[offsets[same, None] + np.arange(len(end))] == end).all(axis=1)
    # <word> for each, in one row of bytes, and 0 behind the last
    begins = offsets[:-1] - offsets[0] + 2 * np.arange(len(lengths))
    ends = begins + lengths + 2
    data = np.zeros(int(ends[-1]) + 1, np.uint8)
    inside = np.ones(len(data), np.bool_)
    inside[begins] = inside[ends - 1] = inside[-1] = False
    data[inside] = text[offsets[0] : offsets[-1]]
    data[begins], data[ends - 1] = ord("<"), ord(">")
    word_of = np.repeat(np.arange(len(lengths)), lengths + 2)
    starts = np.flatnonzero((data[:-1] & 0xC0) != 0x80)
    owner = word_of[starts]
    last, first = ends[owner], begins[owner]
    signed = data.astype(np.uint64)
    signed[data > 127] |= _SIGN
    hashes, stop = np.full(len(starts), np.uint64(fnv.BASIS)), starts.copy()
    columns: list[NDArray[np.uint64]] = []
    valid: list[NDArray[np.bool_]] = []
    for n in range(1, subwords.maxn + 1):
        going = np.flatnonzero(stop < last)
        if not len(going):
            break
        reached = np.zeros(len(starts), np.bool_)
        reached[going] = True
        while len(going):  # a letter, byte by byte
            at = stop[going]
            hashes[going] = ((hashes[going] ^ signed[at]) * _PRIME) & _LOW
            stop[going] = at = at + 1
            going = going[(at < last[going]) & ((data[at] & 0xC0) == 0x80)]
        if n >= subwords.minn:
            if n == 1:  # no n-gram: a lone bracket
                reached &= (starts != first) & (stop != last)
            columns.append(hashes.copy())
            valid.append(reached)
    if not columns:
        return np.zeros(len(lengths), np.int64), np.empty(0, np.int64)
    there = np.stack(valid, axis=1)
    there[lone_end[owner]] = False
    counts = np.bincount(owner, there.sum(axis=1), len(lengths)).astype(np.int64)
    return counts, (np.stack(columns, axis=1)[there] % np.uint64(subwords.buckets)).astype(np.int64)
