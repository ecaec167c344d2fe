"""A model folder read into memory, whole or its first rows, as it is or in a smaller type."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store import memory
from omnivec.store.folder import TABLES, Folder
from omnivec.store.keys import Keys
from omnivec.store.safetensors import Entry
from omnivec.store.tables import LENGTHS, SCALES, Builder, DType, Table, table_bytes

_FLOATS = ("vectors", "output", "nodes")  # what a smaller type is for
_CUT = ("vectors", "output", "keys.counts")  # what has a row for each key, and may be cut to the first
_BLOCK = 1 << 23  # bytes read at once: progress is told after each

_Arrays = dict[str, NDArray[Any]]


def read(
    folder: Folder, limit: int | None, dtype: DType | None, told: Callable[[float], None] | None = None
) -> tuple[dict[str, Any], _Arrays]:
    """The config and the arrays of an open folder, in memory.

    `limit` keeps the first so many rows, without what is more than rows and keys; `dtype` says how numbers
    are stored, as they were when None; `told` hears the share done.

    Raises: NotEnoughMemory before anything is allocated; FormatError for a damaged folder; NotFinite for a
    number that float16 cannot hold.
    """
    entries, config = folder.arrays.entries, dict(folder.config)
    rows = math.prod(entries["vectors"].shape[:1]) if "vectors" in entries else 0
    cut = limit is not None and limit < rows
    if cut:
        rows = limit or 0
        entries, config = _first(folder, rows), _cut_config(config, rows)
    dims = {name: entry.shape[-1] for name, entry in entries.items() if name in _FLOATS and entry.shape}
    dims = {name: min(dim, config.get("dim") or dim) for name, dim in dims.items()}
    other = {name for name in dims if dtype is not None and str(entries[name].dtype) != dtype}
    need = {name: entry.nbytes for name, entry in entries.items() if not name.startswith("keys.")}
    need |= {name: table_bytes(entries[name].shape[0], dims[name], dtype or "float32") for name in other}
    need["keys"] = sum(entry.nbytes for name, entry in entries.items() if name.startswith("keys."))
    memory.require(need, memory.remedies(rows, sum(need.values())))

    pieces = _Pieces(folder, sum(entry.nbytes for entry in entries.values()), told)
    arrays: _Arrays = {}
    for name, entry in entries.items():
        if name not in other and name.removesuffix(SCALES) not in other:
            arrays[name] = pieces.whole(entry)
    for name in other:
        table = Builder(dims[name], dtype or "float32")
        table.resize(entries[name].shape[0])
        scales = entries.get(name + SCALES)
        for start, part in pieces.blocks(entries[name]):
            some = None if scales is None else folder.arrays.read(scales.span(start, start + len(part)))
            table.put(start, Table(part, dims[name], some).span(0, len(part)))
        arrays |= table.table().arrays(name)
        arrays.pop(name + LENGTHS, None)  # of what the rows were before they were rounded
        if name == "vectors":
            config["rounding"] = table.rounding._asdict()
    return config, arrays | (_first_keys(arrays) if cut else {})


def _first(folder: Folder, rows: int) -> dict[str, Entry]:
    """Where the first rows lie of what has a row for each key."""
    found = folder.arrays.entries
    names = [name for name in found if name.removesuffix(SCALES).removesuffix(LENGTHS) in _CUT]
    entries = {name: found[name].span(0, rows) for name in names}
    if not {"keys.offsets", "keys.bytes"} <= found.keys() or len(found["keys.offsets"].shape) != 1:
        raise FormatError(f"{folder.path / TABLES}: keys.offsets or keys.bytes is missing; damaged")
    entries["keys.offsets"] = found["keys.offsets"].span(0, rows + 1)
    end = int(folder.arrays.read(found["keys.offsets"].span(rows, rows + 1))[0])
    if not 0 <= end <= found["keys.bytes"].nbytes:
        raise FormatError(f"{folder.path / TABLES}: keys.offsets leads to byte {end:,} of the keys; damaged")
    entries["keys.bytes"] = found["keys.bytes"].span(0, end)
    return entries


def _cut_config(config: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """The config of the first rows: what was cut is not resumed."""
    training = config.get("training")
    kept = training.items() if isinstance(training, dict) else ()
    left = {name: value for name, value in kept if name not in ("fingerprint", "position")}
    return {**config, "rows": rows, "training": left}


def _first_keys(arrays: Mapping[str, NDArray[Any]]) -> _Arrays:
    """The arrays of the keys anew from their bytes: hash table and order are of those there are."""
    text, offsets = arrays["keys.bytes"].tobytes(), arrays["keys.offsets"].tolist()
    pairs = zip(offsets, offsets[1:], strict=False)
    keys = [text[start:end].decode("utf-8", "surrogatepass") for start, end in pairs]
    return Keys.build(keys, arrays.get("keys.counts")).tables()


class _Pieces:
    """Reads arrays a piece at a time and tells how far it is."""

    def __init__(self, folder: Folder, total: int, told: Callable[[float], None] | None) -> None:
        self._arrays, self._total, self._told, self._done = folder.arrays, max(total, 1), told, 0

    def blocks(self, entry: Entry) -> Iterator[tuple[int, NDArray[Any]]]:
        """The rows of an array, a block at a time, with the number of the first."""
        rows = entry.shape[0]
        step = max(1, _BLOCK * rows // max(entry.nbytes, 1))
        for start in range(0, rows, step):
            part = self._arrays.read(entry.span(start, min(start + step, rows)))
            yield start, part
            self._done += part.nbytes
            if self._told is not None:
                self._told(min(self._done / self._total, 1))

    def whole(self, entry: Entry) -> NDArray[Any]:
        """An array."""
        array = np.empty(entry.shape, entry.dtype)
        if entry.shape:
            for start, part in self.blocks(entry):
                array[start : start + len(part)] = part
        array.flags.writeable = False
        return array
