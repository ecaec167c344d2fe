"""Keys and their vectors: look-up, indexes, files; what is asked of them is in `omnivec.index.questions`.

NumPy alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.errors import OptionError
from omnivec.index import Exact, Index
from omnivec.index.cosine import Rows, as_rows, scaled
from omnivec.index.questions import Questions
from omnivec.index.terms import Key, is_key
from omnivec.results import ResultTable
from omnivec.store import memory
from omnivec.store.builder import stored_as
from omnivec.store.card import card
from omnivec.store.folder import write_folder
from omnivec.store.formats import word2vec
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.keys import Keys
from omnivec.store.tables import Table, padded_width
from omnivec.store.views import KeyToIndex

if TYPE_CHECKING:
    from omnivec.evaluate.as_gensim import Correlations
    from omnivec.index.approximate import Approximate

PathOrName: TypeAlias = str | PathLike[str]


class Parts(Protocol):
    """What words are made of, where they are made of more than a row of their own."""

    def unseen(self, word: str) -> Rows:
        """The vector of a word that is no key, (dim,); zeros where it has no part."""

    def unseen_words(self, words: Sequence[str]) -> Rows:
        """Those of many, (words, dim)."""

    def subwords(self, word: str) -> list[tuple[str, int]]:
        """The n-grams of a word that have a row, in their order, each with its row."""


def parts_of(word: str, keys: Keys, parts: Parts | None) -> list[tuple[str, int]]:
    """See `Vectors.subwords`."""
    row = keys.row(word) if parts is None else keys.find(word)
    own = [(keys[row], row)] if row >= 0 else []
    return own if parts is None else own + parts.subwords(keys[row] if row >= 0 else word)


def _begun(vector: Rows) -> str:
    """The first numbers of a vector."""
    return "  ".join(f"{number:z.3f}" for number in vector[:4].tolist()) + (" …" if len(vector) > 4 else "")


@final
class Vectors(Questions):
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
        parts: Parts | None = None,
    ) -> Vectors:
        """Vectors in a table of our own making: neither copied nor checked.

        `lengths` (rows,) of its rows, and `checksum`, where a folder has recorded them; `parts` that words
        are made of give vectors to those that are no keys.
        """
        vectors = cls.__new__(cls)
        vectors._keep(keys, table, name, mapped, lengths)
        vectors._parts = parts
        if checksum is not None:
            vectors._checksum = checksum
        return vectors

    def _keep(
        self, keys: Keys, table: Table, name: str | None, mapped: bool, lengths: Rows | None = None
    ) -> None:
        self.keys, self.table = keys, table
        self.index = Exact(table, lengths)
        self.name = name
        self.mapped = mapped
        self._parts: Parts | None = None

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
        if self._parts is None:
            return self.table.take(self._rows(keys))
        found = np.empty((len(keys), self.vector_size), np.float32)
        strange = [place for place, one in enumerate(keys) if isinstance(one, str) and one not in self.keys]
        known = np.setdiff1d(np.arange(len(keys)), strange)
        found[known] = self.table.take(self._rows([keys[place] for place in known.tolist()]))
        found[strange] = self._parts.unseen_words([cast("str", keys[place]) for place in strange])
        return found

    def __repr__(self) -> str:
        size = f"{len(self):,} × {self.vector_size} {self.table.dtype}"
        index = "" if isinstance(self.index, Exact) else self.index.kind
        parts = [size, self.name or "", "mapped" if self.mapped else "in memory", index]
        return f"Vectors({', '.join(filter(None, parts))})"

    def _repr_html_(self) -> str:
        """The first keys as a table, for notebooks; of a mapped matrix these rows alone are read."""
        rows = self.table.span(0, min(len(self), 5))
        lengths = np.linalg.norm(rows, axis=1).tolist()
        counts = self.keys.counts
        cells = [
            (self.keys[row], lengths[row], None if counts is None else int(counts[row]), _begun(vector))
            for row, vector in enumerate(rows)
        ]
        notes = [f"The first {len(rows)} of {len(self):,}."] if len(rows) < len(self) else []
        return ResultTable(
            repr(self), ("key", "length", "count", "first numbers"), cells, notes=notes
        ).as_html()

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
        if self._parts is not None and isinstance(key, str) and key not in self.keys:
            return -1, self._parts.unseen(key)
        row = self._row(key)
        return row, self.table.span(row, row + 1)[0]

    def subwords(self, word: str) -> list[tuple[str, int]]:
        """What a word's vector is the mean of: each part and its row, as fastText's `print-ngrams` has them.

        The word itself comes first if it is a key, then its n-grams, from left to right, short before long;
        those that lost their row when the model was pruned are left out. `Model.inputs` has the rows. Words
        of a model without parts have one, their own.
        Raises: UnknownKey where a word that is no key has no parts either.
        """
        return parts_of(word, self.keys, self._parts)

    @property
    def composes(self) -> bool:
        """Whether words that are no keys have vectors, by their parts."""
        return self._parts is not None

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
        from omnivec.evaluate.as_gensim import word_pairs

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
        from omnivec.evaluate.as_gensim import word_analogies

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
