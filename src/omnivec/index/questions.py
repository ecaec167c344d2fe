"""Questions to vectors by key: neighbours, analogies, similarities, with the names that gensim's users type.

The matrix is never copied for searching; only the lengths of its rows are kept beside it.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, TypeAlias, cast, overload

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError, UnknownKey
from omnivec.index.cosine import Rows, cosine
from omnivec.index.cosmul import cosmul
from omnivec.index.nearest import Index, Nearest
from omnivec.index.neighbors import Neighbors
from omnivec.index.select import largest
from omnivec.index.terms import Among, Key, Query, Terms, is_key, is_one, weighted
from omnivec.store.keys import Keys
from omnivec.store.tables import Table

log = logging.getLogger("omnivec")

Answer: TypeAlias = Neighbors | Rows
"""Neighbours, or the scores of all rows where ``topn=None``."""


class Questions(ABC):
    """What is asked of keys that have rows in a table, and an index that finds the nearest of those."""

    keys: Keys
    """The keys in the order of the rows."""
    table: Table
    """Their rows, however they are stored."""
    index: Index
    """Search by row numbers instead of keys."""

    @property
    @abstractmethod
    def composes(self) -> bool:
        """Whether words that are no keys have vectors, by their parts."""

    @abstractmethod
    def get_vector(self, key: Key, norm: bool = False) -> Rows:
        """The vector of a key, (dim,) float32; of length one when `norm`. Raises: UnknownKey."""

    @abstractmethod
    def _found(self, key: Key) -> tuple[int, Rows]:
        """Row and vector of a key; row -1 for what has a vector and no row. Raises: UnknownKey."""

    @overload
    def neighbors(
        self,
        queries: Query,
        topn: int = 10,
        unit: bool = True,
        restrict: int | None = None,
        among: Among | None = None,
    ) -> Neighbors: ...
    @overload
    def neighbors(
        self,
        queries: list[Query] | list[str],
        topn: int = 10,
        unit: bool = True,
        restrict: int | None = None,
        among: Among | None = None,
    ) -> list[Neighbors]: ...
    def neighbors(
        self,
        queries: Query | list[Query] | list[str],
        topn: int = 10,
        unit: bool = True,
        restrict: int | None = None,
        among: Among | None = None,
    ) -> Neighbors | list[Neighbors]:
        """The nearest keys of one query, or of each of many, answered together as blocked matrix products.

        Args: `queries`: a key or vector, or a list of them (a matrix is many vectors), each scaled to length
        one; `unit`: so are the rows, which makes the scores cosines, otherwise they are taken as they are;
        `restrict`: only the first rows are answers; `among`: only these keys, row numbers, or rows where a
        mask (rows,) is true. A key is never its own neighbour; equal scores come by row.
        Returns: (key, score) pairs, best first; for many queries a list of such lists.
        Raises: UnknownKey, OptionError.
        """
        terms = [
            self._term(query) for query in ([queries] if is_one(queries) else cast("list[Query]", queries))
        ]
        vectors = np.array([vector for _, vector in terms], np.float32).reshape(-1, self.table.dim)
        own = np.array([row for row, _ in terms], np.int64)[:, None]
        rows = None if among is None else self._chosen(among)
        found = self._named(
            self.index.query(vectors, topn, unit=unit, exclude=own, stop=_checked(restrict), among=rows)
        )
        return found[0] if is_one(queries) else found

    def analogy(
        self, a: Query, b: Query, c: Query, topn: int = 10, unit: bool = True, restrict: int | None = None
    ) -> Neighbors:
        """The nearest keys to b - a + c, without the three: a is to b as c is to ?

        Args: `unit`: keys are scaled to length one before they are added, and as answers; otherwise they
        are taken as they are and only the sum is scaled; `restrict`: only the first rows are answers.
        Source: Mikolov, Yih and Zweig 2013 (3CosAdd).
        """
        rows, vectors = zip(*(self._term(term, unit) for term in (a, b, c)), strict=True)
        query = vectors[1] - vectors[0] + vectors[2]
        found = self.index.query(
            query[None], topn, unit=unit, exclude=np.array([rows]), stop=_checked(restrict)
        )
        return self._named(found)[0]

    def most_similar(
        self,
        positive: Terms = None,
        negative: Terms = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
    ) -> Answer:
        """The nearest keys, by cosine, to the mean of `positive` minus `negative`, those given apart.

        Keys are scaled to length one before the mean, vectors are not; a pair (key, weight) has its own
        weight. Rows from `clip_start` to `clip_end` are answers, or the first `restrict_vocab`; ``topn=None``
        gives the scores of them all.
        """
        terms = [*weighted(positive, 1.0), *weighted(negative, -1.0)]
        if not terms:
            raise OptionError("most_similar needs at least one key or vector, got none")
        if topn is not None and topn < 1:
            return Neighbors()
        found = [self._term(query, unit=True) for query, _ in terms]
        weights = np.array([weight for _, weight in terms], np.float32)
        total = weights @ np.stack([vector for _, vector in found])
        start, stop = (0, restrict_vocab) if restrict_vocab else (clip_start, clip_end or None)
        if topn is None:
            return self.index.scores(total, start=start, stop=stop)
        exclude = np.array([[row for row, _ in found]])
        return self._named(self.index.query(total[None], topn, exclude=exclude, start=start, stop=stop))[0]

    def similar_by_key(self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None) -> Answer:
        """`most_similar` of one key."""
        return self.most_similar([key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_word(self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None) -> Answer:
        """`most_similar` of one key."""
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_vector(
        self, vector: NDArray[Any], topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Answer:
        """`most_similar` of one vector (dim,)."""
        return self.most_similar([np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(
        self,
        positive: Terms = None,
        negative: Terms = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Answer:
        """The nearest keys by multiplied instead of added cosines, those given apart.

        Raises: OptionError without a positive key or vector, or for weights.
        Source: Levy and Goldberg 2014 (3CosMul).
        """
        added, taken = weighted(positive, 1.0), weighted(negative, -1.0)
        if not added or any(weight != 1 for _, weight in added) or any(weight != -1 for _, weight in taken):
            raise OptionError("most_similar_cosmul needs a positive key or vector, and takes no weights")
        if topn is not None and topn < 1:
            return Neighbors()
        rows, vectors = zip(*(self._term(query) for query, _ in added + taken), strict=True)
        scores = cosmul(
            self.index, [*vectors[: len(added)]], [*vectors[len(added) :]], restrict_vocab or None
        )
        if topn is None:
            return scores
        scores[[row for row in rows if 0 <= row < len(scores)]] = -np.inf
        best = largest(scores[None], topn)
        return self._named(Nearest(np.where(np.isneginf(scores[best]), -1, best), scores[best]))[0]

    def similarity(self, w1: Key, w2: Key) -> float:
        """Cosine of two keys."""
        return cosine(self.get_vector(w1), self.get_vector(w2))

    def distance(self, w1: Key, w2: Key) -> float:
        """One minus the cosine of two keys."""
        return 1 - self.similarity(w1, w2)

    def n_similarity(self, ws1: Sequence[Key], ws2: Sequence[Key]) -> float:
        """Cosine of the mean vectors of two lists of keys; unknown keys are left out and logged."""
        one, other = self._known(ws1), self._known(ws2)
        return cosine(self.table.take(one).mean(axis=0), self.table.take(other).mean(axis=0))

    def doesnt_match(self, words: Sequence[Key]) -> str:
        """The key farthest from the mean direction of all; unknown keys are left out and logged."""
        rows = self._known(words)
        units = self.index.unit(rows)
        mean = units.mean(axis=0)
        fits = [(cosine(unit, mean), self.keys[int(row)]) for unit, row in zip(units, rows, strict=True)]
        _, farthest = min(fits)
        return farthest

    def _row(self, key: Key) -> int:
        """The row of a key, or a row number as it is. Raises: UnknownKey."""
        if isinstance(key, str):
            return self.keys.row(key)
        if not is_key(key):
            raise OptionError(f"expected a key, a row number or a vector, got {type(key).__name__}")
        row = int(key)
        if not 0 <= row < len(self.keys):
            raise UnknownKey(str(key))
        return row

    def _rows(self, keys: Iterable[Key]) -> NDArray[np.int64]:
        return np.fromiter(map(self._row, keys), np.int64)

    def _term(self, query: Query, unit: bool = False) -> tuple[int, Rows]:
        """Row (-1 for a vector) and vector (dim,) of a query; a key's is of length one when `unit`."""
        if not isinstance(query, np.ndarray):
            row, vector = self._found(query)
            if row < 0 and not vector.any():
                row = self._row(query)  # raises: a word without parts is unknown, and nothing is near zeros
            return row, self.get_vector(query, norm=True) if unit else vector
        if query.shape != (self.table.dim,):
            raise OptionError(f"expected a vector of {self.table.dim} floats, got shape {query.shape}")
        return -1, query.astype(np.float32)

    def _known(self, keys: Sequence[Key]) -> NDArray[np.int64]:
        """Rows of the known among `keys`."""
        asked = [keys] if isinstance(keys, str) else keys
        known = [key for key in asked if not isinstance(key, str) or key in self.keys]
        if not known:
            raise OptionError(f"none of {list(asked)!r} is known; at least one key must be")
        if len(known) < len(asked):
            log.warning("unknown and left out: %s", ", ".join(repr(key) for key in asked if key not in known))
        return self._rows(known)

    def _chosen(self, among: Among) -> NDArray[np.int64]:
        """Rows of a filter."""
        if isinstance(among, np.ndarray) and among.dtype == np.bool_:
            if among.shape != (len(self.keys),):
                raise OptionError(f"expected a mask of {len(self.keys):,} rows, got shape {among.shape}")
            return np.flatnonzero(among)
        return self._rows([among] if is_key(among) else among)

    def _named(self, found: Nearest) -> list[Neighbors]:
        there = found.rows >= 0
        pairs = zip(self.keys.at(found.rows[there]), found.scores[there].tolist(), strict=True)
        return [Neighbors(islice(pairs, count)) for count in there.sum(axis=1).tolist()]


def _checked(restrict: int | None) -> int | None:
    if restrict is not None and restrict < 1:
        raise OptionError(f"restrict must be 1 or more, got {restrict}")
    return restrict
