"""Differences of figures as a table: who, by how much, how sure. The same wherever two are compared."""

from __future__ import annotations

import math
from collections.abc import Sequence

from omnivec.evaluate.intervals import Difference
from omnivec.results import Cell, ResultTable

Row = tuple[tuple[Cell, ...], Difference]
"""Whose difference it is, and the difference."""


def differences_table(title: str, names: Sequence[str], rows: Sequence[Row], test: str) -> ResultTable:
    """names: of the columns before the difference; test: the sentence that says what p is."""
    cells = [
        (*who, _number(found.value), *found.interval.cells(), _number(found.p_value)) for who, found in rows
    ]
    notes = [test]
    if len(rows) > 1:
        notes.append(
            f"Each p is of one comparison, of {len(rows)} made: times {len(rows)} it is of all of them."
        )
    columns = (*names, "A − B", "low", "high", "p")
    return ResultTable(title, columns, cells, {"A − B": "+.3f", "p": ".2g"}, notes)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
