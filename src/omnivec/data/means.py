"""Texts → the mean of the rows of their features, one vector each.

NumPy alone for a few texts, so that no compiler is loaded; a kernel for many.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.features import Bag, token_hash
from omnivec.data.normalizing import nfc
from omnivec.data.parts import hashes_of, parts_of, spelled
from omnivec.data.tokenize import SEPARATORS, Splitting
from omnivec.errors import NotEnoughMemory
from omnivec.store.keys import Keys
from omnivec.store.processors import processors
from omnivec.store.tables import Table, laid_out

FEW = 200
"""Texts below which NumPy answers when no compiler is loaded: to load it takes a second."""

# What a thread averages together, at most: lines, and letters. Of smaller pieces two threads make more work
# than they share.
_LINES, _LETTERS = 1 << 12, 1 << 18


@dataclass(frozen=True)
class Means:
    """What makes one vector of a text: its features and their rows; see `features.Bag`.

    inputs: rows as in a model; prefix: of words that are labels, and so no features, if there are any; pruned
    (n, 2) int32: buckets that are left, and their rows.
    """

    bag: Bag
    splitting: Splitting
    keys: Keys
    inputs: Table
    prefix: str | None = None
    pruned: NDArray[np.int32] | None = None

    def of(
        self, texts: Sequence[str | Sequence[str]]
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
        """The mean of each text's rows, (n, dim) float32, and whether it has any, (n,); in pieces."""
        alone = len(texts) < FEW and "numba" not in sys.modules or find_spec("numba") is None
        strings = all(isinstance(text, str) for text in texts)
        if alone or not strings or not self._plain_rows:
            for first in range(0, len(texts), _LINES):
                rows = [self.rows(text) for text in texts[first : first + _LINES]]
                means = np.zeros((len(rows), self.inputs.dim), np.float32)
                for mean, some in zip(means, rows, strict=True):
                    if len(some):
                        mean[:] = self.inputs.take(some).mean(0, dtype=np.float64)
                yield means, np.array([len(some) > 0 for some in rows])
        else:
            yield from self._by_kernel(texts)  # type: ignore[arg-type]

    def rows(self, text: str | Sequence[str]) -> NDArray[np.int64]:
        """The rows of a text's features."""
        if isinstance(text, str):
            tokens: Sequence[str] = self.splitting(text)
        else:
            tokens = [nfc(token) for token in text] if self.splitting.normalize == "nfc" else text
        if self.prefix is not None:
            tokens = [token for token in tokens if not token.startswith(self.prefix)]
        rows = self.bag.rows(tokens, self.keys)
        return rows if self.pruned is None else self._left(rows)

    def written(self, texts: Sequence[str]) -> Sequence[str]:
        """Texts as the kernel reads them: words between spaces, spelled as they are hashed."""
        texts = self.splitting.spaced(texts)
        if (end := self.bag.cut_at) is not None:
            texts = [" ".join(self.bag.cut(self.splitting(t))) if end in t else t for t in texts]
        return texts if self.bag.jamo == "none" else [self.bag.letters.written(text) for text in texts]

    def _left(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of a pruned model: buckets that are gone vanish, others have moved."""
        words, (buckets, places) = len(self.keys), self._buckets_left
        hashed = rows >= words
        if not len(buckets):
            return rows[~hashed]
        at = np.minimum(np.searchsorted(buckets, rows - words), len(buckets) - 1)
        found = hashed & (buckets[at] == rows - words)
        moved: NDArray[np.int64] = np.where(found, words + places[at], rows)[found | ~hashed]
        return moved

    @cached_property
    def _buckets_left(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Of a pruned model: the buckets that are left, rising, and where their rows are."""
        assert self.pruned is not None
        order = np.argsort(self.pruned[:, 0])
        return self.pruned[order, 0], self.pruned[order, 1]

    @property
    def _plain_rows(self) -> bool:
        """Whether the kernel can read the rows as they lie."""
        return (
            self.pruned is None and self._plain_prefix and self.inputs.dtype == "float32"
            and self._laid_out is not None
        )  # fmt: skip

    @cached_property
    def _laid_out(self) -> NDArray[np.float32] | None:
        """The rows as the kernel reads them: a copy where they lie otherwise in a file, None without room."""
        try:
            return laid_out(self.inputs.stored, self.inputs.dim)
        except NotEnoughMemory:
            return None

    @property
    def _plain_prefix(self) -> bool:
        """Whether the same words begin with the prefix as they are hashed; as letters, 각 begins with 가."""
        return self.prefix is None or self.bag.jamo == "none" or self.prefix[-1:].isascii()

    @cached_property
    def _ready(self) -> tuple[Any, ...]:
        """What the kernel is told beside the texts, in its order."""
        from omnivec.kernels import scan

        bag, words = self.bag, len(self.keys)
        text, offsets = spelled(bag, self.keys)
        slots = np.full(1 << max(10, (2 * words).bit_length()), scan.EMPTY, np.uint64)
        scan.refill(slots, text, offsets, words)
        kinds = np.full(256, scan.WORD, np.uint8)
        kinds[list(SEPARATORS.encode())] = scan.SEPARATOR
        prefix = np.frombuffer(bytearray(bag.letters.written(self.prefix or "").encode()), np.uint8)
        spans, parts = parts_of(bag, self.keys, None, words)
        letters = np.array([bag.minn, bag.maxn, bag.buckets, words], np.int64)
        end = bag.line_end
        end_rows = [] if end is None else bag.token_rows(end, self.keys)
        hashed = 0 if end is None else token_hash(bag.letters.written(end), bag.plain)
        known = hashes_of(bag, self.keys) if bag.known_only else np.empty(0, np.uint64)
        assert self._laid_out is not None
        inputs = self._laid_out.view()
        inputs.flags.writeable = False  # one compiled kernel for what is mapped and what is not
        return (
            kinds, prefix, slots, text, offsets, spans, parts, letters, bag.word_ngrams, bag.base(words),
            bag.buckets, int(bag.plain), known, int(end is not None), np.array(end_rows, np.int32),
            np.uint64(hashed), inputs,
        )  # fmt: skip

    def _by_kernel(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
        from omnivec.kernels.means import means

        *told, inputs = self._ready
        width, dim = inputs.shape[1], self.inputs.dim

        lines = min(max(len(texts) * _LETTERS // max(sum(map(len, texts)), 1), 1), _LINES)

        def piece(first: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
            text, begins = lines_of(self.written(texts[first : first + lines]))
            sums, counts = np.zeros((len(begins) - 1, width), np.float32), np.zeros(len(begins) - 1, np.int64)
            means(text, begins, *told, inputs, sums, counts)  # type: ignore[call-arg]
            return sums[:, :dim], counts > 0

        firsts = range(0, len(texts), lines)
        if len(firsts) < 2:
            yield from map(piece, firsts)
            return
        with ThreadPoolExecutor(processors()) as pool:
            yield from pool.map(piece, firsts)


def lines_of(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texts as one array of UTF-8, and where each begins, (texts + 1,); their line ends become spaces."""
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join([text.replace("\n", " ") for text in texts])
    raw = np.frombuffer(bytearray(joined.encode("utf-8", "surrogatepass")), np.uint8)
    ends = np.flatnonzero(raw == ord("\n")) + 1
    return raw, np.concatenate([[0], ends, [len(raw)]]).astype(np.int64)
