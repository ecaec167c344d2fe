"""The keys that two vocabularies have in common."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.vectors import Vectors

Rows = NDArray[np.int64]


class Shared(NamedTuple):
    """Common keys, those frequent in both first, with their rows in both, (n,) each."""

    keys: list[str]
    a: Rows
    b: Rows


def shared(a: Vectors, b: Vectors) -> Shared:
    """Keys that are spelled alike, ordered by the sum of their rows: rows come by falling frequency."""
    small, large = (a, b) if len(a) <= len(b) else (b, a)
    there = np.fromiter(map(large.keys.exact, small.keys), np.int64, len(small))
    own = np.flatnonzero(there >= 0)
    others = there[own]
    left, right = (own, others) if small is a else (others, own)
    order = np.argsort(left + right, kind="stable")
    left, right = left[order], right[order]
    return Shared(a.keys.at(left), left, right)
