"""A model out of a file of another program: words composed of their rows, rows padded as kernels want them.

NumPy alone, so that opening a file loads no compiler.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from omnivec.data.composing import composer, spelled
from omnivec.store import memory
from omnivec.store.builder import Builder
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.formats.fasttext import FILE
from omnivec.store.keys import Keys
from omnivec.store.tables import DType, Table, table_bytes

_log = logging.getLogger("omnivec")

_ROWS = 1 << 14  # copied at once
_WORD = 250  # bytes of a usual word in lists, keys and their tables
_REMEDY = (
    "take the first rows only (limit), or convert it where there is more memory: a model folder is mapped"
)


def opened_model(
    path: Path, contents: Contents, request: Request, *, mapped: bool
) -> tuple[dict[str, Any], Keys, dict[str, NDArray[Any]]]:
    """Config, keys and tables of a model, from what the reader of its format gives.

    Where keys are the first words alone, so are the rows that are kept; `request.dtype` is of vectors and
    what predicts. `mapped` rows stay where they lie in the file, unless those two ask for others; so do
    codes, mapped or not. Then words are composed when they are asked for, and not here.

    Raises: NotEnoughMemory before anything is allocated; NotFinite for what float16 cannot hold.
    """
    assert contents.whole is not None
    keys, config, given = contents.keys, dict(contents.whole.config), contents.whole.tables
    assert isinstance(keys, Keys)
    dim, words, first = config["dim"], config["rows"], len(keys)
    cut_off = first < words
    names = [name for name in ("inputs", "output", "nodes") if name in given]
    matrices = {name: Table.named(name, given, dim) for name in names}
    lazy = not cut_off and request.dtype == "float32" and (mapped or matrices["inputs"].dtype == "pq")
    if cut_off:  # a row for each word is left of its first ones
        by_word = "output" in matrices and not config["head"]
        matrices = {"output": matrices["output"].part(slice(first))} if by_word else {}
    stays = {name for name, table in matrices.items() if table.dtype == "pq" or (lazy and mapped)}
    large = {name: table for name, table in matrices.items() if name not in stays}
    need = {name: table_bytes(len(table), dim, _kept(name, request)) for name, table in large.items()}
    need |= {"vectors": 0 if lazy else table_bytes(first, dim, request.dtype), "words": words * _WORD}
    memory.require(need, f"{_REMEDY}: {path}")
    done, total = 0, sum(map(len, large.values())) + (0 if lazy else first)

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        if request.told is not None:
            request.told(done / max(total, 1))

    tables = {} if cut_off else {name: table for name, table in given.items() if name not in large}
    for name, table in matrices.items():
        kept = name in stays
        tables |= table.arrays(name) if kept else _stored(name, table, dim, _kept(name, request), told)
    if lazy:
        if request.told is not None:
            request.told(1.0)
        return config, keys, tables
    source = composer(config, {**given, **tables}, words)
    builder, odd = source.all_words(spelled(given, keys), request.dtype, told)
    if odd:
        _log.warning("%s: %s words have vectors with values that are NaN or infinite", path, f"{odd:,}")
    tables |= builder.table().arrays("vectors")
    if request.dtype != "float32":
        config["rounding"] = builder.rounding._asdict()
    if cut_off:
        config["rows"] = first
        config.pop(FILE, None)
    return config, keys, tables


def _kept(name: str, request: Request) -> DType:
    """How the numbers of a table are stored: rows that words are made of stay as they are."""
    return "float32" if name == "inputs" else request.dtype


def _stored(
    name: str, table: Table, dim: int, dtype: DType, told: Callable[[int], None]
) -> dict[str, NDArray[Any]]:
    builder = Builder(dim, dtype)
    builder.resize(len(table))
    for start in range(0, len(table), _ROWS):
        part = table.span(start, min(start + _ROWS, len(table)))
        builder.put(start, part)
        told(len(part))
    return builder.table().arrays(name)
