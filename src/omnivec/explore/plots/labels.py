"""Names beside points, so that they can be read: no name lies on another, on a point, or outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from omnivec.explore.fonts import readable
from omnivec.explore.plots.figure import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Numbers: TypeAlias = NDArray[np.float64]

ANGLES = np.deg2rad([0, 180, 90, 270, 30, 150, 330, 210, 60, 120, 300, 240])
"""Where a name may stand, seen from its point: to the right best."""
RINGS = (1.0, 2.0, 3.5, 5.5, 8.0)
"""How far away, in gaps; beyond the second a thin line leads to the point."""
GAP = 4.5  # points of type between a point and the edge of its name
FAR, COVERED, OUTSIDE, CROSSED = 0.4, 4.0, 12.0, 12.0
"""Costs: of a ring, of covering a point, of a share of the name beyond the frame or below another name."""
PASSES = 4
TOO_MUCH = 0.12  # of a name below others: it is left out


def name_points(
    ax: Axes, points: NDArray[np.floating], names: Sequence[str], avoid: NDArray[np.floating] | None = None
) -> int:
    """Write the names beside their points (n, 2); `avoid` (m, 2) are more points that they should not cover.

    Returns: how many names were left out because there is no room.
    """
    sizes = _sizes(ax, names)
    here: Numbers = ax.transData.transform(points)
    blocked = here if avoid is None else np.vstack([here, ax.transData.transform(avoid)])
    dots = ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    shift, ring, crowded = _placed(here, sizes, blocked, _frame(ax), GAP * dots)
    for point, name, by, far, hidden in zip(points, names, shift / dots, ring, crowded, strict=True):
        if not hidden:
            _write(ax, point, name, by, leader=far > 1)
    readable(ax)
    return int(crowded.sum())


def _sizes(ax: Axes, names: Sequence[str]) -> Numbers:
    """Width and height of each name in dots, (n, 2), once the figure has its layout."""
    texts = [ax.text(0, 0, name, fontsize="small", transform=ax.transAxes) for name in names]
    readable(ax)
    ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    boxes = [text.get_window_extent() for text in texts]
    for text in texts:
        text.remove()
    return np.array([(box.width, box.height) for box in boxes]).reshape(-1, 2)


def _frame(ax: Axes) -> Numbers:
    box = ax.get_window_extent()
    return np.array([[box.x0, box.y0], [box.x1, box.y1]])


def _placed(
    here: Numbers, sizes: Numbers, blocked: Numbers, frame: Numbers, gap: float
) -> tuple[Numbers, NDArray[np.int64], NDArray[np.bool_]]:
    """For each name the shift of its middle from its point, its ring, and whether it lies on others.

    Each in turn takes the cheapest place beside those that stand, a few times over; the first to choose are
    those with the most neighbours.
    """
    count = len(here)
    directions = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])
    rings = np.repeat(np.arange(len(RINGS)), len(ANGLES))
    away = np.repeat(RINGS, len(ANGLES))[:, None] * gap * np.tile(directions, (len(RINGS), 1))
    half = np.tile(directions, (len(RINGS), 1))[None] * sizes[:, None] / 2
    shifts = away[None] + half  # (names, places, 2)
    fixed = FAR * rings + 0.02 * np.tile(np.arange(len(ANGLES)), len(RINGS))
    cost = np.empty((count, len(rings)))
    for name in range(count):
        middle = here[name] + shifts[name]
        low, high = middle - sizes[name] / 2, middle + sizes[name] / 2
        inside = np.clip(np.minimum(high, frame[1]) - np.maximum(low, frame[0]), 0, None).prod(1)
        within = (low[:, None] < blocked[None]) & (blocked[None] < high[:, None])
        cost[name] = fixed + COVERED * within.all(2).sum(1) + OUTSIDE * (1 - inside / sizes[name].prod())
    chosen = np.full(count, -1)
    order = np.argsort(-_neighbours(here, sizes), kind="stable")
    for _ in range(PASSES):
        before = chosen.copy()
        for name in order:
            below = _overlap(name, here, sizes, shifts, chosen)
            chosen[name] = int((cost[name] + CROSSED * below).argmin())
        if (before == chosen).all():
            break
    hidden = np.zeros(count, bool)
    for name in order[::-1]:  # the least crowded keep their names
        standing = np.where(hidden, -1, chosen)
        hidden[name] = _overlap(name, here, sizes, shifts, standing)[chosen[name]] > TOO_MUCH
    return shifts[np.arange(count), chosen], rings[chosen], hidden


def _neighbours(here: Numbers, sizes: Numbers) -> NDArray[np.int64]:
    reach = sizes.mean(0) * (1, 3) if len(sizes) else np.ones(2)
    near = np.abs(here[:, None] - here[None]) < reach
    return near.all(2).sum(1)


def _overlap(name: int, here: Numbers, sizes: Numbers, shifts: Numbers, chosen: NDArray[np.int64]) -> Numbers:
    """For each place of a name, which share of it lies below the names that stand, (places,)."""
    others = np.flatnonzero((chosen >= 0) & (np.arange(len(here)) != name))
    middle = here[name] + shifts[name]
    there = here[others] + shifts[others, chosen[others]]
    room = (sizes[name] + sizes[others]) / 2
    shared = np.clip(room[None] - np.abs(middle[:, None] - there[None]), 0, None)
    shared = np.minimum(shared, np.minimum(sizes[name], sizes[others])[None])
    share: Numbers = shared.prod(2).sum(1) / sizes[name].prod()
    return share


def _write(ax: Axes, point: NDArray[np.floating], name: str, by: Numbers, *, leader: bool) -> None:
    from matplotlib.patheffects import withStroke

    ax.annotate(
        name, (float(point[0]), float(point[1])), (float(by[0]), float(by[1])), textcoords="offset points",
        ha="center", va="center", fontsize="small", zorder=5,
        path_effects=[withStroke(linewidth=2.5, foreground=ax.get_facecolor())],
        arrowprops={"arrowstyle": "-", "color": QUIET, "lw": 0.6, "shrinkB": 3} if leader else None,
    )  # fmt: skip
