"""Texts by given vectors: the rows that an experiment learns from, and how much of the texts they know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from omnivec.data.sentences import COMPONENTS, embed, principal, without
from omnivec.data.tokenize import words_of
from omnivec.evaluate.sts import prepared
from omnivec.model import Model
from omnivec.sklearn.pretrained import Given, opened

_AT_ONCE = 1 << 12
"""Words composed of their parts at a time; 8,000 one by one took 2.9 s, so 0.1 s."""


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


class Embedded(NamedTuple):
    """Rows of texts, (texts, dim) float32, before sif takes its component away."""

    rows: NDArray[np.float32]
    coverage: Coverage


def embedded(
    given: Given, texts: Sequence[str], recipe: str, fold_case: bool = True, punctuation: bool = False
) -> Embedded:
    """The texts by `recipe` over given vectors, as `Model.embed` has it; sif removes nothing yet.

    fold_case, punctuation: as in `omnivec.evaluate.sts`.

    Raises: OptionError for a recipe that the vectors have not; as `load` for a path.
    """
    model = opened(given)
    plain = [prepared(text, fold_case, punctuation) for text in texts]
    if isinstance(model, Model):
        rows = model.embed(plain, recipe, components=0)
    else:
        rows = embed(model, plain, recipe, components=0)
    return Embedded(rows, _coverage(model, plain, rows))


def _coverage(model: Any, texts: Sequence[str], rows: NDArray[np.float32]) -> Coverage:
    is_model = isinstance(model, Model)
    split, vectors = (model.splitting, model.vectors) if is_model else (words_of, model)
    words = Counter(word for text in texts for word in split(text))
    strange = [word for word in words if word not in vectors.keys]
    known = words.total() - sum(words[word] for word in strange)
    for first in range(0, len(strange) if vectors.composes else 0, _AT_ONCE):
        some = strange[first : first + _AT_ONCE]
        made = vectors[some].any(axis=1).tolist()
        known += sum(words[word] for word, one in zip(some, made, strict=True) if one)
    return Coverage(words.total(), known, len(texts), int(np.count_nonzero(~rows.any(axis=1))))


class Common(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Takes away what the texts of `fit` share, as sif does; a step of a pipeline behind `embedded`."""

    def fit(self, X: NDArray[np.float32], y: Any = None) -> Self:
        """Find the principal component of rows (n, dim); y is not used."""
        self.common_ = principal(X, COMPONENTS)
        return self

    def transform(self, X: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows (n, dim) without it."""
        return without(X, self.common_)
