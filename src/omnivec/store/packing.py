"""Compressed files: known by their first bytes when they are read, by their names when they are written."""

from __future__ import annotations

import gzip
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Any

from omnivec.store.extra import extra

TELLING = 6
"""First bytes that tell which compression it is."""

_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


def unpacker(start: bytes) -> Callable[[Any], Any] | None:
    """What opens a file, or a path, that begins with these bytes; None where it is not compressed.

    Raises: MissingExtra for zstd where Python does not bring it.
    """
    if start.startswith(b"\x1f\x8b"):
        return gzip.open
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.open
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        return _zstd().open  # type: ignore[no-any-return]
    return None


def packer(name: str) -> Callable[[Any], Any] | None:
    """What opens a file for writing packed, as its name says; None where it says nothing.

    Raises: MissingExtra as `unpacker` does.
    """
    suffix = name.lower()[-4:]
    if suffix.endswith(".gz"):  # without name and time: the same content is the same bytes
        return lambda file: gzip.GzipFile("", "wb", fileobj=file, mtime=0)
    if suffix.endswith(".xz"):
        return lambda file: lzma.open(file, "wb")
    if suffix == ".zst":
        zstd = _zstd()
        checked = {zstd.CompressionParameter.checksum_flag: 1}
        return lambda file: zstd.open(file, "wb", options=checked)
    return None


def damage() -> tuple[type[Exception], ...]:
    """What reading compressed data raises where it is cut or damaged."""
    zstd = sys.modules.get(_ZSTD)
    return EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, *([zstd.ZstdError] if zstd else [])


def _zstd() -> Any:
    return extra(_ZSTD, "zstd")
