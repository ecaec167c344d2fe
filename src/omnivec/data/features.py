"""Words → the rows they are the mean of: their own, and those of their character n-grams.

NumPy alone, so that a model that is only looked up loads no compiler. Definition: reference/fasttext.py; for
a whole vocabulary at once: kernels/hashing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.store.tables import empty_table

LINE_END = "</s>"
"""The token that fastText puts at the end of every line; it has no n-grams."""

_BASIS, _PRIME, _SIGN = 2166136261, 16777619, 0xFFFFFF00
_PIECE = 1 << 10  # words composed at once: their rows then stay in the caches


@dataclass(frozen=True)
class Subwords:
    """How words are cut: n-grams of `minn` to `maxn` letters of <word>, in `buckets` rows by their hash."""

    minn: int
    maxn: int
    buckets: int

    @classmethod
    def of(cls, features: Mapping[str, Any]) -> Subwords:
        """As a model's `config.json` describes them."""
        return cls(**{name: int(features[name]) for name in ("minn", "maxn", "buckets")})

    def ngrams(self, word: str) -> list[str]:
        """The n-grams of a word, from left to right, short before long; lone brackets are none."""
        if word == LINE_END:
            return []
        text = f"<{word}>"
        return [
            text[start:end]
            for start in range(len(text))
            for end in range(start + max(self.minn, 1), min(start + self.maxn, len(text)) + 1)
            if end > start + 1 or 0 < start < len(text) - 1
        ]

    def rows(self, word: str, words: int) -> NDArray[np.int64]:
        """The rows of a word's n-grams, behind those of `words` words."""
        hashes = [fnv(gram.encode("utf-8", "surrogatepass")) for gram in self.ngrams(word)]
        return words + np.array(hashes, np.int64) % self.buckets


def fnv(text: bytes) -> int:
    """FNV-1a of 32 bits over bytes taken as signed, as fastText does: those above 127 set the upper bits."""
    h = _BASIS
    for byte in text:
        h = (h ^ (byte | _SIGN if byte > 127 else byte)) * _PRIME & 0xFFFFFFFF
    return h


def mean_of(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of some rows (n, dim), (dim,) float32; zeros where there are none."""
    total: NDArray[np.float32] = np.add.reduce(rows, axis=0)
    return total / np.float32(max(len(rows), 1))


def composed(
    inputs: NDArray[np.float32], spans: NDArray[np.int64], parts: NDArray[np.int32], dim: int
) -> NDArray[np.float32]:
    """Every word as the mean of its rows, a new table (words, padded width).

    Word w is the mean of inputs[parts[spans[w] : spans[w + 1]]], added in the same order as `mean_of` adds.
    """
    words = len(spans) - 1
    table = empty_table(words, dim)
    for first in range(0, words, _PIECE):
        last = min(first + _PIECE, words)
        rows = inputs[parts[spans[first] : spans[last]], :dim]
        counts = np.diff(spans[first : last + 1])
        table[first:last, :dim] = np.add.reduceat(rows, spans[first:last] - spans[first], axis=0)
        table[first:last, :dim] /= counts[:, None].astype(np.float32)
    return table
