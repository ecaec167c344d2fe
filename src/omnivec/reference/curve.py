"""Precision against recall by its definition: one threshold after the other, everything counted anew.

Source: Manning, Raghavan, Schütze 2008, Introduction to Information Retrieval, 8.4.
"""


def curve(predictions, there):
    """[(score, precision, recall)] from the highest score down, and (None, 1, 0) at the end.

    predictions: pairs (score, right or not) in any order; there: how many there were to be found. It ends at
    the first point of full recall.
    """
    points = []
    for threshold in sorted({score for score, _ in predictions}, reverse=True):
        taken = [right for score, right in predictions if score >= threshold]
        points.append((threshold, sum(taken) / len(taken), sum(taken) / max(there, 1)))
        if sum(taken) == there:
            break
    return [*points, (None, 1.0, 0.0)] if points else []


def precision_at_recall(points, recall):
    """The best precision of a point with at least this recall."""
    return max((precision for _, precision, found in points if found >= recall), default=0.0)


def recall_at_precision(points, precision):
    """The best recall of a point with at least this precision."""
    return max((found for _, exact, found in points if exact >= precision), default=0.0)
