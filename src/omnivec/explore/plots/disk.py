"""Hierarchies in the Poincaré disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.errors import NotFinite, OptionError
from omnivec.explore.plots.chosen import drawable
from omnivec.explore.plots.figure import QUIET, WIDTH, axes_of, finish, style
from omnivec.explore.plots.labels import name_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = 50  # points of a line


def disk(
    points: ArrayLike, keys: Sequence[str], edges: Iterable[tuple[str, str]] = (), ax: Axes | None = None
) -> Axes:
    """Points (n, 2) of the open unit disk with their keys; `edges` between keys are hyperbolic lines.

    The same step is the longer the nearer it is to the border, which is infinitely far away.
    Raises: OptionError for points on or beyond the border, other sizes, a key twice, or an edge of another
    key; NotFinite; MissingExtra.
    Source: Nickel and Kiela 2017, figure 1b.
    """
    plane = np.asarray(points, np.float64)
    if plane.shape != (len(keys), 2) or not keys:
        raise OptionError(f"expected points of shape ({len(keys)}, 2) for these keys, got {plane.shape}")
    lengths = np.hypot(*plane.T)
    if not np.isfinite(lengths).all():
        raise NotFinite("a point holds NaN or infinity; only finite numbers can be drawn")
    if lengths.max() >= 1:
        key, off = keys[int(lengths.argmax())], lengths.max()
        raise OptionError(f"points must lie within the unit disk; {key!r} is {off:.6g} off its middle")
    place = {key: row for row, key in enumerate(keys)}
    if len(place) < len(keys):
        raise OptionError("a key is given twice; name each point once")
    lines = [_line(*plane[[_row(place, key) for key in edge]]) for edge in edges]
    ax = axes_of(ax, WIDTH, WIDTH)
    turn = np.linspace(0, 2 * np.pi, 400)
    border = np.column_stack([np.cos(turn), np.sin(turn)])
    ax.plot(*border.T, color=QUIET, lw=1)
    for line in lines:
        ax.plot(*line.T, color=QUIET, lw=0.7, zorder=2)
    ax.plot(*plane.T, linestyle="", markersize=5, zorder=3, **style(0))
    ax.set_aspect("equal")
    ax.set_axis_off()
    finish(ax)
    name_points(ax, plane, [drawable(key) for key in keys], avoid=np.concatenate([border, *lines]))
    return ax


def _row(place: dict[str, int], key: str) -> int:
    if key not in place:
        raise OptionError(f"an edge names {key!r}, which is not among the {len(place)} keys")
    return place[key]


def _line(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shortest way between two points of the disk, (STEPS, 2).

    A Möbius map that brings `start` into the middle makes it straight; its inverse brings it back.
    """
    u, v = complex(*start), complex(*end)
    there = (v - u) / (1 - u.conjugate() * v)
    far = abs(there)
    direction = there / far if far else 0j
    straight = np.tanh(np.linspace(0, 1, STEPS) * np.arctanh(min(far, 1 - 1e-12))) * direction
    back = (u + straight) / (1 + np.conjugate(u) * straight)
    return np.column_stack([back.real, back.imag])
