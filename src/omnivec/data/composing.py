"""The vectors of words out of the rows of a model: the mean of a word's own row and those of its n-grams.

NumPy alone, so that looking up loads no compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.features import composed
from omnivec.data.ngrams import Subwords, cut
from omnivec.store.builder import Builder
from omnivec.store.formats.fasttext_names import WORDS, bytes_of
from omnivec.store.keys import Keys
from omnivec.store.tables import DType, Table

_PIECE = 1 << 12  # words composed at once


class Composer:
    """Vectors of words out of the rows of a model: their own, and those of their n-grams.

    Args: `inputs`, rows of words, then of n-grams; `words`, how many are words; `pruned` (n, 2), hash and row
    of the n-grams that are left, where not all are.
    """

    def __init__(
        self,
        inputs: Table,
        words: int,
        subwords: Subwords,
        pruned: NDArray[np.int32] | None = None,
    ) -> None:
        self._inputs, self._words, self._subwords = inputs, words, subwords
        self._left = None
        if pruned is not None:
            self._left = pruned[np.argsort(pruned[:, 0])].astype(np.int64)

    def unseen(self, word: str) -> NDArray[np.float32]:
        """The vector of a word without a row of its own, (dim,); zeros where it has no n-gram."""
        vector: NDArray[np.float32] = self.unseen_words([word])[0]
        return vector

    def unseen_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of many such words, (words, dim)."""
        made = np.zeros((len(words), self._inputs.dim), np.float32)
        if self._subwords.maxn < 1 or not len(words):
            return made
        spelled = [self._subwords.written(word).encode("utf-8", "surrogatepass") for word in words]
        offsets = np.concatenate([[0], np.cumsum([len(word) for word in spelled])]).astype(np.int64)
        text = np.frombuffer(b"".join(spelled), np.uint8)
        plain = replace(self._subwords, jamo="none")  # they are written so already
        counts, hashes = cut(text, offsets, plain)
        rows = self._rows(hashes)
        counts = np.bincount(np.repeat(np.arange(len(counts)), counts)[rows >= 0], minlength=len(counts))
        there = counts > 0
        spans = np.concatenate([[0], np.cumsum(counts[there])]).astype(np.int64)
        made[there] = composed(self._inputs, spans, rows[rows >= 0])[:, : self._inputs.dim]
        return made

    def subwords(self, word: str) -> list[tuple[str, int]]:
        """The n-grams of a word that have a row, in their order, each with its row."""
        if self._subwords.maxn < 1:
            return []
        rows = self._rows(self._subwords.rows(word, 0)).tolist()
        return [pair for pair in zip(self._subwords.ngrams(word), rows, strict=True) if pair[1] >= 0]

    def words(self, text: NDArray[np.uint8], offsets: NDArray[np.int64], first: int) -> NDArray[np.float32]:
        """The vectors of the words from row `first` on, (words, padded width); word i is
        text[offsets[i] : offsets[i + 1]].
        """
        counts, hashes = cut(text, offsets, self._subwords)
        rows = self._rows(hashes)
        if self._left is not None:
            owners = np.repeat(np.arange(len(counts)), counts)[rows >= 0]
            counts, rows = np.bincount(owners, minlength=len(counts)), rows[rows >= 0]
        spans = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts + 1, out=spans[1:])
        parts = np.empty(spans[-1], np.int64)
        is_own = np.zeros(len(parts), np.bool_)
        is_own[spans[:-1]] = True
        parts[is_own], parts[~is_own] = np.arange(first, first + len(counts)), rows
        return composed(self._inputs, spans, parts)

    def all_words(
        self,
        text: tuple[NDArray[np.uint8], NDArray[np.int64]],
        dtype: DType = "float32",
        told: Callable[[int], None] | None = None,
    ) -> tuple[Builder, int]:
        """The vectors of the words from the first on, stored as `dtype`, and how many are not finite.

        text: their bytes, and where each begins, (words + 1,); told: hears how many words were composed.
        """
        (letters, offsets), odd, dim = text, 0, self._inputs.dim
        builder = Builder(dim, dtype)
        builder.resize(len(offsets) - 1)
        for start in range(0, len(builder), _PIECE):
            ends = offsets[start : start + _PIECE + 1]
            with np.errstate(over="ignore", invalid="ignore"):
                rows = self.words(letters[ends[0] : ends[-1]], ends - ends[0], start)[:, :dim]
            odd += int(np.count_nonzero(~np.isfinite(rows).all(axis=1)))
            builder.put(start, rows)
            if told is not None:
                told(len(rows))
        return builder, odd

    def _rows(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each n-gram, -1 where it has none."""
        if self._left is None:
            return self._words + hashes
        if not len(self._left):
            return np.full(len(hashes), -1)
        at = np.minimum(np.searchsorted(self._left[:, 0], hashes), len(self._left) - 1)
        return np.where(self._left[at, 0] == hashes, self._words + self._left[at, 1], -1)


def spelled(tables: Mapping[str, NDArray[Any]], keys: Keys) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of words and where each begins: as their file spelled them, where keys say something else."""
    arrays = keys.tables()
    return bytes_of(tables, WORDS) or (arrays["keys.bytes"], arrays["keys.offsets"])


def composer(config: Mapping[str, Any], tables: Mapping[str, NDArray[Any]], words: int) -> Composer:
    """That of a model with `features` and `inputs`."""
    inputs = Table.named("inputs", tables, config["dim"])
    return Composer(inputs, words, Subwords.of(config["features"]), tables.get("pruned"))
