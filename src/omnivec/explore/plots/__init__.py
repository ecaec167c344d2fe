"""Pictures by matplotlib (extra `plot`).

Each function draws on the axes given as `ax`, or on a new figure, and returns the `Axes`. None needs a
display or calls `show`; `save` writes PNG, SVG and PDF, `svg` gives the picture as text for a page.
"""

from omnivec.explore.plots.figure import blank, save, svg
from omnivec.explore.plots.grid import attention, heat_map
from omnivec.explore.plots.lines import curves, losses
from omnivec.explore.plots.words import arrows, scatter

__all__ = ["arrows", "attention", "blank", "curves", "heat_map", "losses", "save", "scatter", "svg"]
