"""Keys and their vectors: look-up, neighbours, analogies, with the names that gensim's users type.

NumPy alone. The matrix is never copied for searching; only the lengths of its rows are kept beside it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast, final, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.errors import OptionError, UnknownKey
from omnivec.index import Exact, Index, Nearest, Neighbors
from omnivec.index.cosine import Rows, as_rows, cosine, scaled
from omnivec.index.cosmul import cosmul
from omnivec.index.select import largest
from omnivec.index.terms import Among, Key, Query, Terms, is_key, is_one, weighted
from omnivec.store import memory
from omnivec.store.card import card
from omnivec.store.folder import write_folder
from omnivec.store.formats import word2vec
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.keys import Keys
from omnivec.store.tables import Table, padded_width, stored_as
from omnivec.store.views import KeyToIndex

if TYPE_CHECKING:
    from omnivec.evaluate.similarity import Correlations
    from omnivec.index.approximate import Approximate

log = logging.getLogger("omnivec")

PathOrName: TypeAlias = str | PathLike[str]
Answer: TypeAlias = Neighbors | Rows
"""Neighbours, or the scores of all rows where ``topn=None``."""


@final
class Vectors:
    """A vector for each of many keys; read-only.

    Args: `keys` in the order of the rows; `matrix` (rows, dim) of real numbers, kept as it is when it is
    float32 with rows in one piece, otherwise converted; `counts` (rows,) int64, how often each key occurred;
    `name` of what made the vectors; `mapped`: the matrix lies in a file, so it is not read to be checked.
    Raises: OptionError for a key that occurs twice or sizes that differ, NotFinite for NaN or infinity.
    """

    def __init__(
        self,
        keys: Iterable[str],
        matrix: ArrayLike | Table,
        *,
        counts: NDArray[np.int64] | None = None,
        name: str | None = None,
        mapped: bool = False,
    ) -> None:
        if not isinstance(keys, Keys):
            keys = Keys.build(keys, counts)
        elif counts is not None:
            raise OptionError("counts were given twice: Keys has its own; give Keys.build both or neither")
        table = matrix if isinstance(matrix, Table) else Table(as_rows(matrix))
        if len(keys) != len(table):
            raise OptionError(f"expected a row for each of {len(keys):,} keys, got {len(table):,} rows")
        self._keep(keys, table, name, mapped)
        if not mapped:
            self.index.lengths()  # raises NotFinite

    @classmethod
    def _of_table(
        cls,
        keys: Keys,
        table: Table,
        *,
        lengths: Rows | None = None,
        checksum: str | None = None,
        name: str | None = None,
        mapped: bool = False,
        unseen: Callable[[str], Rows] | None = None,
    ) -> Vectors:
        """Vectors in a table of our own making: neither copied nor checked.

        `lengths` (rows,) of its rows, and `checksum`, where a folder has recorded them; `unseen` gives the
        vector of a word that is no key.
        """
        vectors = cls.__new__(cls)
        vectors._keep(keys, table, name, mapped, lengths)
        vectors._unseen = unseen
        if checksum is not None:
            vectors._checksum = checksum
        return vectors

    def _keep(
        self, keys: Keys, table: Table, name: str | None, mapped: bool, lengths: Rows | None = None
    ) -> None:
        self.keys = keys
        """The keys in the order of the rows."""
        self.table = table
        """Their rows, however they are stored."""
        self.index: Index = Exact(table, lengths)
        """Search by row numbers instead of keys."""
        self.name = name
        self.mapped = mapped
        self._unseen: Callable[[str], Rows] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What another process gets is a copy in its memory."""
        return {**self.__dict__, "mapped": False}

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    def __getitem__(self, key: Key | Iterable[Key]) -> Rows:
        if is_key(key):
            return self.get_vector(key)
        keys = list(cast("Iterable[Key]", key))
        if self._unseen is None:
            return self.table.take(self._rows(keys))
        return np.array([self.get_vector(one) for one in keys], np.float32).reshape(-1, self.vector_size)

    def __repr__(self) -> str:
        size = f"{len(self):,} × {self.vector_size} {self.table.dtype}"
        index = "" if isinstance(self.index, Exact) else self.index.kind
        parts = [size, self.name or "", "mapped" if self.mapped else "in memory", index]
        return f"Vectors({', '.join(filter(None, parts))})"

    @property
    def vectors(self) -> Rows:
        """(rows, dim) float32, read-only; no copy, unless the rows are stored as float16 or int8.

        Raises: NotEnoughMemory where decoding them all does not fit.
        """
        if self.table.dtype != "float32":
            need = {"decoded vectors": len(self) * self.vector_size * 4}
            memory.require(need, "ask for the rows you need: vectors[keys]")
        rows = self.table.span(0, len(self))
        rows.flags.writeable = False
        return rows

    @property
    def vector_size(self) -> int:
        """Floats in a vector."""
        return self.table.dim

    @property
    def key_to_index(self) -> Mapping[str, int]:
        """Key to row, as a mapping."""
        return KeyToIndex(self.keys)

    @property
    def index_to_key(self) -> Sequence[str]:
        """Row to key, as a sequence."""
        return self.keys

    def get_vector(self, key: Key, norm: bool = False) -> Rows:
        """The vector of a key, (dim,) float32, read-only; of length one when `norm`.

        A word that is no key has one where words have parts (FastText): their mean, or zeros without any.
        Raises: UnknownKey.
        """
        row, vector = self._found(key)
        if norm:
            vector = scaled(vector[None])[0] if row < 0 else self.index.unit(np.array([row]))[0]
        vector.flags.writeable = False
        return vector

    def _found(self, key: Key) -> tuple[int, Rows]:
        """Row and vector of a key; -1 and what its parts say for a word that is none."""
        if self._unseen is not None and isinstance(key, str) and key not in self.keys:
            return -1, self._unseen(key)
        row = self._row(key)
        return row, self.table.span(row, row + 1)[0]

    def get_vecattr(self, key: Key, attr: str) -> int:
        """How often a key occurred, for ``attr="count"``. Raises: OptionError when that is not known."""
        if attr != "count":
            raise OptionError(f"attr must be 'count', got {attr!r}")
        if self.keys.counts is None:
            raise OptionError("these vectors came without counts; give counts= when they are made")
        return int(self.keys.counts[self._row(key)])

    def prefix(self, text: str, limit: int = 10) -> list[str]:
        """Up to `limit` keys that start with `text`, the most frequent first."""
        return self.keys.prefix(text, limit)

    def subset(self, keys: Iterable[Key]) -> Vectors:
        """New vectors for the given keys, in their order, copied.

        Raises: UnknownKey; OptionError for a key given twice.
        """
        rows = self._rows(keys)
        counts = None if self.keys.counts is None else self.keys.counts[rows]
        chosen = Keys.build([self.keys[row] for row in rows.tolist()], counts)
        return Vectors(chosen, self.table.take(rows), name=self.name)

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
        vectors = np.array([vector for _, vector in terms], np.float32).reshape(-1, self.vector_size)
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

    def approximate(
        self,
        kind: str = "voyager",
        *,
        threads: int | None = None,
        progress: Callable[[float], None] | None = None,
        **parameters: Any,
    ) -> Vectors:
        """The same vectors, whose nearest are found by an index that is built now, quicker, not all of them.

        Scores are exact, and so is what an index cannot answer: `unit=False`, and parts of the vocabulary.

        Args: `kind` "voyager" or "faiss"; `threads` for building; `progress` hears the share built, 0 to 1;
        `parameters` of `omnivec.index.voyager.Voyager` or `omnivec.index.faiss.Faiss`.
        Raises: OptionError, MissingExtra, NotFinite; NotEnoughMemory before anything is allocated.
        """
        from omnivec.index import approximate

        chosen = approximate.parameters_of(kind, parameters)
        return self._found_by(approximate.build(self._exact, chosen, threads, progress))

    def save_index(self, path: PathOrName) -> None:
        """Save the index of `approximate` in the model folder that holds these vectors.

        Raises: OptionError without one, or for a folder with other vectors; OutputError.
        """
        from omnivec.index import saved

        if isinstance(self.index, Exact):
            raise OptionError("exact search has nothing to save; build an index by approximate()")
        saved.write(cast("Approximate", self.index), path, self._checksum)

    def load_index(self, path: PathOrName, **parameters: Any) -> Vectors:
        """The same vectors with the index that is saved in their model folder, mapped where that can be.

        Args: `parameters` of questions (`ef`, `probes`) in place of the saved ones.
        Raises: FormatError where there is none, or it is damaged or of other vectors; OptionError;
        MissingExtra; NotEnoughMemory.
        """
        from omnivec.index import saved

        return self._found_by(saved.read(self._exact, path, self._checksum, parameters))

    def _found_by(self, index: Index) -> Vectors:
        same = Vectors.__new__(Vectors)
        same.__dict__.update(self.__dict__, index=index)
        return same

    @property
    def _exact(self) -> Exact:
        """Search over all rows."""
        return self.index if isinstance(self.index, Exact) else cast("Approximate", self.index).exact

    @cached_property
    def _checksum(self) -> str:
        """Of the table, by which a saved index knows its vectors."""
        from omnivec.index import saved

        return saved.checksum(self.table)

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

    def evaluate_word_pairs(
        self,
        pairs: PathOrName,
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> Correlations:
        """Pearson and Spearman correlation, each with its p-value, and the percentage of pairs not known."""
        from omnivec.evaluate.similarity import word_pairs

        restrict = restrict_vocab or None
        return word_pairs(self, pairs, delimiter, encoding, restrict, case_insensitive, dummy4unknown)

    def evaluate_word_analogies(
        self,
        analogies: PathOrName,
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[float, list[dict[str, Any]]]:
        """Accuracy over all questions, and for each section the questions answered correctly and not."""
        from omnivec.evaluate.analogy import word_analogies

        return word_analogies(self, analogies, restrict_vocab or None, case_insensitive, dummy4unknown)

    @classmethod
    def load_word2vec_format(
        cls,
        fname: PathOrName,
        fvocab: PathOrName | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
    ) -> Vectors:
        """Read word2vec's text or binary format into memory, and counts from the vocabulary file `fvocab`.

        Raises: FormatError naming the line or byte, NotFinite, NotEnoughMemory.
        """
        read = word2vec.read_binary if binary else word2vec.read_text
        found = read(Path(fname), Request(limit=limit, encoding=encoding, errors=unicode_errors))
        counts = None
        if fvocab is not None:
            by_key = word2vec.read_counts(fvocab, encoding=encoding, errors=unicode_errors)
            counts = np.array([by_key.get(key, 0) for key in found.keys], np.int64)
        return cls(Keys.build(found.keys, counts), found.table)

    def save_word2vec_format(
        self, fname: PathOrName, fvocab: PathOrName | None = None, binary: bool = False
    ) -> None:
        """Write word2vec's text or binary format, and the counts to `fvocab`; existing files are replaced.

        Raises: OutputError, what was there stays whole; OptionError for a key that the format cannot hold, or
        `fvocab` without counts.
        """
        if fvocab is not None:
            if self.keys.counts is None:
                raise OptionError("these vectors came without counts; leave fvocab out")
            word2vec.write_counts(fvocab, self.keys, self.keys.counts, overwrite=True)
        write = word2vec.write_binary if binary else word2vec.write_text
        write(fname, self.contents(), overwrite=True)

    def save(
        self, path: PathOrName, overwrite: bool = False, progress: Callable[[float], None] | None = None
    ) -> None:
        """Write a model folder that `omnivec.load` opens; `progress` hears the share written.

        Raises: OutputError, what was there stays whole.
        """
        table = self.table
        if table.dtype == "float32" and table.stored.shape[1] != padded_width(table.dim):
            table, _ = stored_as(table, "float32")
        config: dict[str, Any] = {"learner": None, "options": {}, "preset": None, "changed": {}, "head": None}
        config |= {"dim": self.vector_size, "rows": len(self), "training": {}}
        arrays = {**table.arrays("vectors"), "vectors.lengths": self.index.lengths(), **self.keys.tables()}
        write_folder(path, config, arrays, card(config), overwrite=overwrite, told=progress)
        if not isinstance(self.index, Exact):
            self.save_index(path)

    def contents(self) -> Contents:
        """What the writers of `omnivec.store.formats` take."""
        return Contents(self.keys, self.table, self.keys.counts)

    def _row(self, key: Key) -> int:
        """The row of a key, or a row number as it is. Raises: UnknownKey."""
        if isinstance(key, str):
            return self.keys.row(key)
        if not is_key(key):
            raise OptionError(f"expected a key, a row number or a vector, got {type(key).__name__}")
        row = int(key)
        if not 0 <= row < len(self):
            raise UnknownKey(str(key))
        return row

    def _rows(self, keys: Iterable[Key]) -> NDArray[np.int64]:
        return np.fromiter(map(self._row, keys), np.int64)

    def _term(self, query: Query, unit: bool = False) -> tuple[int, Rows]:
        """Row (-1 for a vector) and vector (dim,) of a query; a key's is of length one when `unit`."""
        if not isinstance(query, np.ndarray):
            row, vector = self._found(query)
            return row, self.get_vector(query, norm=True) if unit else vector
        if query.shape != (self.vector_size,):
            raise OptionError(f"expected a vector of {self.vector_size} floats, got shape {query.shape}")
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
            if among.shape != (len(self),):
                raise OptionError(f"expected a mask of {len(self):,} rows, got shape {among.shape}")
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
