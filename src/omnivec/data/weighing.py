"""Words → their vectors as a recipe weighs them: what is added up in the mean of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.data.idf import Idf
from omnivec.errors import OptionError
from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class Weighing:
    """The words of `vectors` under one recipe. keys (keys,): what the vector of each is multiplied by."""

    vectors: Vectors
    keys: NDArray[np.float64]
    unit: bool
    """Vectors have length one, and those of zeros do not count."""
    idf: Idf | None
    """What weighs the words that are no keys, which otherwise weigh 1."""

    @classmethod
    def of(cls, vectors: Vectors, recipe: str, a: float, idf: Idf | None) -> Weighing:
        """That of a recipe. Raises: OptionError for a of sif, and for sif and idf without what they count."""
        counts, keys = vectors.keys.counts, np.ones(len(vectors.keys))
        if not a > 0:
            raise OptionError(f"a must be above 0, got {a}")
        if recipe == "sif":
            if counts is None:
                raise OptionError(
                    "sif weighs words by their counts, and these vectors came without; choose mean"
                )
            keys = a / (a + counts / float(counts.sum()))
        elif recipe == "idf":
            if idf is None:
                raise OptionError(
                    "idf weighs words by the texts that have them, and rows come before all texts are known; "
                    "count them first: idf=model.idf(texts)"
                )
            if not isinstance(idf, Idf):
                raise OptionError(
                    f"idf is what Model.idf counts of texts, got {type(idf).__name__}: idf=model.idf(texts)"
                )
            keys = idf.of_keys(vectors.keys)
        return cls(vectors, keys, recipe == "fasttext-unsupervised", idf if recipe == "idf" else None)

    def words(self, words: list[str]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The weighed vectors of different words, (words, dim) float64, and what each counts, 0 or 1.

        In float64, since sums of float32 over long texts lose digits.
        """
        vectors, rows = self.vectors, self.vectors.keys.rows(words)
        known = rows >= 0
        table, counted = np.zeros((len(words), vectors.vector_size)), known.astype(np.float64)
        table[known] = vectors.table.take(rows[known]) * self.keys[rows[known], None]
        if vectors.composes and not known.all():
            places = np.flatnonzero(~known)
            strange = [words[place] for place in places.tolist()]
            table[places] = vectors[strange]
            counted[places] = table[places].any(axis=1)
            if self.idf is not None:
                table[places] *= self.idf.weights(strange)[:, None]
        if self.unit:
            lengths = np.linalg.norm(table, axis=1)
            counted = (lengths > 0).astype(np.float64)
            table /= np.where(lengths > 0, lengths, 1)[:, None]
        return table, counted
