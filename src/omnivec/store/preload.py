"""A model folder read into memory, whole or its first rows, as it is or in a smaller type, and its need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, NotEnoughMemory, NotFinite, OptionError
from omnivec.store import memory
from omnivec.store.builder import Builder, Rounding
from omnivec.store.folder import TABLES, Folder
from omnivec.store.keys import BUILDING, Keys
from omnivec.store.product import CODED, NORM_CENTROIDS, NORMS, misfit
from omnivec.store.remedies import remedies
from omnivec.store.safetensors import Arrays
from omnivec.store.safetensors_header import Entry
from omnivec.store.tables import KINDS, LENGTHS, SCALES, DType, Table, table_bytes

_FLOATS = ("vectors", "output", "nodes")  # what a smaller type is for
_DECODING = (SCALES, CODED, NORMS, NORM_CENTROIDS)  # what rows are decoded with
_BY_KEY = {"vectors", "output", "keys.counts"}  # what has a row for each key, and is kept of the first ones
_LABELS = "labels.offsets"  # where they are, output has a row for each label
_TYPES = {  # of what is taken apart here; scales and lengths are float32
    "keys.offsets": ("int64",), "keys.bytes": ("uint8",), "keys.counts": ("int64",),
    **dict.fromkeys(_FLOATS, tuple(KINDS)),
}  # fmt: skip
_BLOCK = 1 << 22  # bytes decoded at once
_BUFFERS = 32_000_000  # bytes: blocks, and what the interpreter takes while it reads

_Arrays = dict[str, NDArray[Any]]


def mapped(folder: Folder) -> _Arrays:
    """The arrays of an open folder, mapped.

    Raises: NotEnoughMemory where the address space has no room for the file (``ulimit -v``).
    """
    try:
        return folder.arrays.map()
    except NotEnoughMemory as error:
        free = memory.available()
        ways = _remedies(folder, None, None, free, can_map=False)
        raise memory.refused({"the file": error.need}, ways, free, folder.path) from None


def need(folder: Folder, limit: int | None = None, dtype: DType | None = None) -> dict[str, int]:
    """Bytes that `read` takes, by what they are for. FormatError for a damaged folder."""
    return _need(_plan(folder, limit, dtype))


def read(
    folder: Folder,
    limit: int | None = None,
    dtype: DType | None = None,
    told: Callable[[float], None] | None = None,
) -> tuple[dict[str, Any], _Arrays]:
    """The config and the arrays of an open folder, in memory.

    `limit` keeps the first so many rows, without what is more than rows and keys; `dtype` says how numbers
    are stored, as they were when None; `told` hears the share done.

    Raises: NotEnoughMemory before anything is allocated; FormatError for a damaged folder; NotFinite for a
    number that float16 cannot hold.
    """
    plan, free = _plan(folder, limit, dtype), memory.available()
    takes = _need(plan)
    if sum(takes.values()) > free[0]:
        raise memory.refused(takes, _remedies(folder, limit, dtype, free, can_map=True), free, folder.path)
    done, total = 0, max(sum(entry.nbytes for entry in plan.entries()), 1)

    def count(size: int) -> None:
        nonlocal done
        done += size
        if told is not None:
            told(done / total)

    config, arrays = dict(folder.config), _Arrays()
    for name, change in plan.changed.items():
        try:
            builder = _encoded(folder.arrays, change, plan.dtype, count)
        except NotFinite as error:
            raise NotFinite(f"{folder.path}: {name}: {error}") from None
        arrays |= builder.table().arrays(name)
        if name == "vectors" and plan.dtype != "float32":
            config["rounding"] = builder.rounding.after(_rounding(config))._asdict()
    arrays |= {name: folder.arrays.read(entry, count) for name, entry in plan.same.items()}
    if plan.cut:
        config |= {"rows": plan.rows, "training": _not_resumed(config.get("training"))}
        arrays |= _first_keys(folder, arrays)
    for array in arrays.values():
        array.flags.writeable = False
    return config, arrays


class _Change(NamedTuple):
    """A table that is stored as another type than before."""

    rows: Entry
    beside: Mapping[str, Entry]
    """What they are decoded with, by suffix."""
    dim: int


class _Plan(NamedTuple):
    """What is read, and how it is stored."""

    rows: int
    cut: bool
    """Whether they are the first rows of more."""
    dtype: DType
    same: Mapping[str, Entry]
    """What is read as it lies."""
    changed: Mapping[str, _Change]
    """What is stored as `dtype`."""

    def entries(self) -> Iterator[Entry]:
        """All that is read."""
        yield from self.same.values()
        for change in self.changed.values():
            yield change.rows
            yield from change.beside.values()


def _plan(folder: Folder, limit: int | None, dtype: DType | None) -> _Plan:
    rows, entries = _rows(folder), dict(folder.arrays.entries)
    if cut := limit is not None and limit < rows:
        rows = limit or rows
        entries = _first(folder, rows)
    changed = {}
    for name in _FLOATS:
        dim = folder.config.get("dim")
        if name in entries and dtype is not None and str(entries[name].dtype) != dtype:
            entry = entries.pop(name)
            width = entry.shape[-1]
            beside = {end: entries.pop(name + end) for end in _DECODING if name + end in entries}
            entries.pop(name + LENGTHS, None)  # those of rows that are rounded are others
            if type(dim) is not int or (CODED not in beside and not 0 < dim < width):
                dim = width
            changed[name] = _Change(entry, beside, dim)
    return _Plan(rows, cut, dtype or "float32", entries, changed)


def _need(plan: _Plan) -> dict[str, int]:
    tables = {
        name: table_bytes(change.rows.shape[0], change.dim, plan.dtype)
        for name, change in plan.changed.items()
    }
    tables |= {name: entry.nbytes for name, entry in plan.same.items() if not name.startswith("keys.")}
    keys = sum(entry.nbytes for name, entry in plan.same.items() if name.startswith("keys."))
    return tables | {"keys": keys + (plan.rows * BUILDING if plan.cut else 0), "buffers": _BUFFERS}


def _remedies(
    folder: Folder, limit: int | None, dtype: DType | None, free: tuple[int, str], *, can_map: bool
) -> str:
    """What to do where a folder does not fit: only what would."""

    def fits(first: int, other: DType | None) -> bool:
        return sum(need(folder, first, other or dtype).values()) * 1.05 < free[0]

    # A mapping takes no memory of its own, but it does take address space.
    ways = ["map it"] if can_map and free[1] != "ulimit -v" else []
    return remedies(min(_rows(folder), limit or _rows(folder)), fits, *ways)


def _rows(folder: Folder) -> int:
    """Keys of a folder. FormatError where a table has another number of rows or type than it needs."""
    shapes = {name: entry.shape for name, entry in folder.arrays.entries.items()}

    def count(name: str) -> int:
        return (*shapes.get(name, ()), -1)[0]

    composed = "vectors" not in shapes and "inputs" in shapes  # words are the means of those rows
    rows = max(count("keys.offsets") - 1 if composed else count("vectors"), 0)
    wanted = {**({} if composed else {"vectors": rows}), **dict.fromkeys(_by_key(shapes), rows)}
    wanted |= {"keys.offsets": rows + 1, "keys.bytes": max(count("keys.bytes"), 0)}
    for name in _FLOATS:
        if name in shapes:
            beside = [name + suffix for suffix in (SCALES, LENGTHS) if name + suffix in shapes]
            is_int8 = [name + SCALES] if folder.arrays.entries[name].dtype == np.int8 else []
            wanted |= dict.fromkeys(beside + is_int8, max(count(name), 0))
    for name, number in wanted.items():
        if count(name) != number or len(shapes[name]) != (2 if name in _FLOATS else 1):
            what = f"{name!r} has shape {shapes[name]}" if name in shapes else f"{name!r} is missing"
            raise FormatError(f"{folder.path / TABLES}: {what}, {number:,} rows were expected; damaged")
        types, found = _TYPES.get(name, ("float32",)), str(folder.arrays.entries[name].dtype)
        if found not in types:
            what = f"{name!r} is {found}, {' or '.join(types)} was expected"
            raise FormatError(f"{folder.path / TABLES}: {what}; damaged")
        if name in _FLOATS and found == "uint8":
            if wrong := misfit(name, folder.arrays.entries, folder.config.get("dim")):
                raise FormatError(f"{folder.path / TABLES}: {wrong}; damaged")
    return rows


def rows_of(folder: Folder) -> int:
    """Keys of an open folder. Raises: FormatError for a damaged one."""
    return _rows(folder)


def _by_key(tables: Collection[str]) -> set[str]:
    """Those of the tables that have a row for each key."""
    return _BY_KEY.intersection(tables) - ({"output"} if _LABELS in tables else set())


def _first(folder: Folder, rows: int) -> dict[str, Entry]:
    """Where the first rows lie of what has a row for each key."""
    found = folder.arrays.entries
    by_key = _by_key(found)
    names = [name for name in found if _without(name, (SCALES, LENGTHS, NORMS)) in by_key]
    entries = {name: found[name].span(0, rows) for name in names}
    coders = (name + end for name in by_key for end in (CODED, NORM_CENTROIDS))
    entries |= {name: found[name] for name in coders if name in found}
    entries["keys.offsets"] = found["keys.offsets"].span(0, rows + 1)
    end = int(folder.arrays.read(found["keys.offsets"].span(rows, rows + 1))[0])
    if not 0 <= end <= found["keys.bytes"].nbytes:
        raise FormatError(f"{folder.path / TABLES}: keys.offsets leads to byte {end:,} of the keys; damaged")
    entries["keys.bytes"] = found["keys.bytes"].span(0, end)
    return entries


def _without(name: str, suffixes: tuple[str, ...]) -> str:
    """The name of the table that lies beside `name`, where that ends in one of the suffixes."""
    return next((name.removesuffix(end) for end in suffixes if name.endswith(end)), name)


def _encoded(arrays: Arrays, change: _Change, dtype: DType, count: Callable[[int], None]) -> Builder:
    """A table stored as another type, read and encoded a block at a time."""
    rows = change.rows.shape[0]
    builder = Builder(change.dim, dtype)
    builder.resize(rows)
    step = max(1, _BLOCK * rows // max(change.rows.nbytes, 1))
    for start in range(0, rows, step):
        stop = min(start + step, rows)
        beside = {
            end: arrays.read(entry.span(start, stop) if end in (SCALES, NORMS) else entry, count)
            for end, entry in change.beside.items()
        }
        stored = arrays.read(change.rows.span(start, stop), count)
        builder.put(start, Table.named("", {"": stored, **beside}, change.dim).span(0, stop - start))
    return builder


def _rounding(config: Mapping[str, Any]) -> Rounding:
    """What the numbers have lost before."""
    told = config.get("rounding")
    lost = [told.get(name) for name in Rounding._fields] if isinstance(told, dict) else [0.0, 1.0]
    largest, cosine = (
        float(number) if isinstance(number, (int, float)) and abs(number) < 1e39 else 0.0 for number in lost
    )
    return Rounding(largest, max(cosine, -1.0))


def _not_resumed(training: object) -> dict[str, Any]:
    """The record of a training that cannot go on, since rows are gone."""
    kept = training.items() if isinstance(training, dict) else ()
    return {name: value for name, value in kept if name not in ("fingerprint", "position")}


def _first_keys(folder: Folder, arrays: Mapping[str, NDArray[Any]]) -> _Arrays:
    """The arrays of the keys anew from their bytes: hash table and order are of those there are."""
    try:
        keys = Keys.from_bytes(arrays["keys.bytes"], arrays["keys.offsets"], arrays.get("keys.counts"))
    except (FormatError, OptionError) as error:
        raise FormatError(f"{folder.path / TABLES}: {error}; damaged") from None
    return keys.tables()
