"""A folder of files of a foreign format, which takes its name whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from omnivec.errors import OutputError
from omnivec.store import replace


@contextlib.contextmanager
def created_folder(
    path: str | os.PathLike[str], names: set[str], mark: str, *, overwrite: bool
) -> Iterator[Path]:
    """A new folder to fill, which takes its name when the block ends well and vanishes when it does not.

    Who writes files into it flushes them to the disk. `names` are what a folder of the format may hold, and
    `mark` what it must, unless it is empty: another folder is not replaced.

    Raises: OutputError when the path exists, unless `overwrite` is set and it is such a folder, and when the
    system refuses. What was there is whole.
    """
    target = replace.target_of(path)
    if os.path.lexists(target):
        if not overwrite:
            raise OutputError(f"{path} exists; choose another name or pass overwrite=True")
        if not target.is_dir():
            raise OutputError(f"{path} is a file, and is not overwritten by a folder; choose another name")
        with replace.reporting(path):
            found = {entry.name for entry in target.iterdir()}
        if others := sorted(found - names if mark in found else found):
            raise OutputError(f"{path} holds {others[0]!r} and is not overwritten; choose another name")
    replace.sweep(target)
    with replace.reporting(path), replace.temporary(target) as new:
        new.mkdir()
        with replace.locked(new):
            try:
                yield new
            except OutputError as error:  # of a file in it, which nobody knows by its temporary name
                raise OutputError(str(error).replace(str(new), str(path))) from None
            replace.flush_folder(new)
            replace.swap(new, target)
        replace.flush_folder(target.parent)
