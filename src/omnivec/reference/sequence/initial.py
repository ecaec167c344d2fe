"""First weights: what each kind begins with, drawn from the caller's generator, or the caller's own.

Source: "Deep Learning from Scratch 2", chapters 5 to 7: embeddings randn/100, other matrices randn/√(rows)
(Glorot & Bengio 2010, for the incoming side), biases 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from omnivec.reference.arrays import Array, random_normal

Shape = tuple[int, ...]


def weights(
    kinds: Sequence[tuple[str, Shape]],
    given: Sequence[Array] | None,
    rng: np.random.Generator | None,
    dtype: DTypeLike,
) -> list[Array]:
    """An array for each (kind, shape), where kind is "embedding", "matrix" or "bias".

    `given` are used as they are, not copied. Raises: ValueError where their shapes are others than those of
    `kinds`, and without `given` and `rng`.
    """
    if given is None:
        return [_drawn(kind, shape, rng, dtype) for kind, shape in kinds]
    wanted, found = [shape for _, shape in kinds], [tuple(array.shape) for array in given]
    if wanted != found:
        raise ValueError(f"weights of the shapes {wanted} were expected; {found} came")
    return list(given)


def recurrent(gates: int, D: int, H: int) -> list[tuple[str, Shape]]:
    """Wx, Wh and b of a recurrent layer from D to H with so many gates side by side."""
    return [("matrix", (D, gates * H)), ("matrix", (H, gates * H)), ("bias", (gates * H,))]


def affine(D: int, out: int) -> list[tuple[str, Shape]]:
    """W and b from D to `out`."""
    return [("matrix", (D, out)), ("bias", (out,))]


def _drawn(kind: str, shape: Shape, rng: np.random.Generator | None, dtype: DTypeLike) -> Array:
    if kind == "bias":
        return np.zeros(shape, dtype)
    return random_normal(rng, shape, 0.01 if kind == "embedding" else 1 / math.sqrt(shape[0]), dtype)
