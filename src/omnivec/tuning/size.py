"""A model of so many bytes: quantised, and pruned to the rows that fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from omnivec.errors import OptionError

if TYPE_CHECKING:
    from omnivec.data.sources import Source
    from omnivec.model import Model

CODED = 256
"""Rows below which a product quantiser has nothing to learn from."""

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_ROUNDS = 4  # of pruning to fewer rows where the bytes of the words were not foreseen


def size_of(size: int | str) -> int:
    """Bytes: a number of them, or text such as 500k, 2M, 1.5G, in powers of ten. OptionError otherwise."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?", str(size).strip().lower())
    if isinstance(size, bool) or found is None or not float(found[1]):
        raise OptionError(f"size must be bytes, or such as 500k, 2M or 1G, got {size!r}")
    return int(float(found[1]) * _UNITS[found[2]])


def bytes_of(model: Model) -> int:
    """Bytes of a model's tables and words."""
    arrays = [*model.tables.values(), *model.keys.tables().values()]
    return sum(array.nbytes for array in arrays)


def fitted(model: Model, size: int, dsub: int, source: Source) -> Model:
    """A model quantised, and pruned, so that its tables and words have at most `size` bytes."""
    raise NotImplementedError
