"""Nearest rows of a table. Exact search first: no parameters, always right."""

from omnivec.index.exact import Exact, Nearest

__all__ = ["Exact", "Nearest"]
