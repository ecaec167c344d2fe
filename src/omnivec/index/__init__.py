"""Nearest rows of a table. Exact search first: no parameters, always right."""

from omnivec.index.exact import Exact
from omnivec.index.nearest import Index, Nearest
from omnivec.index.neighbors import Neighbors

__all__ = ["Exact", "Index", "Nearest", "Neighbors"]
