"""`omnivec evaluate MODEL TEXTS`: precision and recall of a classifier, and its scores by label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnivec.cli import call
from omnivec.cli.columns import Labelled
from omnivec.cli.flags import Common
from omnivec.cli.opening import Opening
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from omnivec.evaluate.classification import ClassificationScore

MOST = 20
"""Labels, and pairs of labels taken for each other, that are shown; JSON has all."""


def judge_labels(
    model: str, texts: str, k: int, threshold: float, ignore_unseen: bool, table: Labelled, opening: Opening,
    common: Common,
) -> int:  # fmt: skip
    """Predict a file of texts whose labels are known, and print the scores."""
    from omnivec.evaluate.classification import classification

    source = table.of(call.source(texts))
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        classifier = opening.loaded(model, display)
        with display.busy("Labels", texts):
            score = classification(classifier, source, k, threshold, ignore_unseen=ignore_unseen)
    if common.json:
        emit_json({"classification": score.as_json()})
    else:
        emit(*lines(score))
    return 0


def lines(score: ClassificationScore) -> list[str]:
    """The scores as tables."""
    head = [("Texts", "without label", "unknown", f"precision@{score.k}", f"recall@{score.k}", "F1")]
    counts, shares = (score.texts, score.without, score.unknown), (score.precision, score.recall, score.f1)
    text = aligned([*head, [*(f"{count:,}" for count in counts), *map(number, shares)]])
    if score.unseen:
        how = "left out" if score.unseen_ignored else "counted as misses"
        some = ", ".join(map(shown, list(score.unseen)[:5])) + (" …" if len(score.unseen) > 5 else "")
        text += ["", f"{len(score.unseen):,} labels that training had not, {how}: {some}"]
    rows = [("Label", "precision", "recall", "F1", "predicted", "there")]
    rows += [
        (shown(name), number(s.precision), number(s.recall), number(s.f1), f"{s.predicted:,}", f"{s.there:,}")
        for name, s in list(score.labels.items())[:MOST]
    ]
    text += ["", *aligned(rows), *more(len(score.labels))]
    wrong = {pair: times for pair, times in score.confusion.items() if pair[0] != pair[1]}
    if wrong:
        rows3 = [("Label", "taken for", "times")]
        rows3 += [
            (shown(there), shown(said), f"{times:,}") for (there, said), times in list(wrong.items())[:MOST]
        ]
        text += ["", *aligned(rows3, left=2), *more(len(wrong))]
    return text


def more(count: int) -> list[str]:
    """What is left out."""
    return [f"… {count - MOST:,} more, all of them with --json"] if count > MOST else []


def number(value: float) -> str:
    """A share as a line of a table has it."""
    return f"{value:.4f}"
