"""`omnivec compare A B`: neighbours, places, scores and texts with labels, by two models or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, count
from omnivec.cli.judge.extrinsic import Asked, told
from omnivec.cli.judge.sets import file_or_set
from omnivec.cli.judge.words import FoldCase, Restrict
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from omnivec.explore.comparison import Comparison, PairedScore
    from omnivec.model import Model
    from omnivec.results import ResultTable

MODELS_HELP = "Two model folders or more, or files of vectors in a format omnivec reads."


def compare(
    *models: Annotated[str, Parameter(help=MODELS_HELP)],
    words: Annotated[
        list[str] | None,
        Parameter(consume_multiple=True, metavar="WORD...", help="Words to show, too."),
    ] = None,
    k: Annotated[
        int, count("k", 1, 1000),
        Parameter(name=["-k", "--k"], show_default=False, help="Neighbours of a word. [default 10]"),
    ] = 10,
    asked: Annotated[
        int, count("asked"),
        Parameter(show_default=False, help="Words to ask, the most frequent common ones. [default 10000]"),
    ] = 10_000,
    movers: Annotated[
        int, count("movers", 0),
        Parameter(show_default=False, help="Words to show that moved most. [default 10]"),
    ] = 10,
    similarity: Annotated[
        list[str] | None,
        Parameter(
            consume_multiple=True, metavar="FILE...",
            help="Word pairs with a person's score, parted by tabs, or names of omnivec datasets.",
        ),
    ] = None,
    analogies: Annotated[
        list[str] | None,
        Parameter(
            consume_multiple=True, metavar="FILE...",
            help="Questions of four words a line, ': name' begins a section, or names of omnivec datasets.",
        ),
    ] = None,
    suite: Annotated[
        Literal["english", "korean"] | None,
        Parameter(
            metavar="english|korean", show_choices=False,
            help="All pairs and analogies of a language that are on this machine.",
        ),
    ] = None,
    restrict: Restrict = 300_000,
    fold_case: FoldCase = True,
    texts: Annotated[Asked, Parameter(name="*")] = Asked(),  # noqa: B008  (frozen)
    table: LabelledFlags = Labelled(),  # noqa: B008  (frozen)
    seed: Annotated[
        int, count("seed", 0),
        Parameter(show_default=False, help="Of folds, clusters and intervals. [default 1]"),
    ] = 1,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """What models have in common and where they differ: neighbours of words, words that moved, scores with
    paired tests; and, with --texts, whether one tells labels better when all else is the same.
    """
    if len(models) < 2:
        came = f"got {models[0]!r} alone" if models else "got none"
        raise WrongCall(f"compare needs two models or more, {came}; see omnivec compare --help")
    for path in models:
        existing(path)
    files = _files(similarity or (), analogies or (), suite, texts.data)
    texts.check(table, bool(files))
    report.check()
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        opened = {name: opening.loaded(path, display) for name, path in named(models).items()}
        pairs = _pairs(opened, words or (), k, asked, movers, seed, display)
        scores = _scores(opened, files, restrict, fold_case, seed, display)
        found = None
        if texts.texts is not None:
            found = told(opened, texts, table, display, fold_case=fold_case, seed=seed)
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


def named(paths: Sequence[str]) -> dict[str, str]:
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


def _pairs(
    opened: Mapping[str, Model],
    words: Sequence[str],
    k: int,
    asked: int,
    movers: int,
    seed: int,
    display: Display,
) -> list[Comparison]:
    from omnivec.explore.comparison import compare as compared

    found = []
    for (a, left), (b, right) in combinations(opened.items(), 2):
        with display.busy("Comparing", f"{a}, {b}"):
            found.append(
                compared(
                    left.vectors,
                    right.vectors,
                    (a, b),
                    k=k,
                    asked=asked,
                    movers=movers,
                    words=words,
                    seed=seed,
                )
            )
    return found


def _files(
    similarity: Sequence[str], analogies: Sequence[str], suite: str | None, data: str | None
) -> dict[str, tuple[str, Path]]:
    """Kind and place of files and sets, by their names.

    Raises: InputError for what is not there; FormatError for a set with other bytes than its own.
    """
    folder = None if data is None else Path(data)
    found = {}
    for kind, words in (("similarity", similarity), ("analogies", analogies)):
        for word in words:
            there = file_or_set(word, kind)
            if isinstance(there, Path):
                again = Path(word).stem in found
                found[word if again else Path(word).stem] = kind, there
            else:
                found[word] = kind, there.path(folder=folder)
    if suite is not None:
        from omnivec.data.catalogue import data_set
        from omnivec.evaluate.suite import Suite

        for one in map(data_set, Suite(suite, folder=folder).sets):
            if one.kind in ("similarity", "analogies"):
                found[one.name] = one.kind, one.path(folder=folder)
    return found


def _scores(
    opened: Mapping[str, Model],
    files: Mapping[str, tuple[str, Path]],
    restrict: int,
    fold_case: bool,
    seed: int,
    display: Display,
) -> list[PairedScore]:
    if not files:
        return []
    from omnivec.evaluate.words import Words
    from omnivec.explore.comparison import analogy_scores, similarity_scores

    words = {
        name: Words(model.vectors, restrict=restrict, fold_case=fold_case) for name, model in opened.items()
    }
    measures = {"similarity": similarity_scores, "analogies": analogy_scores}
    found = []
    for name, (kind, path) in files.items():
        with display.busy("Scoring", name):
            found.append(measures[kind](words, path, name, seed=seed))
    return found
