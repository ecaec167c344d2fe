"""Do vectors fall into the categories that people name? Purity of as many groups as there are categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate import kmeans
from omnivec.evaluate.groups import read_categories
from omnivec.evaluate.intervals import RESAMPLES, Interval, interval_notes, interval_of
from omnivec.evaluate.partition import contingency
from omnivec.evaluate.questions import PathOrName
from omnivec.evaluate.words import Words
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class CategorisationScore(Tabular):
    """How pure the groups of one file's words are, and how much of the file they are."""

    name: str
    """The file's name without its ending."""
    purity: float | None
    """Share of words that are of the most frequent category of their group; None with fewer than two words.
    1 / categories is about what chance gives, more where groups are few and uneven."""
    categories: int
    """Of the known words: as many groups are made."""
    words: int
    """Words asked, each once."""
    covered: int
    """Words known."""
    ci: Interval = Interval.unknown()
    """Of the purity, by drawing the known words anew, the groups staying as they are."""

    def as_json(self) -> dict[str, Any]:
        """All but the name, as ``omnivec evaluate --json`` prints it."""
        counts = {"categories": self.categories, "words": self.words, "covered": self.covered}
        return {"purity": self.purity, **counts, "ci": self.ci.as_json()}

    def tables(self) -> list[ResultTable]:
        """One row."""
        return [categorisation_table({self.name: self})]


def categorisation_table(scores: Mapping[str, CategorisationScore]) -> ResultTable:
    """A row for each set, by its name."""
    rows = [(name, s.purity, *s.ci.cells(), s.categories, s.covered, s.words) for name, s in scores.items()]
    columns = ("set", "purity", "low", "high", "categories", "found", "of words")
    notes = interval_notes((s.ci for s in scores.values()), "purity")
    return ResultTable("Categories", columns, rows, dict.fromkeys(columns[1:4], ".1%"), notes)


def categorisation(
    vectors: Vectors,
    path: PathOrName,
    *,
    restrict: int | None = 300_000,
    fold_case: bool = True,
    unseen: bool = False,
    seed: int = 1,
    resamples: int = RESAMPLES,
) -> CategorisationScore:
    """Group the words of a file of word and category by their cosines, and see how pure the groups are.

    As many groups as the known words have categories, by k-means of directions, the best of ten starts. A
    word counts once, with the first category that it has; an unknown word is left out.

    Args: as `similarity`; `seed` of the starts.
    Raises: InputError for a file that is missing, empty, binary or has no word.
    """
    words = Words(vectors, restrict=restrict, fold_case=fold_case, unseen=unseen)
    return sorted_out(words, read_categories(path), Path(path).stem, seed, resamples)


def sorted_out(
    words: Words, categories: Mapping[str, str], name: str, seed: int = 1, resamples: int = RESAMPLES
) -> CategorisationScore:
    """`categorisation` of words that are read already."""
    units, known = words.units(list(categories))
    labels = [label for label, there in zip(categories.values(), known, strict=True) if there]
    named, label = np.unique(np.array(labels, str), return_inverse=True)
    asked, covered = len(categories), len(labels)
    if covered < 2:
        return CategorisationScore(name, None, len(named), asked, covered)
    right = majority(kmeans.group(units, len(named), seed=seed).groups, label)
    ci = interval_of("mean", right, resamples=resamples)
    return CategorisationScore(name, float(right.mean()), len(named), asked, covered, ci)


def majority(groups: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whose label is the most frequent one of its group, (n,); their share is `partition.purity`.

    Groups and labels (n,) are numbers from 0. Of labels that are equally frequent the lowest counts.
    """
    right: NDArray[np.bool_] = contingency(groups, labels).argmax(axis=1)[groups] == labels
    return right
