"""A measure by its name: f1, precision at a recall, recall at a precision, of all labels or of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnivec.errors import OptionError

if TYPE_CHECKING:
    from omnivec.evaluate.label_scores import ClassificationScore

NAMES = {
    "f1": "f1", "precision_at_recall": "precision_at_recall", "recall_at_precision": "recall_at_precision",
    "precisionAtRecall": "precision_at_recall", "recallAtPrecision": "recall_at_precision",
}  # fmt: skip
"""Of a measure, and ours; the last two are fastText's."""


@dataclass(frozen=True)
class Metric:
    """name: f1, precision_at_recall or recall_at_precision; at: the share that the other one must reach;
    label: without the prefix, None for all together.
    """

    name: str
    at: float | None = None
    label: str | None = None

    @classmethod
    def parse(cls, text: str, prefix: str = "") -> Metric:
        """A measure by its name: f1, f1:LABEL, precision_at_recall:X, recall_at_precision:X:LABEL and so on.

        prefix: of labels, left out where it is given. Raises: OptionError for anything else.
        """
        given, colon, rest = text.partition(":")
        name = NAMES.get(given)
        if name is None or (name == "f1" and colon and not rest):
            raise _unknown(text)
        if name == "f1":
            return cls(name, None, rest.removeprefix(prefix) if colon else None)
        share, colon, label = rest.partition(":")
        try:
            at = float(share)
        except ValueError:
            raise _unknown(text) from None
        if not 0 <= at <= 1 or (colon and not label):
            raise _unknown(text)
        return cls(name, at, label.removeprefix(prefix) if colon else None)

    def of(self, score: ClassificationScore) -> float:
        """The measure of a score. OptionError for a label that nobody knows."""
        if self.at is None:
            return score.f1 if self.label is None else score.label(self.label).f1
        if self.name == "precision_at_recall":
            return score.precision_at_recall(self.at, self.label)
        return score.recall_at_precision(self.at, self.label)

    def __str__(self) -> str:
        share = [] if self.at is None else [f"{self.at:g}"]
        return ":".join([self.name, *share, *([] if self.label is None else [self.label])])


def _unknown(text: str) -> OptionError:
    return OptionError(
        "metric must be f1, f1:LABEL, precision_at_recall:X[:LABEL] or recall_at_precision:X[:LABEL] with X "
        f"between 0 and 1, got {text!r}"
    )
