"""`omnivec evaluate MODEL --sts FILE...` and `--transfer FILE...`: what sentence vectors are worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import given, several
from omnivec.cli.judge.flags import Folds, Punctuation
from omnivec.cli.judge.labelled import located
from omnivec.cli.judge.sets import file_or_set, folder_of
from omnivec.cli.recipe import Recipe

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.evaluate.sts import STSAverage, STSScore
    from omnivec.model import Model
    from omnivec.results import ResultTable
    from omnivec.sklearn.transfer import TransferScore

SENTENCES = Group("Sentences", sort_key=0)


@dataclass(frozen=True)
class Asked:
    """What is asked about the vectors of sentences."""

    sts: Annotated[
        list[str] | None,
        several(
            "FILE...",
            "Pairs of sentences with a person's score: STS-Benchmark, SICK, KorSTS, SemEval's files or "
            "folders, or SCORE<tab>SENTENCE<tab>SENTENCE.",
        ),
        Parameter(group=SENTENCES),
    ] = None
    transfer: Annotated[
        list[str] | None,
        several(
            "FILE...",
            "Texts with a label each, or a file of texts for each label (MR, CR, SUBJ, MPQA, TREC, SST-2): "
            "accuracy of a logistic regression on their vectors.",
        ),
        Parameter(group=SENTENCES),
    ] = None
    test: Annotated[
        str | None,
        Parameter(
            group=SENTENCES, metavar="FILE",
            help="Texts that --transfer or TEXTS are judged by; without them by cross-validation.",
        ),
    ] = None  # fmt: skip
    recipe: Annotated[
        Recipe,
        Parameter(
            group=SENTENCES,
            help="Of the vectors, as omnivec embed has them. [default: that of the kind of model]",
        ),
    ] = None
    punctuation: Annotated[Punctuation, Parameter(group=SENTENCES)] = False
    folds: Annotated[
        Folds,
        Parameter(group=SENTENCES, help="Of --transfer, or of TEXTS, without --test. [default 10]"),
    ] = 10

    def located(self, data: str | None) -> Asked:
        """The same with the files of named sets in place of their names: of sentences the test part.

        Raises: WrongCall for flags that speak of what is not asked; InputError for a missing file;
        FormatError for a set with other bytes than its own.
        """
        if self.test is not None and not self.transfer:
            raise WrongCall("--test needs --transfer FILE: it holds the texts that one is judged by")
        if self.recipe is not None and not (self.sts or self.transfer):
            raise WrongCall("--recipe needs --sts FILE or --transfer FILE: words have one vector each")
        if not self.any and (wrong := given(self)):
            raise WrongCall(f"{wrong[0]} needs --sts FILE, --transfer FILE or TEXTS: it is about texts")
        folder = folder_of(data)
        sts = [file_or_set(word, "sentences") for word in self.sts or ()]
        paths = [str(one if isinstance(one, Path) else one.path("test", folder)) for one in sts]
        transfer, test = self.transfer, self.test
        if transfer:
            from omnivec.store.extra import extra

            extra("sklearn", "sklearn", what="--transfer")
            if len(transfer) == 1 and transfer != ["-"]:
                (one, test) = located(transfer[0], test, data)
                transfer = [one]
            for path in [*transfer, *([test] if test else ())]:
                existing(path)
        return replace(self, sts=paths or None, transfer=transfer, test=test)

    @property
    def any(self) -> bool:
        """Whether something was asked."""
        return bool(self.sts or self.transfer)


@dataclass(frozen=True)
class Found:
    """The answers, by name."""

    sts: dict[str, STSScore]
    averages: list[STSAverage]
    transfer: TransferScore | None

    def as_json(self) -> dict[str, object]:
        """Them as JSON: only what was asked for."""
        report: dict[str, object] = {}
        if self.sts:
            report["sts"] = {name: score.as_json() for name, score in self.sts.items()}
        if self.averages:
            report["sts_averages"] = {one.name: one.as_json() for one in self.averages}
        if self.transfer is not None:
            report["transfer"] = {self.transfer.name: self.transfer.as_json()}
        return report

    def tables(self) -> list[ResultTable]:
        """Them as tables: sets of sentences, averages of folders, the task."""
        from omnivec.evaluate.sts import average_table, sts_table

        tables = [sts_table(self.sts)] if self.sts else []
        tables += [average_table(self.averages)] if self.averages else []
        return tables + (self.transfer.tables() if self.transfer is not None else [])


def judged(model: Model, asked: Asked, fold_case: bool, resamples: int, display: Display) -> Found:
    """The scores of what was asked."""
    options: dict[str, Any] = {"fold_case": fold_case, "punctuation": asked.punctuation}
    scored = {**options, "resamples": resamples}
    scores, averages = _sts(model, asked, scored, display) if asked.sts else ({}, [])
    return Found(scores, averages, _transfer(model, asked, options, display) if asked.transfer else None)


def _sts(
    model: Model, asked: Asked, options: dict[str, Any], display: Display
) -> tuple[dict[str, STSScore], list[STSAverage]]:
    from omnivec import evaluate

    files = list(evaluate.pair_files(asked.sts or ()))
    short = [file.name for file in files]
    scores: dict[str, STSScore] = {}
    together: dict[Path, list[STSScore]] = {}
    for file in files:
        with display.busy("Sentences", str(file.path)):
            score = evaluate.sts(model, file, asked.recipe, **options)
        scores[file.name if short.count(file.name) == 1 else str(file.path)] = score
        together.setdefault(file.path.absolute().parent, []).append(score)
    folders = {Path(path).absolute() for path in asked.sts or () if Path(path).is_dir()}
    averages = [evaluate.average(folder.name, some) for folder, some in together.items() if folder in folders]
    return scores, averages


def _transfer(model: Model, asked: Asked, options: dict[str, Any], display: Display) -> TransferScore:
    from omnivec.evaluate.labelled_texts import labelled_texts
    from omnivec.sklearn.transfer import transfer

    paths = asked.transfer or []
    task = labelled_texts(paths)
    test = None if asked.test is None else labelled_texts([asked.test])

    def told(fold: int) -> None:
        display.living("Learning", f"{Path(paths[0]).stem}, fold {fold} of {asked.folds} …")

    score = transfer(
        model, task, test, asked.recipe, name=Path(paths[0]).stem, folds=asked.folds, told=told, **options
    )
    display.rest()
    return score
