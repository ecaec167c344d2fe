"""Numbers as colours in a grid: how alike words are, and what attends to what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.errors import OptionError
from omnivec.explore.plots.chosen import Unknown, chosen
from omnivec.explore.plots.figure import axes_of, finish
from omnivec.index.cosine import scaled
from omnivec.vectors import Vectors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

CELL = 0.36  # inches
_SMALL, _HIGHEST = 8.33, 1200.0  # points: of letters, and of a side of the largest grid less a little
MOST = 500
"""Rows and columns: in a picture as large as they come 8 dots each."""
WRITTEN = 20
"""Rows up to which a cell also holds its number, so that colour is not all there is."""


def heat_map(
    vectors: Vectors, keys: Iterable[str], ax: Axes | None = None, *, unknown: Unknown = "error"
) -> Axes:
    """The cosine of every two of some words, the most alike the brightest; a word beside itself stays blank.

    Args: `unknown`: words without a vector are refused ("error"), or left out and counted ("skip").
    Raises: UnknownKey, OptionError for no words, one given twice, or more than 500, NotFinite, MissingExtra.
    """
    words = chosen(vectors, keys, unknown)
    _check(len(words.keys))
    rows = scaled(words.rows)
    cosines = np.clip((rows @ rows.T).astype(np.float64), -1, 1)
    np.fill_diagonal(cosines, np.nan)
    ax = _grid(ax, cosines, words.names, words.names, "cosine")
    return finish(ax, words.told)


def attention(
    weights: ArrayLike, rows: Sequence[str], columns: Sequence[str], ax: Axes | None = None
) -> Axes:
    """Weights (rows, columns): how much each word of one text looks at each of another.

    Raises: OptionError where shape and words differ, or for more than 500 on a side; MissingExtra.
    """
    values = np.asarray(weights, np.float64)
    if values.shape != (len(rows), len(columns)) or not values.size:
        shape = f"({len(rows)}, {len(columns)})"
        raise OptionError(f"expected weights of shape {shape} for these words, got {values.shape}")
    _check(max(values.shape))
    return finish(_grid(ax, values, rows, columns, "weight"))


def _check(longest: int) -> None:
    if longest > MOST:
        raise OptionError(f"a grid has at most {MOST:,} words on a side, got {longest:,}; name fewer")


def size_for_grid(tall: int, wide: int) -> tuple[float, float]:
    """Inches of a picture with so many cells and the words beside them, within reason."""
    return min(CELL * wide + 2.4, 20.0), min(CELL * tall + 1.2, 20.0)


def _grid(
    ax: Axes | None, values: NDArray[np.float64], rows: Sequence[str], columns: Sequence[str], what: str
) -> Axes:
    tall, wide = values.shape
    ax = axes_of(ax, *size_for_grid(tall, wide))
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    image = ax.imshow(values, cmap="viridis", vmin=low, vmax=high if high > low else low + 1)
    across, up = (min(_SMALL, _HIGHEST / count) for count in (wide, tall))  # no higher than a cell
    ax.set_xticks(range(wide), columns, rotation=45, ha="right", rotation_mode="anchor", fontsize=across)
    ax.set_yticks(range(tall), rows, fontsize=up)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if max(values.shape) <= WRITTEN:
        _write(ax, image, values)
    figure: Any = ax.get_figure()
    figure.colorbar(image, ax=ax, label=what, shrink=0.8).outline.set_visible(False)
    return ax


def _write(ax: Axes, image: AxesImage, values: NDArray[np.float64]) -> None:
    """The numbers in their cells, dark on bright colours and bright on dark ones."""
    for row, column in np.argwhere(np.isfinite(values)):
        linear = np.array(image.to_rgba(values[row, column])[:3]) ** 2.2
        bright = linear @ (0.2126, 0.7152, 0.0722) > 0.179  # where black and white are seen alike, 4.6 : 1
        text = f"{values[row, column]:z.2f}".replace("0.", ".", 1)
        ax.text(column, row, text, ha="center", va="center", fontsize=6.5, color="k" if bright else "w")
