"""Scores of labels: precision and recall at k, F1 by label, curves, confusion.

Micro averages as fastText's: precision is hits over predictions made, recall hits over labels there are; with
a threshold fewer than k predictions are made.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.evaluate.curve import Curve
from omnivec.results import ResultTable, Tabular


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


@dataclass(frozen=True, eq=False)
class Said:
    """The predictions that were made: label (n,) int32, its number among the model's; score (n,) float64, the
    probability; right (n,) bool.
    """

    label: NDArray[np.int32]
    score: NDArray[np.float64]
    right: NDArray[np.bool_]


@dataclass(frozen=True)
class ClassificationScore(Tabular):
    """Scores of a classifier on texts with labels.

    texts: with a label; without: those that have none and are left out; unknown: of which the model knows
    nothing, so that it predicts nothing; k: predictions for each; labels: by name, those that are there or
    were predicted, the most frequent first; unseen: labels of texts that training had not, and how often;
    confusion: (label there, label predicted first) → times, of texts with one label; names: all labels of the
    model, in its order; said: every prediction.
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
    names: list[str] = field(repr=False)
    said: Said = field(repr=False, compare=False)

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

    def label(self, name: str) -> LabelScore:
        """The score of one label, all 0 for one of the model's that is neither there nor predicted.

        Raises: OptionError for a label that neither the model nor a text has.
        """
        if name in self.labels:
            return self.labels[name]
        if name in self.names:
            return LabelScore(0, 0, 0)
        near = difflib.get_close_matches(name, [*self.names, *self.unseen], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise OptionError(f"no label {name!r} in the model or the texts{hint}")

    def curve(self, label: str | None = None) -> Curve:
        """Precision against recall of the predictions of one label, or of all together.

        Of the predictions that were made: with k=-1 and no threshold those are all. OptionError as `label`.
        """
        said = self.said
        if label is None:
            return Curve.of(said.score, said.right, self.total.there)
        there = self.label(label).there
        mine = said.label == (self.names.index(label) if label in self.names else -1)
        return Curve.of(said.score[mine], said.right[mine], there)

    def precision_at_recall(self, recall: float, label: str | None = None) -> float:
        """The best precision with at least this recall; see `Curve`."""
        return self.curve(label).precision_at_recall(recall)

    def recall_at_precision(self, precision: float, label: str | None = None) -> float:
        """The best recall with at least this precision; see `Curve`."""
        return self.curve(label).recall_at_precision(precision)

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "texts": self.texts, "without_label": self.without, "unknown": self.unknown, "k": self.k,
            "threshold": self.threshold, "precision": self.precision, "recall": self.recall, "f1": self.f1,
            "labels": {name: score.as_json() for name, score in self.labels.items()},
            "unseen": self.unseen, "unseen_ignored": self.unseen_ignored,
            "confusion": [[there, said, times] for (there, said), times in self.confusion.items()],
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """All labels together, each label, and which are taken for which."""
        at = "" if self.k < 0 else f"@{self.k}"
        total = (self.texts, self.without, self.unknown, self.precision, self.recall, self.f1)
        head = ("texts", "without label", "unknown", f"precision{at}", f"recall{at}", "F1")
        unseen = [f"labels that training had not: {', '.join(self.unseen)}"] if self.unseen else []
        each = [(name, s.precision, s.recall, s.f1, s.predicted, s.there) for name, s in self.labels.items()]
        taken = [(*pair, times) for pair, times in self.confusion.items() if pair[0] != pair[1]]
        return [
            ResultTable("Classification", head, [total], dict.fromkeys(head[3:], ".4f"), unseen),
            ResultTable(
                "Labels", ("label", "precision", "recall", "F1", "predicted", "there"), each,
                dict.fromkeys(("precision", "recall", "F1"), ".4f"),
            ),
            ResultTable("Confusion", ("label", "taken for", "times"), taken),
        ]  # fmt: skip
