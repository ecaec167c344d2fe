"""sent2vec's model files: fastText's layout of version 11, with other rows behind the words.

Those hold n-grams of words, by a hash of the words' rows, and a last one that nothing uses. The first word is
`<PLACEHOLDER>`, which stood for what was to be predicted. A word's vector is its row; sent2vec's own
print-word-vectors adds n-grams of letters to it, which no row stands for.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any

from omnivec.errors import FormatError
from omnivec.store.formats import fasttext_family
from omnivec.store.formats.contents import Contents, Outline, Request, Whole
from omnivec.store.formats.fasttext import LOSSES
from omnivec.store.formats.fasttext_entries import Entries
from omnivec.store.formats.fasttext_family import HEADER_LIMIT, SENT2VEC
from omnivec.store.formats.fasttext_layout import HS, NEVER, Header, Reader, read_entries
from omnivec.store.formats.fasttext_names import WORDS, keys_of, raw_tables
from omnivec.store.formats.fasttext_tree import huffman
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import mapped, opened, whole
from omnivec.store.tables import Table, table_bytes

_MODEL, _VERSION = 4, 11
_ANY = 1 << 62  # bytes of a packed file, of which only the beginning is looked at


def sniff(sample: Sample) -> bool:
    """Whether a file is one of the model `sent2vec`, by its header."""
    head = sample.head
    if not head.startswith(fasttext_family.MAGIC) or len(head) < HEADER_LIMIT:
        return False
    version, model = (struct.unpack_from("<i", head, at)[0] for at in (4, 36))
    size = _ANY if sample.size is None else sample.size
    fits = not isinstance(fasttext_family.header(head, 8, SENT2VEC, size), str)
    return version == _VERSION and model == _MODEL and fits


def outline(path: Path, request: Request) -> Outline:
    """Words, dim and options, from the header; rows that are mapped are not loaded.

    Raises: FormatError as `read` does; of a packed file the header alone is looked at.
    """
    with opened(path) as source:
        header = _header(path, source.file.read(HEADER_LIMIT), _ANY if source.size is None else source.size)
        if source.size is not None:
            _parts(Reader(path, mapped(source), header.end), header)
        stays = source.size is not None and request.dtype == "float32"
    words = header["nwords"]
    rows = {"inputs": words + header["bucket"], "nodes" if header["loss"] == HS else "output": words}
    beside = {} if stays else {name: table_bytes(count, header["dim"]) for name, count in rows.items()}
    return Outline(words, header["dim"], True, _config(header, path), beside)


def read(path: Path, request: Request) -> Contents:
    """A whole model: words, rows of words and n-grams, and the outputs, as `fasttext.read` gives them.

    Raises: FormatError naming the byte for what is damaged.
    """
    with opened(path) as source:
        if source.size is None:
            data: mmap.mmap | bytes = whole(
                source, "the unpacked file", 1, f"unpack it, then it is mapped: {path}"
            )
        else:
            data = mapped(source)
    header = _header(path, data[:HEADER_LIMIT], len(data))
    entries, inputs, outputs = _parts(Reader(path, data, header.end), header)
    words = header["nwords"]
    first = words if request.limit is None else min(request.limit, words)
    keys = keys_of(path, entries.words[:first], entries.counts[:first], request)
    tables = raw_tables(entries.words[:first], keys, WORDS)
    tables |= inputs.arrays("inputs")
    if header["loss"] == HS:
        nodes = max(words - 1, 0)
        tables |= {"tree": huffman(entries.counts), **outputs.part(slice(nodes)).arrays("nodes")}
    else:
        tables |= outputs.arrays("output")
    return Contents(keys, inputs.part(slice(first)), keys.counts, None, Whole(_config(header, path), tables))


def _header(path: Path, head: bytes, size: int) -> Header:
    found = fasttext_family.header(head, 8, SENT2VEC, size)
    if isinstance(found, str):
        raise FormatError(f"{path}: {found}; damaged, take another copy")
    numbers = {name: value if name == "sample" else int(value) for name, value in found.items()}
    header = Header(_VERSION, numbers, int(numbers.pop("end")))
    if not header["nwords"] or header["nlabels"] or header["pruned"] != NEVER:
        raise FormatError(
            f"{path}: words alone were expected, and all their rows; damaged, take another copy"
        )
    return header


def _parts(reader: Reader, header: Header) -> tuple[Entries, Table, Table]:
    """The dictionary and both matrices. FormatError unless the file ends with them."""
    entries, words, dim = read_entries(reader, header), header["nwords"], header["dim"]
    inputs = _matrix(reader, words + header["bucket"], dim, "rows", spare=1)
    outputs = _matrix(reader, words, dim, "outputs")
    reader.ended()
    return entries, inputs, outputs


def _matrix(reader: Reader, rows: int, dim: int, what: str, spare: int = 0) -> Table:
    """A matrix as it lies in the file, without the `spare` rows that it may have behind the others."""
    if reader.flag(f"whether {what} are quantised"):
        raise reader.damage(reader.at - 1, f"sent2vec writes no quantised {what}")
    at = reader.at
    found, columns = reader.numbers("<qq", f"the size of the {what}")
    if not rows <= found <= rows + spare or columns != dim:
        got = f"{found:,} × {columns:,}"
        raise reader.damage(at, f"{what} of {rows:,} × {dim} were expected, got {got}")
    return Table(reader.view("<f4", found * dim, what).reshape(found, dim)[:rows])


def _config(header: Header, path: Path) -> dict[str, Any]:
    """What the header says, in the words of our learner."""
    options = {
        "dim": header["dim"], "epochs": header["epoch"], "min_count": header["min_count"],
        "negatives": header["negatives"], "word_ngrams": header["word_ngrams"], "buckets": header["bucket"],
        "sample": header["sample"], "loss": LOSSES[header["loss"]],
    }  # fmt: skip
    features = {
        "kind": "bag", "hash": "sent2vec", "minn": 0, "maxn": 0, "buckets": header["bucket"],
        "word_ngrams": header["word_ngrams"], "shared": True, "line_end": None, "unknown": "left out",
    }  # fmt: skip
    return {
        "learner": "sent2vec", "options": options, "preset": None, "changed": {}, "head": None,
        "dim": header["dim"], "rows": header["nwords"], "training": {"source": path.name},
        "features": features,
    }  # fmt: skip
