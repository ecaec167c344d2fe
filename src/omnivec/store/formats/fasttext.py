"""fastText's model files: `.bin` of versions 11 and 12, those of before the magic number, and `.ftz`.

A file holds a row for each word and for each n-gram's hash, and what predicts: words, labels, or the nodes of
a tree. A word's vector is the mean of its rows, which whoever opens the file composes.
"""

from __future__ import annotations

import logging
import mmap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.formats import fasttext_family
from omnivec.store.formats.contents import Contents, Outline, Request, Whole
from omnivec.store.formats.fasttext_entries import Entries
from omnivec.store.formats.fasttext_layout import (
    HS,
    SUPERVISED,
    Header,
    Reader,
    read_entries,
    read_header,
    read_pruned,
)
from omnivec.store.formats.fasttext_names import LABELS, OTHERS, WORDS, keys_of, label_tables, raw_tables
from omnivec.store.formats.fasttext_quantised import read_quantised
from omnivec.store.formats.fasttext_tree import NO_NODE, huffman
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import mapped, opened, whole
from omnivec.store.product import NORMS
from omnivec.store.tables import Table, table_bytes

LOSSES = {HS: "hs", 2: "ns", 3: "softmax", 4: "ova"}
MODELS = {1: "cbow", 2: "skipgram", SUPERVISED: "supervised"}
LINE_END, PREFIX = "</s>", "__label__"  # no file holds the prefix; fastText takes this one when it opens it
FILE = "fasttext"
"""Where a model's config keeps the numbers of the file that it was read from."""

_ANY = 1 << 62  # bytes of a packed file, of which only the beginning is looked at

_log = logging.getLogger("omnivec")

sniff = fasttext_family.sniff


def outline(path: Path, request: Request) -> Outline:
    """Words, dim and options, from the header; rows that are mapped are not loaded.

    Raises: FormatError as `read` does; of a packed file the header alone is looked at.
    """
    with opened(path) as source:
        header = _header(path, source.file.read(fasttext_family.HEADER_LIMIT), source.size)
        if source.size is not None:
            _parts(Reader(path, mapped(source), header.end), header)
        stays = source.size is not None and request.dtype == "float32"
    tables = {"inputs": header.rows, "nodes" if header["loss"] == HS else "output": header.outputs}
    beside = {} if stays else {name: table_bytes(rows, header["dim"]) for name, rows in tables.items()}
    return Outline(header["nwords"], header["dim"], True, _config(header, path), beside)


def read(path: Path, request: Request) -> Contents:
    """A whole model: words, their own rows, and beside them options and tables.

    Of the tables, `inputs` and `output` or `nodes` are rows as they lie in the file, (rows, dim) float32 at
    any byte, not padded, and mapped, or in memory where the file is packed; of a quantised file they are
    codes and what those stand for. With a limit, keys are the first words alone, while `config` counts all.

    Raises: FormatError naming the byte for what is damaged; NotEnoughMemory before a row is decoded.
    """
    with opened(path) as source:
        if source.size is None:
            data: mmap.mmap | bytes = whole(
                source, "the unpacked file", 1, f"unpack it, then it is mapped: {path}"
            )
            if fasttext_family.sniff_others(
                Sample(path, data[: fasttext_family.HEADER_LIMIT], size=len(data))
            ):
                raise FormatError(f"{path}: {fasttext_family.explained_as(data)}")
            header = _header(path, data[: fasttext_family.HEADER_LIMIT], len(data))
        else:
            header = _header(path, source.file.read(fasttext_family.HEADER_LIMIT), source.size)
            data = mapped(source)
    return _model(Reader(path, data, header.end), header, request)


def _header(path: Path, head: bytes, size: int | None) -> Header:
    header = read_header(path, head, _ANY if size is None else size)
    if not header["nwords"]:
        raise FormatError(f"{path}: it holds no words")
    return header


class _Parts(NamedTuple):
    """What follows the header."""

    entries: Entries
    pruned: NDArray[np.int32] | None
    inputs: Table
    outputs: Table
    small_output: bool


def _parts(reader: Reader, header: Header) -> _Parts:
    """All of a file behind its header, as it lies there. FormatError unless it ends with the outputs."""
    entries, pruned = read_entries(reader, header), read_pruned(reader, header)
    small = _marked(reader, header, "the rows")
    if pruned is not None and not small:
        raise reader.damage(reader.at - 1, "rows that were pruned must be quantised")
    inputs = _matrix(reader, small, header.rows, header["dim"], "rows")
    small_output = _marked(reader, header, "the outputs")
    outputs = _matrix(reader, small and small_output, header.outputs, header["dim"], "outputs")
    reader.ended()
    return _Parts(entries, pruned, inputs, outputs, small_output)


def _model(reader: Reader, header: Header, request: Request) -> Contents:
    path, words = reader.path, header["nwords"]
    is_classifier = header["model"] == SUPERVISED
    entries, pruned, inputs, outputs, small_output = _parts(reader, header)
    first = words if request.limit is None else min(request.limit, words)
    keys = keys_of(path, entries.words[:first], entries.counts[:first], request)
    tables = raw_tables(entries.words[:first], keys, WORDS)
    if header["nlabels"] and first == words:
        prefix, labels = LABELS if is_classifier else OTHERS, entries.words[words:]
        names = keys_of(path, labels, entries.counts[words:], request)
        tables |= label_tables(names, prefix) | raw_tables(labels, names, prefix)
    if mixed := np.count_nonzero(entries.types != (np.arange(len(entries.types)) >= words)):
        what = f"{mixed:,} entries are of another type than their place says"
        _log.warning("%s: %s; their place was believed", path, what)
    tables |= {} if pruned is None else {"pruned": pruned}
    tables |= inputs.arrays("inputs")
    numbers = _numbers(header, small_output)
    if header["loss"] == HS:
        counts = entries.counts[words:] if is_classifier else entries.counts[:words]
        nodes = max(len(counts) - 1, 0)
        tables |= {"tree": _tree(reader, counts), **outputs.part(slice(nodes)).arrays("nodes")}
        if outputs.coder is not None:  # the codes of a row that no node has
            unused = outputs.part(slice(nodes, None)).arrays("")
            numbers["unused"] = [unused[name].tolist() for name in ("", NORMS) if name in unused]
    else:
        tables |= outputs.arrays("output")
    whole = Whole(_config(header, path) | {FILE: numbers}, tables)
    return Contents(keys, inputs.part(slice(first)), keys.counts, None, whole)


def _marked(reader: Reader, header: Header, what: str) -> bool:
    return header.version > 0 and reader.flag(f"whether {what} are quantised")


def _matrix(reader: Reader, small: bool, rows: int, dim: int, what: str) -> Table:
    """A matrix as it lies in the file, of numbers or of codes."""
    if small:
        return read_quantised(reader, rows, dim, what)
    reader.shape(rows, dim, what)
    return Table(reader.view("<f4", rows * dim, what).reshape(rows, dim))


def _tree(reader: Reader, counts: NDArray[np.int64]) -> NDArray[np.int32]:
    if len(counts) and counts.max() >= NO_NODE:
        raise FormatError(f"{reader.path}: a count of {counts.max():,}, too many for a tree; damaged")
    return huffman(counts)


def _numbers(header: Header, small_output: bool) -> dict[str, Any]:
    """All that the header says, for writing it again."""
    return {"version": header.version, "small_output": small_output, **header.numbers}


def _config(header: Header, path: Path) -> dict[str, Any]:
    """What the header says, in the words of our learners."""
    loss, is_classifier = LOSSES[header["loss"]], header["model"] == SUPERVISED
    grams = header["maxn"] > 0 or header["word_ngrams"] > 1
    sizes = {"minn": header["minn"], "maxn": header["maxn"]} | (
        {"buckets": header["bucket"]} if grams else {}
    )
    options = {
        "dim": header["dim"], "epochs": header["epoch"], "min_count": header["min_count"],
        "negatives": header["negatives"], "loss": loss, **sizes,
    }  # fmt: skip
    if is_classifier:
        options |= {"word_ngrams": header["word_ngrams"], "hash": "fasttext", "line_end": LINE_END}
    else:
        options |= {"model": MODELS[header["model"]], "window": header["window"], "sample": header["sample"]}
        options |= {"lr": None, "line_end": LINE_END}
    features: dict[str, Any] = {"kind": "bag" if is_classifier else "subwords", "hash": "fasttext", **sizes}
    features["buckets"] = header["bucket"]
    if is_classifier:
        features |= {"word_ngrams": header["word_ngrams"], "shared": True, "line_end": LINE_END}
    return {
        "learner": "classifier" if is_classifier else "fasttext", "options": options, "preset": None,
        "changed": {}, "head": {"kind": "labels", "loss": loss, "prefix": PREFIX} if is_classifier else None,
        "dim": header["dim"], "rows": header["nwords"], "training": {"source": path.name},
        "features": features,
    }  # fmt: skip
