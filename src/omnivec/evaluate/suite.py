"""All the named sets of a language at once: similarity, analogies, categories, outliers, one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, final

from omnivec.data.catalogue import DataSet, catalogue, data_set
from omnivec.errors import InputError, OptionError
from omnivec.evaluate.analogy import AnalogyScore, Method, analogy_table, answered, checked
from omnivec.evaluate.categorisation import CategorisationScore, categorisation_table, sorted_out
from omnivec.evaluate.groups import read_categories, read_groups
from omnivec.evaluate.intervals import RESAMPLES, interval_notes
from omnivec.evaluate.outliers import OutlierScore, found_out, outlier_table
from omnivec.evaluate.questions import PathOrName, read_analogies, read_pairs
from omnivec.evaluate.similarity import SimilarityScore, agreement, similarity_table
from omnivec.evaluate.words import Words
from omnivec.results import Cell, ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

KINDS = ("similarity", "analogies", "categorisation", "outliers")
"""Of sets that ask for words."""
LANGUAGES = {"english": "en", "korean": "ko"}

Score: TypeAlias = SimilarityScore | AnalogyScore | CategorisationScore | OutlierScore
Files: TypeAlias = Mapping[str, Iterable[PathOrName] | Mapping[str, PathOrName]]
"""Paths by kind, or by kind and name."""

_READ: dict[str, Callable[[Path], Any]] = {
    "similarity": read_pairs, "analogies": read_analogies, "categorisation": read_categories,
    "outliers": read_groups,
}  # fmt: skip


@final
@dataclass(frozen=True)
class SuiteScore(Tabular):
    """What was found, by the names of the sets, and which sets were not there."""

    similarity: dict[str, SimilarityScore]
    analogies: dict[str, AnalogyScore]
    categorisation: dict[str, CategorisationScore]
    outliers: dict[str, OutlierScore]
    absent: tuple[str, ...] = ()
    """Names of sets that this machine has not."""

    def as_json(self) -> dict[str, Any]:
        """Scores by kind and set; kinds without a set are left out."""
        kinds = {kind: getattr(self, kind) for kind in KINDS}
        told = {
            kind: {name: one.as_json() for name, one in scores.items()}
            for kind, scores in kinds.items()
            if scores
        }
        return {**told, "absent": [*self.absent]}

    def tables(self) -> list[ResultTable]:
        """A summary of all sets, then a table of each kind."""
        return [self.summary(), *self.by_kind()]

    def by_kind(self) -> list[ResultTable]:
        """A table for each kind, a row for each set, and of analogies one for each section."""
        tables = [similarity_table(self.similarity)] if self.similarity else []
        tables += [analogy_table(one, f"Analogies, {name}") for name, one in self.analogies.items()]
        if self.categorisation:
            tables.append(categorisation_table(self.categorisation))
        if self.outliers:
            tables.append(outlier_table(self.outliers))
        return tables

    def summary(self) -> ResultTable:
        """One figure for each set, Spearman, accuracy or purity; names of two kinds are told with them."""
        asked = [
            *(("similarity", n, "Spearman", s.spearman, s.ci, s.covered, s.pairs)
              for n, s in self.similarity.items()),
            *(("analogies", n, "accuracy", a.total.accuracy, a.total.ci, a.total.seen, a.total.asked)
              for n, a in self.analogies.items()),
            *(("categorisation", n, "purity", c.purity, c.ci, c.covered, c.words)
              for n, c in self.categorisation.items()),
            *(("outliers", n, "accuracy", o.accuracy, o.ci, o.covered, o.questions)
              for n, o in self.outliers.items()),
        ]  # fmt: skip
        names = Counter(name for _, name, *_ in asked)
        rows: list[tuple[Cell, ...]] = [
            (name if names[name] == 1 else f"{name} ({kind})", figure, value, *ci.cells(), *counts)
            for kind, name, figure, value, ci, *counts in asked
        ]
        columns = ("set", "figure", "value", "low", "high", "found", "asked")
        notes = interval_notes((one[4] for one in asked), "value")
        if self.absent:
            notes.append(f"not on this machine: {', '.join(self.absent)}; omnivec datasets says where from")
        return ResultTable("Suite", columns, rows, notes=notes)

    def numbers(self) -> dict[str, float]:
        """The figures of `summary` by the names that the sets have there, those that there are."""
        return {str(row[0]): float(row[2]) for row in self.summary().rows if row[2] is not None}


@final
class Suite:
    """Sets that are read and checked once and asked of any number of vectors.

    A suite is a function of `Vectors` that returns numbers by name, which is what ``fit(evaluate=)`` takes.

    Args: `sets`: names of sets; or a language, english or korean, for all of its sets that are on this
    machine; or files of your own by kind, ``{"similarity": ["pairs.tsv"], "analogies": ["questions.txt"]}``,
    with "categorisation" and "outliers", whose names are their paths, or a mapping of name to path;
    `folder` with data sets, otherwise that of OMNIVEC_DATA; what is left: as `analogies`.
    Raises: OptionError for a name or a kind that is none; InputError for a set that was named and is absent,
    where none of a language is there, and for a file without questions; FormatError for a set's file with
    other bytes than the set's.
    """

    def __init__(
        self,
        sets: str | Iterable[str] | Files = "english",
        *,
        folder: PathOrName | None = None,
        restrict: int | None = 300_000,
        fold_case: bool = True,
        unseen: bool = False,
        method: Method = "add",
        unit: bool = True,
        resamples: int = RESAMPLES,
    ) -> None:
        self.restrict, self.fold_case, self.unseen = restrict, fold_case, unseen
        self.method, self.unit, self.resamples = checked(method, unit), unit, resamples
        place = None if folder is None else Path(folder)
        self.absent: tuple[str, ...] = ()
        """Sets of the language that this machine has not."""
        if isinstance(sets, Mapping):
            chosen = list(_of_files(sets))
        elif isinstance(sets, str) and sets in LANGUAGES:
            there, self.absent = _of_language(sets, place)
            chosen = [(one.kind, one.name, one.path(folder=place)) for one in there]
        else:
            names = [sets] if isinstance(sets, str) else dict.fromkeys(sets)
            named = [data_set(name, KINDS) for name in names]
            chosen = [(one.kind, one.name, one.path(folder=place)) for one in named]
        self._questions = [(kind, name, _READ[kind](path)) for kind, name, path in chosen]

    @property
    def sets(self) -> list[str]:
        """Names of the sets that are asked."""
        return [name for _, name, _ in self._questions]

    def __call__(self, vectors: Vectors) -> dict[str, float]:
        """One number for each set, as `SuiteScore.numbers`, without intervals, which take time."""
        return self._scored(vectors, 0, None).numbers()

    def score(self, vectors: Vectors, told: Callable[[str], None] | None = None) -> SuiteScore:
        """All figures, with coverage and intervals; `told` hears which set comes next."""
        return self._scored(vectors, self.resamples, told)

    def _scored(self, vectors: Vectors, resamples: int, told: Callable[[str], None] | None) -> SuiteScore:
        words = Words(vectors, restrict=self.restrict, fold_case=self.fold_case, unseen=self.unseen)
        found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        for kind, name, questions in self._questions:
            if told is not None:
                told(name)
            found[kind][name] = self._score(words, kind, name, questions, resamples)
        return SuiteScore(**found, absent=self.absent)

    def _score(self, words: Words, kind: str, name: str, questions: Any, resamples: int) -> Score:
        if kind == "similarity":
            return agreement(words, questions, name, resamples)
        if kind == "analogies":
            return answered(words, questions, self.method, self.unit, resamples)
        if kind == "categorisation":
            return sorted_out(words, questions, name, resamples=resamples)
        return found_out(words, questions, name, resamples)


def suite(vectors: Vectors, sets: str | Iterable[str] | Files = "english", **options: Any) -> SuiteScore:
    """The score of `Suite` for one set of vectors; options as there."""
    return Suite(sets, **options).score(vectors)


def _of_files(files: Files) -> Iterator[tuple[str, str, Path]]:
    for kind, some in files.items():
        if kind not in KINDS:
            raise OptionError(f"expected files by kind, which is one of {', '.join(KINDS)}, got {kind!r}")
        named = some if isinstance(some, Mapping) else {str(path): path for path in some}
        yield from ((kind, name, Path(path)) for name, path in named.items())


def _of_language(name: str, folder: Path | None) -> tuple[list[DataSet], tuple[str, ...]]:
    """Its sets that are here, and the names of the others. A wrong checksum is said when they are read."""
    sets = [one for one in catalogue().values() if one.kind in KINDS and one.language == LANGUAGES[name]]
    there = [one for one in sets if one.state(folder) != "absent"]
    if not there:
        try:
            sets[0].path(folder=folder)
        except InputError as missing:
            raise InputError(f"none of the {len(sets)} {name} sets is here; {missing}") from None
    return there, tuple(one.name for one in sets if one not in there)
