"""Rows in a few clusters, for colours: k-means by cosine, in NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

ROUNDS = 25
SAMPLE = 20_000  # rows that centres are learned from; more of them move no colour that one would see
_BLOCK = 1 << 14


def clusters(
    units: Iterator[NDArray[np.float32]], learned: NDArray[np.float32], count: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The cluster of each row, (n,) uint8, and its cosine with the centre, (n,) float32.

    Args: `units` blocks of all rows, of length one; `learned` those that centres are learned from; `count` at
    most 255; fewer come back where fewer rows are different.
    Source: Dhillon and Modha 2001 (k-means of directions), started as in Arthur and Vassilvitskii 2007.
    """
    centres = _centres(learned, count, np.random.default_rng(seed))
    found, near = [], []
    for block in units:
        scores = block @ centres.T
        best = scores.argmax(axis=1)
        found.append(best.astype(np.uint8))
        near.append(scores[np.arange(len(block)), best])
    return np.concatenate(found), np.concatenate(near)


def _centres(rows: NDArray[np.float32], count: int, draw: np.random.Generator) -> NDArray[np.float32]:
    centres = rows[[int(draw.integers(len(rows)))]]
    far = np.maximum(1 - rows @ centres[0], 0)
    while len(centres) < count and far.sum() > 1e-6:
        chosen = rows[[int(draw.choice(len(rows), p=far.astype(np.float64) / far.sum(dtype=np.float64)))]]
        centres = np.concatenate([centres, chosen])
        far = np.minimum(far, np.maximum(1 - rows @ chosen[0], 0))
    for _ in range(ROUNDS):
        nearest = (rows @ centres.T).argmax(axis=1)
        sums = np.stack([rows[nearest == one].sum(axis=0) for one in range(len(centres))])
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), centres)
    return centres


def names(keys: Sequence[str], found: NDArray[np.uint8], near: NDArray[np.float32], count: int) -> list[str]:
    """What each cluster is called: three of its more frequent keys, those nearest to its centre."""
    called = []
    for one in range(count):
        members = np.flatnonzero(found == one)
        frequent = members[: max(len(members) // 20, 30)]
        best = frequent[np.argsort(-near[frequent], kind="stable")[:3]]
        called.append(", ".join(keys[row] for row in np.sort(best).tolist()))
    return called
