"""What to do where a load does not fit: only what would."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from omnivec.store.tables import DType

Fits = Callable[[int, DType | None], bool]
"""Whether so many first rows would fit, stored as a type, or, for None, as they were asked for."""


def remedies(rows: int, fits: Fits, *ways: str) -> str:
    """`ways`, then how many of `rows` rows and which smaller types would fit, as arguments of `load`."""
    found, first = list(ways), rows
    while first and not fits(first, None):
        first = first * 4 // 5
    if first:
        digits = max(len(str(first)) - 2, 0)
        found.append(f"set limit={first // 10**digits * 10**digits}")
    if types := [name for name in get_args(DType)[1:] if fits(rows, name)]:
        found.append(f"set dtype={' or '.join(types)}")
    return " or ".join(filter(None, [", ".join(found[:-1]), *found[-1:]])) or "give it more memory"
