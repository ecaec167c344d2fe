"""How well a classifier tells labels: texts whose labels are known are predicted and counted."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from omnivec.data.normalizing import nfc
from omnivec.data.sources import describe
from omnivec.data.tokenize import Splitting
from omnivec.errors import InputError
from omnivec.evaluate.examples import Example, Examples, examples
from omnivec.evaluate.label_scores import ClassificationScore, LabelScore, Said

_PIECE = 1 << 14  # texts that are predicted together


class Predicts(Protocol):
    """A model that predicts labels; see `omnivec.Model`."""

    @property
    def label_names(self) -> list[str]:
        """The labels it knows."""

    @property
    def label_prefix(self) -> str:
        """What a word of a text begins with that is a label."""

    @property
    def splitting(self) -> Splitting:
        """How a text becomes words."""

    def predict(
        self, texts: Iterable[str | Sequence[str]], k: int = 1, threshold: float = 0.0
    ) -> list[list[tuple[str, float]]]:
        """The likeliest labels of each text."""


def classification(
    model: Predicts, source: Examples, k: int = 1, threshold: float = 0.0, *, ignore_unseen: bool = False
) -> ClassificationScore:
    """Predict texts whose labels are known, and count.

    source: a file whose labels are words with the model's prefix, or pairs of a text and its label or labels.
    A label that training had not is a miss; with `ignore_unseen` it is left out, as fastText does.

    Raises: InputError when no text has a label, or what is given is no pair; OptionError as `Model.predict`.
    """
    count = _Count(model.label_names, ignore_unseen)
    for some in _pieces(examples(source, model.label_prefix, model.splitting.whitespace)):
        answers = model.predict([text for text, _ in some], k, threshold)
        counted = [count.add(labels, answer) for (_, labels), answer in zip(some, answers, strict=True)]
        both = zip(some, counted, answers, strict=True)
        silent = [text for (text, _), counts, answer in both if counts and not answer]
        if threshold and silent:  # of such a text nothing is known, or nothing is likely enough
            answers = model.predict(silent, 1, 0.0)
            silent = [text for text, answer in zip(silent, answers, strict=True) if not answer]
        count.unknown += len(silent)
    if not count.texts:
        what = (
            "each of its labels is unknown to the model"
            if count.unseen
            else f"no word begins with {model.label_prefix!r}"
        )
        raise InputError(f"{describe(source)}: no text has a label: {what}")
    return count.score(k, threshold)


class _Count:
    """What is counted while texts go by."""

    def __init__(self, names: list[str], ignore_unseen: bool) -> None:
        self._numbers, self._ignore_unseen = (
            {name: number for number, name in enumerate(names)},
            ignore_unseen,
        )
        self.texts = self.without = self.unknown = 0
        self.unseen: Counter[str] = Counter()
        self._there: Counter[str] = Counter()
        self._confusion: Counter[tuple[str, str]] = Counter()
        self._label, self._score, self._right = array("i"), array("d"), array("b")  # millions, with k=-1

    def add(self, labels: Sequence[str], answer: list[tuple[str, float]]) -> bool:
        """One text: the labels it has, and those that were predicted. Whether it counts.

        A label that is not known is tried again in NFC, as a key is.
        """
        labels = [label if label in self._numbers else nfc(label) for label in labels]
        wanted = {label for label in labels if label in self._numbers or not self._ignore_unseen}
        self.unseen.update(label for label in set(labels) if label not in self._numbers)
        if not wanted:
            self.without += 1
            return False
        self.texts += 1
        self._there.update(wanted)
        for label, score in answer:
            self._label.append(self._numbers[label])
            self._score.append(score)
            self._right.append(label in wanted)
        if len(wanted) == 1 and answer:
            self._confusion[next(iter(wanted)), answer[0][0]] += 1
        return True

    def score(self, k: int, threshold: float) -> ClassificationScore:
        """The sums."""
        said = Said(
            np.array(self._label, np.int32), np.array(self._score, np.float64),
            np.array(self._right, np.bool_),
        )  # fmt: skip
        names = list(self._numbers)
        predicted = np.bincount(said.label, minlength=len(names)).tolist()
        right = np.bincount(said.label[said.right], minlength=len(names)).tolist()
        shown = sorted(
            {*self._there, *(name for name, times in zip(names, predicted, strict=True) if times)},
            key=lambda name: (-self._there[name], name),
        )
        scores = {}
        for name in shown:
            number = self._numbers.get(name)
            hits, said_so = (0, 0) if number is None else (right[number], predicted[number])
            scores[name] = LabelScore(hits, said_so, self._there[name])
        return ClassificationScore(
            self.texts, self.without, self.unknown, k, threshold, scores, dict(self.unseen.most_common()),
            self._ignore_unseen, dict(self._confusion.most_common()), names, said,
        )  # fmt: skip


def _pieces(some: Iterator[Example]) -> Iterator[list[Example]]:
    piece: list[Example] = []
    for example in some:
        piece.append(example)
        if len(piece) == _PIECE:
            yield piece
            piece = []
    if piece:
        yield piece
