"""Groups of keys, to colour points by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError
from omnivec.store.keys import Keys

NONE = 2**16 - 1
"""The number of keys without a group."""


class Groups(NamedTuple):
    """Which key belongs to which group."""

    numbers: NDArray[np.uint16]
    """(rows,): a place in `names`, or NONE."""
    names: list[str]
    """The largest first."""
    unknown: int
    """Keys that have a group and no row."""


def of(keys: Keys, rows: int, groups: Mapping[str, str]) -> Groups:
    """The groups of the first `rows` keys. Raises: InputError where no key is known, or too many groups."""
    places = keys.rows(groups)
    there = (places >= 0) & (places < rows)
    if not there.any():
        raise InputError(f"none of the {len(groups):,} grouped words has a row in the map")
    named = [name for name, known in zip(groups.values(), there.tolist(), strict=True) if known]
    names = [name for name, _ in Counter(named).most_common()]
    if len(names) >= NONE:
        raise InputError(f"at most {NONE - 1:,} groups were expected, got {len(names):,}")
    number = {name: place for place, name in enumerate(names)}
    numbers = np.full(rows, NONE, np.uint16)
    numbers[places[there]] = [number[name] for name in named]
    return Groups(numbers, names, int((~there).sum()))
