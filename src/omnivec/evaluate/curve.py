"""Precision against recall, at every score that a prediction has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError


@dataclass(frozen=True, eq=False)
class Curve:
    """A point for each score, from the highest down: what comes of taking predictions from that score on.

    scores: (n,) float64, the probabilities of predictions, falling; equal ones are one point. precision,
    recall: (n + 1,) float64; the last point, which has no score, is (1, 0): nothing is taken. Without any
    prediction there is no point at all. It ends where recall is full, since the scores below add mistakes
    alone.

    Source: Manning, Raghavan, Schütze 2008, Introduction to Information Retrieval, 8.4.
    """

    scores: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]

    @classmethod
    def of(cls, scores: NDArray[np.float64], right: NDArray[np.bool_], there: int) -> Curve:
        """The curve of predictions, in any order.

        scores: (m,) float64, their probabilities; right: (m,) bool; there: how many there were to be found,
        predicted or not.
        """
        if not len(scores):
            return cls(np.empty(0), np.empty(0), np.empty(0))
        order = np.argsort(-scores, kind="stable")
        falling = scores[order]
        ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], True))
        hits = np.cumsum(right[order])[ends]
        last = min(int(np.searchsorted(hits, there)) + 1, len(hits))
        hits, taken = hits[:last], ends[:last] + 1
        precision, recall = np.append(hits / taken, 1.0), np.append(hits / max(there, 1), 0.0)
        return cls(falling[ends[:last]], precision, recall)

    def precision_at_recall(self, recall: float) -> float:
        """The best precision of a point with at least this recall; 0 where none has it."""
        return float(self.precision[self.recall >= _share("recall", recall)].max(initial=0.0))

    def recall_at_precision(self, precision: float) -> float:
        """The best recall of a point with at least this precision; 0 where none has it."""
        return float(self.recall[self.precision >= _share("precision", precision)].max(initial=0.0))

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "scores": self.scores.tolist(), "precision": self.precision.tolist(),
            "recall": self.recall.tolist(),
        }  # fmt: skip


def _share(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise OptionError(f"{name} must lie between 0 and 1, got {value!r}")
    return value
