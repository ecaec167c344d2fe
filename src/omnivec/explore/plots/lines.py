"""Lines: loss by epoch, and one measure against another, as sweeps have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.explore.plots.figure import COLOURS, DASHES, QUIET, axes_of, finish, ink, legend, style
from omnivec.explore.plots.labels import name_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

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

    Args: `points`: a mapping each, with a number under `y` and a number or a word under `x`; points without
    one of them are left out; `group`: under which name points have what their line is called; `label`: what
    is written beside a point; `interval`: the names of its low and high end, drawn as a band; `log`: x is
    logarithmic.
    Raises: OptionError where nothing can be drawn; MissingExtra.
    """
    drawn = [point for point in points if point.get(x) is not None and point.get(y) is not None]
    if not drawn:
        raise OptionError(f"nothing to draw: no point has both {x!r} and {y!r}")
    ax = axes_of(ax)
    groups: dict[str, list[Point]] = {}
    lines: dict[str, Line2D] = {}
    for point in drawn:
        groups.setdefault("" if group is None else str(point.get(group, "")), []).append(point)
    for place, (name, some) in enumerate(groups.items()):
        if not any(isinstance(point[x], str) for point in some):
            some.sort(key=lambda point: float(point[x]))
        lines[name] = _line(ax, place, some, x, y, DASHES[place % len(DASHES)])
        if interval is not None:
            low, high = (np.array([point.get(end) for point in some], float) for end in interval)
            band: dict[str, Any] = {"color": COLOURS[place % len(COLOURS)], "alpha": 0.15, "lw": 0}
            ax.fill_between([point[x] for point in some], low, high, **band)
    if log:
        _logarithmic(ax, sorted({float(point[x]) for point in drawn}))
    if group is not None:
        legend(ax, lines, group)
    _framed(ax, x, y)
    if label is not None:
        names = [str(point.get(label, "")) for some in groups.values() for point in some]
        corners = [np.asarray(line.get_xydata(), np.float64) for line in lines.values()]
        named = np.flatnonzero([bool(name) for name in names])
        if len(named):
            at, avoid = np.concatenate(corners), np.concatenate([_between(ax, c) for c in corners])
            name_points(ax, at[named], [names[place] for place in named], avoid=avoid)
    return ax


def losses(history: Sequence[Point] | Mapping[str, Sequence[Point]], ax: Axes | None = None) -> Axes:
    """Loss by epoch, that of a text held out as a broken line beside it, its best epoch with a ring.

    Args: `history`: that of a model (`Model.history`), or several by name. What evaluations found is drawn by
    ``curves(history, "epoch", "value")``.
    Raises: OptionError where no epoch has a loss; MissingExtra.
    """
    runs = history if isinstance(history, Mapping) else {"": history}
    epochs = {name: [row for row in rows if "loss" in row] for name, rows in runs.items()}
    if not any(epochs.values()):
        raise OptionError("nothing to draw: no epoch of the history has a loss")
    ax = axes_of(ax)
    from matplotlib.ticker import MaxNLocator

    lines: dict[str, Line2D] = {}
    for place, (name, rows) in enumerate(epochs.items()):
        lines[f"{name} training".strip()] = _line(ax, place, rows, "epoch", "loss", "-")
        if held := [row for row in rows if "heldout" in row]:
            lines[f"{name} held out".strip()] = _line(ax, place, held, "epoch", "heldout", "--")
            best = min(held, key=lambda row: float(row["heldout"]))
            ring: dict[str, Any] = {
                "markersize": 13,
                "markerfacecolor": "none",
                "markeredgecolor": ink(),
                "marker": "o",
            }
            ax.plot(best["epoch"], best["heldout"], linestyle="", **ring)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(lines) > 1:
        legend(ax, lines)
    return _framed(ax, "epoch", "loss")


def _line(ax: Axes, place: int, some: Sequence[Point], x: str, y: str, dashes: Any) -> Line2D:
    across, up = ([point[name] for point in some] for name in (x, y))
    return ax.plot(across, up, linestyle=dashes, zorder=3, **style(place))[0]


def _between(ax: Axes, corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Many points of the line through some, also where an axis is logarithmic."""
    at = np.linspace(0, len(corners) - 1, 30 * len(corners))
    seen = [np.interp(at, np.arange(len(corners)), axis) for axis in ax.transData.transform(corners).T]
    points: NDArray[np.float64] = ax.transData.inverted().transform(np.column_stack(seen))
    return points


def _logarithmic(ax: Axes, values: Sequence[float]) -> None:
    """A logarithmic x whose ticks are plain numbers: those that were measured, as long as they are few."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    ax.set_xscale("log")
    ax.xaxis.set_minor_locator(NullLocator())
    if len(values) <= 8:
        ax.set_xticks(values)
    else:
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def _framed(ax: Axes, x: str, y: str) -> Axes:
    ax.set(xlabel=x, ylabel=y)
    ax.grid(axis="y", color=QUIET, alpha=0.2)
    return finish(ax)
