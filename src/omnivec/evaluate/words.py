"""The words that a test may ask for, and what is done about those that are unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import UnknownKey
from omnivec.evaluate.folding import Folded, folded

if TYPE_CHECKING:
    from omnivec.index.cosine import Rows
    from omnivec.index.questions import Questions


@final
class Words:
    """Vectors by the words of tests; made once for all files of a suite.

    Args: `restrict`: only the first keys are known (None: all); `fold_case`: spellings that differ in case
    are one word, of which the first row is taken; `exact`: a key that is written as the word is comes before
    those; `unseen`: words that are no keys have the vectors that their parts give them, where words have
    parts. Raises: OptionError for restrict < 1, when words are first asked for.
    """

    def __init__(
        self,
        vectors: Questions,
        *,
        restrict: int | None = 300_000,
        fold_case: bool = True,
        exact: bool = False,
        unseen: bool = False,
    ) -> None:
        self.vectors = vectors
        self.fold_case = fold_case
        self._restrict, self._exact = restrict, exact
        self._unseen = unseen and vectors.composes

    def spelt(self, word: str) -> str:
        """A word as it is compared."""
        return word.upper() if self.fold_case else word

    @property
    def first(self) -> NDArray[np.int64]:
        """For each row that may be used, the first with the same spelling."""
        return self._folded.first

    def row(self, word: str) -> int:
        """The row of a word, or -1."""
        if self._exact:
            row = self.vectors.keys.find(word)
            if 0 <= row and (self._restrict is None or row < self._restrict):
                return row
            if not self.fold_case:
                return -1
        return self._folded.rows.get(self.spelt(word), -1)

    @cached_property
    def _folded(self) -> Folded:
        return folded(self.vectors.keys, self._restrict, self.fold_case)

    def vector(self, word: str) -> Rows | None:
        """The vector of a word, (dim,); None where it is unknown."""
        row = self.row(word)
        if row >= 0:
            found: Rows = self.vectors.table.span(row, row + 1)[0]
            return found
        return self.composed(word)

    def composed(self, word: str) -> Rows | None:
        """What its parts say of a word that is no key, (dim,); None where that is nothing or not asked."""
        if not self._unseen:
            return None
        try:
            found = self.vectors.get_vector(word)
        except UnknownKey:
            return None
        return found if found.any() else None

    def units(self, words: Sequence[str]) -> tuple[Rows, NDArray[np.bool_]]:
        """Vectors of length one, (known, dim) float32, and which of the words are known, (words,).

        A word of several parts that is not known as it stands is looked for with ``_`` in place of blanks, as
        phrases are mostly joined. One whose vector is zeros is as good as unknown: it has no direction.
        """
        from omnivec.index.cosine import scaled

        found = [self._of_phrase(word) for word in words]
        known = np.array([vector is not None and vector.any() for vector in found], bool)
        rows = [vector for vector in found if vector is not None and vector.any()]
        empty: Rows = np.empty((0, self.vectors.table.dim), np.float32)
        return (scaled(np.stack(rows)) if rows else empty), known

    def _of_phrase(self, word: str) -> Rows | None:
        vector = self.vector(word)
        return self.vector(word.replace(" ", "_")) if vector is None and " " in word else vector


def once(words: Iterable[str]) -> list[str]:
    """The words, each once, in their order."""
    return list(dict.fromkeys(words))
