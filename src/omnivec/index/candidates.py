"""The rows that may be answers, as blocks of float32, whatever the table stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.index.cosine import Rows
from omnivec.store.tables import Table

COPIED_AT_ONCE = 2**18  # floats of rows that must be decoded or gathered; they stay in the cache


@final
class Candidates:
    """Rows of `table` by their place among the candidates, which rises with the row's number.

    Args: `chosen` their numbers, a range of step 1 or an array that rises; `lengths` (len(chosen),) float32.
    """

    def __init__(self, table: Table, chosen: range | NDArray[np.int64], lengths: Rows) -> None:
        self._table = table
        self._chosen = chosen
        self.lengths = lengths
        """(candidates,) float32, 1 for a row of zeros."""

    def __len__(self) -> int:
        return len(self._chosen)

    def block(self, first: int, last: int) -> Rows:
        """The candidates from place `first` to `last`, (last - first, dim) float32."""
        if isinstance(self._chosen, range):
            return self._table.span(self._chosen.start + first, self._chosen.start + last)
        return self._table.take(self._chosen[first:last])

    def pieces(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Borders of blocks from `first` to `last`: one, or small ones where they are copies."""
        plain = self._table.dtype == "float32" and isinstance(self._chosen, range)
        size = max(last - first if plain else COPIED_AT_ONCE // self._table.dim, 1)
        return ((at, min(at + size, last)) for at in range(first, last, size))

    def numbers(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers of the rows at `places`; -1 stays -1."""
        if isinstance(self._chosen, range):
            return np.where(places < 0, -1, places + self._chosen.start)
        return np.append(self._chosen, -1)[places]

    def places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places of the rows with these numbers, -1 for those that are no candidates."""
        if isinstance(self._chosen, range):
            here = (numbers >= self._chosen.start) & (numbers < self._chosen.stop)
            return np.where(here, numbers - self._chosen.start, -1)
        places = np.searchsorted(self._chosen, numbers)
        return np.where(np.append(self._chosen, -1)[places] == numbers, places, -1)


def spans(count: int, most: int) -> Iterator[tuple[int, int]]:
    """Borders of blocks of equal size, at most `most`."""
    size = -(-count // max(-(-count // most), 1))
    for first in range(0, count, max(size, 1)):
        yield first, min(first + size, count)
