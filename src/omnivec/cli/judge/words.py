"""`omnivec evaluate MODEL --similarity … --suite english`: what the vectors of words are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import count
from omnivec.cli.judge.sets import file_or_set
from omnivec.cli.out import shown
from omnivec.errors import InputError

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.evaluate.suite import Suite, SuiteScore
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
        Parameter(
            group=WORDS, show_default=False,
            help="All named sets of a language that are on this machine. [default, where nothing else is "
            "asked: by the letters of the words]",
        ),
    ] = None  # fmt: skip
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
        files = {
            "similarity": self._named("similarity", self.similarity),
            "analogies": self._named("analogies", [self.analogies] if self.analogies else None),
            "categorisation": self._named("categorisation", self.categories),
            "outliers": self._named("outliers", self.outliers),
        }
        if not self.any:
            return Ready(None, None)
        from omnivec.evaluate.suite import Suite

        options: dict[str, Any] = {
            "restrict": restrict, "fold_case": fold_case, "unseen": self.unseen, "resamples": self.resamples,
            "method": self.method, "unit": not self.raw,
        }  # fmt: skip
        return Ready(
            Suite(files, **options) if any(files.values()) else None,
            None if self.suite is None else Suite(self.suite, folder=self.data, **options),
        )

    def by_letters(self, vectors: Vectors, display: Display) -> Asked:
        """The same with the suite of the language whose letters most of the words have, which is said.

        Raises: WrongCall where that is none.
        """
        from omnivec.evaluate.language import language

        try:
            found = language(vectors.keys)
        except InputError as error:
            raise WrongCall(
                "evaluate needs --similarity FILE, --analogies FILE, --categories FILE, --outliers FILE, "
                f"--sts FILE or --transfer FILE, or TEXTS with labels: {error}"
            ) from None
        display.line(
            "Suite", f"{found.name}, whose letters {found.words:,} of the first {found.asked:,} words have"
        )
        return replace(self, suite=found.name)  # type: ignore[arg-type]

    def policy(self, restrict: int, fold_case: bool) -> str:
        """What was done about unknown words, in words; empty where none were asked for."""
        if not self.any:
            return ""
        case = "in upper case" if fold_case else "as they are spelt"
        parts = ", and words that have parts" if self.unseen else ""
        return (
            f"Known: the {restrict:,} most frequent words at most, compared {case}{parts}. "
            "What holds an unknown word is left out; found says how much is not."
        )

    def _named(self, kind: str, given: Sequence[str] | None) -> dict[str, Path]:
        """Path by name: a file's without its ending, or the path as given where two share it; a set's own."""
        paths = {word: self._path(kind, word) for word in given or ()}
        stems = [Path(word).stem for word in paths]
        return {
            word if stems.count(Path(word).stem) > 1 else Path(word).stem: path
            for word, path in paths.items()
        }

    def _path(self, kind: str, word: str) -> Path:
        """A file, or else the file of the set of this name."""
        found = file_or_set(word, kind)
        if isinstance(found, Path):
            return found
        return found.path(folder=None if self.data is None else Path(self.data))


@dataclass(frozen=True)
class Ready:
    """What was asked, read and checked: files, and the sets of a language."""

    files: Suite | None
    language: Suite | None

    def judged(self, vectors: Vectors, display: Display) -> Found:
        """The scores."""

        def told(name: str) -> None:
            display.living("Scoring", f"{shown(name)} …")

        found = Found(
            *(None if one is None else one.score(vectors, told) for one in (self.files, self.language))
        )
        display.rest()
        return found


@dataclass(frozen=True)
class Found:
    """The answers."""

    files: SuiteScore | None
    language: SuiteScore | None

    def as_json(self) -> dict[str, object]:
        """Them as JSON: only what was asked for. Of analogies there is one file, which needs no name."""
        report: dict[str, object] = {}
        if self.files is not None:
            report = self.files.as_json()
            del report["absent"]
            for score in self.files.analogies.values():
                report["analogies"] = score.as_json()
        if self.language is not None:
            report["suite"] = self.language.as_json()
        return report

    def tables(self) -> list[ResultTable]:
        """Them as tables, a row for each set or section."""
        tables = [] if self.files is None else self.files.by_kind()
        return tables if self.language is None else [*tables, *self.language.tables()]
