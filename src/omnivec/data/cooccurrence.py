"""Which words of a text stand near each other, and how much: as a function of a source, and of a corpus.

A text that is larger than the memory it may take is counted in segments, whose cells lie on the disk as runs,
by row and column, until they are merged. Sums are exact up to 2^53 parts of a weight, so neither segments nor
threads change a bit.
Definition: reference/counts/cooccurrence.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from math import lcm
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from omnivec.config import Between, Option
from omnivec.data.cell_room import Room
from omnivec.data.cell_runs import Block, Counting
from omnivec.data.cells import WEIGHTINGS, Cells
from omnivec.data.corpus import Corpus, Reading, Report
from omnivec.data.fingerprint import fingerprint
from omnivec.data.sources import Source
from omnivec.data.spool import Spool
from omnivec.data.tokenize import Tokenizer
from omnivec.data.vocabulary import Rule, Vocabulary
from omnivec.errors import InputError, OptionError
from omnivec.kernels.cooccurrence import CELL
from omnivec.store.memory import bytes_of
from omnivec.store.processors import processors

__all__ = ["Cells", "count", "count_cooccurrences"]

WIDEST = 1000  # words on a side of a window
_FINEST = 1 << 36  # parts of a whole weight
_BESIDE = 1 << 24  # bytes of columns, and of weights, that stay in memory although there is a folder for them


def count_cooccurrences(
    source: Source,
    *,
    window: int = 10,
    weighting: Literal["distance", "one", "expected"] = "distance",
    symmetric: bool = True,
    min_count: int = 5,
    max_size: int | None = None,
    unit: Literal["line", "paragraph", "document"] = "line",
    line_end: str | None = None,
    whitespace: Literal["ascii", "unicode"] = "ascii",
    normalize: Literal["none", "nfc"] = "none",
    tokenizer: Tokenizer | str | None = None,
    encoding_errors: Literal["replace", "strict", "ignore"] = "replace",
    vocabulary: Vocabulary | None = None,
    rule: Rule | None = None,
    threads: int | None = None,
    memory: int | str | None = None,
    folder: Path | None = None,
    report: Report | None = None,
    told: Callable[[float], None] | None = None,
) -> Cells:
    """Count how often the words of a text stand near each other, for GloVe and PPMISVD to learn from.

    Args:
        source: as in `fit`; it is read once.
        window: the greatest distance of two words, counted in words of the vocabulary.
        weighting: what a pair d words apart counts: 1/d, 1, or (window + 1 − d)/window (`expected`).
        symmetric: both words as near the other; else only what follows a word.
        min_count: as in learners, like the following.
        max_size: at most so many words, the most frequent ones.
        unit: what a window never crosses the border of.
        line_end: a token to put at the end of every line.
        whitespace: what separates words.
        normalize: Unicode's composed form, or texts as they are.
        tokenizer: by name; or a function from a line to its tokens, as in `fit`.
        encoding_errors: what becomes of invalid UTF-8.
        vocabulary: words and counts to use instead of those of the source.
        rule: a function of (word, count), as in `fit`.
        threads: how many count, as many as there are processors when not given; the result is the same.
        memory: bytes that counting takes at most, beside the text, also as text such as 4GB; half of what is
            free when not given.
        folder: where cells lie, in files without a name; when not given, those that do not fit, where TMPDIR
            says.
        report: receives (tokens, bytes) read so far.
        told: receives the share counted so far.

    Raises: InputError for a source as `fit` refuses it, and for one in which no two words stand near each
    other; OptionError, also for a memory that does not suffice; OutputError when the folder is full.

    """
    _check(window, weighting, threads, memory)  # before the text is read
    _check_whole("min_count", min_count, 2**62)
    if max_size is not None:
        _check_whole("max_size", max_size, 2**31 - 1)
    named = tokenizer if isinstance(tokenizer, str) else "whitespace"
    reading = Reading(
        unit=unit, line_end=line_end, whitespace=whitespace, normalize=normalize, tokenizer=named,
        encoding_errors=encoding_errors, min_count=min_count, max_size=max_size,
    )  # fmt: skip
    corpus = reading.corpus(
        source, tokenizer=None if isinstance(tokenizer, str) else tokenizer, vocabulary=vocabulary, rule=rule,
        report=report,
    )  # fmt: skip
    return count(
        corpus, window, weighting, symmetric, threads=threads, memory=memory, folder=folder, told=told,
        reading=asdict(reading),
    )  # fmt: skip


def count(
    corpus: Corpus,
    window: int,
    weighting: str = "distance",
    symmetric: bool = True,
    *,
    threads: int | None = None,
    memory: int | str | None = None,
    folder: Path | None = None,
    told: Callable[[float], None] | None = None,
    reading: Mapping[str, Any] | None = None,
) -> Cells:
    """Count every pair of words that stand at most `window` places apart in one unit.

    Args:
        corpus: a text as rows of its vocabulary; distances count words of the vocabulary alone.
        window: the greatest distance.
        weighting: what a pair at distance d adds: 1/d, 1, or (window + 1 − d)/window (`expected`).
        symmetric: each pair in both cells; else only in the one whose row is the word that comes first.
        threads: how many count, as many as there are processors when not given; the result is the same.
        memory: bytes that counting takes at most, beside the text, also as text such as 4GB; half of what is
            free when not given.
        folder: where cells lie, in files without a name; when not given, those that do not fit, where TMPDIR
            says.
        told: hears the share done.
        reading: the options that the text was read with, kept with the cells.

    Raises: OptionError for a window, a weighting or a memory that is none; InputError for a text in which no
    two words stand near each other; OutputError when the folder is full.

    """
    budget = _check(window, weighting, threads, memory)
    if len(corpus.vocabulary) < 2:
        raise InputError(
            f"{corpus.name}: only one word is left ({corpus.vocabulary.keys[0]!r}), and no other stands near "
            "it; lower min_count or give more text"
        )
    amounts, whole = amounts_of(weighting, window)
    words, tell = len(corpus.vocabulary), told or (lambda share: None)
    room = Room.within(budget, words, len(corpus.tokens), threads or processors())
    counting = Counting(corpus, amounts, symmetric, room)
    kept = room.kept if folder is None else min(room.kept, _BESIDE)
    with (
        closing(Spool(kept, np.int32, folder)) as columns,
        closing(Spool(kept, np.float32, folder)) as weights,
        closing(Spool(0, CELL, folder)) as runs,
    ):

        def keep(block: Block) -> None:
            columns.append(block.columns)
            np.divide(block.weights, whole, out=block.weights)
            weights.append(block.weights.astype(np.float32))

        segments = counting.segments()
        parts, ends = len(segments), [0]
        for part, segment in enumerate(segments):
            for block in counting.counted(*segment):
                if parts == 1:
                    keep(block)
                else:
                    runs.append(counting.records(block))
                tell((part + block.last / words) / (parts if parts == 1 else 2 * parts))
            ends.append(runs.length)
        if parts > 1:
            for block in counting.merged(runs, ends):
                keep(block)
                tell((1 + block.last / words) / 2)
        if not columns.length:
            raise InputError(f"{corpus.name}: no two of its words stand near each other; give more text")
        starts = np.zeros(words + 1, np.int64)
        np.cumsum(counting.lengths, out=starts[1:])
        return Cells(
            vocabulary=corpus.vocabulary, starts=starts, columns=columns.taken(), weights=weights.taken(),
            window=window, weighting=weighting, symmetric=symmetric, fingerprint=fingerprint(corpus),
            name=corpus.name, invalid=corpus.invalid, phrases=corpus.phrases, reading=reading or {},
        )  # fmt: skip


def _check(window: int, weighting: str, threads: int | None, memory: int | str | None) -> int | None:
    """The budget in bytes, if there is one. Raises: OptionError."""
    _check_whole("window", window, WIDEST)
    if weighting not in WEIGHTINGS:
        raise OptionError(f"weighting must be one of {', '.join(WEIGHTINGS)}, got {weighting!r}")
    if threads is not None:
        _check_whole("threads", threads, 1024)
    return None if memory is None else bytes_of(memory, "memory")


def _check_whole(name: str, value: int, most: int) -> None:
    Option(name, int, None, False, (), Between(1, most), "").checked(value)


def amounts_of(weighting: str, window: int) -> tuple[NDArray[np.float64], int]:
    """((window + 1,) float64, whole): what a pair at each distance adds, in parts of which `whole` are 1.

    They are whole numbers, and sums of such are exact up to 2^53, in whatever order they are added. Where the
    distances have no common denominator below 2^36, 1/d is rounded to a part in 2^36.
    """
    distances = np.arange(1, window + 1)
    if weighting == "distance":
        whole = lcm(*distances.tolist())
        whole = whole if whole <= _FINEST else _FINEST
        amounts = np.rint(whole / distances)
    else:
        whole = 1 if weighting == "one" else window
        amounts = np.ones(window) if weighting == "one" else window + 1.0 - distances
    return np.append(0.0, amounts), whole
