"""The vectors of words out of the rows of a model: the mean of a word's own row and those of its n-grams.

NumPy alone, so that looking up loads no compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.features import composed, mean_of
from omnivec.data.ngrams import Subwords, cut


class Composer:
    """Vectors of words out of the rows of a model: their own, and those of their n-grams.

    Args: `inputs` (words, then n-grams; dim or more) float32, at any byte; `words`, how many are words;
    `pruned` (n, 2), hash and row of the n-grams that are left, where not all are.
    """

    def __init__(
        self,
        inputs: NDArray[np.float32],
        dim: int,
        words: int,
        subwords: Subwords,
        pruned: NDArray[np.int32] | None = None,
    ) -> None:
        self._inputs, self._dim, self._words, self._subwords = inputs, dim, words, subwords
        self._left = None
        if pruned is not None:
            self._left = pruned[np.argsort(pruned[:, 0])].astype(np.int64)

    def unseen(self, word: str) -> NDArray[np.float32]:
        """The vector of a word without a row of its own, (dim,); zeros where it has no n-gram."""
        if self._subwords.maxn < 1:
            return np.zeros(self._dim, np.float32)
        rows = self._rows(self._subwords.rows(word, 0))
        return mean_of(self._inputs[rows[rows >= 0], : self._dim])

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
        return composed(self._inputs, spans, parts, self._dim)

    def _rows(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each n-gram, -1 where it has none."""
        if self._left is None:
            return self._words + hashes
        if not len(self._left):
            return np.full(len(hashes), -1)
        at = np.minimum(np.searchsorted(self._left[:, 0], hashes), len(self._left) - 1)
        return np.where(self._left[at, 0] == hashes, self._words + self._left[at, 1], -1)


def composer(config: Mapping[str, Any], tables: Mapping[str, NDArray[Any]], words: int) -> Composer:
    """That of a model with `features` and `inputs`."""
    return Composer(
        tables["inputs"], config["dim"], words, Subwords.of(config["features"]), tables.get("pruned")
    )
