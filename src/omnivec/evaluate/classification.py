"""How well a classifier tells labels: precision and recall at k, F1 by label, which label is taken for which.

Python alone. Micro averages as fastText's: precision is hits over predictions made, recall hits over labels
there are; with a threshold fewer than k predictions are made.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from omnivec.data.sources import describe, documents
from omnivec.errors import InputError

Example = tuple[str | Sequence[str], Sequence[str]]
"""A text and its labels."""

_PIECE = 1 << 14  # texts that are predicted together


class Predicts(Protocol):
    """A model that predicts labels; see `omnivec.Model`."""

    @property
    def label_names(self) -> list[str]:
        """The labels it knows."""

    @property
    def label_prefix(self) -> str:
        """What a word of a text begins with that is a label."""

    def predict(
        self, texts: Iterable[str | Sequence[str]], k: int = 1, threshold: float = 0.0
    ) -> list[list[tuple[str, float]]]:
        """The likeliest labels of each text."""


@dataclass(frozen=True)
class LabelScore:
    """One label: right answers, times it was predicted, times it was there."""

    right: int
    predicted: int
    there: int

    @property
    def precision(self) -> float:
        """Share of its predictions that were right; 0 where there was none."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of its texts that were found; 0 where there was none."""
        return self.right / self.there if self.there else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean, 2 right / (predicted + there)."""
        return 2 * self.right / max(self.predicted + self.there, 1)

    def as_json(self) -> dict[str, float]:
        """It as JSON."""
        return {
            "precision": self.precision, "recall": self.recall, "f1": self.f1, "right": self.right,
            "predicted": self.predicted, "there": self.there,
        }  # fmt: skip


@dataclass(frozen=True)
class ClassificationScore:
    """Scores of a classifier on texts with labels.

    texts: with a label; without: those that have none and are left out; unknown: of which the model knows
    nothing, so that it predicts nothing; k: predictions for each; labels: by name; unseen: labels of texts
    that training had not, and how often; confusion: (label there, label predicted first) → times, of texts
    with one label.
    """

    texts: int
    without: int
    unknown: int
    k: int
    threshold: float
    labels: dict[str, LabelScore]
    unseen: dict[str, int]
    unseen_ignored: bool
    confusion: dict[tuple[str, str], int] = field(repr=False)

    @property
    def total(self) -> LabelScore:
        """All labels together."""
        scores = self.labels.values()
        return LabelScore(
            sum(s.right for s in scores), sum(s.predicted for s in scores), sum(s.there for s in scores)
        )

    @property
    def precision(self) -> float:
        """Right predictions, of all that were made."""
        return self.total.precision

    @property
    def recall(self) -> float:
        """Right predictions, of all labels there are."""
        return self.total.recall

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return self.total.f1

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "texts": self.texts, "without_label": self.without, "unknown": self.unknown, "k": self.k,
            "threshold": self.threshold, "precision": self.precision, "recall": self.recall, "f1": self.f1,
            "labels": {name: score.as_json() for name, score in self.labels.items()},
            "unseen": self.unseen, "unseen_ignored": self.unseen_ignored,
            "confusion": [[there, said, times] for (there, said), times in self.confusion.items()],
        }  # fmt: skip


def classification(
    model: Predicts,
    source: str | os.PathLike[str] | BinaryIO | Iterable[Any],
    k: int = 1,
    threshold: float = 0.0,
    *,
    ignore_unseen: bool = False,
) -> ClassificationScore:
    """Predict texts whose labels are known, and count.

    source: a file whose labels are words with the model's prefix, or pairs of a text and its label or labels.
    A label that training had not is a miss; with `ignore_unseen` it is left out, as fastText does.

    Raises: InputError when no text has a label, or what is given is no pair; OptionError as `Model.predict`.
    """
    known = set(model.label_names)
    right: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    there: Counter[str] = Counter()
    unseen: Counter[str] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    texts = without = unknown = 0
    for some in _pieces(examples(source, model.label_prefix)):
        answers = model.predict([text for text, _ in some], k, threshold)
        for (_, labels), answer in zip(some, answers, strict=True):
            wanted = {label for label in labels if label in known or not ignore_unseen}
            unseen.update(label for label in set(labels) if label not in known)
            if not wanted:
                without += 1
                continue
            texts += 1
            unknown += not answer
            said = [label for label, _ in answer]
            predicted.update(said)
            there.update(wanted)
            right.update(wanted.intersection(said))
            if len(wanted) == 1 and said:
                confusion[next(iter(wanted)), said[0]] += 1
    if not texts:
        what = (
            "each of its labels is unknown to the model"
            if unseen
            else f"no word begins with {model.label_prefix!r}"
        )
        raise InputError(f"{describe(source)}: no text has a label: {what}")
    names = sorted({*there, *predicted}, key=lambda name: (-there[name], name))
    scores = {name: LabelScore(right[name], predicted[name], there[name]) for name in names}
    return ClassificationScore(
        texts, without, unknown, k, threshold, scores, dict(unseen.most_common()), ignore_unseen,
        dict(confusion.most_common()),
    )  # fmt: skip


def examples(source: Any, prefix: str) -> Iterator[Example]:
    """The texts of a source with their labels, without the prefix; a line of text is one."""
    if (
        isinstance(source, Iterable)
        and not isinstance(source, (str, os.PathLike))
        and not hasattr(source, "read")
    ):
        for item in source:
            if isinstance(item, tuple):
                yield _pair(item, prefix)
            else:
                yield from _lines([item], prefix)
    else:
        yield from _lines(source, prefix)


def _lines(source: Any, prefix: str) -> Iterator[Example]:
    mark = prefix.encode()
    for document in documents(source):
        rest = b""
        for piece in document:
            if not isinstance(piece, bytes):
                yield _labelled([token.encode("utf-8", "surrogatepass") for token in piece], mark)
                continue
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield _line(line, mark)
        if rest:
            yield _line(rest, mark)


def _line(line: bytes, mark: bytes) -> Example:
    text = line.decode("utf-8", "replace")
    if mark not in line:
        return text, []
    return text, _labelled(line.split(), mark)[1]


def _labelled(tokens: list[bytes], mark: bytes) -> Example:
    labels = [token[len(mark) :].decode("utf-8", "replace") for token in tokens if token.startswith(mark)]
    return [token.decode("utf-8", "replace") for token in tokens], labels


def _pair(item: tuple[Any, ...], prefix: str) -> Example:
    if len(item) == 2 and isinstance(item[0], (str, list)) and isinstance(item[1], Iterable):
        labels = [item[1]] if isinstance(item[1], str) else item[1]
        return item[0], [str(label).removeprefix(prefix) for label in labels]
    raise InputError(f"expected pairs of a text and its label or labels, got {str(item)[:60]!r}")


def _pieces(some: Iterator[Example]) -> Iterator[list[Example]]:
    piece: list[Example] = []
    for example in some:
        piece.append(example)
        if len(piece) == _PIECE:
            yield piece
            piece = []
    if piece:
        yield piece
