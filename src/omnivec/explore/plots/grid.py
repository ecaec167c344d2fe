"""Numbers as colours in a grid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from omnivec.vectors import Vectors

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def heat_map(vectors: Vectors, keys: Iterable[str], ax: Axes | None = None) -> Axes:
    """The cosine of every two of some words."""
    raise NotImplementedError
