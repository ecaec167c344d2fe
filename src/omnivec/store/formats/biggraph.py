"""Checkpoints of PyTorch-BigGraph: the embeddings of one type of entity, over all its partitions.

A folder holds `checkpoint_version.txt`, and for each type and partition `embeddings_TYPE_PART.vV.h5`; names
are in `entity_names_TYPE_PART.json`, there or in the folder that training called `entity_path`. A type may
have one vector that all its entities share, which is added. What lies beside, the state of the optimizer, is
a pickle and never touched.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.extra import extra
from omnivec.store.formats.contents import Contents, Outline, Request
from omnivec.store.formats.rows import Rows
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import opened
from omnivec.store.formats.tokenizer import read_json

_VERSION = "checkpoint_version.txt"
_NAME = re.compile(r"embeddings_(.+)_(\d+)\.v(\d+)\.h5")
_HDF5 = b"\x89HDF\r\n\x1a\n"
_BLOCK = 1 << 22  # numbers read at once
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, OverflowError)
"""What h5py raises at a file that is cut or scrambled."""


def sniff(sample: Sample) -> bool:
    """Whether a folder is a checkpoint, or a file is one of its embeddings: by its name, or an array's."""
    if sample.is_folder:
        return _VERSION in sample.names
    known = _NAME.fullmatch(sample.path.name) is not None or b"embeddings\0" in sample.head
    return known and sample.head.startswith(_HDF5)


def read(path: Path, request: Request) -> Contents:
    """Entities and their embeddings; `path` is a folder with one type, or a file of the type that is meant.

    `request.vocabulary` is the folder of names, where it is another.

    Raises: FormatError naming the file that is missing, damaged or does not fit the others; MissingExtra
    without h5py; NotEnoughMemory before the table is allocated.
    """
    found = _found(path, request)
    total, dim = found.shape()
    limit = total if request.limit is None else min(total, request.limit)
    rows, shared = Rows(path, dim, limit, replace(request, encoding="utf-8")), found.shared(dim)
    step = max(1, _BLOCK // dim)
    for part in range(found.parts):
        if len(rows) == limit:
            break
        names = found.names(part)
        with found.embeddings(part) as (file, embeddings):
            if len(names) != len(embeddings):
                raise FormatError(f"{file}: {len(embeddings):,} rows for {len(names):,} names; damaged")
            most = min(len(names), limit - len(rows))
            for start in range(0, most, step):
                stop = min(start + step, most)
                with _reported(file):
                    values = embeddings[start:stop].astype(np.float32) + shared
                rows.add([name.encode("utf-8", "surrogatepass") for name in names[start:stop]], values)
                if request.told is not None:
                    request.told(len(rows) / limit)
    return rows.finish()


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim over all partitions. Raises: as `read` does."""
    return Outline(*_found(path, request).shape())


@dataclass(frozen=True)
class _Entities:
    """One type of entity in a checkpoint."""

    folder: Path
    kind: str
    version: str
    parts: int
    request: Request

    def shape(self) -> tuple[int, int]:
        """Rows of all partitions, and their dim."""
        total, dims = 0, []
        for part in range(self.parts):
            with self.embeddings(part) as (file, array):
                total += len(array)
                dims.append(int(array.shape[1]))
            if dims[part] != dims[0]:
                raise FormatError(f"{file}: dim {dims[part]}, partition 0 has {dims[0]}; damaged")
        return total, dims[0]

    def names(self, part: int) -> list[str]:
        """Of a partition, by row."""
        name = f"entity_names_{self.kind}_{part}.json"
        folders = [self.folder, *([Path(self.request.vocabulary)] if self.request.vocabulary else [])]
        file = next((folder / name for folder in folders if (folder / name).exists()), None)
        if file is None:
            raise FormatError(
                f"{self.folder}: {name} is missing; give training's entity_path, a folder, as vocabulary"
            )
        names = read_json(file)
        if not isinstance(names, list) or not all(type(name) is str for name in names):
            raise FormatError(f"{file}: a list of names was expected; damaged")
        count = file.with_name(f"entity_count_{self.kind}_{part}.txt")
        if count.exists() and _number(count) != len(names):
            raise FormatError(f"{file}: {len(names):,} names, {count.name} says {_number(count):,}; damaged")
        return names

    @contextlib.contextmanager
    def embeddings(self, part: int) -> Iterator[tuple[Path, Any]]:
        """The file of a partition, and its array, checked and not read."""
        file = self.folder / f"embeddings_{self.kind}_{part}.v{self.version}.h5"
        with _hdf5(file) as content:
            array = _array(file, content, "embeddings")
            if len(array.shape) != 2 or array.shape[1] < 1:
                raise FormatError(
                    f"{file}: embeddings have shape {array.shape}, (entities, dim) was expected"
                )
            yield file, array

    def shared(self, dim: int) -> NDArray[np.float32]:
        """What is added to every entity of the type, (dim,); zeros where there is nothing."""
        file = self.folder / f"model.v{self.version}.h5"
        if not file.exists():
            return np.zeros(dim, np.float32)
        name = f"model/entities/{self.kind}/global_embedding"
        with _hdf5(file) as content, _reported(file):
            if not _is_own(content, name):
                return np.zeros(dim, np.float32)
            array = _array(file, content, name)
            if array.shape != (dim,):
                raise FormatError(f"{file}: {name} has shape {array.shape}, ({dim},) was expected; damaged")
            return np.asarray(array[...], np.float32)


def _found(path: Path, request: Request) -> _Entities:
    """The type that is asked for, its version and how many partitions it has."""
    if path.is_dir():
        folder, version = path, str(_number(path / _VERSION))
        kinds = sorted(
            {name[1] for name in map(_NAME.fullmatch, _names(folder)) if name and name[3] == version}
        )
        if len(kinds) != 1:
            several = f"entities of {len(kinds)} types, {', '.join(kinds)}"
            what = f"{several}; open embeddings_TYPE_0.v{version}.h5 of one"
            nothing = f"no embeddings of version {version}, which {_VERSION} names; a broken checkpoint"
            raise FormatError(f"{path}: {what if kinds else nothing}")
        kind = kinds[0]
    else:
        matched = _NAME.fullmatch(path.name)
        if matched is None:
            raise FormatError(
                f"{path}: its name must be embeddings_TYPE_PART.vVERSION.h5, which tells its names"
            )
        folder, kind, version = path.parent, matched[1], matched[3]
    found = [
        name
        for name in map(_NAME.fullmatch, _names(folder))
        if name and name[1] == kind and name[3] == version
    ]
    parts = sorted(int(name[2]) for name in found)
    if not parts:
        raise FormatError(f"{path}: no such file or folder")
    if parts != list(range(len(parts))):
        missing = min(set(range(len(parts))) - set(parts))
        raise FormatError(
            f"{folder}: embeddings_{kind}_{missing}.v{version}.h5 is missing; a broken checkpoint"
        )
    return _Entities(folder, kind, version, len(parts), request)


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError as error:
        raise FormatError(f"{folder}: {error.strerror or error}") from None


def _number(path: Path) -> int:
    with opened(path) as source:
        text = source.file.read(32).strip()
    if not text.isdigit():
        raise FormatError(f"{path}: line 1: a whole number was expected, got {text[:20]!r}")
    return int(text)


@contextlib.contextmanager
def _hdf5(path: Path) -> Iterator[Any]:
    h5py = extra("h5py", "hdf5")
    with opened(path):
        pass  # a missing file or a pipe is told of as everywhere
    with contextlib.ExitStack() as stack:
        with _reported(path):
            file = stack.enter_context(h5py.File(path, "r"))
        yield file


@contextlib.contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except FormatError:
        raise
    except _DAMAGE as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise FormatError(f"{path}: not a sound HDF5 file ({reason}); truncated or damaged") from None


def _is_own(file: Any, name: str) -> bool:
    """Whether a name leads to something in the file itself: other links may lead to any file."""
    h5py = extra("h5py", "hdf5")
    parts = name.split("/")
    ways = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return all(isinstance(file.get(way, getlink=True), h5py.HardLink) for way in ways)


def _array(path: Path, file: Any, name: str) -> Any:
    """An array of floats whose bytes lie in this very file, as many as its shape says."""
    h5py = extra("h5py", "hdf5")
    with _reported(path):
        array = file[name] if _is_own(file, name) else None
        if not isinstance(array, h5py.Dataset) or array.is_virtual or array.external or array.shape is None:
            raise FormatError(
                f"{path}: has no array {name!r} of its own; not a checkpoint of PyTorch-BigGraph"
            )
        if array.dtype.kind != "f":
            raise FormatError(f"{path}: {name!r} is {array.dtype}, floats were expected; damaged")
        stored, wanted = array.id.get_storage_size(), math.prod(array.shape) * array.dtype.itemsize
        if stored < wanted:
            what = f"{name!r} has {stored:,} bytes, its shape {array.shape} needs {wanted:,}"
            raise FormatError(f"{path}: {what}; damaged, or compressed, which training never does")
        return array
