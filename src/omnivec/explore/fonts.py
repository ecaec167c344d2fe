"""Letters that matplotlib's own font lacks, Hangul above all: an installed font that has them is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def readable(ax: Axes) -> None:
    """Give every text of the axes fonts that have its letters."""
