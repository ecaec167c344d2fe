"""Word classes: every word in one of k groups of words with near directions, as word2vec's `-classes`.

Grouping is scikit-learn's k-means (extra `sklearn`). Of rows of length one it is k-means of directions: a
squared distance is twice what a cosine lacks to 1.

Sources: Lloyd 1982; Arthur & Vassilvitskii 2007 (where it starts); Dhillon & Modha 2001 (directions).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.index import Exact
from omnivec.results import ResultTable, Tabular
from omnivec.store import memory
from omnivec.store.extra import extra
from omnivec.store.formats.source import created
from omnivec.store.formats.writing import encoded
from omnivec.store.processors import processors

if TYPE_CHECKING:
    from omnivec.index.cosine import Rows
    from omnivec.vectors import Vectors

Method: TypeAlias = Literal["lloyd", "minibatch"]
"""All rows in every pass, or some thousand drawn rows a step: coarser, and quick on millions of rows."""

SHOWN = 6  # words of a class, in a table
_FOR_THE_START = 20  # rows drawn for each class: k-means++ on all takes longer than what it saves


@final
@dataclass(frozen=True)
class WordClass:
    """One class. words: its rows, the most frequent first; cosine: mean with their mean direction."""

    number: int
    rows: NDArray[np.int64]
    cosine: float


@final
@dataclass(frozen=True)
class WordClasses(Tabular):
    """The class of each of the first rows: class 0 has the first word, class 1 the next that is not in it."""

    words: Sequence[str]
    numbers: NDArray[np.int64]
    """(words,) from 0 on; -1 for a vector of zeros, which has no direction and no class."""
    classes: Sequence[WordClass]

    @property
    def without(self) -> int:
        """Words that have no class."""
        return int((self.numbers < 0).sum())

    def members(self, number: int, most: int | None = None) -> list[str]:
        """The words of a class, the most frequent first, or the first `most` of them. Raises: OptionError."""
        if not 0 <= number < len(self.classes):
            raise OptionError(f"classes are numbered from 0 to {len(self.classes) - 1}, got {number}")
        return [self.words[row] for row in self.classes[number].rows[:most].tolist()]

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write a line for each word that has a class, `word number`, in the order of the vocabulary.

        word2vec's ``-classes`` writes such a file; a name that ends in .gz, .xz or .zst is packed.
        Raises: OutputError for a word with a space or line end, and as every writer.
        """
        words = encoded(path, list(self.words), "word classes", "\0\n ")
        with created(path, overwrite=overwrite) as file:
            pairs = zip(words, self.numbers.tolist(), strict=True)
            file.write(b"".join(b"%b %d\n" % (word, number) for word, number in pairs if number >= 0))

    def as_json(self) -> dict[str, Any]:
        """Sizes, cohesion and the first words of each class."""
        return {
            "words": len(self.words),
            "without": self.without,
            "classes": [
                {
                    "class": one.number,
                    "words": len(one.rows),
                    "cosine": one.cosine,
                    "first": self.members(one.number, SHOWN),
                }
                for one in self.classes
            ],
        }

    def tables(self) -> list[ResultTable]:
        """The classes in their order."""
        rows = [
            (str(one.number), ", ".join(self.members(one.number, SHOWN)), len(one.rows), one.cosine)
            for one in self.classes
        ]
        left_out = [f"{self.without:,} words have vectors of zeros, and no class."] if self.without else []
        notes = [f"{len(self.words):,} words. Cosine: mean with the mean direction.", *left_out]
        return [ResultTable("Class", ("class", "most frequent", "words", "cosine"), rows, notes=notes)]


def word_classes(
    vectors: Vectors,
    k: int = 500,
    *,
    restrict: int | None = None,
    unit: bool = True,
    method: Method = "lloyd",
    iterations: int = 30,
    seed: int = 1,
    threads: int | None = None,
) -> WordClasses:
    """Group words into k classes by k-means.

    Args: `restrict`: only the first rows; `unit`: rows are scaled to length one before, so that cosines
    decide; `method`, `iterations`: `lloyd` passes over all rows at most so often, `minibatch` draws rows;
    `seed`: of where it starts; one of the `threads` gives the same classes again to the last one.
    Raises: OptionError, also for k above the number of words that have a direction; InputError without any;
    MissingExtra without scikit-learn; NotEnoughMemory; NotFinite.
    """
    library, pools = (
        extra(module, "sklearn", what="word classes") for module in ("sklearn.cluster", "threadpoolctl")
    )
    words, units, lengths = _checked(vectors, k, restrict, method, iterations)
    alive = np.flatnonzero(lengths > 0)
    if not len(alive):
        raise InputError("all vectors are zeros, and none has a direction to be grouped by")
    if k > len(alive):
        raise OptionError(f"k must be at most the {len(alive):,} words that have a direction, got {k:,}")
    chosen = units[alive] if len(alive) < len(units) else units
    rows = chosen if unit else chosen * lengths[alive, None]
    kinds = {"lloyd": library.KMeans, "minibatch": library.MiniBatchKMeans}
    with pools.threadpool_limits(threads or processors()), warnings.catch_warnings():
        # Fewer different rows than classes leave some empty, which the result says by having fewer.
        warnings.filterwarnings("ignore", "Number of distinct clusters")
        start = _start(library, rows, k, seed)
        means = kinds[method](n_clusters=k, init=start, n_init=1, max_iter=iterations, random_state=seed)
        found = means.fit(rows).labels_
    numbers = np.full(len(words), -1, np.int64)
    numbers[alive] = _in_order(found.astype(np.int64))
    return WordClasses(words, numbers, _classes(numbers, units))


def _checked(
    vectors: Vectors, k: int, restrict: int | None, method: Method, iterations: int
) -> tuple[list[str], Rows, Rows]:
    """Words, their rows of length one and the lengths; 0 for rows of zeros."""
    for name, number in (("k", k), ("restrict", restrict), ("iterations", iterations)):
        if number is not None and number < 1:
            raise OptionError(f"{name} must be 1 or more, got {number}")
    if method not in ("lloyd", "minibatch"):
        raise OptionError(f"method must be 'lloyd' or 'minibatch', got {method!r}")
    count = min(len(vectors), restrict or len(vectors))
    floats = count * vectors.vector_size * 4
    need = {"rows": 2 * floats, "k-means": floats + 8 * count}
    memory.require(need, "give restrict, to group the first words alone")
    index = vectors.index if isinstance(vectors.index, Exact) else Exact(vectors.table)
    units = index.unit(np.arange(count, dtype=np.int64))
    lengths = np.where(units.any(axis=1), index.lengths(count), np.float32(0))
    return vectors.keys[:count], units, lengths


def _start(library: Any, rows: Rows, k: int, seed: int) -> Rows:
    """Centres to begin with, out of some rows for each class."""
    if len(rows) > k * _FOR_THE_START:
        chosen = np.random.default_rng(seed).choice(len(rows), k * _FOR_THE_START, replace=False)
        rows = rows[np.sort(chosen)]
    centres: Rows = library.kmeans_plusplus(rows, k, random_state=seed)[0]
    return centres


def _in_order(found: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same classes, numbered in the order of their first members."""
    _, first, place = np.unique(found, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    numbers: NDArray[np.int64] = rank[place]
    return numbers


def _classes(numbers: NDArray[np.int64], units: Rows) -> list[WordClass]:
    order = np.argsort(numbers, kind="stable")
    borders = np.searchsorted(numbers[order], np.arange(numbers.max() + 2))
    return [
        WordClass(number, rows, _cohesion(units[rows]))
        for number, rows in enumerate(order[a:b] for a, b in zip(borders, borders[1:], strict=False))
    ]


def _cohesion(units: Rows) -> float:
    """Mean cosine of unit rows with their mean direction: the length of their mean."""
    return float(np.linalg.norm(units.mean(axis=0, dtype=np.float64)))
