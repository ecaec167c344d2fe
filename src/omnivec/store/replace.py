"""Files and folders that take their name whole or not at all, whoever is killed when.

What is new is written beside its target under a temporary name and flushed to the disk, and takes the
target's name in one step, or in two where the system cannot exchange two folders.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import logging
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from omnivec.errors import NO_PATH, OutputError
from omnivec.store.memory import human

_ABANDONED = 60  # seconds without a change, after which what nobody has locked may be swept away
_HOST = f"{crc32(os.uname().nodename.encode()):08x}"

_log = logging.getLogger("omnivec")


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], *, overwrite: bool) -> Iterator[BinaryIO]:
    """A new file to write, which takes its name when the block ends well and vanishes when it does not.

    Raises: OutputError when the path exists and `overwrite` is not set, is a folder, or cannot be written.
    What was there is whole.
    """
    target = check_file(path, overwrite=overwrite)
    sweep(target)
    with reporting(path), temporary(target) as new:
        with new.open("xb") as file, locked(new):
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
        flush_folder(target.parent)


def check_file(path: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Refuse before the work what `replacing` would refuse after it; the place itself.

    Raises: OutputError as `replacing` does.
    """
    target = target_of(path)
    if os.path.lexists(target) and not overwrite:
        raise OutputError(f"{path} exists; choose another name or pass overwrite=True")
    if os.path.lexists(target) and not target.is_file():
        raise OutputError(f"{path} is not a plain file and is not overwritten; choose another name")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{path}: the folder {target.parent} cannot be written")
    return target


def target_of(path: str | os.PathLike[str]) -> Path:
    """The place itself where `path` is a link to one."""
    if os.fspath(path) == "":
        raise OutputError(NO_PATH)
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {target.parent}; create it first")
    return target


@contextlib.contextmanager
def reporting(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "the disk is full; free some room" if full else error.strerror or error
        raise OutputError(f"{path}: cannot be written: {what}; what was there is whole") from None


@contextlib.contextmanager
def temporary(target: Path) -> Iterator[Path]:
    """A free name beside the target; whatever bears it at the end is removed."""
    new = target.with_name(f"{_leftover(target)}{secrets.token_hex(4)}")
    try:
        yield new
    finally:
        remove(new)


def _leftover(target: Path) -> str:
    """How the names begin of what a writer on this host leaves beside the target when it is killed."""
    return f".{target.name}.new-{_HOST}-"


def is_leftover(name: str, names: Iterable[str]) -> bool:
    """Whether a writer of a file with one of the names, on any host, was killed and left this one."""
    return any(name.startswith(f".{target}.new-") for target in names)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however that ends, where the file system has locks."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def sweep(target: Path) -> None:
    """Remove what killed writers left beside the target: else a run killed again and again fills the disk.

    Only of this host, since a network's file system may keep locks to each host.
    """
    with contextlib.suppress(OSError):
        for other in target.parent.iterdir():
            if other.name.startswith(_leftover(target)) and _is_abandoned(other):
                remove(other)


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


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        with contextlib.suppress(OSError):
            path.unlink()
    if os.path.lexists(path):
        _log.warning("%s could not be removed; it is no longer needed", path)


def check_room(path: str | os.PathLike[str], need: int) -> None:
    """Raises: OutputError when the disk that `path` lies on has fewer than `need` bytes free."""
    target = target_of(path)
    free = shutil.disk_usage(target.parent).free
    if need > free:
        raise OutputError(f"{path}: needs {human(need)} on the disk, {human(free)} free; free some room")


def write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist; it is on the disk when this returns."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Some file systems cannot flush a folder; the files in it are flushed already.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def swap(new: Path, target: Path) -> None:
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
    remove(old)
