"""Pictures of a sweep: quality against cost, and against what was swept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from omnivec.errors import OptionError
from omnivec.explore.plots import curves, svg
from omnivec.results import Figure
from omnivec.tuning.swept import SEED, Sweep, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SERIES, LABEL = "models", "point"


def against_cost(sweep: Sweep, measure: str | None = None, ax: Axes | None = None) -> Axes:
    """A measure, the first one unless named, against the seconds of a training, on a logarithmic scale.

    Models that differ in one swept thing alone, that with most values, are joined; each point says its value
    of it. Values are those on the items that all models know, means over seeds.
    Raises: OptionError for a measure that is none, or that no model has; MissingExtra without matplotlib.
    """
    along = _main(sweep)
    points = [{**point, LABEL: _said(point, along)} for point in _points(sweep)]
    ax = _drawn(sweep, points, "seconds", measure, ax, label=LABEL if along else None)
    _plainly_logarithmic(ax)
    ax.set_xlabel("seconds" if along is None else f"seconds; beside the points: {along}")
    return ax


def against_axis(sweep: Sweep, measure: str | None = None, ax: Axes | None = None) -> Axes:
    """A measure against the swept thing that has most values; a share of the text is told in tokens.

    Raises: as `against_cost`, and OptionError where nothing was swept.
    """
    along = _main(sweep)
    if along is None:
        raise OptionError("nothing was swept, so that there is nothing to draw a measure against")
    points, along = _points(sweep), "tokens" if along == "share" else along
    ax = _drawn(sweep, points, along, measure, ax)
    if all(isinstance(point[along], (int, float)) and point[along] > 0 for point in points):
        _plainly_logarithmic(ax)
    return ax


def figures(sweep: Sweep) -> list[Figure]:
    """All pictures of a sweep, for a page; none where no model has a score. Raises: MissingExtra."""
    found, along = [], _main(sweep)
    for name in sweep.measures:
        points = [point for point in sweep.points() if point[name] is not None]
        if points:
            found.append(Figure(svg(against_cost(sweep, name)), f"{name} against seconds of training"))
        if along is not None and any(point[along] is not None for point in points):
            said = "the tokens of the text" if along == "share" else along
            found.append(Figure(svg(against_axis(sweep, name)), f"{name} against {said}"))
    return found


def _points(sweep: Sweep) -> list[dict[str, Any]]:
    """The points of a sweep with the name of their line."""
    along = _main(sweep)
    found = []
    for point in sweep.points():
        others = {name: point[name] for name in sweep.axes if name not in (along, SEED)}
        found.append({**point, SERIES: spoken(others) if others else ""})
    return found


def _main(sweep: Sweep) -> str | None:
    """The swept thing with most values, seeds and learners apart; the first of several."""
    values = {
        axis: {model.setting[axis] for model in sweep.models} - {None}
        for axis in sweep.axes
        if axis not in (SEED, "learner")
    }
    return max(values, key=lambda axis: len(values[axis])) if values else None


def _said(point: Mapping[str, Any], along: str | None) -> str:
    value = None if along is None else point[along]
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _drawn(
    sweep: Sweep,
    points: list[dict[str, Any]],
    x: str,
    measure: str | None,
    ax: Axes | None,
    label: str | None = None,
) -> Axes:
    """A line for each setting of the other things that were swept; bands where these are at most two."""
    name = measure or next(iter(sweep.measures), "")
    if name not in sweep.measures:
        raise OptionError(f"measure must be one of {', '.join(sweep.measures) or 'none yet'}, got {name!r}")
    lines = {point[SERIES] for point in points}
    ends = (f"{name} low", f"{name} high") if len(lines) <= 2 else None
    ax = curves(points, x, name, SERIES if len(lines) > 1 else None, ax, label=label, interval=ends)
    kind = sweep.measures[name]
    ax.set_ylabel(f"{name}, {kind}" if kind else name)
    return ax


def _plainly_logarithmic(ax: Axes) -> None:
    """A logarithmic x with plain numbers: 1, 2, 5, 10 and so on."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
