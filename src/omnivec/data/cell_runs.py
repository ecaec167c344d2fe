"""Blocks of cells, by row and column: counted in a segment of a text, or merged from runs on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.data.cell_room import Room, Scratch
from omnivec.data.corpus import Corpus
from omnivec.data.spool import Spool
from omnivec.kernels import cooccurrence as kernel
from omnivec.store.processors import in_turn

_PAIRS = 1 << 21  # what a thread counts, about, before it gives a block: little, so that Ctrl-C is heard


class Block(NamedTuple):
    """The cells of the rows first … last − 1, valid until the next block is asked for.

    columns (n,) int32; weights (n,) float64, in the units of the amounts; lengths (rows,) int64.
    """

    first: int
    last: int
    columns: NDArray[np.int32]
    weights: NDArray[np.float64]
    lengths: NDArray[np.int64]


class Counting:
    """Counts the segments of a text, and merges runs. All arrays are made here, once, so that none is added.

    amounts (window + 1,) float64: what a pair at each distance adds; symmetric: in both cells. After the last
    block lengths (words,) int64 has the cells of each row.
    """

    def __init__(self, corpus: Corpus, amounts: NDArray[np.float64], symmetric: bool, room: Room) -> None:
        words, window = len(corpus.vocabulary), len(amounts) - 1
        self._corpus, self._amounts, self._symmetric, self._room = corpus, amounts, symmetric, room
        self._starts, self.lengths = np.zeros(words + 1, np.int64), np.zeros(words, np.int64)
        self._borders = np.empty((room.tokens + 2 * window) // 64 + 1, np.uint64)
        self._buffer = np.empty(room.buffer // kernel.CELL.itemsize, kernel.CELL)
        self._records = np.empty(room.cells, kernel.CELL)
        self._scratches = SimpleQueue[Scratch]()
        for _ in range(room.threads + 1):
            self._scratches.put(Scratch.of(words, room.cells))

    def segments(self) -> list[tuple[int, int]]:
        """The text in parts that fit: (first token, behind the last)."""
        tokens, size = len(self._corpus.tokens), max(self._room.tokens, 1)
        return [(first, min(first + size, tokens)) for first in range(0, tokens, size)]

    def counted(self, first: int, last: int) -> Iterator[Block]:
        """The cells of the words tokens[first:last], each with its whole window."""
        text, units, window = self._corpus.tokens, self._corpus.units, len(self._amounts) - 1
        base, end = max(0, first - window), min(len(text), last + window)
        places = self._buffer.view(np.int32)[: last - first]
        kernel.list_places(text, first, last, base, self._starts, places)
        kernel.mark_borders(units, base, end, self._borders)

        def count(rows: tuple[int, int]) -> tuple[Scratch, int]:
            scratch = self._scratches.get_nowait()
            found = kernel.count_rows(
                text, base, self._borders, self._starts, places, *rows, self._amounts, int(self._symmetric),
                scratch.sums, scratch.seen, scratch.above, scratch.columns, scratch.weights, self.lengths,
            )  # fmt: skip
            return scratch, found

        for (top, bottom), result in in_turn(count, self._chunks(), self._room.threads):
            scratch, found = result()
            cells = scratch.columns[:found], scratch.weights[:found]
            yield Block(top, bottom, *cells, self.lengths[top:bottom])
            self._scratches.put(scratch)

    def _chunks(self) -> Iterator[tuple[int, int]]:
        """Rows that are counted together."""
        each, first = (len(self._amounts) - 1) * (2 if self._symmetric else 1), 0
        while first < len(self.lengths):
            last = kernel.rows_that_fit(self._starts, first, each, self._room.cells, _PAIRS)
            yield first, last
            first = last

    def records(self, block: Block) -> NDArray[np.void]:
        """The cells of a block with their rows, as a run holds them; valid until the next call."""
        cells = self._records[: len(block.columns)]
        kernel.as_records(block.first, block.lengths, block.columns, block.weights, cells)
        return cells

    def merged(self, runs: Spool, ends: Sequence[int]) -> Iterator[Block]:
        """Add up the cells of runs: those of run r lie from ends[r] to ends[r + 1]."""
        words, count = len(self.lengths), len(ends) - 1
        room = len(self._buffer) // count
        cells = self._buffer[: room * count].reshape(count, room)
        left = np.diff(np.array(ends, np.int64)).astype(np.int64)
        at, filled, state = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(2, np.int64)
        scratch = self._scratches.get_nowait()
        due = list(range(count))
        while state[0] < words:
            for run in due:
                more = min(int(left[run]), room)
                runs.read(ends[run + 1] - int(left[run]), cells[run, :more])
                at[run], filled[run] = 0, more
                left[run] -= more
            first = int(state[0])
            found = kernel.merge(cells, at, filled, left, state, *scratch, self.lengths)
            last, run = state.tolist()
            due = [run] if run < count else []
            if last > first:
                some = scratch.columns[:found], scratch.weights[:found]
                yield Block(first, last, *some, self.lengths[first:last])
        self._scratches.put(scratch)
