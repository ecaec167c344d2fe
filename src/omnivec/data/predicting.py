"""Texts → the probability of each label: the mean of a text's rows, and what the output side says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from omnivec.data.means import Means
from omnivec.errors import InputError, OptionError
from omnivec.index.blas import at_most
from omnivec.store.tables import Table

Prediction = list[tuple[str, float]]
"""Labels and their probabilities, the likeliest first."""

_SCORES = 1 << 21  # scores that are worked on together


@dataclass(frozen=True)
class Predictor:
    """A trained classifier, made ready: the means of texts, and its output side.

    output: rows as in a model; tree (nodes, 2) int32 for the loss `hs`; labels: their names.
    """

    means: Means
    output: Table
    loss: str
    labels: Sequence[str]
    tree: NDArray[np.int32] | None = None

    def predict(self, texts: Sequence[str | Sequence[str]], k: int, threshold: float) -> list[Prediction]:
        """See `Model.predict`."""
        answers: list[Prediction] = []
        piece = max(1, _SCORES // max(len(self.labels), 1))
        with at_most(1):  # with few labels, BLAS's threads take longer to agree than one takes to multiply
            for means, known in self.means.of(texts):
                for first in range(0, len(means), piece):
                    some = self.probabilities(means[first : first + piece])
                    answers += self._best(some, known[first : first + piece], k, threshold)
        return answers

    def probabilities(self, means: NDArray[np.float32]) -> NDArray[np.floating]:
        """The probability of each label, (n, labels): they sum to one for softmax and hs, elsewhere each
        stands for itself.
        """
        scores = means @ self._outputs.T
        if self.loss == "softmax":
            scores -= scores.max(axis=1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=1, keepdims=True)
            return scores
        chances: NDArray[np.floating] = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -700, 700)))
        return chances if self.loss != "hs" else self._down(chances)

    def _down(self, left: NDArray[np.floating]) -> NDArray[np.floating]:
        """Of a tree: what reaches each leaf, from the chance (n, nodes) that the way goes left."""
        assert self.tree is not None
        labels = len(self.labels)
        reached = np.ones((2 * labels - 1, len(left)))
        going = left.T
        for nodes in self._levels:
            reached[self.tree[nodes, 0]] = reached[labels + nodes] * going[nodes]
            reached[self.tree[nodes, 1]] = reached[labels + nodes] * (1 - going[nodes])
        return reached[:labels].T

    @cached_property
    def _levels(self) -> list[NDArray[np.int64]]:
        """The inner nodes of the tree by depth, from the root."""
        assert self.tree is not None
        labels, levels = len(self.labels), []
        here = np.array([len(self.tree) - 1])
        while len(here):
            levels.append(here)
            below = self.tree[here].ravel()
            here = (below[below >= labels] - labels).astype(np.int64)
        return levels

    def _best(
        self, chances: NDArray[np.floating], known: NDArray[np.bool_], k: int, threshold: float
    ) -> list[Prediction]:
        names, count = self._names, min(k, len(self.labels)) if k > 0 else len(self.labels)
        if count == 1:
            best = chances.argmax(1)[:, None]
        elif count < len(self.labels) // 4:
            part = np.argpartition(-chances, count, axis=1)[:, :count]
            part.sort(axis=1)
            by = np.argsort(-np.take_along_axis(chances, part, 1), axis=1, kind="stable")
            best = np.take_along_axis(part, by, 1)
        else:
            best = np.argsort(-chances, axis=1, kind="stable")[:, :count]
        values = np.take_along_axis(chances, best, 1)
        ends = np.where(known, (values >= threshold).sum(1), 0).tolist()
        if count == 1:
            rows = zip(best[:, 0].tolist(), values[:, 0].tolist(), ends, strict=True)
            return [[(names[row], value)] if end else [] for row, value, end in rows]
        lists = zip(best.tolist(), values.tolist(), ends, strict=True)
        return [
            [(names[row], value) for row, value in zip(some[:end], chance[:end], strict=True)]
            for some, chance, end in lists
        ]

    @cached_property
    def _names(self) -> list[str]:
        return list(self.labels)

    @cached_property
    def _outputs(self) -> NDArray[np.float32]:
        return np.ascontiguousarray(self.output.take(np.arange(len(self.output))))


def checked(texts: object, k: int, threshold: float) -> Sequence[str | Sequence[str]]:
    """The texts as a list. Raises: InputError for one text in place of several; OptionError."""
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise InputError(
            f"predict takes a list of texts, got {type(texts).__name__}; put a single text into a list"
        )
    texts = texts if isinstance(texts, Sequence) else list(texts)
    for text in texts:
        if not isinstance(text, (str, list, tuple)):
            raise InputError(f"texts are str, or lists of tokens, got {type(text).__name__}")
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or (k != -1 and k < 1):
        raise OptionError(f"k must be a whole number from 1 on, or -1 for all labels, got {k!r}")
    if not 0 <= threshold <= 1:
        raise OptionError(f"threshold must lie between 0 and 1, got {threshold}")
    return texts
