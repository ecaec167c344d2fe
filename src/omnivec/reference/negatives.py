"""The wrong answers of a window: which rows are drawn against its centre, and with which sign they count.

Sources: Mikolov, Sutskever, Chen, Corrado, Dean 2013, section 2.2; Ji, Satish, Li, Dubey 2016, for one set
of negatives shared by a window.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.random import GAMMA, MASK, below, drawn, mixed, random_at

REDRAWS = 1024
"""Draws for one negative before any other row is taken: a text may be one word but for a few."""


def negatives_at(
    base: int,
    position: int,
    centre: int,
    alias: NDArray[np.uint64],
    count: int,
    exclude: str = "redraw",
    distinct: bool = False,
) -> list[int]:
    """The negatives of the window at a position, in the order of drawing.

    With exclude `redraw` none of them is the centre; with distinct no row stands twice. There must be rows
    enough: more than count where both hold, count of them with distinct alone, two with redraw alone.
    """
    rows: list[int] = []

    def refused(row: int) -> bool:
        return (exclude == "redraw" and row == centre) or (distinct and row in rows)

    z = random_at(base, position)
    for _ in range(count):
        z = (z + GAMMA) & MASK
        bits = mixed(z)
        row, tries = drawn(bits, alias), 0
        while refused(row) and tries < REDRAWS:
            bits = mixed(bits)
            row, tries = drawn(bits, alias), tries + 1
        if tries == REDRAWS:
            row = (centre + 1 + below(bits, len(alias) - 1)) % len(alias)
            while refused(row):
                row = (row + 1) % len(alias)
        rows.append(row)
    return rows


def signs_of(centre: int, negatives: Sequence[int], exclude: str = "redraw") -> list[int]:
    """+1 for the centre, then −1 for each negative; 0 where exclude is `skip` and it is the centre itself."""
    return [1] + [0 if exclude == "skip" and row == centre else -1 for row in negatives]
