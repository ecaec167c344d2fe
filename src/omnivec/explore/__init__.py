"""Looking at vectors: projections into the plane, plots (extra `plot`), the map, comparison, debiasing.

    from omnivec.explore import scatter

    axes = scatter(vectors, ["king", "queen", "river", "stream"])

Each part is a module of its own here, `omnivec.explore.map` and so on; matplotlib is imported when a picture
is drawn.
"""

from omnivec.explore.plots import arrows, blank, curves, heat_map, losses, save, scatter, svg
from omnivec.explore.projection import Projection, kept_neighbors, project

__all__ = [
    "Projection",
    "arrows",
    "blank",
    "curves",
    "heat_map",
    "kept_neighbors",
    "losses",
    "project",
    "save",
    "scatter",
    "svg",
]
