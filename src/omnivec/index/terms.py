"""What a question to vectors may be made of, and how gensim's loose arguments become one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

Key: TypeAlias = str | int | np.integer[Any]
"""A key, or the number of its row."""
Query: TypeAlias = Key | NDArray[Any]
"""A key, or a vector (dim,)."""
Among: TypeAlias = Iterable[Key] | NDArray[np.bool_] | NDArray[np.integer[Any]]
"""Some keys: by themselves, by the numbers of their rows, or where a mask (rows,) is true."""
Terms: TypeAlias = Query | Sequence[Query | tuple[Query, float]] | None
"""One query or many, each alone or with its weight; a matrix is many vectors."""


def is_one(value: object) -> TypeGuard[Query]:
    """A single key or vector, not several."""
    return is_key(value) or (isinstance(value, np.ndarray) and value.ndim == 1)


def is_key(value: object) -> TypeGuard[Key]:
    """A key or the number of its row."""
    return isinstance(value, str | int | np.integer)


def weighted(terms: Terms, sign: float) -> list[tuple[Query, float]]:
    """Terms as a list of (query, weight); the weight is `sign` where none is given."""
    if terms is None:
        return []
    many = [terms] if is_one(terms) else cast("Sequence[Query | tuple[Query, float]]", terms)
    return [term if isinstance(term, tuple) else (term, sign) for term in many]
