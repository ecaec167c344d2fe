"""`omnivec sweep INPUT FOLDER`: models that differ in options or text, their cost stated, judged alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.failure import STOPPED, WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, Threads, choice
from omnivec.cli.judge.swept import Judged, Swept
from omnivec.cli.report import Report, ReportFlags, table_lines
from omnivec.cli.show import Display, logging_shown, print_line
from omnivec.cli.signals import terminable

if TYPE_CHECKING:
    from omnivec.tuning.planned import Planned
    from omnivec.tuning.swept import Sweep


def sweep(
    input: Annotated[str, Positional, Parameter(help=call.FILES_HELP)],
    folder: Annotated[str, Parameter(help="Where all that is found is kept; the same call goes on with it.")],
    /,
    *,
    swept: Annotated[Swept, Parameter(name="*")] = Swept(),  # noqa: B008  (frozen)
    judged: Annotated[Judged, Parameter(name="*")] = Judged(),  # noqa: B008  (frozen)
    phrases: Annotated[str | None, Parameter(metavar="FILE", help=call.PHRASES_HELP)] = None,
    plan: Annotated[bool, Parameter(help="Say what every model would cost, and train none.")] = False,
    keep: Annotated[
        str, choice("keep", lambda: ("best", "all", "none")),
        Parameter(
            metavar="best|all|none", show_default=False, help="Models that FOLDER keeps. [default best]"
        ),
    ] = "best",
    threads: Threads = None,
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
    if input == "-":
        raise WrongCall(
            "INPUT is read once for every model, and stdin can be read once; save it to a file first"
        )
    text = call.joining(phrases)(existing(input))
    learners, shares, judge = swept.learners(threads), swept.shares(), judged.judge()
    _check_picture(plot, report)
    from omnivec.tuning.sweep import sweep as trained

    stated: list[Planned] = []

    def before(trials: Sequence[Planned]) -> bool:
        stated.extend(trials)
        if not plan and not common.quiet and any(not trial.done for trial in trials):
            display.rest()
            _tell(trials)
        return not plan

    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        found = trained(
            text, folder, learners, evaluate=judge, shares=shares, keep=keep,  # type: ignore[arg-type]
            before=before, progress=display,
        )  # fmt: skip
    if plan:
        _show_plan(stated, report, common.json)
        return 0
    _show(found, plot, report, common.json)
    return STOPPED if found.interrupted else 0


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
