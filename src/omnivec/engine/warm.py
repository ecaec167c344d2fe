"""Training that starts from given vectors, matched by key."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnivec.data.sources import describe
from omnivec.engine.progress import Listener, Progress
from omnivec.engine.start import PIECE
from omnivec.errors import NotFinite, OptionError
from omnivec.model import Model, load
from omnivec.vectors import Vectors

Start = Vectors | Model | str | os.PathLike[str]
"""Vectors in memory, a model, or the path of either in any format that `load` knows."""


@dataclass(frozen=True)
class Given:
    """Vectors to start from; name: what a record calls them; frozen: whether they stay as they are."""

    vectors: Vectors
    name: str
    frozen: bool

    def matches(self, keys: Sequence[str]) -> NDArray[np.int64]:
        """The row of each key in the given vectors, (number of keys,), −1 for one that they lack.

        A key that is not there as it is written is looked up in Unicode's composed form, as everywhere.
        Raises: OptionError when not one is there.
        """
        found = self.vectors.keys.rows(keys)
        if not (found >= 0).any():
            raise OptionError(
                f"start ({self.name}) shares no word with the text: it has {_some(self.vectors.keys)}, the "
                f"text {_some(keys)}; are both written alike?"
            )
        return found

    def into(self, table: NDArray[np.float32], keys: Sequence[str], listener: Listener) -> NDArray[np.uint8]:
        """Copy the vectors of the keys that both have into the table (rows, padded width), in place.

        Keys of the given vectors that are not among `keys` are left out.
        Returns: (rows,) uint8, 1 where a row was copied.
        Raises: OptionError when no key is in both; NotFinite for NaN or infinity in a vector to be copied.
        """
        found = self.matches(keys)
        places = np.flatnonzero(found >= 0)
        for begin in range(0, len(places), PIECE):
            into = places[begin : begin + PIECE]
            part = self.vectors.table.take(found[into])
            finite = np.isfinite(part).all(axis=1)
            if not finite.all():
                key = keys[int(into[finite.argmin()])]
                raise NotFinite(
                    f"start ({self.name}) holds NaN or infinity in the vector of {key!r}; leave that word out"
                )
            table[into, : part.shape[1]] = part
        text = f"{len(places):,} of {len(keys):,} words from {self.name}"
        listener(Progress(phase="start", done=1, text=text + ", which stay" * self.frozen))
        return (found >= 0).astype(np.uint8)

    def record(self, rows: NDArray[np.uint8]) -> dict[str, object]:
        """What the record of the training says about its start; `rows` as `into` returned them."""
        return {"start": {"source": self.name, "words": int(rows.sum()), "frozen": self.frozen}}


def opened(start: Start | None, dim: int, frozen: bool = False) -> Given | None:
    """The vectors to start from, if any; called before the text is read: a wrong dim is known by then.

    Raises: OptionError when they are no vectors or of another dim, or `frozen` without them; what `load`
    raises for a path.
    """
    if start is None:
        if frozen:
            raise OptionError("frozen keeps the vectors of start, got none; give start, or leave frozen out")
        return None
    if isinstance(start, (str, os.PathLike)):
        vectors, name = load(start).vectors, describe(start)
    elif isinstance(start, Model):
        vectors, name = start.vectors, "a model"
    elif isinstance(start, Vectors):
        vectors, name = start, "vectors in memory"
    else:
        raise OptionError(f"start must be Vectors, a Model or a path, got {type(start).__name__}")
    if vectors.vector_size != dim:
        raise OptionError(
            f"start ({name}) has vectors of dim {vectors.vector_size:,}, the learner's dim is {dim:,}; "
            f"set dim to {vectors.vector_size}, or give other vectors"
        )
    return Given(vectors, name, frozen)


def _some(keys: Sequence[str]) -> str:
    return ", ".join(repr(key[:40]) for key in keys[:3]) + (" …" if len(keys) > 3 else "")
