"""The pickle of "Deep Learning from Scratch 2": words and their vectors as float16.

It holds ``{"word_vecs": (V, d), "word_to_id": {word: row}, "id_to_word": {row: word}}``. Reading executes
nothing: `omnivec.store.formats.pickles` takes the file apart, and the stand-ins below note what NumPy would
have been asked for. Plain `pickle.load` reads what is written. The weights of the book's networks are a
pickle, too: a list of arrays.
"""

from __future__ import annotations

import math
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, NotFinite
from omnivec.store import memory
from omnivec.store.builder import stored_as
from omnivec.store.formats.contents import Contents, Outline, Request, Told
from omnivec.store.formats.matrix import gathered
from omnivec.store.formats.pickles import StandIns, glimpse, load
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import created, opened, whole
from omnivec.store.formats.writing import encoded

_KEYS = ("word_vecs", "word_to_id", "id_to_word")
_ENTRY = 350  # bytes of a word in two dictionaries


def sniff(sample: Sample) -> bool:
    """Whether a pickle begins with a dictionary of the book's keys; nothing is executed."""
    found = glimpse(sample.head)
    return found is not None and found.texts[:1] in [[key] for key in _KEYS]


def read(path: Path, request: Request) -> Contents:
    """Words and vectors; float32 and float64 are taken, too.

    Raises: FormatError naming the byte of what is damaged, or is anything else than words and one array;
    NotEnoughMemory before the table is allocated.
    """
    words, vectors = _loaded(path, request.told)
    quiet = replace(request, told=None)  # it takes a tenth of what the pickle took
    return gathered(path, words, vectors.shape[1], lambda start, stop: vectors[start:stop], quiet)


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim; the whole file is read, since both stand anywhere in it. Raises: as `read` does."""
    return Outline(*_loaded(path)[1].shape)


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write the book's pickle, protocol 4, numbers rounded to float16 (to 1 part in 2,048).

    Raises: NotFinite for a number beyond float16, 65,504; OutputError when a word is no Unicode text, when
    the path exists and `overwrite` is not set, and when the system refuses; what was there is whole.
    """
    words = list(contents.keys)
    encoded(path, words, "a pickle", "")
    rows, dim = len(words), contents.table.dim
    memory.require({"float16": rows * dim * 2, "words": rows * _ENTRY}, f"{path} cannot be written here")
    try:
        vectors = stored_as(contents.table, "float16")[0].stored
    except NotFinite as error:
        raise NotFinite(f"{path}: {error}") from None
    params = {
        "word_vecs": np.ascontiguousarray(vectors),
        "word_to_id": {word: row for row, word in enumerate(words)},
        "id_to_word": dict(enumerate(words)),
    }
    with created(path, overwrite=overwrite) as file:
        pickle.dump(params, file, protocol=4)
    if told is not None:
        told(1)


def weights(path: str | os.PathLike[str]) -> list[NDArray[np.floating]]:
    """The arrays of a file of weights, such as the book's Rnnlm.pkl, in their order; nothing is executed.

    Raises: FormatError naming the byte of what is damaged, or is anything else than a list of arrays.
    """
    path = Path(path)
    with opened(path) as source:
        params = load(path, memoryview(whole(source, "the file", 1, f"{path} does not fit")), STAND_INS)
    if type(params) is not list or any(type(array) is not _Array for array in params):
        raise FormatError(f"{path}: a list of arrays was expected; another pickle")
    return [array.numbers(path, f"array {place}") for place, array in enumerate(params)]


def _loaded(path: Path, told: Told | None = None) -> tuple[list[str], NDArray[np.floating]]:
    """The words by row, and their rows."""
    with opened(path) as source:
        data = memoryview(whole(source, "the file", 1, f"{path} does not fit"))
        params = load(path, data, STAND_INS, told)
    if type(params) is not dict or set(params) != set(_KEYS):
        raise FormatError(f"{path}: a dictionary of {', '.join(_KEYS)} was expected; another pickle")
    vectors, word_to_id, id_to_word = (params[key] for key in _KEYS)
    if type(vectors) is not _Array or type(word_to_id) is not dict or type(id_to_word) is not dict:
        raise FormatError(f"{path}: an array, word_vecs, and two dictionaries were expected; damaged")
    matrix = vectors.matrix(path)
    words = [id_to_word.get(row) for row in range(len(matrix))]
    if not len(word_to_id) == len(id_to_word) == len(matrix):
        sizes = f"{len(word_to_id):,} words, {len(id_to_word):,} ids and {len(matrix):,} vectors"
        raise FormatError(f"{path}: {sizes} do not fit each other; damaged")
    for row, word in enumerate(words):
        if type(word) is not str or word_to_id.get(word) != row:
            raise FormatError(f"{path}: id_to_word and word_to_id disagree about id {row:,}; damaged")
    return [str(word) for word in words], matrix


class _DType:
    """Stands for `numpy.dtype`."""

    def __init__(self, code: object, *_: object) -> None:
        if code not in ("f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"):
            raise ValueError("an array of another type than float16, float32 or float64")
        self.dtype = np.dtype(str(code))

    def build(self, state: object) -> None:
        if type(state) is not tuple or len(state) < 5 or state[1] not in ("<", ">", "|", "="):
            raise ValueError("a type of numbers that is not plain")
        if any(part is not None for part in state[2:5]):  # fields, names, sub-array
            raise ValueError("a type of numbers that is not plain")
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Stands for an array: what it is to be made of."""

    def __init__(self) -> None:
        self._parts: tuple[Any, ...] = ()

    def build(self, state: object) -> None:
        if type(state) is not tuple or len(state) != 5:
            raise ValueError("an array that is not plain")
        _, shape, dtype, fortran, raw = state
        self._parts = raw, dtype, shape, fortran

    @classmethod
    def of_buffer(cls, raw: object, dtype: object, shape: object, order: object) -> _Array:
        array = cls()
        array._parts = raw, dtype, shape, order == "F"
        return array

    def matrix(self, path: Path) -> NDArray[np.floating]:
        """The array. Raises: FormatError unless it is (V, d) floats and has just the bytes for them."""
        matrix = self.numbers(path, "word_vecs", "matrix")
        if matrix.ndim != 2 or matrix.shape[1] < 1:
            raise FormatError(f"{path}: word_vecs has shape {matrix.shape}, not (words, dim); damaged")
        return matrix

    def numbers(self, path: Path, name: str, kind: str = "array") -> NDArray[np.floating]:
        """The array. Raises: FormatError unless it is floats and has just the bytes for its shape."""
        if len(self._parts) != 4:
            raise FormatError(f"{path}: {name} is an array without numbers; damaged")
        raw, dtype, shape, fortran = self._parts
        plain = type(raw) in (bytes, memoryview) and type(dtype) is _DType and dtype.dtype.kind == "f"
        if not plain or type(shape) is not tuple or {type(size) for size in shape} != {int}:
            raise FormatError(f"{path}: {name} is no {kind} of floats; damaged, or another file")
        if min(shape) < 0 or math.prod(shape) * dtype.dtype.itemsize != len(raw):
            size = f"{dtype.dtype.name} of shape {shape}"
            raise FormatError(f"{path}: {name} is {size} in {len(raw):,} bytes; damaged")
        return np.frombuffer(raw, dtype.dtype).reshape(shape, order="F" if fortran else "C")


def _encode(text: object, encoding: object) -> bytes:
    """Stands for `codecs.encode`, by which protocol 2 holds bytes."""
    if type(text) is not str or encoding != "latin1":
        raise ValueError("bytes in an unknown encoding")
    return text.encode("latin-1")


def _scalar(dtype: object, raw: object) -> int:
    """Stands for NumPy's `scalar`: a whole number."""
    if type(dtype) is not _DType or dtype.dtype.kind not in "iu" or type(raw) not in (bytes, memoryview):
        raise ValueError("a number that is not whole")
    return int(np.frombuffer(raw, dtype.dtype, 1)[0])  # type: ignore[call-overload]


def _ndarray(*_: object) -> object:
    """Stands for `numpy.ndarray`, which is named and never called."""
    raise ValueError("an array that is not plain")


STAND_INS: StandIns = {
    "numpy.ndarray": _ndarray,
    "numpy.dtype": _DType,
    "_codecs.encode": _encode,
    **{f"numpy.{core}.multiarray._reconstruct": lambda *_: _Array() for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray.scalar": _scalar for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _Array.of_buffer for core in ("core", "_core")},
}
"""All that such a file may name: NumPy 1 says `core`, NumPy 2 `_core`."""
