"""Text → token ids: one pass over the source, in memory or, past a share of it, on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from omnivec.data import tokenize
from omnivec.data.numbering import Numbering
from omnivec.data.sources import Source, describe, documents
from omnivec.data.tokenize import Tokenizer
from omnivec.data.vocabulary import Rule, Vocabulary, nothing_left, select
from omnivec.errors import InputError
from omnivec.kernels import scan
from omnivec.store import memory

IN_MEMORY = 0.25
"""Share of the available memory that token ids may take; beyond it they go to a file."""

Report = Callable[[int, int], None]
"""Receives (tokens, bytes) read so far."""


@dataclass(frozen=True)
class Corpus:
    """A text as rows of a vocabulary.

    tokens: (n,) int32; units: (u + 1,) int64, the borders of the units, from 0 to n; invalid: tokens that
    were not UTF-8; name: where the text came from.
    """

    vocabulary: Vocabulary
    tokens: NDArray[np.int32]
    units: NDArray[np.int64]
    invalid: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a text is read; the learner's options of the same names."""

    unit: str = "line"
    whitespace: str = "ascii"
    encoding_errors: str = "replace"
    min_count: int = 5
    max_size: int | None = None

    def corpus(
        self,
        source: Source,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        report: Report | None = None,
    ) -> Corpus:
        """Read a source once. With a given vocabulary its words and counts are taken as they are.

        Raises: InputError when the source is missing, unreadable, not text, empty, or no word is left.
        """
        numbering, spool, lines, size = Numbering(self.unit), Spool(), tokenize.Lines(self.encoding_errors), 0
        for numbers, size in self._numbered(source, numbering, lines, tokenizer):
            spool.append(numbers)
            if report:
                report(spool.length, size)
        name = describe(source)
        words, word_of, invalid = numbering.words(self.encoding_errors)
        if not words:
            raise InputError(
                f"{name}: the corpus is empty" if size == 0 else f"{name}: the corpus holds no words"
            )
        counts = np.bincount(word_of, weights=numbering.counts, minlength=len(words)).astype(np.int64)
        rows = np.full(len(words), -1, np.int32)
        if vocabulary is None:
            chosen = select(words, counts, min_count=self.min_count, max_size=self.max_size, rule=rule)
            if not len(chosen):
                raise nothing_left(words, counts, self.min_count, name)
            vocabulary = Vocabulary([words[k] for k in chosen], counts[chosen], int(counts.sum()), len(words))
            rows[chosen] = np.arange(len(chosen), dtype=np.int32)
        else:
            known = {word: row for row, word in enumerate(vocabulary.keys)}
            rows[:] = [known.get(word, -1) for word in words]
            if rows.max() < 0:
                raise InputError(
                    f"{name}: none of its {len(words):,} different words is in the given vocabulary"
                )
        kept = int(counts[rows >= 0].sum())
        tokens, units = _renumbered(spool, rows[word_of], kept, numbering.marks)
        return Corpus(vocabulary, tokens, units, invalid + lines.invalid, name)

    def _numbered(
        self, source: Source, numbering: Numbering, lines: tokenize.Lines, tokenizer: Tokenizer | None
    ) -> Iterator[tuple[NDArray[np.int32], int]]:
        size = 0
        if tokenizer is None and self.whitespace == "unicode":
            tokenizer = tokenize.unicode_whitespace
        for document in documents(source):
            if tokenizer is None:
                for piece in document:
                    size += len(piece)
                    made = numbering.text(piece) if isinstance(piece, bytes) else numbering.tokens(piece)
                    for numbers in made:
                        yield numbers, size
            else:
                for line in lines.of(document):
                    size += len(line)
                    for numbers in numbering.tokens(tokenizer(line) if isinstance(line, str) else line):
                        yield numbers, size
            for numbers in numbering.end():
                yield numbers, size


class Spool:
    """Pieces of int32 one behind the other, in memory until a share of it is taken, then in a file without a
    name.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = int(memory.available()[0] * IN_MEMORY) if limit is None else limit
        self._pieces: list[NDArray[np.int32]] = []
        self._file: IO[bytes] | None = None
        self.length = 0

    def append(self, numbers: NDArray[np.int32]) -> None:
        """Add a piece at the end."""
        self.length += len(numbers)
        if self._file is None and self.length * 4 <= self._limit:
            self._pieces.append(numbers)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="omnivec-")  # noqa: SIM115  lives as long as the spool
        numbers.tofile(self._file)

    @property
    def on_disk(self) -> bool:
        """Whether the limit was passed."""
        return self._file is not None

    def drained(self) -> Iterator[NDArray[np.int32]]:
        """The pieces in their order, each forgotten as soon as the next one is asked for."""
        self._pieces.reverse()
        while self._pieces:
            yield self._pieces.pop()
        if self._file is not None:
            self._file.seek(0)
            while len(numbers := np.fromfile(self._file, np.int32, 1 << 20)):
                yield numbers
            self._file.close()


def _renumbered(
    spool: Spool, rows: NDArray[np.int32], kept: int, marks: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    if spool.on_disk:
        with tempfile.TemporaryFile(prefix="omnivec-") as file:
            # Mapped copy-on-write, since Numba compiles read-only arrays again; the file vanishes with the
            # map.
            file.truncate(max(kept, 1) * 4)
            mapped = np.memmap(file, np.int32, "r+", shape=(max(kept, 1),))
            tokens = np.asarray(mapped)[:kept]
    else:
        tokens = np.empty(kept, np.int32)
    units, state = np.zeros(marks + 2, np.int64), np.zeros(2, np.int64)
    for numbers in spool.drained():
        scan.renumber(numbers, rows, tokens, units, state)
    return tokens, units[: int(state[1]) + 1].copy()
