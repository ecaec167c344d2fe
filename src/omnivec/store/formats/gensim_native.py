"""What gensim's `save` writes: a pickle, and large arrays beside it.

Such a pickle can run any code when it is opened, so this reader must be named (`format="gensim"`, `--from
gensim`); it opens the file by gensim itself, which also knows the attributes of older releases.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store import memory
from omnivec.store.extra import extra
from omnivec.store.formats.contents import Contents, Outline, Request
from omnivec.store.formats.matrix import gathered
from omnivec.store.formats.pickles import glimpse
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import opened

_PACKED = (".gz", ".bz2")  # by such a name gensim knows that arrays are compressed
_OBJECTS = 6  # bytes in memory for a byte of a pickle of words


def sniff(sample: Sample) -> bool:
    """Whether a pickle asks for a class of gensim first; nothing is executed."""
    found = glimpse(sample.head)
    return found is not None and bool(found.names) and found.names[0].startswith("gensim.")


def read(path: Path, request: Request) -> Contents:
    """Keys, vectors and counts of gensim's `KeyedVectors` and their kin, `Word2Vec`, `FastText`, `Doc2Vec`.

    Runs what the pickle says: only for files whose author is trusted.

    Raises: FormatError when gensim cannot open it or it holds no such vectors; MissingExtra without gensim;
    NotEnoughMemory before it is opened.
    """
    keys, vectors, counts = _loaded(path)
    return gathered(path, keys, vectors.shape[1], lambda start, stop: vectors[start:stop], request, counts)


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim; the file is opened as `read` does, since no cheaper way is known. Raises: as `read`."""
    return Outline(*_loaded(path)[1].shape)


def _loaded(path: Path) -> tuple[list[str], NDArray[np.floating], NDArray[np.int64] | None]:
    gensim = extra("gensim", "gensim")
    load = extra("gensim.utils", "gensim").SaveLoad.load
    extra("gensim.models", "gensim")
    with opened(path) as source:
        size = source.size or path.stat().st_size
    packed = path.name.endswith(_PACKED)
    beside = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}.*.np[yz]")) if packed else 0
    memory.require({"gensim's objects": _OBJECTS * size, "arrays": beside}, f"{path} does not fit")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # gensim 4.4 leaves closing to the collector
            model = load(str(path), mmap=None if packed else "r")
    except Exception as error:  # a pickle may raise anything
        what = f"gensim {gensim.__version__} cannot open it ({type(error).__name__}: {error!s:.200})"
        raise FormatError(
            f"{path}: {what}; damaged, or save it anew with the release that wrote it"
        ) from None
    return _checked(path, getattr(model, "wv", model))


def _checked(path: Path, found: Any) -> tuple[list[str], NDArray[np.floating], NDArray[np.int64] | None]:
    """Keys, vectors and counts, once they fit each other."""
    keys, vectors = getattr(found, "index_to_key", None), getattr(found, "vectors", None)
    if not isinstance(keys, list) or not isinstance(vectors, np.ndarray):
        kind = f"{type(found).__module__}.{type(found).__name__}"
        raise FormatError(f"{path}: holds a {kind}, which has no keys with vectors")
    if vectors.ndim != 2 or vectors.dtype.kind != "f" or len(vectors) != len(keys):
        what = f"{vectors.dtype} of shape {vectors.shape} for {len(keys):,} keys"
        raise FormatError(f"{path}: its vectors are {what}; damaged")
    if odd := {type(key) for key in keys} - {str}:
        raise FormatError(f"{path}: its keys must be text, some are {odd.pop().__name__}")
    counts = getattr(found, "expandos", {}).get("count")
    if not isinstance(counts, np.ndarray) or counts.shape != (len(keys),) or counts.dtype.kind not in "iu":
        return keys, vectors, None
    return keys, vectors, counts.astype(np.int64)
