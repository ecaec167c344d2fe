"""An index in the folder of the model whose vectors it was built of.

Beside `index.voyager` or `index.faiss`, in the library's own format, `index.json` says of what kind it is,
with which parameters it was built, of which vectors, by their SHA-256, and what its own bytes are. An index
of other vectors is refused, and so is a damaged one before the library, which trusts what it reads, sees it.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import numpy as np

from omnivec.errors import FormatError, OptionError, OutputError
from omnivec.index.approximate import KINDS, Approximate, parameters_of
from omnivec.index.candidates import spans
from omnivec.index.exact import Exact
from omnivec.store import memory, replace
from omnivec.store.folder import is_model, opened_folder
from omnivec.store.tables import Table, padded_width

FORMAT, VERSION = "omnivec index", 1
NAME = "index.json"

_FLOATS_AT_ONCE = 1 << 22
_LIMIT = 1 << 20  # bytes of index.json
_FIELDS = {"kind": str, "parameters": dict, "vectors": str, "bytes": int, "sha256": str}


def checksum(table: Table) -> str:
    """SHA-256 of a table as a model folder stores it, in hexadecimal digits; scales change no cosine."""
    digest = sha256()
    plain = table.dtype != "float32" or table.stored.shape[1] == padded_width(table.dim)
    for first, last in spans(len(table), max(_FLOATS_AT_ONCE // table.dim, 1)):
        rows = table.stored[first:last]
        if not plain:
            rows = np.zeros((last - first, padded_width(table.dim)), np.float32)
            rows[:, : table.dim] = table.span(first, last)
        digest.update(np.ascontiguousarray(rows, rows.dtype.newbyteorder("<")).data)
    return digest.hexdigest()


def write(index: Approximate, folder: str | os.PathLike[str], vectors: str) -> None:
    """Save an index of the vectors with that checksum in their model folder, in place of another index.

    Raises: OutputError where that is no model folder, or cannot be written; OptionError where the model's
    vectors are others.
    """
    path = Path(folder)
    if not is_model(path):
        raise OutputError(f"{path} is not an omnivec model folder; save the vectors there first")
    with opened_folder(path) as model:
        if model.config.get("checksums", {}).get("vectors", vectors) != vectors:
            raise OptionError(f"{path} holds other vectors than the index; save it beside its own")
    with suppress(FileNotFoundError):
        (path / NAME).unlink()  # first, so that it never speaks of another file
    kind = index.parameters
    with replace.replacing(path / kind.file, overwrite=True) as file:
        index.finder.save(file)
    with (path / kind.file).open("rb") as file:
        digest, size = file_digest(file, "sha256").hexdigest(), file.tell()
    note = {"format": FORMAT, "version": VERSION, "kind": kind.kind, "parameters": kind.as_dict()}
    note |= {"vectors": vectors, "bytes": size, "sha256": digest}
    with replace.replacing(path / NAME, overwrite=True) as file:
        file.write(json.dumps(note, indent=2).encode() + b"\n")
    for other in KINDS.values():
        if other.file != kind.file:
            with suppress(FileNotFoundError):
                (path / other.file).unlink()


def read(exact: Exact, folder: str | os.PathLike[str], vectors: str, given: dict[str, Any]) -> Approximate:
    """The index that `write` saved, of the vectors with that checksum, mapped where the library can.

    Args: `given` parameters of questions, in place of the saved ones.
    Raises: FormatError where there is none, it is damaged, or of other vectors; OptionError for a parameter
    that only building could change; MissingExtra; NotEnoughMemory.
    """
    path = Path(folder)
    note = _note(path / NAME)
    if note["vectors"] != vectors:
        raise FormatError(f"{path / NAME}: an index of other vectors than these; build it again")
    saved = parameters_of(note["kind"], note["parameters"])
    fixed = [name for name in given if name not in saved.questions and name in note["parameters"]]
    if fixed:
        raise OptionError(
            f"{fixed[0]} belongs to building; the saved index has {note['parameters'][fixed[0]]}"
        )
    parameters = parameters_of(note["kind"], {**note["parameters"], **given})
    file = path / saved.file
    _verify(file, note)
    if not parameters.maps:
        need = parameters.need(len(exact), exact.dim)
        memory.require({f"{file}": need}, "search exactly, or save an index of kind 'faiss', which is mapped")
    index = Approximate(exact, parameters, parameters.load(file, len(exact), exact.dim))
    if _note(path / NAME) != note:
        raise FormatError(f"{path}: the model was replaced meanwhile; load it again")
    return index


def noted(folder: str | os.PathLike[str]) -> dict[str, Any] | None:
    """What is noted of the index that a model folder has: kind, parameters, bytes; None where it has none.

    Raises: FormatError for a damaged or newer note.
    """
    path = Path(folder) / NAME
    return _note(path) if path.exists() else None


def verify(folder: str | os.PathLike[str]) -> None:
    """Compare the index that a model folder has, if any, with its checksum. Raises: FormatError."""
    if (note := noted(folder)) is not None:
        _verify(Path(folder) / KINDS[note["kind"]].file, note)


def _note(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()[:_LIMIT]
    except FileNotFoundError:
        raise FormatError(f"{path.parent}: no index is saved there; build one, then save_index") from None
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}") from None
    try:
        note = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: damaged, not JSON: {error}") from None
    if not isinstance(note, dict) or note.get("format") != FORMAT:
        raise FormatError(f'{path}: "format": "{FORMAT}" was expected')
    if note.get("version") != VERSION or note.get("kind") not in KINDS:
        what = f"version {note.get('version')!r}, kind {note.get('kind')!r}"
        raise FormatError(f"{path}: {what}: this program reads version {VERSION} of {', '.join(KINDS)}")
    for name, kind in _FIELDS.items():
        if not isinstance(note.get(name), kind):
            raise FormatError(f"{path}: damaged: {name!r} is {note.get(name)!r}")
    return note


def _verify(path: Path, note: dict[str, Any]) -> None:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != note["bytes"]:
                raise FormatError(
                    f"{path}: {note['bytes']:,} bytes were expected, got {size:,}; build it again"
                )
            if file_digest(file, "sha256").hexdigest() != note["sha256"]:
                raise FormatError(f"{path}: the checksum differs; damaged, build it again")
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}") from None
