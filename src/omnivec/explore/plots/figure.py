"""Where pictures are drawn, what they are written as, and what they have in common."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnivec.errors import OptionError
from omnivec.explore.fonts import readable, told_once
from omnivec.store.extra import extra
from omnivec.store.replace import replacing

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 6.4, 4.4
"""Inches of a picture whose content asks for nothing else."""
DOTS = 200
"""Dots an inch of a PNG."""
KINDS = ("png", "svg", "pdf")

QUIET = "#6b6b70"
"""Captions, axes, grids: 4.5 : 1 or more against white."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito 2008, the strongest first; each goes with a shape of its own."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 2, 1, 2)), (0, (8, 3)))


def blank(width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Empty axes on a figure of `width` × `height` inches that no window knows: for files and pages.

    Raises: MissingExtra.
    """
    figure = extra("matplotlib.figure", "plot", what="a picture")
    axes: Axes = figure.Figure(figsize=(width, height), layout="constrained").subplots()
    return axes


def axes_of(ax: Axes | None, width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """`ax`, or new axes that pyplot knows, so that a notebook shows them.

    A backend that was asked for by name and finds no display (MPLBACKEND=QtAgg over ssh) is done without.
    """
    if ax is not None:
        return ax
    extra("matplotlib", "plot", what="a picture")
    try:
        from matplotlib import pyplot

        return pyplot.subplots(figsize=(width, height), layout="constrained")[1]
    except ImportError:
        return blank(width, height)


def svg(axes: Axes) -> str:
    """The figure of these axes as an ``<svg>`` element, letters as shapes: the same picture everywhere."""
    buffer = io.BytesIO()
    _write(axes, buffer, "svg")
    text = buffer.getvalue().decode("utf-8")
    return text[text.index("<svg") :]


def save(axes: Axes, path: str | PathLike[str], overwrite: bool = False) -> None:
    """Write the figure of these axes as PNG, SVG or PDF, whichever the suffix says.

    Raises: OptionError for another suffix; OutputError, what was there stays whole.
    """
    kind = kind_of(path)
    with replacing(path, overwrite=overwrite) as file:
        _write(axes, file, kind)


def kind_of(path: str | PathLike[str]) -> str:
    """What a file's suffix says it is. Raises: OptionError for what is no picture we write."""
    kind = Path(fspath(path)).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise OptionError(
            f"{fspath(path)}: a picture ends in .png, .svg or .pdf, got {kind or 'no suffix'!r}"
        )
    return kind


def _write(axes: Axes, file: Any, kind: str) -> None:
    from matplotlib import rc_context

    # Without the date and with a fixed salt for its names, the same picture is the same file.
    dated = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    figure = figure_of(axes)
    for each in figure.axes:  # a title may have been written since the picture was drawn
        readable(each)
    with rc_context({"svg.hashsalt": "omnivec", "svg.fonttype": "path"}), told_once():
        figure.savefig(file, format=kind, dpi=DOTS, metadata=dated)


def figure_of(axes: Axes) -> Figure:
    """The figure that axes lie in, also those in a part of it."""
    return axes.figure.figure  # that of a part is the whole one, in every matplotlib


def style(place: int) -> dict[str, Any]:
    """Colour and marker of the group at a place: 42 differ; an edge lets the pale ones be seen on white."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "marker": MARKERS[place % len(MARKERS)],
        "markeredgecolor": ink(),
        "markeredgewidth": 0.5,
    }


def ink() -> str:
    """The colour of text in the user's style."""
    from matplotlib import rcParams

    return str(rcParams["text.color"])


def legend(ax: Axes, drawn: Mapping[str, Artist], title: str | None = None, **where: Any) -> None:
    """Names beside what was drawn for them; names may begin with _, which matplotlib hides by itself."""
    ax.legend(
        list(drawn.values()), list(drawn), title=title, fontsize="small", title_fontsize="small",
        edgecolor="none", **where,
    )  # fmt: skip


def caption(ax: Axes, text: str) -> None:
    """A quiet line above the picture: what it is, and how far it can be trusted."""
    ax.set_title(text, loc="left", fontsize="small", color=QUIET, wrap=True, parse_math=False)


def finish(ax: Axes, told: str = "") -> Axes:
    """What pictures share: few lines, a caption above, names as they are, fonts that have their letters."""
    from matplotlib.text import Text

    for text in ax.findobj(Text):
        text.set_parse_math(False)  # a word may hold $
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.tick_params(color=QUIET)
    if told:
        caption(ax, told)
    readable(ax)
    return ax


def percent(share: float) -> str:
    """A share for people: `34 %`."""
    return f"{share:.0%}".replace("%", " %")


def size_for_words(count: int) -> tuple[float, float]:
    """Inches of a picture with so many words: their area grows with their number, within reason."""
    width = min(max(WIDTH, 0.9 * math.sqrt(count)), 20.0)
    return width, width * 0.8
