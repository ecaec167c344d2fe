"""The model folder: `config.json`, `model.safetensors`, `README.md`, and how it is replaced as a whole.

A folder is written beside its target under a temporary name, flushed to the disk, then swapped in. A reader
sees the old model or the new one, never half of one, and a writer that is killed leaves what was there.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import logging
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

from numpy.typing import NDArray

from omnivec.errors import NO_PATH, FormatError, OutputError
from omnivec.store import tables as table_file
from omnivec.store.memory import human

FORMAT = "omnivec"
VERSION = 1
METADATA = {"format": FORMAT, "version": str(VERSION)}
"""What the header of the tables says."""

CONFIG, TABLES, CARD = "config.json", "model.safetensors", "README.md"

_CONFIG_LIMIT = 1 << 26  # bytes; nobody's options are larger
_RETRIES, _PAUSE = 5, 0.05  # seconds; a swap in two steps takes well under a millisecond

_ABANDONED = 60  # seconds without a change, after which what nobody has locked may be swept away
_HOST = f"{crc32(os.uname().nodename.encode()):08x}"

_log = logging.getLogger("omnivec")


@dataclass(frozen=True)
class Folder:
    """A model folder as it was read; the tables are mapped and read-only."""

    path: Path
    config: dict[str, Any]
    tables: dict[str, NDArray[Any]]


def write_folder(
    path: str | os.PathLike[str],
    config: Mapping[str, Any],
    tables: Mapping[str, NDArray[Any]],
    card: str,
    *,
    overwrite: bool = False,
) -> None:
    """Write a model folder, or replace one as a whole.

    `config` is anything that JSON holds, without NaN; the format's name and version are put before it.
    `tables` are arrays by name, streamed to the disk. `card` is the text of the README.

    Raises: OutputError as `check_output` does, and when the disk has too little room or the system
    refuses. Then nothing is left behind and what was there is whole.
    """
    check_output(path, overwrite=overwrite)
    target = Path(os.path.realpath(path))
    _sweep(target)
    ours = {"format": FORMAT, "version": VERSION}
    # A path that is not UTF-8 comes as lone surrogates; written as \udcXX, JSON reads them back as they were.
    text = json.dumps({**ours, **config, **ours}, ensure_ascii=False, allow_nan=False, indent=2).encode(
        "utf-8", "backslashreplace"
    )
    readme = card.encode("utf-8", "backslashreplace")
    check_room(path, len(text) + len(readme) + table_file.file_size(tables, METADATA))
    with _reporting(path), _temporary(target) as new:
        new.mkdir()
        with _locked(new):
            _write(new / CONFIG, text + b"\n")
            table_file.write_tables(new / TABLES, tables, METADATA)
            _write(new / CARD, readme)
            _flush_folder(new)
            _swap(new, target)
        _flush_folder(target.parent)


def remove_folder(path: str | os.PathLike[str]) -> None:
    """Remove a model folder; where there is none, nothing happens.

    Raises: OutputError as `check_output` does of one that would be replaced.
    """
    check_output(path, overwrite=True)
    target = Path(os.path.realpath(path))
    with _reporting(path), _temporary(target) as gone, contextlib.suppress(FileNotFoundError):
        target.rename(gone)  # at once; a folder half removed would be no model, and in the way
        _flush_folder(target.parent)


def check_output(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse what `write_folder` would refuse about the path; called before work begins.

    Raises: OutputError when the path exists and `overwrite` is not set; when it is set and the path is not an
    omnivec model folder or an empty one, or holds other files; when its parent is missing or not writable.
    """
    target = _target(path)
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
    with _reporting(path):
        names = {entry.name for entry in target.iterdir()}
    if names and not _is_model(target):
        raise OutputError(
            f"{path} is not an omnivec model folder and is not overwritten; choose another name"
        )
    if others := sorted(names - {CONFIG, TABLES, CARD}):
        raise OutputError(
            f"{path} also holds {others[0]!r} and is not overwritten; move that, or choose another name"
        )


def read_folder(path: str | os.PathLike[str]) -> Folder:
    """Open a model folder; its tables are mapped, not read.

    Raises: FormatError when it is missing, not a model, of a newer version (both numbers are named),
    truncated or damaged (file and byte or line are named).
    """
    path, tries = Path(path), 0
    while True:
        try:
            return _read(path)
        except FileNotFoundError as error:
            # Between the two steps of a swap, or removed by one after we had opened it: try again.
            tries += 1
            if tries > _RETRIES or not (_is_model(path) or _old(path)):
                raise _missing(path, error) from None
            time.sleep(_PAUSE)
        except OSError as error:
            raise FormatError(f"{path}: {error.strerror or error}") from None


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], *, overwrite: bool) -> Iterator[BinaryIO]:
    """A new file to write, which takes its name when the block ends well and vanishes when it does not.

    Raises: OutputError when the path exists and `overwrite` is not set, is a folder, or cannot be written.
    What was there is whole.
    """
    target = _target(path)
    if os.path.lexists(target) and not overwrite:
        raise OutputError(f"{path} exists; choose another name or pass overwrite=True")
    if os.path.lexists(target) and not target.is_file():
        raise OutputError(f"{path} is not a plain file and is not overwritten; choose another name")
    _sweep(target)
    with _reporting(path), _temporary(target) as new:
        with new.open("xb") as file, _locked(new):
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
        _flush_folder(target.parent)


def _target(path: str | os.PathLike[str]) -> Path:
    """The place itself where `path` is a link to one."""
    if os.fspath(path) == "":
        raise OutputError(NO_PATH)
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {target.parent}; create it first")
    return target


@contextlib.contextmanager
def _reporting(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "the disk is full; free some room" if full else error.strerror or error
        raise OutputError(f"{path}: cannot be written: {what}; what was there is whole") from None


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A free name beside the target; whatever bears it at the end is removed."""
    new = target.with_name(f"{_leftover(target)}{secrets.token_hex(4)}")
    try:
        yield new
    finally:
        _remove(new)


def _leftover(target: Path) -> str:
    """How the names begin of what a writer on this host leaves beside the target when it is killed."""
    return f".{target.name}.new-{_HOST}-"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however that ends, where the file system has locks."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _sweep(target: Path) -> None:
    """Remove what killed writers left beside the target: else a run killed again and again fills the disk.

    Only of this host, since a network's file system may keep locks to each host.
    """
    with contextlib.suppress(OSError):
        for other in target.parent.iterdir():
            if other.name.startswith(_leftover(target)) and _is_abandoned(other):
                _remove(other)


def _is_abandoned(path: Path) -> bool:
    """Whether nobody holds the lock, nor has just made the file and is about to take it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        if time.time() - os.fstat(descriptor).st_mtime < _ABANDONED:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked, or no locks here
        return False
    finally:
        os.close(descriptor)
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        with contextlib.suppress(OSError):
            path.unlink()
    if os.path.lexists(path):
        _log.warning("%s could not be removed; it is no longer needed", path)


def check_room(path: str | os.PathLike[str], need: int) -> None:
    """Raises: OutputError when the disk that `path` lies on has fewer than `need` bytes free."""
    target = _target(path)
    free = shutil.disk_usage(target.parent).free
    if need > free:
        raise OutputError(f"{path}: needs {human(need)} on the disk, {human(free)} free; free some room")


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Some file systems cannot flush a folder; the files in it are flushed already.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(new: Path, target: Path) -> None:
    """Put `new` in the place of `target`. The old folder ends under the name `new`, or is removed."""
    try:
        new.rename(target)  # works when there is nothing, or an empty folder
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if not _exchange(new, target):
            _two_steps(new, target)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names at once by Linux's renameat2; False where system or file system lacks it."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def _two_steps(new: Path, target: Path) -> None:
    old = target.with_name(f"{target.name}.old-{secrets.token_hex(4)}")
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    _remove(old)


def _read(path: Path) -> Folder:
    # Files are opened through the folder's descriptor, so a swap in between cannot mix old files with new.
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except NotADirectoryError:
        raise FormatError(f"{path}: is a file, a model folder was expected") from None
    try:
        with _open(folder, path / CONFIG) as config_file, _open(folder, path / TABLES) as tables_file:
            config = _config(path / CONFIG, config_file)
            return Folder(path, config, table_file.map_tables(path / TABLES, tables_file))
    finally:
        os.close(folder)


def _open(folder: int, path: Path) -> BinaryIO:
    # Non-blocking, because opening a FIFO that nobody writes would wait for ever.
    file = os.fdopen(os.open(path.name, os.O_RDONLY | os.O_NONBLOCK, dir_fd=folder), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise FormatError(f"{path}: is not a plain file")
    return file


def _config(path: Path, file: BinaryIO) -> dict[str, Any]:
    text = file.read(_CONFIG_LIMIT + 1)
    if len(text) > _CONFIG_LIMIT:
        raise FormatError(f"{path}: larger than {human(_CONFIG_LIMIT)}; not a model")
    try:
        config = json.loads(text)
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


def _is_model(path: Path) -> bool:
    """Whether the folder claims to be ours, of any version."""
    try:
        with (path / CONFIG).open("rb") as file:
            config = json.loads(file.read(_CONFIG_LIMIT))
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
