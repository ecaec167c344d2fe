"""A model out of a file of another program: words composed of their rows, rows padded as kernels want them.

NumPy alone, so that opening a file loads no compiler.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.composing import composer
from omnivec.store import memory
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.formats.fasttext import FILE
from omnivec.store.formats.fasttext_names import WORDS, bytes_of
from omnivec.store.keys import Keys
from omnivec.store.tables import Builder, DType, table_bytes

_log = logging.getLogger("omnivec")

_PIECE = 1 << 12  # words composed at once
_ROWS = 1 << 14  # copied at once
_WORD = 250  # bytes of a usual word in lists, keys and their tables
_REMEDY = (
    "take the first rows only (limit), or convert it where there is more memory: a model folder is mapped"
)


def opened_model(
    path: Path, contents: Contents, request: Request
) -> tuple[dict[str, Any], Keys, dict[str, NDArray[Any]]]:
    """Config, keys and tables of a model, in memory, from what the reader of its format gives.

    Where keys are the first words alone, so are the rows that are kept; `request.dtype` is of vectors and
    what predicts.

    Raises: NotEnoughMemory before anything is allocated; NotFinite for what float16 cannot hold.
    """
    assert contents.whole is not None
    keys, config, given = contents.keys, dict(contents.whole.config), contents.whole.tables
    assert isinstance(keys, Keys)
    dim, words, first = config["dim"], config["rows"], len(keys)
    cut_off = first < words
    large = {name: given[name] for name in ("inputs", "output", "nodes") if name in given}
    if cut_off:  # a row for each word is left of its first ones
        large = {"output": large["output"][:first]} if "output" in large and not config["head"] else {}
    need = {name: table_bytes(len(rows), dim, _kept(name, request)) for name, rows in large.items()}
    need |= {"vectors": table_bytes(first, dim, request.dtype), "words": words * _WORD}
    memory.require(need, f"{_REMEDY}: {path}")
    done, total = 0, sum(map(len, large.values())) + first

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        if request.told is not None:
            request.told(done / total)

    tables = {} if cut_off else {name: table for name, table in given.items() if name not in large}
    for name, rows in large.items():
        tables |= _stored(name, rows, dim, _kept(name, request), told)
    builder = Builder(dim, request.dtype)
    builder.resize(first)
    spelled = bytes_of(given, WORDS) or tuple(keys.tables()[f"keys.{name}"] for name in ("bytes", "offsets"))
    source, odd = composer(config, {**given, **tables}, words), 0
    for start in range(0, first, _PIECE):
        stop = min(start + _PIECE, first)
        ends = spelled[1][start : stop + 1]
        with np.errstate(over="ignore", invalid="ignore"):
            rows = source.words(spelled[0][ends[0] : ends[-1]], ends - ends[0], start)[:, :dim]
        odd += int(np.count_nonzero(~np.isfinite(rows).all(axis=1)))
        builder.put(start, rows)
        told(stop - start)
    if odd:
        _log.warning("%s: %s words have vectors with values that are NaN or infinite", path, f"{odd:,}")
    tables |= builder.table().arrays("vectors")
    if request.dtype != "float32":
        config["rounding"] = builder.rounding._asdict()
    if cut_off:
        config["rows"] = first
        del config[FILE]
    return config, keys, tables


def _kept(name: str, request: Request) -> DType:
    """How the numbers of a table are stored: rows that words are made of stay as they are."""
    return "float32" if name == "inputs" else request.dtype


def _stored(
    name: str, rows: NDArray[np.float32], dim: int, dtype: DType, told: Callable[[int], None]
) -> dict[str, NDArray[Any]]:
    builder = Builder(dim, dtype)
    builder.resize(len(rows))
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        builder.put(start, part)
        told(len(part))
    return builder.table().arrays(name)
