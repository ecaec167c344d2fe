"""Chosen words in the plane: as points, or as arrows from one to the other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.explore.plots.chosen import Unknown, chosen
from omnivec.explore.plots.figure import (
    COLOURS,
    QUIET,
    axes_of,
    caption,
    figure_of,
    finish,
    legend,
    percent,
    size_for_words,
    style,
)
from omnivec.explore.plots.labels import name_points
from omnivec.explore.projection import Method, Projection, kept_neighbors, project
from omnivec.index.cosine import Rows, scaled
from omnivec.vectors import Vectors

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

NEAREST = 5
"""Neighbours of a word that its place in the picture is judged by."""


def scatter(
    vectors: Vectors,
    keys: Iterable[str],
    ax: Axes | None = None,
    *,
    method: Method = "pca",
    groups: Mapping[str, str] | None = None,
    unknown: Unknown = "error",
    unit: bool = True,
    seed: int = 1,
) -> Axes:
    """Chosen words as points in the plane, each with its name; these words alone are projected.

    The caption says how, and which share of the words' nearest among each other are nearest in the picture.
    Args: `method`, `unit`, `seed`: see `omnivec.explore.project`; `groups`: words with the name of their
    group, drawn in a colour and a shape of its own; `unknown`: words without a vector are refused ("error"),
    or left out and counted in the caption ("skip").
    Raises: UnknownKey, OptionError for no words or one given twice, NotFinite, MissingExtra.
    """
    words = chosen(vectors, keys, unknown)
    found = project(words.rows, method, unit=unit, seed=seed)
    ax = axes_of(ax, *size_for_words(len(words.keys)))
    _points(ax, found.points, words.keys, groups or {})
    _frame(ax, found)
    finish(ax, _joined(_how(found), _kept(words.rows, found), words.told))
    return _named(ax, found.points, words.names)


def arrows(
    vectors: Vectors,
    pairs: Sequence[tuple[str, str]],
    ax: Axes | None = None,
    *,
    method: Method = "pca",
    unknown: Unknown = "error",
    unit: bool = True,
    seed: int = 1,
) -> Axes:
    """An arrow for each pair of words, from the first to the second: parallel where they are analogies.

    In the plane much looks parallel; the caption says the mean cosine of the arrows in all dimensions.
    Args: as of `scatter`; of a pair with an unknown word both are left out by ``unknown="skip"``.
    Raises: as `scatter`.
    Source: Mikolov, Sutskever, Chen, Corrado and Dean 2013, figure 2.
    """
    asked = [(str(left), str(right)) for left, right in pairs]
    words = chosen(vectors, dict.fromkeys(chain.from_iterable(asked)), unknown)
    place = {key: row for row, key in enumerate(words.keys)}
    drawn = [(place[left], place[right]) for left, right in asked if left in place and right in place]
    if not drawn:
        raise OptionError("no pair has two known words; name at least one")
    ends = sorted(set(chain.from_iterable(drawn)))
    found = project(words.rows[ends], method, unit=unit, seed=seed)
    left, right = (np.searchsorted(ends, [pair[side] for pair in drawn]) for side in (0, 1))
    ax = axes_of(ax, *size_for_words(len(ends)))
    names = [words.names[row] for row in ends]
    _points(ax, found.points, names, {})
    for start, end in zip(found.points[left], found.points[right], strict=True):
        ax.annotate(
            "", end.tolist(), start.tolist(), zorder=2,
            arrowprops={"arrowstyle": "-|>", "color": COLOURS[1], "lw": 1.2, "shrinkA": 3, "shrinkB": 4},
        )  # fmt: skip
    _frame(ax, found)
    steps = np.linspace(0, 1, 40)[:, None, None]
    along = (found.points[left] * (1 - steps) + found.points[right] * steps).reshape(-1, 2).astype(np.float32)
    without = len(asked) - len(drawn)
    told = f"{without} of {len(asked)} pairs unknown" if without else ""
    alike = _parallel(words.rows[ends], left, right)
    finish(ax, _joined(_how(found), alike, told))
    return _named(ax, found.points, names, along)


def _points(ax: Axes, points: Rows, keys: Sequence[str], groups: Mapping[str, str]) -> None:
    """A mark for each word, in the shape of its group; a legend where there are groups."""
    members: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        members.setdefault(groups.get(key, ""), []).append(row)
    named: dict[str, Artist] = {}
    grouped = any(members)
    for group, rows in members.items():
        look = style(len(named)) if group else {"color": QUIET if grouped else COLOURS[0], "marker": "o"}
        (marks,) = ax.plot(*points[rows].T, linestyle="", markersize=6, zorder=3, **look)
        if group:
            named[group] = marks
    if named:
        beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
        # Room beside the axes is made by a layout alone, which somebody's own figure may lack.
        legend(ax, named, **(beside if figure_of(ax).get_layout_engine() else {"loc": "best"}))


def _named(ax: Axes, points: Rows, names: Sequence[str], avoid: Rows | None = None) -> Axes:
    """Names beside their points, last, when nothing moves any more; the caption tells of those left out."""
    if hidden := name_points(ax, points, names, avoid):
        caption(ax, _joined(ax.get_title(loc="left"), f"{hidden} names left out, no room"))
    return ax


def _frame(ax: Axes, found: Projection) -> None:
    """No numbers at axes that have no unit; distances alike in both directions, and room for names."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.margins(0.08)
    ax.set_aspect("equal", adjustable="datalim")
    if found.explained is not None:
        first, second = map(percent, found.explained)
        ax.set_xlabel(f"first axis, {first}", fontsize="small")
        ax.set_ylabel(f"second axis, {second}", fontsize="small")


def _how(found: Projection) -> str:
    if found.explained is None:
        return found.title
    what = "variance" if found.method == "pca" else "squared length"
    return f"{found.title}, {percent(sum(found.explained))} of the {what}"


def _kept(rows: Rows, found: Projection) -> str:
    """Which share of the nearest words is kept; nothing of fewer than four, or of words in one place."""
    if len(rows) < 4 or not np.ptp(found.points, axis=0).any():
        return ""
    nearest = min(NEAREST, (len(rows) - 1) // 2)
    share = kept_neighbors(rows, found.points, nearest)
    return (
        f"keeps {percent(share)} of the {nearest} nearest words (chance {percent(nearest / (len(rows) - 1))})"
    )


def _parallel(rows: Rows, left: NDArray[np.int64], right: NDArray[np.int64]) -> str:
    """The mean cosine between two different arrows, in all dimensions."""
    if len(left) < 2:
        return ""
    steps = scaled(scaled(rows)[right] - scaled(rows)[left])
    cosines = steps @ steps.T
    count = len(left)
    mean = (float(cosines.sum(dtype=np.float64)) - float(np.trace(cosines))) / (count * (count - 1))
    return "" if math.isnan(mean) else f"mean cosine of the arrows {mean:.2f}"


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
