"""Texts as vectors, as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from omnivec.data.sentences import Recipe, principal, together, without
from omnivec.errors import InputError, OptionError
from omnivec.learners.fasttext import FastText
from omnivec.learners.learner import Learner
from omnivec.learners.word2vec import Word2Vec
from omnivec.model import Model
from omnivec.sklearn.parameters import Configured, constructor
from omnivec.sklearn.pretrained import idf_of, opened, rows_of
from omnivec.sklearn.texts import Text, texts_of
from omnivec.vectors import Vectors

LEARNERS: dict[str, type[Learner]] = {"word2vec": Word2Vec, "fasttext": FastText}


class TextVectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Configured):  # type: ignore[misc]
    """A text as one vector, by a named recipe over the vectors of its words.

    Parameters: every option of `omnivec.Word2Vec` and `omnivec.FastText`, by its name, and

    kind: which of the two learns the words: word2vec, or fasttext, which knows unseen words by their parts.
    recipe: mean, fasttext-unsupervised, fasttext-supervised (of a classifier), idf, or sif, whose are `a` and
    `components`; see `omnivec.data.sentences`.
    pretrained: a path, a `Model` or `Vectors`, in place of training.
    random_state: scikit-learn's name of `seed`, and in its place where it is given.

    An option in which the two learners differ is None until given: whatever the learner's is.

    Attributes: model_, the `omnivec.Model` or `Vectors`; vectors_, the words' vectors.
    """

    own: ClassVar[Mapping[str, object]] = {
        "kind": "word2vec", "recipe": "mean", "a": 1e-3, "components": 1, "pretrained": None,
        "random_state": None,
    }  # fmt: skip
    __init__ = constructor(Word2Vec, FastText, **own)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the words of texts, or open what is `pretrained`.

        For sif also what the texts have in common, for idf how many of them have a word.

        X: texts: a list, an array, a Series or an Arrow column of str, or of lists of tokens; y is not used.

        Raises: InputError for what is no text, and as a learner's `fit`; OptionError for parameters.
        """
        if self.recipe not in get_args(Recipe):
            raise OptionError(f"recipe must be one of {', '.join(get_args(Recipe))}, got {self.recipe!r}")
        if self.kind not in LEARNERS:
            raise OptionError(f"kind must be one of {', '.join(LEARNERS)}, got {self.kind!r}")
        texts = texts_of(X)
        given = self.pretrained
        self.model_: Model | Vectors = opened(given) if given is not None else self._trained(texts)
        self._n_features_out = self.vectors_.vector_size
        self.idf_ = idf_of(self.model_, texts, self.recipe)
        if self.recipe == "sif":
            self.common_ = principal(self._means(texts), self.components)
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """A vector for each text, (texts, dim) float32; one without a known word gets zeros, as is logged."""
        check_is_fitted(self)
        made = self._means(texts_of(X))
        return without(made, self.common_) if self.recipe == "sif" else made

    @property
    def vectors_(self) -> Vectors:
        """The words' vectors."""
        return self.model_ if isinstance(self.model_, Vectors) else self.model_.vectors

    def _trained(self, texts: list[Text]) -> Model:
        if not texts:
            raise InputError("fit needs texts, got none")
        return self.learner(LEARNERS[self.kind]).fit(cast(Any, texts))

    def _means(self, texts: list[Text]) -> NDArray[np.float32]:
        """The texts by the recipe; what sif takes away is not yet taken away.

        That is what `fit` has seen, so that the vector of a text does not depend on those beside it.
        """
        parts = rows_of(self.model_, texts, self.recipe, a=self.a, idf=self.idf_)
        return together(parts, self._n_features_out)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.non_deterministic = self.threads != 1 and not self.deterministic
        tags.transformer_tags.preserves_dtype = []
        return tags
