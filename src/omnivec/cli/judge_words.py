"""`omnivec evaluate MODEL --similarity … --suite english`: what the vectors of words are worth."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from omnivec.cli.failure import NotThere, WrongCall, did_you_mean, existing
from omnivec.cli.flags import count

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.evaluate import AnalogyScore, CategorisationScore, OutlierScore, SimilarityScore, SuiteScore
    from omnivec.evaluate.suite import Suite
    from omnivec.results import ResultTable
    from omnivec.vectors import Vectors

WORDS = Group("Words (files, or names of omnivec datasets)", sort_key=0)

Restrict = Annotated[
    int,
    Parameter(help="Ask about the N most frequent words only. [default 300000]", show_default=False),
    count("restrict"),
]
FoldCase = Annotated[
    bool,
    Parameter(
        negative="--no-fold-case", help="Compare words in upper case. [default on]", show_default=False
    ),
]


def _files(text: str) -> Parameter:
    return Parameter(consume_multiple=True, group=WORDS, metavar="FILE...", help=text)


@dataclass(frozen=True)
class Asked:
    """What is asked about the vectors of words."""

    similarity: Annotated[list[str] | None, _files("Word pairs with a person's score, parted by tabs.")] = (
        None
    )
    analogies: Annotated[
        str | None,
        Parameter(
            group=WORDS, metavar="FILE", help="Questions of four words a line; ': name' begins a section."
        ),
    ] = None
    categories: Annotated[
        list[str] | None, _files("Words with their category, parted by a tab: how pure groups of them are.")
    ] = None
    outliers: Annotated[
        list[str] | None, _files("NAME<tab>WORDS<tab>OUTLIERS: whether the odd word is found.")
    ] = None
    suite: Annotated[
        Literal["english", "korean"] | None,
        Parameter(group=WORDS, help="All named sets of a language that are on this machine."),
    ] = None
    data: Annotated[
        str | None,
        Parameter(group=WORDS, metavar="FOLDER", help="Where named sets are. [default: $OMNIVEC_DATA]"),
    ] = None
    method: Annotated[
        Literal["add", "mul"],
        Parameter(group=WORDS, show_default=False, help="Of analogies: 3CosAdd or 3CosMul. [default add]"),
    ] = "add"
    raw: Annotated[
        bool, Parameter(group=WORDS, help="Analogies by rows as they are, in place of rows of length one.")
    ] = False
    unseen: Annotated[
        bool,
        Parameter(
            group=WORDS, help="Words that are no keys count, too, by their parts where words have parts."
        ),
    ] = False
    resamples: Annotated[
        int, count("resamples", 0, 1_000_000),
        Parameter(group=WORDS, show_default=False, help="Of the intervals, 0 for none. [default 1000]"),
    ] = 1000  # fmt: skip

    @property
    def any(self) -> bool:
        """Whether something was asked."""
        return bool(self.similarity or self.analogies or self.categories or self.outliers or self.suite)

    def ready(self, restrict: int, fold_case: bool) -> Ready:
        """What was asked, found and checked before a model is opened.

        Raises: WrongCall, InputError for what is not there, FormatError for a set with a wrong checksum.
        """
        if self.raw and self.method == "mul":
            raise WrongCall("--method mul multiplies cosines, so rows have length one; leave --raw out")
        found = {
            "similarity": self._named("similarity", self.similarity),
            "analogies": self._named("analogies", [self.analogies] if self.analogies else None),
            "categorisation": self._named("categorisation", self.categories),
            "outliers": self._named("outliers", self.outliers),
        }
        common: dict[str, Any] = {
            "restrict": restrict, "fold_case": fold_case, "unseen": self.unseen, "resamples": self.resamples,
        }  # fmt: skip
        solving: dict[str, Any] = {"method": self.method, "unit": not self.raw}
        if self.suite is None:
            return Ready(found, common, solving, None)
        from omnivec.evaluate.suite import Suite

        return Ready(found, common, solving, Suite(self.suite, folder=self.data, **common, **solving))

    def _named(self, kind: str, given: Sequence[str] | None) -> dict[str, Path]:
        """Path by name: a file's without its ending, or the path as given where two share it; a set's own."""
        paths = {word: self._path(kind, word) for word in given or ()}
        stems = [Path(word).stem for word in paths]
        return {
            word if stems.count(Path(word).stem) > 1 else Path(word).stem: path
            for word, path in paths.items()
        }

    def _path(self, kind: str, word: str) -> Path:
        """A file, or else the set of this name."""
        if not word or Path(word).exists():
            return Path(existing(word))
        from omnivec.data.catalogue import catalogue, data_set

        if word in catalogue():
            return data_set(word, [kind]).path(folder=None if self.data is None else Path(self.data))
        names = [name for name, one in catalogue().items() if one.kind == kind]
        if near := difflib.get_close_matches(word.lower(), names, 1):
            raise NotThere(f"{word}: no such file, nor a data set{did_you_mean(near)}", near)
        return Path(existing(word))


@dataclass(frozen=True)
class Ready:
    """Files by kind and name, and how they are asked."""

    files: Mapping[str, Mapping[str, Path]]
    common: Mapping[str, Any]
    solving: Mapping[str, Any]
    suite: Suite | None


@dataclass(frozen=True)
class Found:
    """The answers, by name."""

    similarity: dict[str, SimilarityScore]
    analogies: AnalogyScore | None
    categorisation: dict[str, CategorisationScore]
    outliers: dict[str, OutlierScore]
    suite: SuiteScore | None

    def as_json(self) -> dict[str, object]:
        """Them as JSON: only what was asked for."""
        report: dict[str, object] = {}
        for kind in ("similarity", "analogies", "categorisation", "outliers"):
            scores = getattr(self, kind)
            if kind == "analogies" and scores is not None:
                report[kind] = scores.as_json()
            elif scores:
                report[kind] = {name: score.as_json() for name, score in scores.items()}
        if self.suite is not None:
            report["suite"] = self.suite.as_json()
        return report

    def tables(self) -> list[ResultTable]:
        """Them as tables, a row for each set or section."""
        from omnivec.evaluate.categorisation import categorisation_table
        from omnivec.evaluate.outliers import outlier_table
        from omnivec.evaluate.similarity import similarity_table

        tables = [similarity_table(self.similarity)] if self.similarity else []
        tables += self.analogies.tables() if self.analogies is not None else []
        tables += [categorisation_table(self.categorisation)] if self.categorisation else []
        tables += [outlier_table(self.outliers)] if self.outliers else []
        return tables + (self.suite.tables() if self.suite is not None else [])


def judged(vectors: Vectors, ready: Ready, display: Display) -> Found:
    """The scores of what was asked."""
    from omnivec import evaluate

    common = ready.common
    pairs, categories, groups = {}, {}, {}
    solved = None
    for name, path in ready.files["similarity"].items():
        with display.busy("Similarity", str(path)):
            pairs[name] = evaluate.similarity(vectors, path, **common)
    for path in ready.files["analogies"].values():
        with display.busy("Analogies", str(path)):
            solved = evaluate.analogies(vectors, path, **common, **ready.solving)
    for name, path in ready.files["categorisation"].items():
        with display.busy("Categories", str(path)):
            categories[name] = evaluate.categorisation(vectors, path, **common)
    for name, path in ready.files["outliers"].items():
        with display.busy("Outliers", str(path)):
            groups[name] = evaluate.outliers(vectors, path, **common)
    if ready.suite is None:
        return Found(pairs, solved, categories, groups, None)
    with display.busy("Suite", ", ".join(ready.suite.sets)):
        return Found(pairs, solved, categories, groups, ready.suite.score(vectors))
