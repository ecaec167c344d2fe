"""Lines: loss by epoch, and one measure against another, as sweeps have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from omnivec.errors import OptionError
from omnivec.explore.plots.figure import COLOURS, DASHES, QUIET, axes_of, finish, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point: TypeAlias = Mapping[str, Any]
"""What is known of one measurement, by name; None where there is nothing."""


def curves(
    points: Sequence[Point],
    x: str,
    y: str,
    group: str | None = None,
    ax: Axes | None = None,
    *,
    label: str | None = None,
    interval: tuple[str, str] | None = None,
    log: bool = False,
) -> Axes:
    """A line through the points of each group: quality against cost, a score against a swept option.

    Args: `points`: a mapping each, with a number or None under `y` (None is left out) and a number or a word
    under `x`; `group`: under which name points have what their line is called; `label`: what is written
    beside a point; `interval`: the names of its low and high end, drawn as a band; `log`: x is logarithmic.
    Raises: OptionError where nothing can be drawn, or a name is unknown; MissingExtra.
    """
    drawn = [point for point in points if _known(point, x) is not None and _known(point, y) is not None]
    if not drawn:
        raise OptionError(f"nothing to draw: no point has both {x!r} and {y!r}")
    ax = axes_of(ax)
    groups: dict[str, list[Point]] = {}
    for point in drawn:
        groups.setdefault("" if group is None else str(_known(point, group)), []).append(point)
    for place, (name, some) in enumerate(groups.items()):
        if not any(isinstance(point[x], str) for point in some):
            some.sort(key=lambda point: float(point[x]))
        _line(ax, place, name, some, x, y)
        if interval is not None:
            low, high = ([_known(point, end) for point in some] for end in interval)
            ax.fill_between(
                [point[x] for point in some], low, high, color=COLOURS[place % len(COLOURS)], alpha=0.15, lw=0
            )
    if log:
        _logarithmic(ax, sorted({float(point[x]) for point in drawn}))
    if label is not None:
        for point in drawn:
            ax.annotate(
                str(_known(point, label)), (point[x], point[y]), (0, 6), textcoords="offset points",
                ha="center", fontsize="small",
            )  # fmt: skip
    return _framed(ax, x, y, group)


def losses(history: Sequence[Point] | Mapping[str, Sequence[Point]], ax: Axes | None = None) -> Axes:
    """Mean loss by epoch, that of a text held out beside it, and the scores of evaluations if there are any."""
    raise NotImplementedError


def _known(point: Point, name: str) -> Any:
    if name not in point:
        raise OptionError(f"no {name!r} in a point with {', '.join(map(repr, point))}")
    return point[name]


def _line(ax: Axes, place: int, name: str, some: Sequence[Point], x: str, y: str) -> None:
    ax.plot(
        [point[x] for point in some], [point[y] for point in some], linestyle=DASHES[place % len(DASHES)],
        label=name, zorder=3, **style(place),
    )  # fmt: skip


def _logarithmic(ax: Axes, values: Sequence[float]) -> None:
    """A logarithmic x whose ticks are plain numbers: those that were measured, as long as they are few."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    ax.set_xscale("log")
    if len(values) <= 8:
        ax.set_xticks(values)
        ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def _framed(ax: Axes, x: str, y: str, group: str | None) -> Axes:
    ax.set(xlabel=x, ylabel=y)
    ax.grid(axis="y", color=QUIET, alpha=0.2)
    if group is not None:
        ax.legend(title=group, frameon=False)
    return finish(ax)
