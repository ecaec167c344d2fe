"""Writing fastText's `.bin`, so that the official package opens it and says the same.

It composes vectors itself, from raw rows by its own hash, and builds its tree from the counts.
"""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OutputError
from omnivec.store.formats.contents import Contents, Told, Whole
from omnivec.store.formats.fasttext import FILE, LINE_END, LOSSES, MODELS
from omnivec.store.formats.fasttext_family import MAGIC
from omnivec.store.formats.fasttext_layout import NEVER
from omnivec.store.formats.fasttext_names import LABELS, OTHERS, WORDS, bytes_of, labels_of
from omnivec.store.formats.fasttext_quantised import MOST_CODES, with_unused, write_quantised
from omnivec.store.formats.fasttext_tree import NO_NODE, rows_of_nodes
from omnivec.store.formats.source import created
from omnivec.store.formats.writing import encoded, spans
from omnivec.store.keys import Keys
from omnivec.store.tables import Table

_log = logging.getLogger("omnivec")

_INSTEAD = "write its vectors as .vec"
_ARGUMENTS = (
    "dim window epoch min_count negatives word_ngrams loss model bucket minn maxn rate_update".split()
)
_DEFAULTS = {"minn": 0, "maxn": 0, "buckets": 0, "word_ngrams": 1}
_MOST = 2**31 - 1
_SEPARATORS = " \t\n\v\f\r\0"
_BLOCK = 1 << 14  # words written at once
_WRITTEN = 12  # the version of files that are new


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write a file of version 12, or of that which the model was read from, as a whole or not at all.

    What was read and not changed becomes the same bytes again.

    Raises: OutputError for a model that such a file cannot hold, saying why; when a word holds white space or
    a zero byte; for a name in .ftz of a model that is not quantised, and in .bin of one that is; when the
    path exists (unless `overwrite`) or the system refuses.
    """
    whole = contents.whole
    if whole is None or not {"vectors", "inputs"} & whole.tables.keys() or not whole.config.get("learner"):
        raise _cannot(path, "these are vectors alone, and it holds the rows that train")
    model = _Model(path, contents, whole)
    outputs, small = model.outputs(), model.inputs.dtype == "pq"
    _check_name(path, small)
    with created(path, overwrite=overwrite) as file:
        file.write(model.header())
        for entries in model.entries:
            _write_entries(file, *entries)
        if "pruned" in whole.tables:
            file.write(np.ascontiguousarray(whole.tables["pruned"], "<i4").data)
        _write_matrix(file, model.inputs, small, told)
        _write_matrix(file, outputs, outputs.dtype == "pq" or model.small_output, None)


def _check_name(path: str | os.PathLike[str], small: bool) -> None:
    """Users of fastText know by its suffix whether a file is quantised."""
    suffix = Path(path).suffix
    if suffix == ".ftz" and not small:
        raise OutputError(
            f"{path}: a .ftz file is quantised, and this model is not; omnivec quantize MODEL {path}"
        )
    if suffix == ".bin" and small:
        raise OutputError(f"{path}: a quantised model is a .ftz file; name it {Path(path).stem}.ftz")


def _cannot(path: str | os.PathLike[str], why: str) -> OutputError:
    return OutputError(f"{path}: cannot be written as a fastText model: {why}; {_INSTEAD}")


class _Model:
    """A model as the parts of a file. Raises: OutputError for what a file cannot hold."""

    def __init__(self, path: str | os.PathLike[str], contents: Contents, whole: Whole) -> None:
        self._path, self._config, self._tables = path, whole.config, whole.tables
        self._file: Mapping[str, Any] = self._config.get(FILE) or {}
        self._version: int = self._file.get("version") or _WRITTEN
        self.small_output = bool(self._file.get("small_output"))
        self._is_classifier = self._config["learner"] == "classifier"
        self._features = self._checked()
        if contents.counts is None:
            raise _cannot(path, "it came without counts")
        self._counts = contents.counts
        self.entries = [(*self._named(contents.keys, WORDS), self._counts, 0)]
        for prefix in (LABELS, OTHERS):
            if f"{prefix}offsets" in self._tables:
                labels = labels_of(self._tables, prefix)
                if labels.counts is None:
                    raise _cannot(path, "its labels came without counts")
                self.entries.append((*self._named(labels, prefix), labels.counts, 1))
        self.inputs = self._matrix("inputs" if "inputs" in self._tables else "vectors")
        if "pruned" in self._tables and self.inputs.dtype != "pq":
            raise _cannot(path, "rows are pruned, which fastText has of quantised models alone")

    def _checked(self) -> dict[str, int]:
        """The sizes of n-grams, of a model whose features are fastText's."""
        features = dict(self._config.get("features") or {})
        if self._config["learner"] not in ("fasttext", "classifier", "word2vec"):
            raise _cannot(self._path, f"it is one of {self._config['learner']}")
        if features and "inputs" not in self._tables:
            raise _cannot(self._path, "the rows of its n-grams are missing")
        kind, hashed = features.pop("kind", "subwords"), features.pop("hash", "fasttext")
        sizes = {name: int(features.pop(name, default)) for name, default in _DEFAULTS.items()}
        line_end, space = features.pop("line_end", LINE_END), features.pop("whitespace", "ascii")
        phrases = sizes["word_ngrams"] > 1  # of words and of letters alone there is one way to number rows
        one_table = features.pop("shared", not sizes["maxn"]) or not phrases
        if (letters := features.pop("jamo", None)) is not None:
            what = f"it cuts Hangul at its letters (jamo {letters}), and fastText at syllables"
            raise _cannot(self._path, what)
        if features.pop("normalize", None) is not None:
            _log.warning("%s: fastText composes no letters: ask it for words in NFC", self._path)
        odd = [name for name, value in features.items() if value]
        if kind not in ("subwords", "bag"):
            raise _cannot(self._path, f"it is made of {kind}, which fastText has not")
        if hashed != "fasttext" and (phrases or kind == "subwords"):
            what = f"its n-grams are hashed by {hashed!r}, and fastText's by a function of its own"
            what += "; train it with hash='fasttext'" if kind == "bag" else ""
            raise _cannot(self._path, what)
        if (line_end, space) != (LINE_END, "ascii"):
            raise _cannot(self._path, f"its texts end in {line_end!r} between {space} white space")
        if not one_table or odd:
            what = ", ".join(odd) or "tables of their own for n-grams of words and of letters"
            raise _cannot(self._path, f"it has {what}, which fastText has not")
        return sizes

    def _named(self, keys: Any, prefix: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Bytes and offsets of words or labels, as their file spelled them where there was one."""
        tables = keys.tables() if isinstance(keys, Keys) else Keys.build(keys).tables()
        spelled = bytes_of(self._tables, prefix)
        if spelled is not None and len(spelled[1]) == len(keys) + 1:
            return spelled
        encoded(self._path, keys, "fastText's dictionary", _SEPARATORS)
        return tables["keys.bytes"], tables["keys.offsets"]

    def _matrix(self, name: str) -> Table:
        """A table. Raises: OutputError for more codes than a file counts."""
        table = Table.named(name, self._tables, self._config["dim"])
        if table.dtype == "pq" and table.stored.size > MOST_CODES:
            many = f"{table.stored.size:,} codes, and a file counts {MOST_CODES:,}; take a larger dsub"
            raise _cannot(self._path, f"{name} has {many}, or a cutoff")
        return table

    def outputs(self) -> Table:
        """The matrix that predicts, its rows in fastText's order."""
        if "nodes" in self._tables:
            return self._nodes()
        if "output" not in self._tables:
            raise _cannot(self._path, "the rows that predict are missing")
        return self._matrix("output")

    def _nodes(self) -> Table:
        """The rows of a tree's nodes as fastText numbers them, and one that is no node's."""
        counts = self.entries[self._is_classifier][2]
        nodes = Table.named("nodes", self._tables, self._config["dim"])
        found = rows_of_nodes(counts, self._tables["tree"])
        if found is None:
            # Of equal weights ours takes the leaf first. So does fastText when a node weighs a little more.
            factor = 1 << len(counts).bit_length()
            counts = counts * factor + 1
            found = rows_of_nodes(counts, self._tables["tree"]) if counts.max() < NO_NODE else None
            if found is None:
                raise _cannot(self._path, "its tree is not the one that fastText builds from the counts")
            self.entries[self._is_classifier] = (
                *self.entries[self._is_classifier][:2],
                counts,
                self._is_classifier,
            )
            what = f"counts in the file are {factor:,} times what they are, and one"
            _log.warning("%s: %s, so that fastText builds the tree of this model from them", self._path, what)
        if nodes.dtype == "pq" and (found[1] > 0).all():
            return with_unused(nodes.part(found[0]), self._file.get("unused"))
        rows = np.zeros((len(counts), nodes.dim), np.float32)
        rows[:-1] = nodes.take(found[0]) * found[1][:, None]
        return Table(rows)

    def header(self) -> bytes:
        """Magic number, version, arguments and sizes."""
        config, options, record = self._config, self._config["options"], self._config["training"]
        kind = "supervised" if self._is_classifier else options.get("model", "skipgram")
        words, rows, is_pruned = len(self._counts), len(self.inputs), "pruned" in self._tables
        found = {
            "dim": config["dim"], "window": options.get("window", 5), "epoch": options.get("epochs", 5),
            "min_count": options.get("min_count", 1), "negatives": options.get("negatives", 5),
            "loss": _code(LOSSES, options.get("loss", "ns")), "model": _code(MODELS, kind),
            "word_ngrams": self._features["word_ngrams"], "minn": self._features["minn"],
            "maxn": self._features["maxn"],
            "bucket": self._features["buckets"] if is_pruned else rows - words,
            "rate_update": 100, "sample": options.get("sample", 1e-4),
            "tokens": record.get("tokens_counted", record.get("tokens", int(self._counts.sum()))),
        }  # fmt: skip
        found = {**found, **{name: self._file[name] for name in found if name in self._file}}
        hashed = found["bucket"] if self._features["maxn"] > 0 or self._features["word_ngrams"] > 1 else 0
        if not is_pruned and hashed != self._features["buckets"] * bool(hashed):
            raise _cannot(self._path, f"it has {hashed:,} rows of n-grams, not {self._features['buckets']:,}")
        numbers = [min(max(int(found[name]), -_MOST), _MOST) for name in _ARGUMENTS]
        labels = len(self.entries[1][2]) if len(self.entries) > 1 else 0
        sizes = [words + labels, words, labels]
        out = struct.pack("<12id3iq", *numbers, found["sample"], *sizes, found["tokens"])
        pruned = len(self._tables["pruned"]) if is_pruned else NEVER
        return MAGIC + struct.pack("<i", self._version) + out + struct.pack("<q", pruned)


def _code(names: Mapping[int, str], name: str) -> int:
    return next(code for code, known in names.items() if known == name)


def _write_entries(
    file: BinaryIO, text: NDArray[np.uint8], offsets: NDArray[np.int64], counts: NDArray[np.int64], kind: int
) -> None:
    layout, ends = struct.Struct("<xqB"), offsets.tolist()
    for start in range(0, len(counts), _BLOCK):
        stop = min(start + _BLOCK, len(counts))
        block, base = text[ends[start] : ends[stop]].tobytes(), ends[start]
        numbers = zip(pairwise(ends[start : stop + 1]), counts[start:stop].tolist(), strict=True)
        file.write(
            b"".join(block[a - base : b - base] + layout.pack(count, kind) for (a, b), count in numbers)
        )


def _write_matrix(file: BinaryIO, matrix: Table, mark: bool, told: Told | None) -> None:
    """The matrix, behind the mark of one that is quantised."""
    file.write(struct.pack("<?", mark))
    if matrix.dtype == "pq":
        write_quantised(file, matrix)
        return
    file.write(struct.pack("<qq", len(matrix), matrix.dim))
    for _, rows in spans(matrix, told):
        file.write(np.ascontiguousarray(rows, "<f4").data)
