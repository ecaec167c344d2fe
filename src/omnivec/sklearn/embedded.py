"""Texts by given vectors: the rows that an experiment learns from, and how much of the texts they know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from omnivec.data.sentences import COMPONENTS, principal, together, without
from omnivec.data.tokenize import words_of
from omnivec.errors import OptionError
from omnivec.evaluate.sts import prepared
from omnivec.model import Model
from omnivec.sklearn.pretrained import Given, idf_of, opened, rows_of
from omnivec.vectors import Vectors

Rows: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.int64]

_AT_ONCE = 1 << 12
"""Words composed of their parts at a time, since one by one they take many times as long."""


@dataclass(frozen=True)
class Coverage:
    """Words of texts with a vector, and texts of which no word has one. texts: with the unknown ones."""

    words: int
    known: int
    texts: int
    unknown: int

    @property
    def share(self) -> float:
        """Known of all words; 0 of none."""
        return self.known / self.words if self.words else 0.0

    def as_json(self) -> dict[str, int]:
        """It as JSON."""
        return {"words": self.words, "known": self.known, "unknown_texts": self.unknown}


@final
@dataclass(frozen=True)
class Embedded:
    """Texts, and the vectors and the recipe that make rows of them.

    What is the same in all parts is made once; several experiments may be given it in place of the vectors.
    """

    model: Model | Vectors
    texts: list[str]
    recipe: str
    made: Rows | None = field(default=None, repr=False)
    """Rows of the texts, where they are part of others' that were made."""

    def learning(self, learned: Places) -> Callable[[Places], Rows]:
        """What makes rows (n, dim) of some texts, by what the recipe learns from the `learned` ones alone."""
        if self.recipe == "idf":
            idf = idf_of(self.model, self._at(learned), self.recipe)
            return lambda some: np.concatenate([*rows_of(self.model, self._at(some), self.recipe, idf=idf)])
        if self.recipe == "sif":
            common = principal(self._rows[learned], COMPONENTS)
            return lambda some: without(self._rows[some], common)
        return self._rows.__getitem__

    def first(self, count: int) -> Embedded:
        """That of the first texts alone; but for idf, which counts texts, their rows are not made again."""
        if count == len(self.texts):
            return self
        made = None if self.recipe == "idf" else self._rows[:count]
        return Embedded(self.model, self.texts[:count], self.recipe, made)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of the texts is known."""
        split = self.model.splitting if isinstance(self.model, Model) else words_of
        words = Counter(word for text in self.texts for word in split(text))
        strange = [word for word in words if word not in self._vectors.keys]
        known = words.total() - sum(words[word] for word in strange)
        for first in range(0, len(strange) if self._vectors.composes else 0, _AT_ONCE):
            some = strange[first : first + _AT_ONCE]
            made = np.flatnonzero(self._vectors[some].any(axis=1))
            known += sum(words[some[place]] for place in made.tolist())
        return Coverage(words.total(), known, len(self.texts), self.unknown)

    @property
    def unknown(self) -> int:
        """Texts of which nothing is known."""
        return int(np.count_nonzero(~self._rows.any(axis=1)))

    @cached_property
    def _rows(self) -> Rows:
        """All texts, idf by all of them, and before sif takes its component away; logs how many are zeros."""
        if self.made is not None:
            return self.made
        idf = idf_of(self.model, self.texts, self.recipe)
        return together(rows_of(self.model, self.texts, self.recipe, idf=idf), self._vectors.vector_size)

    @property
    def _vectors(self) -> Vectors:
        return self.model if isinstance(self.model, Vectors) else self.model.vectors

    def _at(self, places: Places) -> list[str]:
        return [self.texts[place] for place in places.tolist()]


def embedded(
    given: Given | Embedded,
    texts: Sequence[str],
    recipe: str,
    fold_case: bool = True,
    punctuation: bool = False,
) -> Embedded:
    """The texts by `recipe` over given vectors, as `Model.embed` has it; what is embedded already stays so.

    fold_case, punctuation: as in `omnivec.evaluate.sts`.

    Raises: OptionError for what was embedded from other texts; as `load` for a path.
    """
    if not isinstance(given, Embedded):
        plain = [prepared(text, fold_case, punctuation) for text in texts]
        return Embedded(opened(given), plain, recipe)
    if len(given.texts) != len(texts) or given.recipe != recipe:
        raise OptionError(
            f"expected {len(texts):,} texts by {recipe}, got {len(given.texts):,} that are embedded by "
            f"{given.recipe}; embed the texts that are asked for"
        )
    return given
