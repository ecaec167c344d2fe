"""The words that a test may use: the first keys, with one row for all spellings that differ in case."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError


class Folded(NamedTuple):
    """Rows by folded key."""

    rows: dict[str, int]
    """Folded key to its first, that is most frequent, row."""
    first: NDArray[np.int64]
    """(restrict,) for each row the first row whose key folds to the same."""


def folded(keys: Iterable[str], restrict: int | None, fold_case: bool) -> Folded:
    """The first `restrict` keys, or all; in upper case when `fold_case`.

    Upper, not lower, because the tests' authors did: 'ß' and 'SS' are then one.
    Raises: OptionError for restrict < 1.
    """
    if restrict is not None and restrict < 1:
        raise OptionError(f"restrict must be 1 or more, got {restrict}")
    rows: dict[str, int] = {}
    some = islice(keys, restrict)
    names = map(str.upper, some) if fold_case else some
    first = np.fromiter((rows.setdefault(name, row) for row, name in enumerate(names)), np.int64)
    return Folded(rows, first)
