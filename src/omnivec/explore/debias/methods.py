"""The methods of removal over all rows of a table, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError
from omnivec.evaluate.bias import Direction
from omnivec.evaluate.bias.recovered import LEAST
from omnivec.evaluate.bias.words import unit
from omnivec.explore.debias.nullspace import nullspace
from omnivec.explore.debias.removal import Rows, equalised, neutralised, without
from omnivec.explore.debias.scope import Scope, Sides
from omnivec.explore.debias.soft import soft_map
from omnivec.store.tables import Table, empty_table
from omnivec.vectors import Vectors

METHODS = ("hard", "neutralise", "soft", "nullspace")
"""Neutralise and equalise; neutralise alone; one map for all words; iterative null-space projection."""

_ROWS = 1 << 14  # changed at once


@final
@dataclass(frozen=True)
class Removal:
    """One removal: `by` its method gives the new table, and what the record says of how it went."""

    vectors: Vectors
    axis: Direction
    scope: Scope
    sides: Sides
    strength: float
    rounds: int
    seed: int

    def by(self, method: str) -> tuple[Table, dict[str, Any]]:
        """The new table, and details for the record. Raises: InputError for too few words to learn from."""
        axes = self.axis.axes
        if method == "soft":
            return self._softly(axes)
        if method == "nullspace":
            return self._projected()
        table = self._mapped(lambda rows, neutral: _where(neutral, neutralised(rows, axes), unit(rows)))
        for rows in self.scope.even:
            table[rows, : self.vectors.vector_size] = equalised(self._rows(rows), axes)
        made_even = {"equalised": len(self.scope.even)} if method == "hard" else {}
        return self._table(table), {"components": len(axes), **made_even}

    def _softly(self, axes: Rows) -> tuple[Table, dict[str, Any]]:
        dim = self.vectors.vector_size
        everything, neutral = np.zeros((2, dim, dim))
        for start, rows in self._blocks():
            units = unit(rows)
            everything += units.T @ units
            some = units[self.scope.neutral[start : start + len(rows)]]
            neutral += some.T @ some
        everything, neutral = everything / len(self.vectors), neutral / self.scope.neutral.sum()
        mapped = soft_map(everything, neutral, axes, self.strength)
        table = self._mapped(lambda rows, _: unit(unit(rows) @ mapped))
        return self._table(table), {"components": len(axes), "strength": self.strength}

    def _projected(self) -> tuple[Table, dict[str, Any]]:
        first, second = self.sides.learned
        if min(len(first), len(second)) < LEAST:
            raise InputError(
                f"nullspace learns from {LEAST} words or more on each side, got {len(first)} and "
                f"{len(second)}; give two longer lists, or take another method"
            )
        labels = np.repeat([True, False], [len(first), len(second)])
        rows = self._rows(np.concatenate([first, second]))
        found = nullspace(rows, labels, rounds=self.rounds, seed=self.seed)
        table = self._mapped(lambda rows, _: without(rows, found.axes))
        return self._table(table), {
            "learned_from": len(labels), "removed": len(found.axes), "accuracies": list(found.accuracies)
        }  # fmt: skip

    def _mapped(self, change: Callable[[Rows, NDArray[np.bool_]], Rows]) -> NDArray[np.float32]:
        """All rows as `change` gives them, which is told which are neutral."""
        table = empty_table(len(self.vectors), self.vectors.vector_size)
        for start, rows in self._blocks():
            stop = start + len(rows)
            table[start:stop, : rows.shape[1]] = change(rows, self.scope.neutral[start:stop])
        return table

    def _blocks(self) -> Iterator[tuple[int, Rows]]:
        for start in range(0, len(self.vectors), _ROWS):
            stop = min(start + _ROWS, len(self.vectors))
            yield start, self.vectors.table.span(start, stop).astype(np.float64)

    def _rows(self, rows: NDArray[np.int64]) -> Rows:
        taken: Rows = self.vectors.table.take(rows).astype(np.float64)
        return taken

    def _table(self, stored: NDArray[np.float32]) -> Table:
        return Table(stored, self.vectors.vector_size)


def _where(chosen: NDArray[np.bool_], rows: Rows, others: Rows) -> Rows:
    return np.where(chosen[:, None], rows, others)
