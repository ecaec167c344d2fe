"""`omnivec evaluate MODEL --similarity … --suite english`: what the vectors of words are worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import count, several
from omnivec.cli.judge.flags import ANALOGIES_HELP, Similarity, Suite
from omnivec.cli.judge.sets import Data, named
from omnivec.cli.out import shown
from omnivec.errors import InputError

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.evaluate.suite import Suite as Sets
    from omnivec.evaluate.suite import SuiteScore
    from omnivec.results import ResultTable
    from omnivec.vectors import Vectors

WORDS = Group("Words (files, or names of omnivec datasets)", sort_key=0)


@dataclass(frozen=True)
class Asked:
    """What is asked about the vectors of words."""

    similarity: Annotated[Similarity, Parameter(group=WORDS)] = None
    analogies: Annotated[str | None, Parameter(group=WORDS, metavar="FILE", help=f"{ANALOGIES_HELP}.")] = None
    categories: Annotated[
        list[str] | None,
        several("FILE...", "Words with their category, parted by a tab: how pure groups of them are."),
        Parameter(group=WORDS),
    ] = None
    outliers: Annotated[
        list[str] | None,
        several("FILE...", "NAME<tab>WORDS<tab>OUTLIERS: whether the odd word is found."),
        Parameter(group=WORDS),
    ] = None
    suite: Annotated[
        Suite,
        Parameter(
            group=WORDS,
            help="All named sets of a language that are on this machine. [default, where nothing else is "
            "asked: by the letters of the words]",
        ),
    ] = None
    data: Annotated[Data, Parameter(group=WORDS)] = None
    method: Annotated[
        Literal["add", "mul"],
        Parameter(
            group=WORDS,
            show_default=False,
            metavar="add|mul",
            help="Of analogies: 3CosAdd or 3CosMul. [default add]",
        ),
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
        given = {
            "similarity": self.similarity,
            "analogies": [self.analogies] if self.analogies else None,
            "categorisation": self.categories,
            "outliers": self.outliers,
        }
        files = {kind: named(kind, words, self.data) for kind, words in given.items()}
        if not self.any:
            return Ready(None, None)
        from omnivec.evaluate.suite import Suite as Sets

        options: dict[str, Any] = {
            "restrict": restrict, "fold_case": fold_case, "unseen": self.unseen, "resamples": self.resamples,
            "method": self.method, "unit": not self.raw,
        }  # fmt: skip
        return Ready(
            Sets(files, **options) if any(files.values()) else None,
            None if self.suite is None else Sets(self.suite, folder=self.data, **options),
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


@dataclass(frozen=True)
class Ready:
    """What was asked, read and checked: files, and the sets of a language."""

    files: Sets | None
    language: Sets | None

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
