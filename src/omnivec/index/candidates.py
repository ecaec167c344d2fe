"""The rows that may be answers, as blocks of float32, whatever the table stores."""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.index.cosine import Rows
from omnivec.store.tables import Table


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

    @property
    def copied(self) -> bool:
        """Whether `block` makes copies: of rows that are decoded, or do not lie side by side."""
        return self._table.dtype != "float32" or not isinstance(self._chosen, range)

    def block(self, first: int, last: int) -> Rows:
        """The candidates from place `first` to `last`, (last - first, dim) float32."""
        if isinstance(self._chosen, range):
            return self._table.span(self._chosen.start + first, self._chosen.start + last)
        return self._table.take(self._chosen[first:last])

    def numbers(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers of the rows at `places`; -1 stays -1."""
        if isinstance(self._chosen, range):
            return np.where(places < 0, -1, places + self._chosen.start)
        return np.append(self._chosen, -1)[places]

    def places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places of the rows with these numbers, -1 for those that are no candidates."""
        if isinstance(self._chosen, range):
            places, found = numbers - self._chosen.start, (numbers >= self._chosen.start) & (numbers < self._chosen.stop)
            return np.where(found, places, -1)
        places = np.searchsorted(self._chosen, numbers)
        return np.where(np.append(self._chosen, -1)[places] == numbers, places, -1)
