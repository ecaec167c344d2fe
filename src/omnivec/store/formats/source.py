"""A file of vectors as a stream of bytes, unpacked when it is packed, packed when its name says so."""

from __future__ import annotations

import contextlib
import io
import mmap
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from omnivec.errors import FormatError, OutputError
from omnivec.store import memory, packing
from omnivec.store.replace import replacing

_BLOCK = 1 << 24  # bytes unpacked at once
_LAYERS = 3  # gzip inside gzip happens; more is an attack


@dataclass(frozen=True)
class Source:
    """An open file, and its length in bytes; None when it is compressed, since then nobody knows."""

    file: BinaryIO
    size: int | None


class _Told(io.FileIO):
    """A file that tells how much of it has been read."""

    def __init__(self, descriptor: int, size: int, told: Callable[[float], None]) -> None:
        super().__init__(descriptor)
        self._size, self._told = max(size, 1), told

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self._told(min(self.tell() / self._size, 1))
        return count


@contextlib.contextmanager
def opened(path: Path, told: Callable[[float], None] | None = None) -> Iterator[Source]:
    """Open a plain or compressed file for reading bytes; `told` hears the share read, of the file as it lies.

    Raises: FormatError when it is missing, no plain file, compressed in an unknown way, or its compression is
    damaged.
    """
    try:
        with contextlib.ExitStack() as stack:
            plain = stack.enter_context(_opened(path))
            status = os.fstat(plain.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FormatError(f"{path}: is not a plain file")
            raw: BinaryIO = plain
            if told is not None:
                telling = _Told(os.dup(plain.fileno()), status.st_size, told)
                raw = stack.enter_context(io.BufferedReader(telling))
            yield _layers(path, raw, status.st_size, stack)
    except packing.damage() as error:
        raise FormatError(f"{path}: the compressed data is cut or damaged ({error})") from None
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}") from None


def _opened(path: Path) -> BinaryIO:
    # Non-blocking, because opening a FIFO that nobody writes would wait for ever.
    try:
        return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))
    except ValueError as error:  # what a damaged file may name
        raise FormatError(f"{str(path)!r}: cannot be a path ({error})") from None


def _layers(path: Path, raw: BinaryIO, length: int, stack: contextlib.ExitStack) -> Source:
    file, size = raw, cast("int | None", length)
    for _ in range(_LAYERS):
        unpack = packing.unpacker(file.read(packing.TELLING))
        file.seek(0)
        if unpack is None:
            return Source(file, size)
        file, size = stack.enter_context(unpack(file)), None
    return Source(file, size)


def mapped(source: Source) -> mmap.mmap:
    """The bytes of a file that is not packed and not empty, which stay where they lie."""
    return mmap.mmap(source.file.fileno(), 0, access=mmap.ACCESS_READ)


def whole(source: Source, name: str, times: int, remedy: str) -> bytes:
    """All of a file that is called `name` and takes `times` its length once it is taken apart.

    Raises: NotEnoughMemory, which ends with `remedy`, before it is read; of a packed file, before more is.
    """
    if source.size is not None:
        memory.require({name: source.size * times}, remedy)
        return source.file.read()
    data = bytearray()
    while block := source.file.read(_BLOCK):
        memory.require({name: (len(data) + len(block)) * times}, remedy)
        data += block
    return bytes(data)


@contextlib.contextmanager
def created(path: str | os.PathLike[str], *, overwrite: bool, packs: bool = True) -> Iterator[BinaryIO]:
    """A new file as `replacing` makes it, packed when its name ends in .gz, .xz or .zst.

    Raises: OutputError as `replacing` does, and for such a name where the format `packs` nothing as a whole;
    MissingExtra for .zst where a package is needed.
    """
    pack = packing.packer(os.fspath(path))
    if pack is not None and not packs:
        ending = Path(path).suffix
        raise OutputError(f"{path}: this format is not packed as a whole; leave {ending} out of the name")
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(replacing(path, overwrite=overwrite))
        yield file if pack is None else stack.enter_context(pack(file))
