"""Synthetic vectors that lie in clusters, as those of words do: what search is measured on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEMBERS, NOISE = 100, 0.8
HOW = (
    f"Clustered vectors: one centre for every {MEMBERS} rows, normal numbers; a row is a centre, the c-th "
    f"with a probability in proportion to 1/√c, plus {NOISE} times normal numbers; seed 0."
)
_BLOCK = 1 << 16


def table(rows: int, dim: int) -> NDArray[np.float32]:
    """The vectors as omnivec keeps them, (rows, dim padded to 16) float32."""
    from omnivec.store.tables import empty_table

    draw, made = np.random.default_rng(0), empty_table(rows, dim)
    centres = draw.standard_normal((max(rows // MEMBERS, 1), dim), np.float32)
    weights = 1 / np.sqrt(np.arange(1, len(centres) + 1))
    for start in range(0, rows, _BLOCK):
        part = made[start : start + _BLOCK, :dim]
        part[:] = centres[draw.choice(len(centres), len(part), p=weights / weights.sum())]
        part += np.float32(NOISE) * draw.standard_normal(part.shape, np.float32)
    return made
