"""`count`: which words of a text stand near each other, and how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.cells import WEIGHTINGS, Cells
from omnivec.data.corpus import Corpus
from omnivec.data.fingerprint import fingerprint
from omnivec.errors import InputError, OptionError

__all__ = ["Cells", "count"]


def count(
    corpus: Corpus,
    window: int,
    weighting: str = "distance",
    symmetric: bool = True,
    *,
    threads: int = 1,
    memory: int | None = None,
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
        threads: how many count; the result is the same.
        memory: bytes that counting takes at most, beside the text; half of what is free when not given.
        folder: where cells lie that do not fit; what TMPDIR names when not given.
        told: hears the share done.
        reading: the options that the text was read with, kept with the cells.

    Raises: OptionError for a window or a weighting that is none; InputError for a text in which no two words
    stand near each other.

    """
    if window < 1:
        raise OptionError(f"window must be 1 or more, got {window:,}")
    if weighting not in WEIGHTINGS:
        raise OptionError(f"weighting is one of {', '.join(WEIGHTINGS)}; got {weighting!r}")
    words, tokens = len(corpus.vocabulary), corpus.tokens
    unit = np.repeat(np.arange(len(corpus.units) - 1), np.diff(corpus.units))
    codes: list[NDArray[np.int64]] = []
    adds: list[NDArray[np.float64]] = []
    for distance in range(1, min(window, len(tokens) - 1) + 1):
        near = unit[distance:] == unit[:-distance]
        left, right = tokens[:-distance][near].astype(np.int64), tokens[distance:][near].astype(np.int64)
        add = {"distance": 1 / distance, "one": 1.0, "expected": (window + 1 - distance) / window}[weighting]
        for row, column in ((left, right), (right, left))[: 2 if symmetric else 1]:
            codes.append(row * words + column)
            adds.append(np.full(len(row), add))
    if not sum(map(len, codes)):
        raise InputError(f"{corpus.name}: no two of its words stand near each other; give more text")
    found, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    weights = np.bincount(inverse, np.concatenate(adds)).astype(np.float32)
    rows, columns = np.divmod(found, words)
    return Cells(
        vocabulary=corpus.vocabulary, starts=np.searchsorted(rows, np.arange(words + 1)).astype(np.int64),
        columns=columns.astype(np.int32), weights=weights, window=window, weighting=weighting,
        symmetric=symmetric, fingerprint=fingerprint(corpus), name=corpus.name, invalid=corpus.invalid,
        phrases=corpus.phrases, reading=reading or {},
    )  # fmt: skip
