"""Training that starts from given vectors, matched by key."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from omnivec.engine.start import PIECE
from omnivec.errors import NotFinite, OptionError
from omnivec.model import Model, load
from omnivec.vectors import Vectors

Start = Vectors | Model | str | os.PathLike[str]
"""Vectors in memory, a model, or the path of either in any format that `load` knows."""


def opened(start: Start, dim: int) -> Vectors:
    """The vectors to start from; to be called before the text is read, since a wrong dim is known by then.

    Raises: OptionError when they are no vectors or of another dim; what `load` raises for a path.
    """
    given: object = load(start) if isinstance(start, (str, os.PathLike)) else start
    vectors = given.vectors if isinstance(given, Model) else given
    if not isinstance(vectors, Vectors):
        raise OptionError(f"start must be Vectors, a Model or a path, got {type(given).__name__}")
    if vectors.vector_size != dim:
        raise OptionError(
            f"start has vectors of dim {vectors.vector_size:,}, the learner's is {dim:,}; "
            f"set dim to {vectors.vector_size}, or give other vectors"
        )
    return vectors


def matched(table: NDArray[np.float32], keys: Sequence[str], vectors: Vectors) -> NDArray[np.uint8]:
    """Copy the vectors of the keys that both have into the table (rows, padded width), in place.

    A key that the vectors lack is looked up in Unicode's composed form too, as everywhere. Keys of the
    vectors that are not among `keys` are left out.

    Returns: (rows,) uint8, 1 where a row was copied.
    Raises: OptionError when no key is in both; NotFinite for NaN or infinity in a vector to be copied.
    """
    found = vectors.keys.rows(keys)
    places = np.flatnonzero(found >= 0)
    if not len(places):
        raise OptionError(
            f"start shares no key with the text: it has {_some(vectors.keys)}, the text {_some(keys)}; "
            "are both written alike?"
        )
    for begin in range(0, len(places), PIECE):
        into = places[begin : begin + PIECE]
        part = vectors.vectors[found[into]]
        finite = np.isfinite(part).all(axis=1)
        if not finite.all():
            key = keys[int(into[finite.argmin()])]
            raise NotFinite(f"start holds NaN or infinity in the vector of {key!r}; leave that key out")
        table[into, : vectors.vector_size] = part
    rows = np.zeros(len(keys), np.uint8)
    rows[places] = 1
    return rows


def _some(keys: Sequence[str]) -> str:
    first: Iterable[str] = keys[:3]
    return ", ".join(repr(key[:40]) for key in first) + (" …" if len(keys) > 3 else "")
