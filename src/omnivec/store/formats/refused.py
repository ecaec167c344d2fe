"""Files that are recognised and not read, and what to do with them: a row each of the table of formats."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from omnivec.store.formats import fasttext_family, gensim_native
from omnivec.store.formats.pickles import glimpse
from omnivec.store.formats.sample import Sample

_ZIP, _HDF5, _SQLITE = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"SQLite format 3\0"
_FLORET = re.compile(rb"\d{1,19} \d{1,9} \d{1,9} \d{1,9} [1-4] \d{1,10} \S{1,64} \S{1,64}\r?\n")
_FAISS = re.compile(rb"I(?:x|H|w|M|v|B|2|R|N)[A-Za-z0-9]{2}")
_HNSWLIB = struct.Struct("<6QiI3QdQ")
_ANY_DIM = 1 << 20


def any_pickle(sample: Sample) -> bool:
    """Whether a file is a pickle of protocol 2 to 5."""
    return glimpse(sample.head) is not None


def torch(sample: Sample) -> bool:
    """Whether a file is PyTorch's: a zip that begins with a pickle, or a pickle with its magic number."""
    old = b"\x8a\x0a" + 0x1950A86A20F9469CFC6C.to_bytes(10, "little")
    return (sample.head.startswith(_ZIP) and b"data.pkl" in sample.head[30:300]) or sample.head[2:14] == old


def any_zip(sample: Sample) -> bool:
    """Whether a file is a zip archive."""
    return sample.head.startswith(_ZIP)


def any_hdf5(sample: Sample) -> bool:
    """Whether a file is HDF5."""
    return sample.head.startswith(_HDF5)


def sqlite(sample: Sample) -> bool:
    """Whether a file is a database of SQLite."""
    return sample.head.startswith(_SQLITE)


def safetensors(sample: Sample) -> bool:
    """Whether a file has the safetensors layout."""
    length = int.from_bytes(sample.head[:8], "little")
    return sample.head[8:9] == b"{" and sample.size is not None and 2 <= length <= sample.size - 8


def cells(sample: Sample) -> bool:
    """Whether a file holds co-occurrence counts of omnivec, whole or cut."""
    return sample.head[8:64].startswith(b'{"__metadata__":{"format":"omnivec cells"')


def floret(sample: Sample) -> bool:
    """Whether a file is floret's table: its first line has six numbers and the marks of a word's two ends."""
    return _FLORET.match(sample.head) is not None


def faiss(sample: Sample) -> bool:
    """Whether a file is an index of faiss: four letters, then a dim that is no text."""
    if len(sample.head) < 8 or _FAISS.match(sample.head) is None:
        return False
    return 0 < int.from_bytes(sample.head[4:8], "little") < _ANY_DIM


def hnswlib(sample: Sample) -> bool:
    """Whether a file is an index of hnswlib: the numbers of its header fit each other."""
    if len(sample.head) < _HNSWLIB.size:
        return False
    level, most, rows, size, label, data, _, _, _, links0, links, _, _ = _HNSWLIB.unpack_from(sample.head)
    return bool(level == 0 and rows <= most and data < label == size - 8 and links0 == 2 * links > 0)


def voyager(sample: Sample) -> bool:
    """Whether a file is an index of voyager."""
    return sample.head.startswith(b"VOYA")


def spacy(sample: Sample) -> bool:
    """Whether a folder holds vectors of spaCy, or a pipeline with them."""
    return {"vectors", "key2row"} <= sample.names or {"meta.json", "vocab"} <= sample.names


def transformer(sample: Sample) -> bool:
    """Whether a folder holds a neural model for text."""
    return bool({"tokenizer.json", "modules.json", "tokenizer_config.json"} & sample.names)


def tensorflow(sample: Sample) -> bool:
    """Whether a folder holds a model or a checkpoint of TensorFlow."""
    return bool({"saved_model.pb", "checkpoint"} & sample.names)


class Refused(NamedTuple):
    """A format that is recognised and not read: how it is told of, and what to do with it."""

    name: str
    title: str
    sniff: Callable[[Sample], bool]
    instead: str | Callable[[Path], str]


_EXPORT = "write the vectors by numpy.save as NAME.npy, and their words, one a line, as NAME.txt beside it"
_NO_WORDS = "it holds no words; open it by"
REFUSED = (
    Refused(
        "fasttext-family", "the binary file of a descendant of fastText", fasttext_family.sniff_others,
        fasttext_family.explained,
    ),
    Refused(
        "gensim-pickle", "a pickle of gensim", gensim_native.sniff,
        'opening it runs code that lies in it; if you trust its author, name the format: format="gensim", or '
        "--from gensim",
    ),
    Refused(
        "torch", "a file of PyTorch", torch,
        f"it is a pickle, which could run code. If you trust it, open it by torch.load and {_EXPORT}",
    ),
    Refused(
        "pickle", "a pickle of something else than the book's vectors", any_pickle,
        f"opening it could run code. If you trust it, open it by pickle.load and {_EXPORT}",
    ),
    Refused(
        "hdf5", "an HDF5 file without embeddings of PyTorch-BigGraph", any_hdf5,
        f"open it by h5py and {_EXPORT}",
    ),
    Refused(
        "magnitude", "a database of SQLite, as magnitude uses it", sqlite,
        f"open it by pymagnitude and {_EXPORT}",
    ),
    Refused(
        "cells", "a file of co-occurrence counts", cells,
        "vectors are learned from it: omnivec train glove or ppmi-svd",
    ),
    Refused(
        "safetensors", "a safetensors file alone", safetensors,
        "it has no words: open a folder that holds it as model.safetensors beside its tokenizer.json, or "
        f"open it by safetensors and {_EXPORT}",
    ),
    Refused(
        "floret", "floret's table of hashes", floret,
        "no words are in it; write vectors of the words you need as .vec by floret",
    ),
    Refused("faiss", "an index of faiss", faiss, f"{_NO_WORDS} faiss and {_EXPORT}"),
    Refused("hnswlib", "an index of hnswlib", hnswlib, f"{_NO_WORDS} hnswlib and {_EXPORT}"),
    Refused("voyager", "an index of voyager", voyager, f"{_NO_WORDS} voyager and {_EXPORT}"),
    Refused("zip", "a zip archive", any_zip, "unpack it first"),
    Refused(
        "spacy", "a folder of spaCy", spacy,
        f"open it by spacy.load, take nlp.vocab.vectors and nlp.vocab.strings, and {_EXPORT}",
    ),
    Refused(
        "transformer", "a folder with a neural model for text", transformer,
        f"its vectors depend on the text around a word; compute those you need by it and {_EXPORT}",
    ),
    Refused("tensorflow", "a folder of TensorFlow", tensorflow, f"open it by tensorflow and {_EXPORT}"),
)  # fmt: skip
"""In this order; what is more particular stands before what is more general."""
