"""A folder of files of a foreign format, which takes its name whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from omnivec.errors import OutputError
from omnivec.store import replace


@contextlib.contextmanager
def created_folder(path: str | os.PathLike[str], names: set[str], *, overwrite: bool) -> Iterator[Path]:
    """A new folder to fill, which takes its name when the block ends well and vanishes when it does not.

    Files written into it are flushed to the disk by who writes them. `names` are what a folder of the format
    may hold: one with other files is not replaced.

    Raises: OutputError when the path exists, unless `overwrite` is set and it is such a folder, and when the
    system refuses. What was there is whole.
    """
    target = replace.target_of(path)
    if os.path.lexists(target):
        if not overwrite:
            raise OutputError(f"{path} exists; choose another name or pass overwrite=True")
        if not target.is_dir():
            raise OutputError(f"{path} is a file, and is not overwritten by a folder; choose another name")
        if others := sorted({entry.name for entry in target.iterdir()} - names):
            raise OutputError(f"{path} also holds {others[0]!r} and is not overwritten; choose another name")
    replace.sweep(target)
    with replace.reporting(path), replace.temporary(target) as new:
        new.mkdir()
        with replace.locked(new):
            yield new
            replace.flush_folder(new)
            replace.swap(new, target)
        replace.flush_folder(target.parent)
