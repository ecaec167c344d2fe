"""Labels of texts as a scikit-learn estimator."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from omnivec.errors import InputError
from omnivec.learners.classifier import Classifier
from omnivec.sklearn.labels import Targets
from omnivec.sklearn.parameters import Configured, constructor
from omnivec.sklearn.texts import texts_of

log = logging.getLogger("omnivec")


class FastTextClassifier(ClassifierMixin, Configured):  # type: ignore[misc]
    """fastText's classifier: the mean of a text's words and n-grams tells its labels.

    Parameters: every option of `omnivec.Classifier`, by its name and with its default, and

    shuffle: learn from the texts in an order that the seed draws. Steps follow one another, so that of texts
    sorted by label the last ones' would be remembered best.
    threshold: probability from which a label is predicted where texts may have several.
    pretrained: vectors to begin with: a path, a `Model` or `Vectors`; `frozen`: they stay as they are.
    random_state: scikit-learn's name of `seed`, and in its place where it is given.

    Attributes: model_, the `omnivec.Model`; classes_ (classes,), the labels, sorted.

    With more than one thread two fits differ slightly; `threads=1` or `deterministic=True` repeats exactly,
    and goes well with `n_jobs`.
    """

    own: ClassVar[Mapping[str, object]] = {
        "threshold": 0.5, "shuffle": True, "pretrained": None, "frozen": False, "random_state": None,
    }  # fmt: skip
    __init__ = constructor(Classifier, **own)

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from texts and their labels.

        X: texts: a list, an array, a Series or an Arrow column of str, or of lists of tokens. y: a label for
        each; or, where texts have several, a list of labels for each, or (texts, labels) of 0 and 1.

        Raises: InputError for what is no text or label, and as `Classifier.fit`; OptionError for parameters.
        """
        learner = self.learner(Classifier)
        texts = texts_of(X)
        targets = Targets.of(y, len(texts))
        names = np.array([*targets.names(learner.label_prefix), ""], object)[:-1]  # str of any length
        pairs = [(text, names[row].tolist()) for text, row in zip(texts, targets.members, strict=True)]
        if self.shuffle:
            order = np.random.default_rng(learner.seed).permutation(len(pairs))
            pairs = [pairs[place] for place in order.tolist()]
        self.model_ = learner.fit(
            cast(Any, pairs), start=self.pretrained, frozen=self.frozen and self.pretrained is not None
        )
        self.classes_, self._targets = targets.classes, targets
        self._places = _places(self.model_.label_names, names.tolist())
        self._shares = targets.members.mean(axis=0)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The probability of each class, (texts, classes).

        Rows sum to one; where texts may have several labels and the loss is ns or ova, each class answers for
        itself. A text of which nothing is known gets the classes' shares of the training texts.
        """
        check_is_fitted(self)
        texts = texts_of(X)
        found = self.model_.probabilities(texts)
        chances = np.zeros((len(texts), len(self.classes_)))
        chances[:, self._places] = found
        unknown = ~found.any(axis=1)
        chances[unknown] = self._shares
        if unknown.any():
            log.warning(
                "%s of %s texts have no known word; they get the shares of the classes",
                f"{unknown.sum():,}", f"{len(texts):,}",
            )  # fmt: skip
        return chances / chances.sum(axis=1, keepdims=True) if self._targets.kind == "one" else chances

    def predict(self, X: Any) -> Any:
        """The label of each text, (texts,) of the type of `classes_`.

        Where texts may have several: those with the probability `threshold` or more, in the form that `fit`
        was given them, a list for each text or (texts, classes) of 0 and 1.
        """
        chances = self.predict_proba(X)
        if self._targets.kind == "one":
            return self.classes_[chances.argmax(axis=1)]
        return self._targets.given(chances >= self.threshold)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Share of the texts whose labels are exactly those that are predicted."""
        check_is_fitted(self)
        if self._targets.kind != "lists":
            return float(super().score(X, y, sample_weight))
        if len(X) != len(y):
            raise InputError(f"expected labels for each of {len(X):,} texts, got {len(y):,}")
        right = [set(said) == set(there) for said, there in zip(self.predict(X), y, strict=True)]
        return float(np.average(right, weights=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.classifier_tags.multi_label = True
        tags.non_deterministic = self.threads != 1 and not self.deterministic
        return tags


def _places(labels: list[str], names: list[str]) -> NDArray[np.int64]:
    """The class of each label of the model."""
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[label] for label in labels], np.int64)
