"""Precision against recall by its definition: one threshold after the other, everything counted anew.

Source: Manning, Raghavan, Schütze 2008, Introduction to Information Retrieval, 8.4.
"""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float | None, float, float]
"""Score, precision, recall."""


def curve(predictions: Sequence[tuple[float, bool]], there: int) -> list[Point]:
    """[(score, precision, recall)] from the highest score down, and (None, 1, 0) at the end.

    predictions: pairs (score, right or not) in any order; there: how many there were to be found. It ends at
    the first point of full recall.
    """
    points: list[Point] = []
    for threshold in sorted({score for score, _ in predictions}, reverse=True):
        taken = [right for score, right in predictions if score >= threshold]
        points.append((threshold, sum(taken) / len(taken), sum(taken) / max(there, 1)))
        if sum(taken) == there:
            break
    return [*points, (None, 1.0, 0.0)] if points else []


def precision_at_recall(points: Sequence[Point], recall: float) -> float:
    """The best precision of a point with at least this recall."""
    return max((precision for _, precision, found in points if found >= recall), default=0.0)


def recall_at_precision(points: Sequence[Point], precision: float) -> float:
    """The best recall of a point with at least this precision."""
    return max((found for _, exact, found in points if exact >= precision), default=0.0)
