"""`omnivec sweep INPUT FOLDER`: models that differ in options or text, their cost stated, judged alike."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from omnivec.cli import call
from omnivec.cli.failure import STOPPED, WrongCall, did_you_mean, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, choice, count
from omnivec.cli.judge.sets import file_or_set
from omnivec.cli.judge.words import FoldCase, Restrict
from omnivec.cli.report import Report, ReportFlags, table_lines
from omnivec.cli.show import Display, logging_shown, print_line
from omnivec.cli.signals import terminable
from omnivec.errors import OptionError
from omnivec.learners.classifier import Classifier
from omnivec.learners.known import LEARNERS

if TYPE_CHECKING:
    from omnivec.learners.learner import Learner
    from omnivec.tuning.judging import Judge
    from omnivec.tuning.planned import Planned
    from omnivec.tuning.swept import Sweep

SWEPT, JUDGED = Group("What is swept", sort_key=0), Group("By what it is judged", sort_key=1)
SWEEPABLE = [name for name, learner in LEARNERS.items() if not issubclass(learner, Classifier)]


def _several(name: str, metavar: str, text: str) -> Parameter:
    return Parameter(name=name, group=SWEPT, consume_multiple=True, metavar=f"{metavar}...", help=text)


def sweep(
    input: Annotated[str, Positional, Parameter(help=call.INPUT_HELP.partition(" -")[0])],
    folder: Annotated[str, Parameter(help="Where all that is found is kept; the same call goes on with it.")],
    /,
    *,
    learner: Annotated[
        list[str] | None,
        _several("--learner", "NAME", f"Some of {', '.join(SWEEPABLE)}. [default word2vec]"),
    ] = None,
    dim: Annotated[list[str] | None, _several("--dim", "N", "Floats in a vector.")] = None,
    window: Annotated[list[str] | None, _several("--window", "N", "Words on each side.")] = None,
    epochs: Annotated[list[str] | None, _several("--epochs", "N", "Passes over the text.")] = None,
    share: Annotated[
        list[str] | None,
        _several("--share", "X", "Of the text, above 0 to 1; several are a learning curve. [default 1]"),
    ] = None,
    seed: Annotated[
        list[str] | None, _several("--seed", "N", "Several tell how far chance goes.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        _several("--vary", "NAME=V,V", "Any other option and its values; with one it is set for all."),
    ] = None,
    similarity: Annotated[
        list[str] | None,
        Parameter(
            group=JUDGED, consume_multiple=True, metavar="FILE...",
            help="Word pairs with a person's score, or names of sets that omnivec datasets lists.",
        ),
    ] = None,
    analogies: Annotated[
        str | None,
        Parameter(group=JUDGED, metavar="FILE", help="Questions of four words a line, or the name of a set."),
    ] = None,
    restrict: Restrict = 300_000,
    fold_case: FoldCase = True,
    plan: Annotated[bool, Parameter(help="Say what every model would cost, and train none.")] = False,
    keep: Annotated[
        str, choice("keep", lambda: ("best", "all", "none")),
        Parameter(
            metavar="best|all|none", show_default=False, help="Models that FOLDER keeps. [default best]"
        ),
    ] = "best",
    threads: Annotated[
        int | None, count("threads", 1, 1024),
        Parameter(help="As many as there are processors when not given."),
    ] = None,
    plot: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Draw the first measure against seconds: .png, .svg or .pdf."),
    ] = None,
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """Train models that differ in what is swept, all combinations, and judge them alike: one table, one plot.

    Values stand one behind the other, as in --dim 50 100 200, or with commas between. What every model costs
    is said before the first one is trained.
    """
    existing(input)
    values = {"dim": dim, "window": window, "epochs": epochs, "seed": seed}
    learners = chosen(learner, {name: given for name, given in values.items() if given}, vary or [], threads)
    shares = [_number("share", text) for text in _split(share or ["1"])]
    judge = judged_by(similarity or [], analogies, restrict, fold_case)
    _check_picture(plot, report)
    from omnivec.tuning.sweep import sweep as swept

    stated: list[Planned] = []

    def before(trials: Sequence[Planned]) -> bool:
        stated.extend(trials)
        if not plan and not common.quiet and any(not trial.done for trial in trials):
            display.rest()
            _tell(trials)
        return not plan

    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        found = swept(
            input, folder, learners, evaluate=judge, shares=shares, keep=keep,  # type: ignore[arg-type]
            before=before, progress=display,
        )  # fmt: skip
    if plan:
        _show_plan(stated, report, common.json)
        return 0
    _show(found, plot, report, common.json)
    return STOPPED if found.interrupted else 0


def chosen(
    names: Sequence[str] | None, values: Mapping[str, Sequence[str]], vary: Sequence[str], threads: int | None
) -> list[Learner]:
    """All combinations of learners and values. Raises: WrongCall for what is no learner, option or value."""
    from omnivec.tuning.grid import grid

    kinds = [_learner(name) for name in _split(names or ["word2vec"])]
    given = {name: _split(texts) for name, texts in values.items()}
    for text in vary:
        name, equals, rest = text.partition("=")
        name = name.replace("-", "_")
        if not equals or not rest:
            raise WrongCall(f"--vary takes NAME=VALUE,VALUE, got {text!r}")
        if name in given or name == "threads":
            raise WrongCall(f"--vary {name}: give --{name}, once")
        given[name] = _split([rest])
    try:
        made = [kind() if threads is None else kind(threads=threads) for kind in dict.fromkeys(kinds)]
        return grid(made, **{name: [_value(text) for text in texts] for name, texts in given.items()})
    except OptionError as error:
        raise WrongCall(str(error)) from None


def judged_by(similarity: Sequence[str], analogies: str | None, restrict: int, fold_case: bool) -> Judge:
    """What judges all models, read at once. Raises: WrongCall without any file, and as the readers."""
    from omnivec.tuning.judging import Judge

    if not similarity and analogies is None:
        raise WrongCall(
            "sweep needs --similarity FILE or --analogies FILE to judge models by; omnivec datasets lists "
            "sets"
        )
    pairs = dict(_file(text, "similarity") for text in similarity)
    questions = {} if analogies is None else dict([_file(analogies, "analogies")])
    if len(pairs) < len(similarity):
        raise WrongCall(f"--similarity takes files with names of their own, got {' '.join(similarity)}")
    return Judge(pairs, questions, restrict=restrict, fold_case=fold_case)


def _file(text: str, kind: str) -> tuple[str, Path]:
    """A file and its name, or a set that `omnivec datasets` lists."""
    found = file_or_set(text, kind)
    return (found.stem, found) if isinstance(found, Path) else (found.name, found.path())


def _learner(name: str) -> type[Learner]:
    if name == Classifier.name:
        raise WrongCall("a classifier is judged by labels of other texts: omnivec autotune tries its options")
    if name not in SWEEPABLE:
        near = difflib.get_close_matches(name, SWEEPABLE, 1)
        hint = did_you_mean(near) or f"; there is {', '.join(SWEEPABLE)}"
        raise WrongCall(f"unknown learner {name}{hint}", near)
    return LEARNERS[name]


def _split(texts: Sequence[str]) -> list[str]:
    """`50,100 200` as three."""
    return [part for text in texts for part in text.split(",") if part]


def _value(text: str) -> object:
    """A number or truth value as TOML writes them; any other text as it is."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise WrongCall(f"{name} must be a number above 0 and not above 1, got {text!r}") from None


def _check_picture(plot: str | None, report: Report) -> None:
    """Refuse before the work what drawing or writing would refuse after it."""
    report.check()
    if plot is not None:
        from omnivec.explore.plots.figure import kind_of
        from omnivec.store.extra import extra
        from omnivec.store.replace import check_file

        kind_of(plot)
        check_file(plot, overwrite=report.overwrite)
        extra("matplotlib", "plot", what="a picture")


def _tell(trials: Sequence[Planned]) -> None:
    from omnivec.tuning.planned import costs_table

    for line in [*table_lines(costs_table(trials)), ""]:
        print_line(line)


def _show_plan(trials: Sequence[Planned], report: Report, json: bool) -> None:
    from omnivec.tuning.planned import costs_table

    told = {
        "models": [
            {
                "name": trial.name,
                "setting": dict(trial.setting),
                "done": trial.done,
                "cost": None if trial.cost is None else trial.cost.as_json(),
            }
            for trial in trials
        ]
    }
    report.show("What a sweep would cost", [costs_table(trials)], told, json=json)


def _show(found: Sweep, plot: str | None, report: Report, json: bool) -> None:
    pictures = _figures(found) if report.html is not None else []
    left = "Stopped by Ctrl-C; the same call goes on."
    told = [left] if found.interrupted else []
    kept = [f"Kept: {path}" for path in found.kept.values()]
    first, *others = found.tables()
    report.show(
        f"Sweep of {found.text}", [first, *told, *kept, *pictures, *others], found.as_json(), json=json
    )
    if found.done and plot is not None:  # last, since there may be nothing to draw
        from omnivec.explore import sweeps
        from omnivec.explore.plots import blank, save

        save(sweeps.against_cost(found, ax=blank()), plot, overwrite=report.overwrite)


def _figures(found: Sweep) -> list[Any]:
    """Pictures for a page, which is written without them where nothing draws."""
    from omnivec.errors import MissingExtra
    from omnivec.explore import sweeps

    try:
        return list(sweeps.figures(found))
    except MissingExtra as error:
        print_line(f"omnivec: the page has no pictures: {error}")
        return []
