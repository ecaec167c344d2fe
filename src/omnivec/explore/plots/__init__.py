"""Pictures by matplotlib (extra `plot`).

Each function draws on the axes given as `ax`, or on a new figure, and returns the `Axes`. None needs a
display or calls `show`; `save` writes PNG, SVG and PDF, `svg` gives the picture as text for a page.
"""

from omnivec.explore.plots.disk import disk
from omnivec.explore.plots.figure import blank, kind_of, save, size_for_words, svg
from omnivec.explore.plots.grid import attention, heat_map, size_for_grid
from omnivec.explore.plots.lines import curves, losses
from omnivec.explore.plots.words import arrows, scatter

__all__ = [
    "arrows",
    "attention",
    "blank",
    "curves",
    "disk",
    "heat_map",
    "kind_of",
    "losses",
    "save",
    "scatter",
    "size_for_grid",
    "size_for_words",
    "svg",
]
