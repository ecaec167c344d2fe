"""A file of vectors as a stream of bytes, unpacked when it is packed, packed when its name says so."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from omnivec.errors import FormatError
from omnivec.store.replace import replacing

_MAGIC: dict[bytes, Callable[[BinaryIO], Any]] = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ\x00": lzma.open}
_ZSTD = b"\x28\xb5\x2f\xfd"
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
            # Non-blocking, because opening a FIFO that nobody writes would wait for ever.
            plain = stack.enter_context(os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb"))
            status = os.fstat(plain.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FormatError(f"{path}: is not a plain file")
            raw: BinaryIO = plain
            if told is not None:
                telling = _Told(os.dup(plain.fileno()), status.st_size, told)
                raw = stack.enter_context(io.BufferedReader(telling))
            yield _layers(path, raw, status.st_size, stack)
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise FormatError(f"{path}: the compressed data is cut or damaged ({error})") from None
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}") from None


def _layers(path: Path, raw: BinaryIO, length: int, stack: contextlib.ExitStack) -> Source:
    file, size = raw, cast("int | None", length)
    for _ in range(_LAYERS):
        start = file.read(6)
        file.seek(0)
        if start.startswith(_ZSTD):
            raise FormatError(f"{path}: is compressed by zstd; decompress it first")
        decompress = next((opens for magic, opens in _MAGIC.items() if start.startswith(magic)), None)
        if decompress is None:
            return Source(file, size)
        file, size = stack.enter_context(decompress(file)), None
    return Source(file, size)


@contextlib.contextmanager
def created(path: str | os.PathLike[str], *, overwrite: bool) -> Iterator[BinaryIO]:
    """A new file as `replacing` makes it, packed when its name ends in .gz or .xz.

    Raises: OutputError as `replacing` does.
    """
    name = os.fspath(path).lower()
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(replacing(path, overwrite=overwrite))
        packed: Any = file
        if name.endswith(".gz"):  # without name and time: the same content is the same bytes
            packed = stack.enter_context(gzip.GzipFile("", "wb", fileobj=file, mtime=0))
        elif name.endswith(".xz"):
            packed = stack.enter_context(lzma.open(file, "wb"))
        yield packed
