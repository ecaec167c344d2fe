"""What the headers of a model folder or a file say, and what opening it would take; nothing is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnivec.cli.failure import in_flags
from omnivec.cli.move.convert import disk_bytes
from omnivec.errors import FormatError

if TYPE_CHECKING:
    from omnivec.cli.opening import Opening
    from omnivec.cli.show import Display
    from omnivec.store.tables import DType


@dataclass(frozen=True)
class Found:
    """What the header of a model or file says. Bytes are by table."""

    path: str
    format: str
    title: str
    config: Mapping[str, Any]
    rows: int
    dim: int
    dtype: str
    tables: Mapping[str, int]
    need: Mapping[str, int]
    counted: bool = True
    """Whether `rows` is a count and no estimate."""
    index: Mapping[str, Any] | None = None
    """Of the approximate index that is saved with it: kind, bytes."""
    remedies: str = ""
    """Flags of a load that would fit, where this one does not."""


def looked_at(path: str, opening: Opening) -> Found:
    """What the headers of a model folder say, or a look at a file, whose rows are not read.

    Raises: as `omnivec.load` does for what a header can show.
    """
    from omnivec.model import is_ours

    return _folder(path, opening) if opening.format is None and is_ours(Path(path)) else _file(path, opening)


def _folder(path: str, opening: Opening) -> Found:
    from omnivec.index import saved
    from omnivec.model import check_shapes, known_config
    from omnivec.store import preload
    from omnivec.store.folder import CONFIG, opened_folder
    from omnivec.store.tables import KINDS, checked_dtype

    with opened_folder(path) as folder:
        config, entries = known_config(folder.path / CONFIG, folder.config), folder.arrays.entries
        dtype = None if opening.dtype is None else checked_dtype(opening.dtype)
        need = preload.need(folder, opening.limit, dtype)
        rows = preload.rows_of(folder)
        first = min(rows, opening.limit or rows)
        ways = _remedies(first, need, lambda first, other: preload.need(folder, first, other or dtype))
        tables = {name: entry for name, entry in entries.items() if not name.startswith("keys.")}
        check_shapes(folder.path, tables, rows, config.get("dim"))
    stored = entries["vectors" if "vectors" in entries else "inputs"]
    sizes = {name: entry.nbytes for name, entry in tables.items()}
    sizes["keys"] = sum(entry.nbytes for name, entry in entries.items() if name.startswith("keys."))
    return Found(
        path, "omnivec", "a model folder", config, rows, config["dim"], KINDS[str(stored.dtype)],
        sizes, need, index=saved.noted(path), remedies=ways,
    )  # fmt: skip


def _file(path: str, opening: Opening) -> Found:
    from omnivec.store import formats
    from omnivec.store.formats.rows import need
    from omnivec.store.tables import checked_dtype

    dtype = checked_dtype(opening.dtype)
    request = formats.Request(
        dtype=dtype, vocabulary=opening.vocabulary, encoding=opening.encoding, errors=opening.errors
    )
    known, found = formats.outline(path, request, opening.format)
    first = found.rows if opening.limit is None else min(found.rows, opening.limit)
    beside = found.beside if first == found.rows else {}
    takes = {**need(first, found.dim, dtype), **beside}
    ways = _remedies(first, takes, lambda first, other: need(first, found.dim, other or dtype))
    return Found(
        path, known.name, known.title, found.config or {"learner": None, "options": {}, "training": {}},
        found.rows, found.dim, dtype, {"file": disk_bytes(path)}, takes, found.exact, remedies=ways,
    )  # fmt: skip


def _remedies(
    rows: int, need: Mapping[str, int], takes: Callable[[int, DType | None], Mapping[str, int]]
) -> str:
    from omnivec.store import memory
    from omnivec.store.remedies import remedies

    have = memory.available()[0]
    if sum(need.values()) <= have:
        return ""
    return in_flags(remedies(rows, lambda first, dtype: sum(takes(first, dtype).values()) * 1.05 < have))


def compare_checksums(found: Found, display: Display) -> None:
    """Read all of a model folder and compare it with its checksums. Raises: FormatError."""
    from omnivec.index import saved
    from omnivec.store.folder import opened_folder

    if found.format != "omnivec":
        raise FormatError(
            f"{found.path}: {found.title} holds no checksums, a model folder does: omnivec convert makes one"
        )
    with opened_folder(found.path) as folder, display.measured("Verifying", found.path) as told:
        folder.verify(told)
        saved.verify(found.path)
