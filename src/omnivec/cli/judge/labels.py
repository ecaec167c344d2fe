"""`omnivec evaluate MODEL TEXTS`: precision and recall of a classifier, its scores by label, its curves."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import Common
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.report import Report

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.evaluate.label_scores import ClassificationScore
    from omnivec.model import Model

MOST = 20
"""Labels, and pairs of labels taken for each other, that are shown unless they are asked for."""

LABELS = Group("Labels", sort_key=0)


@dataclass(frozen=True)
class Asked:
    """What is asked about the labels of texts."""

    k: Annotated[
        int,
        Parameter(
            name=["-k", "--k"], group=LABELS, show_default=False, metavar="N",
            help="Labels to predict; -1 for all. [default 1]",
        ),
    ] = 1  # fmt: skip
    threshold: Annotated[
        float,
        Parameter(
            group=LABELS, show_default=False, metavar="X",
            help="Predict only labels with this probability. [default 0]",
        ),
    ] = 0.0  # fmt: skip
    ignore_unseen: Annotated[
        bool, Parameter(group=LABELS, help="Leave labels out that training had not, as fastText does.")
    ] = False
    per_label: Annotated[
        bool, Parameter(group=LABELS, help="F1, precision and recall of every label of the model.")
    ] = False
    confusion: Annotated[
        bool, Parameter(group=LABELS, help="Every label beside those it is taken for, in texts with one.")
    ] = False
    curve: Annotated[
        str | None,
        Parameter(
            group=LABELS, metavar="OUT.csv|OUT.json",
            help="Write precision against recall, of all labels and of each; -k -1 for whole curves.",
        ),
    ] = None  # fmt: skip

    def check(self) -> None:
        """Raises: WrongCall for a file of curves of another kind."""
        if self.curve is not None and not self.curve.endswith((".csv", ".json")):
            raise WrongCall(f"--curve must end in .csv or .json, got {self.curve!r}")


def judge_labels(
    classifier: Model,
    name: str,
    source: Any,
    asked: Asked,
    report: Report,
    common: Common,
    display: Display,
) -> int:
    """Predict texts whose labels are known, and print the scores. name: of the model, as it was given."""
    from omnivec.data.sources import describe
    from omnivec.store.replace import replacing

    # The place is looked at before the work, and a file appears there after it, whole.
    place = nullcontext() if asked.curve is None else replacing(asked.curve, overwrite=report.overwrite)
    with place as target:
        with display.busy("Labels", describe(source)):
            score = classifier.evaluate(source, asked.k, asked.threshold, ignore_unseen=asked.ignore_unseen)
        if target is not None and asked.curve is not None:
            target.write((as_csv if asked.curve.endswith(".csv") else curves_as_json)(score).encode())
    if asked.curve is not None:
        display.line("Saved", shown(asked.curve))
    report.write(f"Evaluation of {name}", score.tables())
    if common.json:
        emit_json({"classification": score.as_json()})
    else:
        emit(*lines(score, asked))
    return 0


def lines(score: ClassificationScore, asked: Asked) -> list[str]:
    """The scores as tables: what was asked for, whole, or else the beginning of each."""
    text = _totals(score)
    if asked.per_label:
        text += ["", *_each(score)]
    if asked.confusion:
        text += ["", *_taken(score.confusion, len(score.confusion))]
    return text if asked.per_label or asked.confusion else text + _beginnings(score)


def _totals(score: ClassificationScore) -> list[str]:
    at = "" if score.k < 0 else f"@{score.k}"
    head = [("Texts", "without label", "unknown", f"precision{at}", f"recall{at}", "F1")]
    counts, shares = (score.texts, score.without, score.unknown), (score.precision, score.recall, score.f1)
    text = aligned([*head, [*(f"{count:,}" for count in counts), *map(number, shares)]])
    if score.unseen:
        how = "left out" if score.unseen_ignored else "counted as misses"
        some = ", ".join(map(shown, list(score.unseen)[:5])) + (" …" if len(score.unseen) > 5 else "")
        text += ["", f"{len(score.unseen):,} labels that training had not, {how}: {some}"]
    return text


def _each(score: ClassificationScore) -> list[str]:
    """Every label in the model's order, the most frequent of its training first, as `fasttext test-label`."""
    rows = [("F1", "precision", "recall", "label")]
    for name in [*score.names, *(() if score.unseen_ignored else score.unseen)]:
        one = score.label(name)
        f1 = f"{one.f1:.6f}" if one.predicted + one.there else "-"
        precision = f"{one.precision:.6f}" if one.predicted else "-"
        rows.append((f1, precision, f"{one.recall:.6f}" if one.there else "-", shown(name)))
    names = [row[-1] for row in rows]
    return [f"{line}  {name}" for line, name in zip(aligned(row[:3] for row in rows), names, strict=True)]


def _taken(pairs: dict[tuple[str, str], int], most: int) -> list[str]:
    rows = [("Label", "taken for", "times")]
    rows += [(shown(there), shown(said), f"{times:,}") for (there, said), times in list(pairs.items())[:most]]
    return aligned(rows, left=2)


def _beginnings(score: ClassificationScore) -> list[str]:
    rows = [("Label", "precision", "recall", "F1", "predicted", "there")]
    rows += [
        (shown(name), number(s.precision), number(s.recall), number(s.f1), f"{s.predicted:,}", f"{s.there:,}")
        for name, s in list(score.labels.items())[:MOST]
    ]
    text = ["", *aligned(rows), *more(len(score.labels), "--per-label")]
    wrong = {pair: times for pair, times in score.confusion.items() if pair[0] != pair[1]}
    return text + (["", *_taken(wrong, MOST), *more(len(wrong), "--confusion")] if wrong else [])


def more(count: int, flag: str) -> list[str]:
    """What is left out."""
    return [f"… {count - MOST:,} more, all of them with {flag}"] if count > MOST else []


def number(value: float) -> str:
    """A share as a line of a table has it."""
    return f"{value:.4f}"


def as_csv(score: ClassificationScore) -> str:
    """The curves as a table: label (empty for all together), score (none at the end), precision, recall."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("label", "score", "precision", "recall"))
    for label in (None, *score.names):
        curve = score.curve(label)
        scores: Iterator[object] = iter([*curve.scores.tolist(), ""])
        for row in zip(scores, curve.precision.tolist(), curve.recall.tolist(), strict=False):
            writer.writerow((label or "", *row))
    return text.getvalue()


def curves_as_json(score: ClassificationScore) -> str:
    """The curves as an object: of all labels together, and of each by its name."""
    labels = {name: score.curve(name).as_json() for name in score.names}
    return json.dumps({"all": score.curve().as_json(), "labels": labels}, ensure_ascii=False) + "\n"
