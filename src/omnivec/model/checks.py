"""What a model folder must hold: the fields of its config, and a shape for every table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store.formats.fasttext_names import LABELS
from omnivec.store.product import misfit
from omnivec.store.safetensors_header import Entry
from omnivec.store.tables import KINDS, LENGTHS, SCALES, padded_width

MATRICES = ("vectors", "output", "nodes", "inputs")
"""Tables of rows of numbers, or of codes."""

_FIELDS: dict[str, tuple[Any, str]] = {
    "learner": (str | None, "text or null"),
    "options": (dict, "an object"),
    "training": (dict, "an object"),
}


def known_config(path: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    """The config with every field that a model reads; FormatError for one of another kind."""
    known = {"learner": None, "options": {}, "training": {}, **config}
    for name, (kind, words) in _FIELDS.items():
        if not isinstance(known[name], kind):
            raise FormatError(f'{path}: damaged: "{name}" is {known[name]!r}, {words} was expected')
    return known


def check_shapes(path: Path, tables: Mapping[str, NDArray[Any] | Entry], rows: int, dim: object) -> None:
    """FormatError naming the first table that is missing or not as a model of `rows` keys needs it."""
    vectors = tables.get("vectors")
    composed = vectors is None and "inputs" in tables  # words are the means of those rows
    if type(dim) is not int or dim < 1 or not composed and (vectors is None or not _wide(vectors, dim)):
        found = "none" if vectors is None else f"{vectors.dtype} of shape {vectors.shape}"
        raise FormatError(f"{path}: expected {rows:,} float32 rows of dim {dim!r} as vectors, got {found}")
    for name in MATRICES:
        if name in tables and str(tables[name].dtype) == "uint8" and (wrong := misfit(name, tables, dim)):
            raise FormatError(f"{path}: {wrong}; damaged")
    targets = rows
    if (labels := tables.get(f"{LABELS}offsets")) is not None:  # a classifier predicts those
        targets = max(math.prod(labels.shape) - 1, 0)
    inner = max(targets - 1, 0)
    inputs = tables["inputs"].shape[0] if "inputs" in tables and tables["inputs"].shape else rows
    lengths = {"vectors": rows, "output": targets, "nodes": inner, "inputs": max(inputs, rows)}
    wanted: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
        **{name: ((lengths[name], _width(name, tables, dim)), tuple(KINDS)) for name in MATRICES},
        "tree": ((inner, 2), ("int32",)), "frozen": ((inputs,), ("uint8",)),
        "pruned": ((max(inputs - rows, 0), 2), ("int32",)), "vectors" + LENGTHS: ((rows,), ("float32",)),
    }  # fmt: skip
    for name, table in tables.items():
        if str(table.dtype) == "int8" and name in wanted:
            wanted[name + SCALES] = (table.shape[:1], ("float32",))
    for name, (shape, dtypes) in wanted.items():
        if name not in tables:
            if name.endswith(SCALES):
                raise FormatError(f"{path}: the scales of the int8 table {name!r} are missing; damaged")
        elif tables[name].shape != shape or str(tables[name].dtype) not in dtypes:
            found = f"{tables[name].dtype} of shape {tables[name].shape}"
            raise FormatError(
                f"{path}: expected {' or '.join(dtypes)} of shape {shape} as {name}, got {found}; damaged"
            )
    if ("nodes" in tables) != ("tree" in tables):
        raise FormatError(f"{path}: nodes and tree belong together, and one of them is missing; damaged")


def _wide(table: NDArray[Any] | Entry, dim: int) -> bool:
    """Whether rows of `dim` numbers may lie in a table."""
    return len(table.shape) == 2 and (str(table.dtype) == "uint8" or dim <= table.shape[1])


def _width(name: str, tables: Mapping[str, NDArray[Any] | Entry], dim: int) -> int:
    """Columns of a table, which may be stored as another type than `vectors` is."""
    table, vectors = tables.get(name), tables.get("vectors")
    if table is not None and str(table.dtype) == "uint8" and len(table.shape) == 2:
        return table.shape[1]
    if vectors is not None and (table is None or table.dtype == vectors.dtype):
        return vectors.shape[1]
    return padded_width(dim) if table is not None and table.dtype == np.float32 else dim
