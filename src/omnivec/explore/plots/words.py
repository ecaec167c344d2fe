"""Chosen words in the plane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from omnivec.explore.projection import Method
from omnivec.vectors import Vectors

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def scatter(
    vectors: Vectors,
    keys: Iterable[str],
    ax: Axes | None = None,
    *,
    method: Method = "pca",
    groups: Mapping[str, str] | None = None,
    unit: bool = True,
    seed: int = 1,
) -> Axes:
    """Chosen words as points in the plane, each with its name."""
    raise NotImplementedError


def arrows(vectors: Vectors, pairs: Sequence[tuple[str, str]], ax: Axes | None = None) -> Axes:
    """An arrow for each pair of words."""
    raise NotImplementedError
