"""Rows in a few clusters, for colours, and what these are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate import kmeans
from omnivec.index.cosine import Rows, scaled

ROUNDS = 25
"""Of k-means at most: later ones move few rows."""


def clusters(units: Iterator[Rows], learned: Rows, count: int, seed: int) -> tuple[NDArray[np.uint8], Rows]:
    """The cluster of each row, (n,) uint8, and its cosine with the centre, (n,) float32.

    Args: `units` blocks of all rows, of length one; `learned` those whose groups are the clusters; `count` at
    most 255; fewer are used where fewer rows are different.
    """
    grouped = kmeans.group(learned, count, starts=1, rounds=ROUNDS, seed=seed).groups
    centres = scaled(np.stack([learned[grouped == one].sum(axis=0) for one in range(grouped.max() + 1)]))
    found, near = [], []
    for block in units:
        scores = block @ centres.T
        best = scores.argmax(axis=1)
        found.append(best.astype(np.uint8))
        near.append(scores[np.arange(len(block)), best])
    return np.concatenate(found), np.concatenate(near)


def names(keys: Sequence[str], found: NDArray[np.uint8], near: Rows, count: int) -> list[str]:
    """What each cluster is called: three of its more frequent keys, those nearest to its centre."""
    called = []
    for one in range(count):
        members = np.flatnonzero(found == one)
        frequent = members[: max(len(members) // 20, 30)]
        best = frequent[np.argsort(-near[frequent], kind="stable")[:3]]
        called.append(", ".join(keys[row] for row in np.sort(best).tolist()))
    return called
