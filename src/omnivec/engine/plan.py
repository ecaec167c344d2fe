"""What training would do and need, in figures, without training: expectations over its random draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnivec.data.corpus import Corpus
from omnivec.data.labelled import WORD
from omnivec.data.vocabulary import Vocabulary
from omnivec.store.folder import METADATA
from omnivec.store.keys import Keys
from omnivec.store.safetensors import file_size
from omnivec.store.tables import LENGTHS

LINES = 1 << 16
"""Lines that are counted together."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one epoch does, as expectations.

    tokens_kept: tokens of the text that take part; predictions: what the loss is a mean of; rows_moved: rows
    of any table that an update changes.
    """

    tokens_kept: float
    predictions: float
    rows_moved: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A training in figures; tokens, predictions, rows and floats are those of one epoch.

    words: rows of the vocabulary; labels: those of a classifier; tokens: of the text; tokens_in_vocabulary:
    those that are left of them; tokens_kept, predictions, rows_moved: see `Work`; floats_moved: the floats in
    those rows; memory: bytes that training allocates, by what for; memory_free: bytes there are;
    memory_limit: what limits them; disk: bytes of the model's tables.
    """

    options: Mapping[str, object]
    words: int
    labels: int | None
    tokens: int
    tokens_in_vocabulary: int
    tokens_kept: float
    epochs: int
    predictions: float
    rows_moved: float
    floats_moved: float
    memory: Mapping[str, int]
    memory_free: int
    memory_limit: str
    disk: int

    @property
    def memory_total(self) -> int:
        """Bytes that training allocates."""
        return sum(self.memory.values())

    @property
    def fits(self) -> bool:
        """Whether there is memory for it; `fit` refuses what does not fit."""
        return self.memory_total <= self.memory_free


def windows(units: NDArray[np.int64], share: float, window: int, *, dynamic: bool) -> tuple[float, float]:
    """Expected (windows, context words in all of them) of one pass; a window without context is none.

    units (u + 1,): borders; share: of the tokens that subsampling keeps, here of all words alike; dynamic:
    the radius is drawn from 1 to `window`, so that a word at distance d is in the window with chance
    (window − d + 1) / window.

    A unit of n tokens keeps K of them, binomial(n, share), and has 2 max(0, K − d) neighbours at distance d:
    E max(0, K − d) = n share − d + Σ_{k<d} (d − k) P(K = k).
    """
    lengths, times = np.unique(np.diff(units), return_counts=True)
    kept = _binomial(lengths, share, window)
    distance = np.arange(1, window + 1)
    # Σ_{k<d} (d − k) P(K = k) is the sum of P(K ≤ j) over j < d.
    missing = np.cumsum(np.cumsum(kept[:, :window], axis=1), axis=1)
    neighbours = 2 * (lengths[:, None] * share - distance + missing)
    chance = (window - distance + 1) / window if dynamic else np.ones(window)
    return float(times @ (lengths * share - kept[:, 1])), float(times @ (neighbours @ chance))


def _binomial(n: NDArray[np.int64], share: float, last: int) -> NDArray[np.float64]:
    """P(K = k) of binomial(n, share) for k from 0 to `last`, (len(n), last + 1); by logarithms, or a long
    unit's would all be 0.
    """
    share = min(share, 1 - 1e-12)
    k = np.arange(1, last + 1)
    with np.errstate(divide="ignore"):
        ratios = np.log(np.maximum(n[:, None] - k + 1, 0) / k)  # of neighbouring binomial coefficients
    logs = np.concatenate([np.zeros((len(n), 1)), np.cumsum(ratios, axis=1)], axis=1)
    k = np.arange(last + 1)
    chances: NDArray[np.float64] = np.exp(logs + k * np.log(share) + (n[:, None] - k) * np.log1p(-share))
    return chances


def whole_ngrams(lengths: NDArray[np.int64], longest: int, dropout: int) -> float:
    """Expected n-grams of two to `longest` words in units that contain no dropped place.

    lengths (u,): words of each unit, two or more; dropout: places drawn in each, without replacement, two of
    them always left. All (n − m + 1) n-grams of m words are equally likely to be whole: the d places fall
    beside one with chance C(n − m, d) / C(n, d).
    """
    n, times = np.unique(lengths, return_counts=True)
    found = 0.0
    for m in range(2, longest + 1):
        chance = np.ones(len(n))
        for k in range(dropout):
            drawn = k < n - 2
            chance[drawn] *= np.maximum(n - m - k, 0)[drawn] / (n - k)[drawn]
        found += float(times @ (np.maximum(n - m + 1, 0) * chance))
    return found


def lines(
    corpus: Corpus,
    features: NDArray[np.int64],
    word_ngrams: int,
    outputs: NDArray[np.float64],
    common: float,
    one: bool,
) -> Work:
    """Lines with a label and a feature: the rows of each move once, and the outputs it is told by.

    features (types,): rows of a type's own; word_ngrams: words of the longest n-gram, each a row more;
    outputs (labels,): output rows that a label moves; common: those that a line moves beside; one: of its
    labels a line is told one.
    """
    types, labels = corpus.types, corpus.vocabulary.labels
    assert types is not None and labels is not None
    kept = taught_lines = rows = 0.0
    for first in range(0, len(corpus.units) - 1, LINES):
        borders = corpus.units[first : first + LINES + 1]
        here, starts = corpus.tokens[borders[0] : borders[-1]], borders[:-1] - borders[0]
        words = np.add.reduceat((types.labels[here] == WORD).astype(np.int64), starts)
        inputs = np.add.reduceat(features[here], starts)
        for n in range(2, word_ngrams + 1):
            inputs += np.maximum(words - n + 1, 0)
        line = np.repeat(np.arange(len(starts)), np.diff(borders))
        named = types.labels[here] >= 0
        # A label that stands twice in a line is one.
        pairs = np.unique(line[named] * len(labels) + types.labels[here][named])
        each, label = np.divmod(pairs, len(labels))
        several = np.bincount(each, minlength=len(starts))
        taught = (several > 0) & (inputs > 0)
        share = 1 / several[each] if one else np.ones(len(each))
        met = np.bincount(each, outputs[label] * share, len(starts)) + common
        kept += np.diff(borders)[taught].sum()
        taught_lines += taught.sum()
        rows += (inputs + met)[taught].sum()
    return Work(tokens_kept=float(kept), predictions=float(taught_lines), rows_moved=float(rows))


def tables_bytes(words: Vocabulary, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Bytes of saved tables of float32, keys included, to the byte; nothing is allocated for it."""
    # A number repeated without memory has the size of the table it stands for.
    tables = {name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}
    labels = {} if words.labels is None else named(words.labels)
    return file_size({  # in the order of the file: what stands last is not filled up
        **tables,
        **{name.replace("keys.", "labels.", 1): array for name, array in labels.items()},
        "vectors" + LENGTHS: np.broadcast_to(np.float32(0), (len(words),)),
        **named(words),
    }, METADATA)  # fmt: skip


def named(words: Vocabulary) -> dict[str, NDArray[np.generic]]:
    """The arrays of the words, as they are saved."""
    keys = words.keys if isinstance(words.keys, Keys) else Keys.build(words.keys, words.counts)
    return dict(keys.tables())
