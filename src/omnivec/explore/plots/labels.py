"""Names beside points, so that they can be read: no name lies on another, on a point, or outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from omnivec.explore.fonts import readable, told_once
from omnivec.explore.plots.figure import QUIET, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Numbers: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]

ANGLES = np.deg2rad([0, 180, 90, 270, 30, 150, 330, 210, 60, 120, 300, 240])
"""Where a name may stand, seen from its point: to the right best."""
RINGS = (1.0, 2.0, 3.5, 5.5, 8.0)
"""How far away, in gaps; beyond the second a thin line leads to the point."""
GAP, RADIUS = 5.0, 4.0
"""Points of type from a point to the edge of its name, and that no other name may come near it."""
FAR, COVERED, OUTSIDE, BELOW, CROSSED = 0.4, 4.0, 40.0, 12.0, 0.8
"""Costs: of a ring, of a covered point, of a share of the name beyond the frame or below another name, and of
each part of a line that passes through a name or over a point."""
PARTS = np.array([0.25, 0.5, 0.75, 1.0])
PASSES = 4
MOST = 500  # names that are placed, the first ones; placing takes time with their square
TOO_MUCH = 0.12  # of a name below others or beyond the frame: it is left out


def name_points(
    ax: Axes, points: NDArray[np.floating], names: Sequence[str], avoid: NDArray[np.floating] | None = None
) -> int:
    """Write the names beside their points (n, 2); `avoid` (m, 2) are more points that they should not cover.

    Returns: how many names were left out because there is no room.
    """
    beyond = max(len(names) - MOST, 0)
    names, every = names[:MOST], ax.transData.transform
    sizes = _sizes(ax, names)
    blocked: Numbers = every(points) if avoid is None else np.vstack([every(points), every(avoid)])
    here = blocked[: len(names)]
    dots = figure_of(ax).dpi / 72
    room = _Room(here, sizes, GAP * dots, _frame(ax, GAP * dots))
    places = room.settled(room.alone(blocked, RADIUS * dots))
    crowded = room.crowded(places)
    rows = np.arange(len(names))
    shift, ring = room.shifts[rows, places], room.rings[places]
    begin = 0.5 + (room.edges[rows, places] - shift) / sizes
    for point, name, by, at, far, hidden in zip(
        points[: len(names)], names, shift / dots, begin, ring, crowded, strict=True
    ):
        if not hidden:
            _write(ax, point, name, by, at if far > 1 else None)
    readable(ax)
    return int(crowded.sum()) + beyond


def _sizes(ax: Axes, names: Sequence[str]) -> Numbers:
    """Width and height of each name in dots, (n, 2), once the figure has its layout."""
    texts = [
        ax.text(0, 0, name, fontsize="small", parse_math=False, transform=ax.transAxes) for name in names
    ]
    readable(ax)
    with told_once():
        figure_of(ax).draw_without_rendering()
        boxes = [text.get_window_extent() for text in texts]
    for text in texts:
        text.remove()
    return np.array([(box.width, box.height) for box in boxes]).reshape(-1, 2)


def _frame(ax: Axes, gap: float) -> Numbers:
    """The corners between which names belong, clear of the lines around the picture."""
    box = ax.get_window_extent()
    return np.array([[box.x0 + gap, box.y0 + gap], [box.x1 - gap, box.y1 - gap]])


@final
class _Room:
    """Where names of some sizes (n, 2) could stand around their points (n, 2) in a frame, all in dots."""

    def __init__(self, here: Numbers, sizes: Numbers, gap: float, frame: Numbers) -> None:
        directions = np.tile(np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]), (len(RINGS), 1))
        self.here, self.sizes = here, sizes
        self.rings = np.repeat(np.arange(len(RINGS)), len(ANGLES))
        away = np.repeat(RINGS, len(ANGLES))[:, None] * gap * directions
        # At the root of two either the side or the corner of a name touches the circle around its point.
        half = np.clip(directions * math.sqrt(2), -1, 1)[None] * sizes[:, None] / 2
        self.shifts: Numbers = away[None] + half  # (names, places, 2)
        # Lines begin where a name is nearest to its point; in the first rings there is none.
        nearest = self.shifts - np.clip(self.shifts, -sizes[:, None] / 2, sizes[:, None] / 2)
        self.edges: Numbers = nearest * (self.rings > 1)[None, :, None]
        self.lines: Numbers = self.edges[:, :, None] * PARTS[:, None]  # (names, places, parts, 2)
        self.farthest = np.abs(self.shifts).max((0, 1)) + sizes.max(0)
        middle, half_size = here[:, None] + self.shifts, sizes[:, None] / 2
        sides = np.minimum(middle + half_size, frame[1]) - np.maximum(middle - half_size, frame[0])
        self.outside: Numbers = 1 - np.clip(sides, 0, None).prod(2) / sizes.prod(1)[:, None]
        near = np.abs(here[:, None] - here[None]) < sizes.mean(0) * (1, 3)
        self.order = np.argsort(-near.all(2).sum(1), kind="stable")
        """Names by how many neighbours their points have, the most first."""

    def alone(self, blocked: Numbers, radius: float) -> Numbers:
        """What each place costs before other names stand, (names, places)."""
        fixed = FAR * self.rings + 0.02 * np.tile(np.arange(len(ANGLES)), len(RINGS))
        cost = np.empty(self.shifts.shape[:2])
        for name, size in enumerate(self.sizes):
            middle = self.here[name] + self.shifts[name]
            # Of very many points only those that some place of the name could meet.
            reach = np.abs(self.shifts[name]).max(0) + size / 2 + radius
            near = (np.abs(blocked - self.here[name]) <= reach).all(1)
            away = np.abs(middle[:, None] - blocked[None, near]) - size / 2
            covered = (np.hypot(*np.clip(away, 0, None).T) < radius).sum(0)
            near[name] = False
            parts = (self.here[name] + self.lines[name])[:, :, None] - blocked[near]
            met = (np.hypot(*parts.T) < radius / 2).any(0).sum(0) * (self.rings > 1)
            cost[name] = fixed + COVERED * covered + OUTSIDE * self.outside[name] + CROSSED * met
        return cost

    def settled(self, cost: Numbers) -> Whole:
        """A place for each: the cheapest beside those that stand, in turn, a few times over.

        Those with the most neighbours choose first.
        """
        places = np.full(len(cost), -1)
        for _ in range(PASSES):
            before = places.copy()
            for name in self.order:
                below, crossed = self._met(name, places)
                places[name] = int((cost[name] + BELOW * below + CROSSED * crossed).argmin())
            if (before == places).all():
                break
        return places

    def crowded(self, places: Whole) -> NDArray[np.bool_]:
        """Which names lie on others or outside, the ones with the most neighbours first to be told so."""
        standing = places.copy()
        for name in self.order:
            below = self._met(name, standing)[0][places[name]]
            if max(below, self.outside[name, places[name]]) > TOO_MUCH:
                standing[name] = -1
        return standing < 0

    def _met(self, name: int, places: Whole) -> tuple[Numbers, Whole]:
        """For each place of a name, which share of it lies below the names that stand; and how many parts of
        lines, its own or theirs, pass through a name. (places,) each.
        """
        reach = np.abs(self.shifts[name]).max(0) + self.farthest
        near = (np.abs(self.here - self.here[name]) < reach).all(1) & (places >= 0)
        near[name] = False
        others = np.flatnonzero(near)
        middle = self.here[name] + self.shifts[name]
        there = self.here[others] + self.shifts[others, places[others]]
        room = (self.sizes[name] + self.sizes[others]) / 2
        shared = np.clip(room[None] - np.abs(middle[:, None] - there[None]), 0, None)
        shared = np.minimum(shared, np.minimum(self.sizes[name], self.sizes[others])[None])
        share: Numbers = shared.prod(2).sum(1) / self.sizes[name].prod()
        own = np.abs((self.here[name] + self.lines[name])[:, :, None] - there)  # (places, parts, others, 2)
        theirs = self.here[others, None] + self.lines[others, places[others]]  # (others, parts, 2)
        mine = np.abs(theirs[None] - middle[:, None, None])  # (places, others, parts, 2)
        crossed = (own < self.sizes[others] / 2).all(3).sum((1, 2))
        crossed += (mine < self.sizes[name] / 2).all(3).sum((1, 2))
        return share, crossed


def _write(ax: Axes, point: NDArray[np.floating], name: str, by: Numbers, line: Numbers | None) -> None:
    """A name beside its point; `line`: where on it, in shares of its size, a line to the point begins."""
    leader: dict[str, Any] | None = None
    if line is not None:
        leader = {"arrowstyle": "-", "color": QUIET, "lw": 0.7, "patchA": None, "shrinkA": 0.5, "shrinkB": 3}
        leader["relpos"] = (float(line[0]), float(line[1]))
    ax.annotate(
        name, (float(point[0]), float(point[1])), (float(by[0]), float(by[1])), textcoords="offset points",
        ha="center", va="center", fontsize="small", zorder=5, parse_math=False, in_layout=False,
        arrowprops=leader,
    )  # fmt: skip
