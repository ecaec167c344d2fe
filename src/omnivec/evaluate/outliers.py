"""Which word does not belong to the others? The one that is least like them, if the vectors are any good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np

from omnivec.evaluate.groups import Group, read_groups
from omnivec.evaluate.intervals import RESAMPLES, Interval, interval_notes, interval_of
from omnivec.evaluate.questions import PathOrName
from omnivec.evaluate.words import Words
from omnivec.index.cosine import Rows
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class OutlierScore(Tabular):
    """How often the outlier was found in one file's groups, and how many of its questions could be asked."""

    name: str
    """The file's name without its ending."""
    accuracy: float | None
    """Share of questions whose outlier is least like the others; None when none could be asked."""
    position: float | None
    """Mean share of the group's words that are more like the others than the outlier is: 1 when it always
    comes last."""
    questions: int
    """Asked: one for each outlier of each group."""
    covered: int
    """Questions whose outlier is known, and two words of whose group."""
    unknown: int
    """Words of groups, each group's once, that are unknown and left out."""
    ci: Interval = Interval.unknown()
    """Of the accuracy, by drawing the covered questions anew."""

    def as_json(self) -> dict[str, Any]:
        """All but the name, as ``omnivec evaluate --json`` prints it."""
        scores = {"accuracy": self.accuracy, "position": self.position}
        counts = {"questions": self.questions, "covered": self.covered, "unknown": self.unknown}
        return {**scores, **counts, "ci": self.ci.as_json()}

    def tables(self) -> list[ResultTable]:
        """One row."""
        return [outlier_table({self.name: self})]


def outlier_table(scores: Mapping[str, OutlierScore]) -> ResultTable:
    """A row for each set, by its name."""
    rows = [
        (name, s.accuracy, *s.ci.cells(), s.position, s.covered, s.questions, s.unknown)
        for name, s in scores.items()
    ]
    columns = ("set", "accuracy", "low", "high", "position", "found", "of questions", "unknown words")
    notes = interval_notes((s.ci for s in scores.values()), "accuracy")
    return ResultTable("Outliers", columns, rows, dict.fromkeys(columns[1:5], ".1%"), notes)


def outliers(
    vectors: Vectors,
    path: PathOrName,
    *,
    restrict: int | None = 300_000,
    fold_case: bool = True,
    unseen: bool = False,
    resamples: int = RESAMPLES,
) -> OutlierScore:
    """Find the odd word among a group's words and one outlier, for each outlier of a file of groups.

    The odd one is that whose mean cosine with the others is lowest, which is whose absence leaves the most
    compact group. Unknown words of a group are left out; an unknown outlier cannot be asked for.

    Args: as `similarity`.
    Raises: InputError for a file that is missing, empty, binary or has no group.

    Source: Camacho-Collados and Navigli 2016, whose accuracy and OPP are `accuracy` and `position`.
    """
    words = Words(vectors, restrict=restrict, fold_case=fold_case, unseen=unseen)
    return found_out(words, read_groups(path), Path(path).stem, resamples)


def found_out(words: Words, groups: Sequence[Group], name: str, resamples: int = RESAMPLES) -> OutlierScore:
    """`outliers` of groups that are read already."""
    shares: list[float] = []
    unknown = 0
    for group in groups:
        members, known = words.units(group.words)
        unknown += int(np.count_nonzero(~known))
        odd, _ = words.units(group.outliers)
        if len(members) >= 2:
            shares += [_position(members, one) for one in odd]
    right = np.array(shares) == 1
    asked = sum(len(group.outliers) for group in groups)
    if not shares:
        return OutlierScore(name, None, None, asked, 0, unknown)
    ci = interval_of("mean", right, resamples=resamples)
    return OutlierScore(name, float(right.mean()), float(np.mean(shares)), asked, len(shares), unknown, ci)


def _position(members: Rows, outlier: Rows) -> float:
    """Share of the members (n, dim) that are more like the others than the outlier (dim,); all unit."""
    everyone = np.vstack([members, outlier]).astype(np.float64)
    likeness = everyone @ everyone.sum(axis=0)  # with itself, too, which adds 1 to each
    return float(np.mean(likeness[:-1] > likeness[-1]))
