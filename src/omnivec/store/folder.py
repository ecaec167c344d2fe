"""The model folder: `config.json`, `model.safetensors`, `README.md`, and how it is replaced as a whole.

A folder is written beside its target under a temporary name, flushed to the disk, then swapped in. A reader
sees the old model or the new one, never half of one, and a writer that is killed leaves what was there.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from omnivec.errors import FormatError, OutputError
from omnivec.store import replace, safetensors
from omnivec.store.memory import human
from omnivec.store.tables import Padded

FORMAT = "omnivec"
VERSION = 1
METADATA = {"format": FORMAT, "version": str(VERSION)}
"""What the header of the tables says."""

CONFIG, TABLES, CARD = "config.json", "model.safetensors", "README.md"
OURS = {CONFIG, TABLES, CARD, "index.voyager", "index.faiss", "index.json"}
"""What may lie in a model folder; one with other files is not replaced. An index goes with its model."""

_CONFIG_LIMIT = 1 << 26  # bytes; nobody's options are larger
_RETRIES, _PAUSE = 5, 0.05  # seconds; a swap in two steps takes well under a millisecond


@dataclass(frozen=True)
class Folder:
    """A model folder that is open: what its `config.json` holds, and its arrays to be mapped or read."""

    path: Path
    config: dict[str, Any]
    arrays: safetensors.Arrays

    def verify(self, told: Callable[[float], None] | None = None) -> None:
        """Compare every array with its recorded checksum; `told` hears the share done.

        Raises: FormatError naming file, array and bytes of the first that differs.
        """
        sums = self.config.get("checksums")
        self.arrays.verify(sums if isinstance(sums, dict) else {}, told)


def write_folder(
    path: str | os.PathLike[str],
    config: Mapping[str, Any],
    tables: Mapping[str, NDArray[Any] | Padded],
    card: str,
    *,
    overwrite: bool = False,
    told: Callable[[float], None] | None = None,
) -> None:
    """Write a model folder, or replace one as a whole.

    `config` is anything that JSON holds, without NaN; the format's name and version are put before it.
    `tables` are arrays by name, streamed to the disk; `told` hears the share written. `card` is the text of
    the README.

    Raises: OutputError as `check_output` does, and when the disk has too little room or the system
    refuses. Then nothing is left behind and what was there is whole.
    """
    check_output(path, overwrite=overwrite)
    target = Path(os.path.realpath(path))
    replace.sweep(target)
    readme = card.encode("utf-8", "backslashreplace")
    texts = len(_config_text(config)) + len(readme)
    replace.check_room(path, texts + safetensors.file_size(tables, METADATA))
    with replace.reporting(path), replace.temporary(target) as new:
        new.mkdir()
        with replace.locked(new):
            sums = safetensors.write_tables(new / TABLES, tables, METADATA, told)
            replace.write_new(new / CONFIG, _config_text({**config, "checksums": sums}))
            replace.write_new(new / CARD, readme)
            replace.flush_folder(new)
            replace.swap(new, target)
        replace.flush_folder(target.parent)


def _config_text(config: Mapping[str, Any]) -> bytes:
    ours = {"format": FORMAT, "version": VERSION}
    text = json.dumps({**ours, **config, **ours}, ensure_ascii=False, allow_nan=False, indent=2)
    # A path that is not UTF-8 comes as lone surrogates; written as \udcXX, JSON reads them back as they were.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def remove_folder(path: str | os.PathLike[str]) -> None:
    """Remove a model folder; where there is none, nothing happens.

    Raises: OutputError as `check_output` does of one that would be replaced.
    """
    check_output(path, overwrite=True)
    target = Path(os.path.realpath(path))
    with replace.reporting(path), replace.temporary(target) as gone, contextlib.suppress(FileNotFoundError):
        target.rename(gone)  # at once; a folder half removed would be no model, and in the way
        replace.flush_folder(target.parent)


def check_output(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse what `write_folder` would refuse about the path; called before work begins.

    Raises: OutputError when the path exists and `overwrite` is not set; when it is set and the path is not an
    omnivec model folder or an empty one, or holds other files; when its parent is missing or not writable.
    """
    target = replace.target_of(path)
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{path}: the folder {target.parent} cannot be written")
    if not os.path.lexists(target):
        return
    if not overwrite:
        raise OutputError(f"{path} exists; choose another name or pass overwrite=True")
    if not target.is_dir():
        raise OutputError(
            f"{path} is a file, not a model folder, and is not overwritten; choose another name"
        )
    with replace.reporting(path):
        names = {entry.name for entry in target.iterdir()}
    if names and not is_model(target):
        raise OutputError(
            f"{path} is not an omnivec model folder and is not overwritten; choose another name"
        )
    if others := sorted(name for name in names - OURS if not replace.is_leftover(name, OURS)):
        raise OutputError(
            f"{path} also holds {others[0]!r} and is not overwritten; move that, or choose another name"
        )


@contextlib.contextmanager
def opened_folder(path: str | os.PathLike[str]) -> Iterator[Folder]:
    """Open a model folder; headers are read, tables are not. What was mapped stays when the block ends.

    Raises: FormatError when it is missing, not a model, of a newer version (both numbers are named),
    truncated or damaged (file and byte or line are named).
    """
    path, tries = Path(path), 0
    with contextlib.ExitStack() as stack:
        while True:
            try:
                files = [stack.enter_context(file) for file in _files(path)]
                config = _config(path / CONFIG, files[0])
                folder = Folder(path, config, safetensors.Arrays(path / TABLES, files[1]))
                break
            except FileNotFoundError as error:
                # Between the two steps of a swap, or removed by one after we had opened it: try again.
                tries += 1
                if tries > _RETRIES or not (is_model(path) or _old(path)):
                    raise _missing(path, error) from None
                time.sleep(_PAUSE)
            except OSError as error:
                raise FormatError(f"{path}: {error.strerror or error}") from None
        yield folder


def _files(path: Path) -> list[BinaryIO]:
    # Files are opened through the folder's descriptor, so a swap in between cannot mix old files with new.
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except NotADirectoryError:
        raise FormatError(f"{path}: is a file, a model folder was expected") from None
    try:
        config = _open(folder, path / CONFIG)
        try:
            return [config, _open(folder, path / TABLES)]
        except BaseException:
            config.close()
            raise
    finally:
        os.close(folder)


def _open(folder: int, path: Path) -> BinaryIO:
    def opener(name: str, flags: int) -> int:
        # Non-blocking, because opening a FIFO that nobody writes would wait for ever.
        return os.open(name, flags | os.O_NONBLOCK, dir_fd=folder)

    file = open(path.name, "rb", opener=opener)  # noqa: PTH123, SIM115  (closed by who asked)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise FormatError(f"{path}: is not a plain file")
    return file


def _config(path: Path, file: BinaryIO) -> dict[str, Any]:
    # Asked of the file, since reading up to a number of bytes takes memory for all of them.
    if os.fstat(file.fileno()).st_size > _CONFIG_LIMIT:
        raise FormatError(f"{path}: larger than {human(_CONFIG_LIMIT)}; not a model")
    try:
        config = json.loads(file.read())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: damaged, not JSON: {error}") from None
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise FormatError(f'{path}: not an omnivec model: "format": "{FORMAT}" was expected')
    version = config.get("version")
    if type(version) is not int or version < 1:
        raise FormatError(f'{path}: damaged: "version" is {version!r}, a whole number from 1 on was expected')
    if version > VERSION:
        raise FormatError(
            f"{path}: format version {version}, newer than {VERSION}, which this program reads; upgrade it"
        )
    return config


def is_model(path: Path) -> bool:
    """Whether the folder claims to be ours, of any version."""
    try:
        with (path / CONFIG).open("rb") as file:
            small = os.fstat(file.fileno()).st_size <= _CONFIG_LIMIT
            config = json.loads(file.read()) if small else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(config, dict) and config.get("format") == FORMAT


def _missing(path: Path, error: FileNotFoundError) -> FormatError:
    if path.is_dir():
        return FormatError(f"{path}: not a model folder: {Path(error.filename).name} is missing")
    if old := _old(path):
        return FormatError(f"{path}: missing; a writer was stopped before its end; rename {old[0]}")
    return FormatError(f"{path}: no such file or folder")


def _old(path: Path) -> list[Path]:
    """What a swap in two steps, stopped in the middle, has left of `path`."""
    with contextlib.suppress(OSError):
        return sorted(other for other in path.parent.iterdir() if other.name.startswith(f"{path.name}.old-"))
    return []
