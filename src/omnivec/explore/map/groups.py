"""Groups of keys from a file, to colour points by: a key and its group in a line, with a tab between."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
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
    """Keys of the file that have no row."""


def read(path: str | os.PathLike[str]) -> dict[str, str]:
    """The group of each key in a file; empty lines are left out.

    Raises: InputError for a file that cannot be read, or a line of another number of columns.
    """
    try:
        lines = Path(path).read_text("utf-8-sig", "surrogateescape").split("\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    found = {}
    for number, line in enumerate(lines, 1):
        cells = line.rstrip("\r").split("\t")
        if cells == [""]:
            continue
        if len(cells) != 2:
            raise InputError(
                f"{path}: line {number:,}: a word and its group with a tab between were expected, "
                f"got {len(cells)} columns"
            )
        found[cells[0]] = cells[1]
    if not found:
        raise InputError(f"{path}: has no line; a word and its group with a tab between were expected")
    return found


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
