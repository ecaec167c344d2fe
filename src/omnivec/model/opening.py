"""`load`: a model folder, or a file of vectors of any format, as a `Model`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import NO_PATH, FormatError, OptionError
from omnivec.model.checks import check_shapes, known_config
from omnivec.model.model import Model
from omnivec.store import formats, preload
from omnivec.store.builder import stored_as
from omnivec.store.folder import CONFIG, TABLES, Folder, is_model, opened_folder
from omnivec.store.keys import Keys
from omnivec.store.tables import DType, checked_dtype


def load(
    path: str | os.PathLike[str],
    limit: int | None = None,
    dtype: str | None = None,
    *,
    mapped: bool = True,
    format: str | None = None,
    vocabulary: str | os.PathLike[str] | None = None,
    encoding: str = "utf-8",
    errors: str = "replace",
    progress: Callable[[float], None] | None = None,
) -> Model:
    """Open a model folder, mapped and read-only, or a file of vectors, recognised by its content.

    limit: the first so many rows; dtype: "float32", "float16" or "int8", how numbers are kept; with a limit,
    another type than is stored, or without `mapped`, a folder is read into memory, and so are the rows of a
    fastText file, which is mapped, too: its words are composed when `vectors` are asked for; format: a format
    by its name, where content alone does not tell; vocabulary: the file of words of a format that holds none;
    encoding, errors: of the words of a file; progress: hears the share read, from 0 to 1.

    Raises: FormatError for what is missing, damaged, newer, or nothing we know; NotEnoughMemory, before
    anything is allocated, for what does not fit; MissingExtra where a format needs a package.
    """
    if os.fspath(path) == "":
        raise FormatError(NO_PATH)
    if "\0" in os.fspath(path):
        raise FormatError(f"{os.fspath(path)!r}: cannot be a path, it holds a zero byte")
    if limit is not None and (not _is_whole(limit) or limit < 1):
        raise OptionError(f"limit must be a whole number from 1 on, got {limit!r}")
    wanted = None if dtype is None else checked_dtype(dtype)
    if format is None and is_ours(Path(path)):
        with opened_folder(path) as folder:
            vectors, inputs = (folder.arrays.entries.get(name) for name in ("vectors", "inputs"))
            if vectors is not None and str(vectors.dtype) == wanted:
                wanted = None  # as it is stored
            if vectors is None and inputs is not None and (limit is not None or wanted is not None):
                return _first(_model(folder, preload.mapped(folder), mapped=True), limit, wanted or "float32")
            if mapped and limit is None and wanted is None:
                return _model(folder, preload.mapped(folder), mapped=True)
            config, tables = preload.read(folder, limit, wanted, progress)
            return _model(replace(folder, config=config), tables, mapped=False)
    request = formats.Request(
        limit=limit, dtype=wanted or "float32", encoding=encoding, errors=errors, told=progress,
        vocabulary=None if vocabulary is None else os.fspath(vocabulary),
    )  # fmt: skip
    found = formats.read(path, request, format)
    if found.whole is not None:
        from omnivec.data.opened import opened_model

        parts = opened_model(Path(path), found, request, mapped=mapped)
        return Model(*parts, mapped=mapped and "vectors" not in parts[2])
    keys, table, counts, rounding = found[:4]
    config = {
        "learner": None, "options": {}, "preset": None, "changed": {}, "head": None, "dim": table.dim,
        "rows": len(table), "training": {"source": Path(path).name},
    }  # fmt: skip
    if rounding is not None and table.dtype != "float32":
        config["rounding"] = rounding._asdict()
    return Model(config, Keys.build(keys, counts), table.arrays("vectors"))


def _first(model: Model, limit: int | None, dtype: DType) -> Model:
    """The vectors of the first words of a model that composes them, stored as `dtype`, with its options."""
    rows = min(limit or len(model.keys), len(model.keys))
    composed = model.vectors.table.part(slice(rows))
    table, rounding = (composed, None) if dtype == "float32" else stored_as(composed, dtype)
    counts = None if model.keys.counts is None else model.keys.counts[:rows]
    config = {**model.config, "rows": rows}
    if rounding is not None:
        config["rounding"] = rounding._asdict()
    return Model(config, Keys.build(list(model.keys)[:rows], counts), table.arrays("vectors"))


def _is_whole(value: object) -> bool:
    """Whether something is a whole number, Python's or NumPy's; truth values are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_ours(path: Path) -> bool:
    """Whether a model folder is to be expected: so that what is damaged or missing is told as such."""
    if not path.is_dir():
        return not path.exists()
    return is_model(path) or formats.recognised(path) is None


def _model(folder: Folder, tables: Mapping[str, NDArray[Any]], *, mapped: bool) -> Model:
    try:
        keys = Keys.from_tables(tables)
    except FormatError as error:
        raise FormatError(f"{folder.path / TABLES}: {error}") from None
    config = known_config(folder.path / CONFIG, folder.config)
    rows = {name: table for name, table in tables.items() if not name.startswith("keys.")}
    check_shapes(folder.path, rows, len(keys), config.get("dim"))
    if "vectors" not in rows and not isinstance(config.get("features"), dict):
        raise FormatError(f"{folder.path}: neither vectors nor what words are made of are known; damaged")
    return Model(config, keys, rows, mapped=mapped)
