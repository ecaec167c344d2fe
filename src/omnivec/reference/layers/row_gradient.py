"""The gradient of a matrix of which only a few rows were used: those rows, and nothing else.

A table of a million rows of which a batch meets a thousand has a dense gradient of a million rows, and an
optimiser that walks over all of them. The sparse one has a thousand.
"""

from __future__ import annotations

from omnivec.reference.arrays import Array, add_at, module, zeros


class RowGradient:
    """∂loss/∂W of shape (n, dim) as rows (m,), ascending and each once, with values (m, dim).

    It takes the place of a dense array in a layer's `grads` and stays the same object: `put` replaces what
    it holds. All rows that it does not name have derivative 0.
    """

    def __init__(self, W: Array) -> None:
        self.shape = tuple(W.shape)
        self.rows: Array = module(W).arange(0)
        self.values: Array = zeros((0, *self.shape[1:]), W)

    def put(self, rows: Array, values: Array) -> None:
        """Hold these values (..., dim) of rows (...); the values of a row that stands twice are added."""
        self.rows, place = module(rows).unique(rows.reshape(-1), return_inverse=True)
        self.values = zeros((len(self.rows), *self.shape[1:]), values)
        add_at(self.values, place.reshape(-1), values.reshape(-1, *self.shape[1:]))

    def dense(self) -> Array:
        """The same gradient as an array of all rows."""
        full = zeros(self.shape, self.values)
        full[self.rows] = self.values
        return full
