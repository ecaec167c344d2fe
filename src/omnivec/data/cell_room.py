"""How counting divides the memory that it may take: the budget, the segments of the text, the buffers."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.store import memory
from omnivec.store.memory import human

_OVERHEAD = 1 << 21  # bytes for what is not an array: threads, and the blocks the C library rounds up to
_FEWEST = 1 << 14  # tokens of a segment, at least
_LONGEST = 2**31 - 2**17  # tokens of a segment, whose places are int32, at most
_PER_TOKEN = 4.125  # bytes: a place, and a bit that says whether a unit begins


class Scratch(NamedTuple):
    """What one thread counts in, as `kernels.cooccurrence` describes it."""

    sums: NDArray[np.float64]
    seen: NDArray[np.uint64]
    above: NDArray[np.uint64]
    columns: NDArray[np.int32]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, words: int, cells: int) -> Self:
        """Sums for so many words, and room for so many cells."""
        blocks = words // 64 + 1
        seen, above = np.zeros(blocks, np.uint64), np.zeros(blocks // 64 + 1, np.uint64)
        return cls(np.zeros(words), seen, above, np.empty(cells, np.int32), np.empty(cells))

    @staticmethod
    def size(words: int, cells: int) -> int:
        """Its bytes, at most."""
        return 8 * words + words // 8 + words // 512 + 16 + 12 * cells


@dataclass(frozen=True)
class Room:
    """What counting takes of a budget.

    threads: how many count; cells: what a thread gathers before it is written; tokens: of a segment of the
    text; buffer: bytes for the places of a segment, or for runs that are merged; kept: bytes of the columns,
    and again of the weights, that stay in memory.
    """

    threads: int
    cells: int
    tokens: int
    buffer: int
    kept: int

    @classmethod
    def within(cls, budget: int | None, words: int, tokens: int, threads: int) -> Self:
        """Divide a budget in bytes, half of the free memory when it is None.

        Fewer threads than asked for count where memory is scarce. Raises: OptionError where it does not
        suffice for one, with what would.
        """
        budget = memory.available()[0] // 2 if budget is None else budget
        cells = max(2 * words, 1 << 16)
        # A run is read at least 4,096 bytes at a time, all of them together in the place of one segment.
        fewest = min(tokens, max(_FEWEST, isqrt(1000 * tokens)))

        def fixed(threads: int) -> int:
            # Where rows start, here and in the cells, and their lengths; a scratch more than threads; a block
            # of cells as it is written.
            return 24 * words + (threads + 1) * Scratch.size(words, cells) + 20 * cells + _OVERHEAD

        least = int(fixed(1) + fewest * _PER_TOKEN) * 8 // 7 + 1
        if budget < least:
            raise OptionError(
                f"memory is {human(budget)}, and counting pairs of {words:,} words takes {human(least)} at "
                "least; raise memory or raise min_count"
            )
        # While a spool grows, it may take twice as much and an eighth more: both of them an eighth of it all.
        kept = budget // 36
        rest = budget - budget // 8
        able = (n for n in range(threads, 1, -1) if fixed(n) + fewest * _PER_TOKEN <= rest)
        threads = next(able, 1)
        most = min(tokens, _LONGEST, int((rest - fixed(threads)) / _PER_TOKEN))
        segments = -(-tokens // max(most, 1))  # of about the same length
        size = -(-tokens // max(segments, 1))
        return cls(threads, cells, size, 4 * size + 16, kept)
