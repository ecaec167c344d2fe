"""`omnivec compare A B`: neighbours, places, scores and texts with labels, by two models or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, count, seed_of, several
from omnivec.cli.judge.extrinsic import Asked, told
from omnivec.cli.judge.flags import ANALOGIES_HELP, FoldCase, Restrict, Similarity, Suite
from omnivec.cli.judge.sets import folder_of, named
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from omnivec.explore.comparison import Comparison, PairedScore
    from omnivec.model import Model
    from omnivec.results import ResultTable

MODELS_HELP = "Two model folders or more, or files of vectors in a format omnivec reads."


@dataclass(frozen=True)
class Neighbours:
    """What is asked of the words that models have in common."""

    words: Annotated[list[str] | None, several("WORD...", "Words to show, too.")] = None
    k: Annotated[
        int, count("k", 1, 1000),
        Parameter(name=["-k", "--k"], show_default=False, help="Neighbours of a word. [default 10]"),
    ] = 10  # fmt: skip
    asked: Annotated[
        int, count("asked"),
        Parameter(show_default=False, help="Words to ask, the most frequent common ones. [default 10000]"),
    ] = 10_000  # fmt: skip
    movers: Annotated[
        int, count("movers", 0),
        Parameter(show_default=False, help="Words to show that moved most. [default 10]"),
    ] = 10  # fmt: skip

    def pairs(self, opened: Mapping[str, Model], seed: int, display: Display) -> list[Comparison]:
        """Every two models compared."""
        from omnivec.explore.comparison import compare as compared

        found = []
        for (a, left), (b, right) in combinations(opened.items(), 2):
            with display.busy("Comparing", f"{a}, {b}"):
                found.append(
                    compared(
                        left.vectors, right.vectors, (a, b), k=self.k, asked=self.asked, movers=self.movers,
                        words=self.words or (), seed=seed,
                    )
                )  # fmt: skip
        return found


@dataclass(frozen=True)
class Questions:
    """Files and sets of questions that all models are asked."""

    similarity: Similarity = None
    analogies: Annotated[
        list[str] | None, several("FILE...", f"{ANALOGIES_HELP}, or names of omnivec datasets.")
    ] = None
    suite: Annotated[
        Suite, Parameter(help="All pairs and analogies of a language that are on this machine.")
    ] = None
    restrict: Restrict = 300_000
    fold_case: FoldCase = True

    def files(self, data: str | None) -> dict[str, tuple[str, Path]]:
        """Kind and place of files and sets, by their names, each looked into before any long work.

        Raises: InputError for what is not there, or holds no question; FormatError for a set with other
        bytes than its own.
        """
        from omnivec.evaluate.questions import read_analogies, read_pairs

        given = {"similarity": named("similarity", self.similarity, data),
                 "analogies": named("analogies", self.analogies, data)}  # fmt: skip
        found: dict[str, tuple[str, Path]] = {}
        for kind, paths in given.items():
            for name, path in paths.items():
                (read_pairs if kind == "similarity" else read_analogies)(path)
                found[f"{name}, {kind}" if name in found else name] = kind, path
        if self.suite is not None:
            from omnivec.data.catalogue import data_set
            from omnivec.evaluate.suite import Suite as Sets

            for one in map(data_set, Sets(self.suite, folder=data).sets):
                if one.kind in given:
                    there = one.kind, one.path(folder=folder_of(data))
                    is_file = found.get(one.name, there) != there
                    found[f"{one.name}, {self.suite}" if is_file else one.name] = there
        return found

    def scores(
        self, opened: Mapping[str, Model], files: Mapping[str, tuple[str, Path]], seed: int, display: Display
    ) -> list[PairedScore]:
        """The answers of all models to each file."""
        from omnivec.evaluate.words import Words
        from omnivec.explore.comparison import analogy_scores, similarity_scores

        words = {
            name: Words(model.vectors, restrict=self.restrict, fold_case=self.fold_case)
            for name, model in opened.items()
        }
        measures = {"similarity": similarity_scores, "analogies": analogy_scores}
        found = []
        for name, (kind, path) in files.items():
            with display.busy("Scoring", name):
                found.append(measures[kind](words, path, name, seed=seed))
        return found


def compare(
    *models: Annotated[str, Parameter(help=MODELS_HELP)],
    neighbours: Annotated[Neighbours, Parameter(name="*")] = Neighbours(),  # noqa: B008  (frozen)
    questions: Annotated[Questions, Parameter(name="*")] = Questions(),  # noqa: B008  (frozen)
    texts: Annotated[Asked, Parameter(name="*")] = Asked(),  # noqa: B008  (frozen)
    table: LabelledFlags = Labelled(),  # noqa: B008  (frozen)
    seed: Annotated[int, seed_of("folds, clusters and intervals")] = 1,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """What models have in common and where they differ: neighbours of words, words that moved, scores with
    paired tests; and, with --texts, whether one tells labels better when all else is the same.
    """
    if len(models) < 2:
        came = f"got {models[0]!r} alone" if models else "got none"
        raise WrongCall(f"compare needs two models or more, {came}; see omnivec compare --help")
    for path in models:
        existing(path)
    files = questions.files(texts.data)
    texts.check(table, bool(files))
    report.check()
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        read = None if texts.texts is None else texts.read(table, display)
        opened = {name: opening.loaded(path, display) for name, path in named_models(models).items()}
        pairs = neighbours.pairs(opened, seed, display)
        scores = questions.scores(opened, files, seed, display)
        found = None
        if read is not None:
            found = told(opened, read, texts, display, fold_case=questions.fold_case, seed=seed)
    tables = [_models(opened, models), *(each for pair in pairs for each in pair.tables())]
    if scores:
        from omnivec.explore.comparison import score_tables

        tables += score_tables(scores)
    as_json = {
        "models": [
            {"name": name, "path": path, "words": len(model.vectors), "dim": model.vectors.vector_size}
            for (name, model), path in zip(opened.items(), models, strict=True)
        ],
        "pairs": [pair.as_json() for pair in pairs],
        "scores": [score.as_json() for score in scores],
        "texts": None if found is None else found.as_json(),
    }
    tables += [] if found is None else found.tables()
    report.show(f"{' and '.join(opened)} compared", tables, as_json, json=common.json)
    return 0


def named_models(paths: Sequence[str]) -> dict[str, str]:
    """A name for each path, in their order: without its ending where that differs, or else with a number."""
    found: dict[str, str] = {}
    stems = [Path(path).stem for path in dict.fromkeys(paths)]
    for place, path in enumerate(paths):
        name = path if stems.count(Path(path).stem) > 1 else Path(path).stem
        before = paths[:place].count(path)
        found[f"{name} ({before + 1})" if before else name] = path
    return found


def _models(opened: Mapping[str, Model], paths: Sequence[str]) -> ResultTable:
    from omnivec.results import ResultTable

    rows = [
        (name, len(model.vectors), model.vectors.vector_size, model.learner, path)
        for (name, model), path in zip(opened.items(), paths, strict=True)
    ]
    return ResultTable("Models", ("model", "words", "dim", "learner", "path"), rows)
