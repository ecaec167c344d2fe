"""Many texts → vectors, by kernels: what `sentences` does in NumPy, several times as fast.

Texts become rows in one kernel and means in another; words that have no row are looked up between the two as
everywhere else, each one once in a block. Threads share the blocks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.means import FEW, lines_of
from omnivec.data.tokenize import SEPARATORS, Splitting, words_of
from omnivec.errors import NotEnoughMemory
from omnivec.store.processors import processors
from omnivec.store.tables import laid_out
from omnivec.vectors import Vectors

LINES = 1 << 12
"""Texts that a thread takes together."""

Rows = NDArray[np.float32]
Weighed = Callable[[list[str]], tuple[NDArray[Any], NDArray[Any]]]
"""Words → their weighed vectors (words, dim), and what each counts, 0 or 1."""


@dataclass(frozen=True)
class Many:
    """The words of `vectors` as the kernels read them; made once, when many texts first come."""

    vectors: Vectors

    def takes(self, texts: Sequence[str | Sequence[str]], tokenizer: object) -> bool:
        """Whether the kernels can do it: enough texts, str, words without spaces, float32, Numba there."""
        by_words = tokenizer is words_of or isinstance(tokenizer, Splitting)
        if not by_words or len(texts) < FEW and "numba" not in sys.modules or find_spec("numba") is None:
            return False
        return all(isinstance(text, str) for text in texts) and self._rows is not None

    def means(
        self, texts: Sequence[str], weights: NDArray[np.float64], unit: bool, weighed: Weighed
    ) -> Iterator[Rows]:
        """The weighted means of texts, in their order.

        weights (rows,): of the words; unit: vectors of length one; weighed: of words that have no row.
        """

        def block(first: int) -> Rows:
            return self._block(texts[first : first + LINES], weights, unit, weighed)

        assert self._words and self._rows is not None  # made ready before threads share them
        with ThreadPoolExecutor(processors()) as pool:
            yield from pool.map(block, range(0, len(texts), LINES))

    def _block(
        self, texts: Sequence[str], weights: NDArray[np.float64], unit: bool, weighed: Weighed
    ) -> Rows:
        from omnivec.kernels import sentences as kernel

        assert self._rows is not None
        text, begins = lines_of(texts)
        most = len(text) // 2 + 1
        rows, ends = np.empty(most, np.int32), np.empty(len(texts), np.int64)
        odd = np.empty((most, 2), np.int64)
        kinds, slots, keys, offsets = self._words
        unknown = kernel.look_up(text, begins, kinds, slots, keys, offsets, rows, ends, odd)
        strange = _cut(text, odd[:unknown])
        places = {word: place for place, word in enumerate(dict.fromkeys(strange))}
        table, counted = weighed(list(places))
        at = np.fromiter(map(places.__getitem__, strange), np.int64, len(strange))
        here = np.flatnonzero(rows[: ends[-1]] < 0)
        rows[here] = -1 - at
        means = np.zeros((len(texts), self.vectors.vector_size), np.float32)
        odd_table = np.ascontiguousarray(table, np.float32)
        odd_table.flags.writeable = False  # as the words' rows are, which may be mapped
        kernel.weighted_means(rows, ends, self._rows, weights, odd_table, counted, int(unit), means)
        return means

    @cached_property
    def _rows(self) -> Rows | None:
        """The rows as the kernel reads them: a copy where they lie otherwise in a file; None for others."""
        table = self.vectors.table
        if table.dtype != "float32":
            return None
        try:
            rows = laid_out(table.stored, table.dim).view()
        except NotEnoughMemory:
            return None
        rows.flags.writeable = False
        return rows

    @cached_property
    def _words(self) -> tuple[Any, ...]:
        """Kinds of bytes, slots, and the words' bytes, as `look_up` takes them."""
        from omnivec.kernels import scan

        arrays, words = self.vectors.keys.tables(), len(self.vectors.keys)
        text, offsets = np.array(arrays["keys.bytes"]), np.array(arrays["keys.offsets"])
        slots = np.full(1 << max(10, (4 * words).bit_length()), scan.EMPTY, np.uint64)
        scan.refill(slots, text, offsets, words)
        kinds = np.full(256, scan.WORD, np.uint8)
        kinds[list(SEPARATORS.encode())] = scan.SEPARATOR
        return kinds, slots, text, offsets


def _cut(text: NDArray[np.uint8], spans: NDArray[np.int64]) -> list[str]:
    """The words that stand from begin to end in a text, (words, 2)."""
    raw = text.tobytes()
    return [raw[begin:end].decode("utf-8", "surrogatepass") for begin, end in spans.tolist()]
