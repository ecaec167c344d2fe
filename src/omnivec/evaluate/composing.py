"""Words of a test that are no keys: where words have parts, their parts speak for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import UnknownKey

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

Compose: TypeAlias = Callable[[str], NDArray[np.float32] | None]
"""A word's vector (dim,) by its parts; None where it has none."""


def composing(vectors: Vectors) -> Compose:
    """What gives vectors to words that are no keys of these; to none where words have no parts."""

    def vector(word: str) -> NDArray[np.float32] | None:
        try:
            found = vectors.get_vector(word)
        except UnknownKey:
            return None
        return found if found.any() else None

    return vector
