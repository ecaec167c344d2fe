"""The keys that two vocabularies have in common."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.vectors import Vectors

Rows = NDArray[np.int64]

_AT_ONCE = 1 << 13
"""Rows of a table read at a time."""


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


def directed(a: Vectors, b: Vectors, common: Shared) -> Shared:
    """Those whose vectors are zeros in neither: without a direction there are no neighbours, and no place."""
    there = _no_zeros(a, common.a) & _no_zeros(b, common.b)
    if there.all():
        return common
    keys = [key for key, one in zip(common.keys, there.tolist(), strict=True) if one]
    return Shared(keys, common.a[there], common.b[there])


def _no_zeros(vectors: Vectors, rows: Rows) -> NDArray[np.bool_]:
    found = np.empty(len(rows), np.bool_)
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        found[first : first + len(some)] = vectors.table.take(some).any(axis=1)
    return found
