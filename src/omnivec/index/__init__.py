"""Nearest rows of a table. Exact search first: no parameters, always right."""

from omnivec.index.exact import Exact
from omnivec.index.nearest import Nearest
from omnivec.index.neighbors import Neighbors

__all__ = ["Exact", "Nearest", "Neighbors"]
