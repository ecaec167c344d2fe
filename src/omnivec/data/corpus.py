"""Text → token ids: one pass over the source, in memory or, past a share of it, on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnivec.data import tokenize
from omnivec.data.joining import Numbered, join_all, shortened
from omnivec.data.line_end import check_line_end
from omnivec.data.normalizing import normalized
from omnivec.data.numbering import UNITS, Numbering
from omnivec.data.phrases import Phrases, name_of, unwrapped
from omnivec.data.sources import BLOCK, Piece, Source, describe, documents
from omnivec.data.spool import Spool
from omnivec.data.tokenize import Tokenizer
from omnivec.data.vocabulary import Rule, Vocabulary, extended, nothing_left, select
from omnivec.errors import InputError, OptionError
from omnivec.kernels import scan
from omnivec.store.keys import Keys

_log = logging.getLogger("omnivec")

ERRORS = ("replace", "strict", "ignore")
"""What may become of invalid UTF-8."""

Report = Callable[[int, int], None]
"""Receives (tokens, bytes) read so far."""


@dataclass(frozen=True)
class Types:
    """What the different tokens of a text with labels are; its tokens are their numbers.

    keys: as they are written; rows (types,) int32: the row of a word, −1 for one that is too rare, −2
    for what is no word; labels (types,) int32: the number of a label, −1 for a word, −2 for one too rare.
    """

    keys: Keys
    rows: NDArray[np.int32]
    labels: NDArray[np.int32]


@dataclass(frozen=True)
class Corpus:
    """A text as rows of a vocabulary, or, with `types`, as numbers of types.

    tokens: (n,) int32; units: (u + 1,) int64, the borders of the units, from 0 to n; total: tokens of the
    text, those outside the vocabulary included; invalid: those that were not UTF-8; name: where the text came
    from; phrases: what was joined in it, in turn.
    """

    vocabulary: Vocabulary
    tokens: NDArray[np.int32]
    units: NDArray[np.int64]
    total: int
    invalid: int
    name: str
    types: Types | None = None
    phrases: tuple[Phrases, ...] = ()

    @property
    def known(self) -> int:
        """Tokens of the text whose word the vocabulary has."""
        return len(self.tokens)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a text is read; the learner's options of the same names."""

    unit: str = "line"
    line_end: str | None = None
    whitespace: str = "ascii"
    normalize: str = "none"
    tokenizer: str = "whitespace"
    encoding_errors: str = "replace"
    min_count: int = 5
    max_size: int | None = None

    def __post_init__(self) -> None:
        for name, known in (("unit", tuple(UNITS)), ("encoding_errors", ERRORS)):
            if (value := getattr(self, name)) not in known:
                raise OptionError(f"{name} must be one of {', '.join(known)}, got {value!r}")
        self.splitting()  # knows what the other names are
        if self.line_end is not None:
            check_line_end(self.line_end)

    def splitting(self, prefix: str | None = None) -> tokenize.Splitting:
        """How a text in memory becomes words; prefix: of words that stay whole."""
        return tokenize.Splitting(
            whitespace=self.whitespace, normalize=self.normalize, tokenizer=self.tokenizer, prefix=prefix
        )

    def corpus(
        self,
        source: Source,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        known: Vocabulary | None = None,
        rule: Rule | None = None,
        report: Report | None = None,
    ) -> Corpus:
        """Read a source once. With a given vocabulary its words and counts are taken as they are.

        The words of a `known` one all stay, their counts grow by those of the source, and words of the source
        that pass min_count and the rule come to them. A tokenizer that is given takes the place of the named.

        Raises: InputError when the source is missing, unreadable, not text, empty, or no word is left;
        OptionError for the name of a tokenizer; MissingExtra where one by name is not installed.
        """
        with closing(Spool()) as spool:
            text, marks, invalid = self.numbered(source, spool, tokenizer=tokenizer, report=report)
            words, counts, name = text.words, text.counts, name_of(source)
            rows = np.full(len(words), -1, np.int32)
            if known is not None:
                vocabulary = extended(
                    known, words, counts, min_count=self.min_count, max_size=self.max_size, rule=rule
                )
                rows[:] = _rows(words, vocabulary)
                if rows.max() < 0:
                    raise InputError(
                        f"{name}: none of its {len(words):,} different words is known, and no other occurs "
                        f"{self.min_count:,} times; lower min_count"
                    )
            elif vocabulary is not None:
                rows[:] = _rows(words, vocabulary)
                if rows.max() < 0:
                    raise InputError(
                        f"{name}: none of its {len(words):,} different words is in the given vocabulary"
                    )
            else:
                chosen = select(words, counts, min_count=self.min_count, max_size=self.max_size, rule=rule)
                if not len(chosen):
                    raise nothing_left(words, counts, self.min_count, name)
                # Stored as they will be kept: words as objects would take their room beside the tables.
                keys = Keys.build([words[k] for k in chosen], counts[chosen])
                vocabulary = Vocabulary(keys, counts[chosen], int(counts.sum()), len(words))
                rows[chosen] = np.arange(len(chosen), dtype=np.int32)
            tokens, units = _renumbered(text.numbers, rows, marks)
            _, steps = unwrapped(source)
            return Corpus(vocabulary, tokens, units, int(counts.sum()), invalid, name, phrases=steps)

    def numbered(
        self,
        source: Source,
        spool: Spool,
        *,
        tokenizer: Tokenizer | None = None,
        report: Report | None = None,
    ) -> tuple[Numbered, int, int]:
        """Read a source once: (its words as numbers, phrases joined; ends of units; tokens that were not
        UTF-8). The spool is used up.

        Raises: as `corpus`.
        """
        if isinstance(tokenizer, str):
            raise OptionError(
                f"tokenizer is a function here, got {tokenizer!r}; a name is an option of the learner: "
                f"FastText(tokenizer={tokenizer!r})"
            )
        if tokenizer is None and self.tokenizer != "whitespace":
            tokenizer = self.splitting()
        source, steps = unwrapped(source)
        name, numbering = describe(source), Numbering(self.unit, spool.append, self.line_end)
        size, badly_decoded = self._read(source, numbering, spool, tokenizer, report, name)
        words, word_of, invalid = numbering.words(self.encoding_errors, name)
        if words in ([], [self.line_end]):
            raise InputError(
                f"{name}: the corpus is empty" if size == 0 else f"{name}: the corpus holds no words"
            )
        counts = np.bincount(word_of + 1, weights=numbering.counts, minlength=len(words) + 1)[1:]
        text = Numbered(words, counts.astype(np.int64), spool.taken())
        if len(words) < len(word_of) or steps:
            text.translate(word_of)
        if steps and not join_all(text, steps):
            _log.warning(
                "%s: none of the %s phrases is in the text; were they found in one that was split alike?",
                name, f"{sum(map(len, steps)):,}",
            )  # fmt: skip
        return text, numbering.marks, invalid + badly_decoded

    def _read(
        self,
        source: Source,
        numbering: Numbering,
        spool: Spool,
        tokenizer: Tokenizer | None,
        report: Report | None,
        name: str,
    ) -> tuple[int, int]:
        """Number the whole source; (its bytes, its tokens that were not UTF-8 before they were split)."""
        lines = tokenize.Lines(tokenizer, self.encoding_errors, name) if tokenizer else None
        size = reported = 0

        def counted(document: Iterator[Piece]) -> Iterator[Piece]:
            nonlocal size
            for piece in document:
                size += len(piece)  # of a list: its tokens, which is as good for a report
                yield piece

        for document in documents(source):
            pieces = counted(document)
            if self.normalize == "nfc":
                pieces = normalized(pieces)
            if lines is None and self.whitespace == "unicode":
                pieces = tokenize.unicode_whitespace(pieces)
            for piece in lines.of(pieces) if lines else pieces:
                if isinstance(piece, bytes):
                    numbering.text(piece)
                else:
                    numbering.tokens(piece)
                if report and size - reported >= BLOCK:
                    report(spool.length - numbering.marks, size)
                    reported = size
            numbering.end()
        numbering.finish()
        if report:
            report(spool.length - numbering.marks, size)
        return size, lines.invalid if lines else 0


def _rows(words: list[str], vocabulary: Vocabulary) -> list[int]:
    """The row of each word, −1 for one that is not in the vocabulary."""
    row = {word: row for row, word in enumerate(vocabulary.keys)}
    return [row.get(word, -1) for word in words]


def _renumbered(
    numbers: NDArray[np.int32], rows: NDArray[np.int32], marks: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Numbers of words → (rows, borders of units), in their own memory."""
    units, state = np.zeros(marks + 1, np.int64), np.zeros(2, np.int64)
    scan.renumber(numbers, rows, numbers, units, state)
    kept, ended = state.tolist()
    return shortened(numbers, kept), units[: ended + 1].copy()
