"""What is looked at to recognise a format: the beginning of a file, or the names in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from omnivec.errors import FormatError
from omnivec.store.formats.source import opened

_HEAD = 1 << 18  # bytes: three rows of any usual model


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, unpacked, or what lies in a folder."""

    path: Path
    head: bytes = b""
    """The first 256 kB; empty for a folder."""
    whole: bool = False
    """Whether `head` is the whole file."""
    size: int | None = None
    """Bytes of the file; None for a folder, and where it is packed, since then nobody knows."""
    is_folder: bool = False
    names: frozenset[str] = frozenset()
    """What lies in the folder."""


def sampled(path: Path) -> Sample:
    """The sample of a file or folder.

    Raises: FormatError when it is missing, cannot be read, or its compression is damaged.
    """
    if path.is_dir():
        try:
            return Sample(path, is_folder=True, names=frozenset(entry.name for entry in path.iterdir()))
        except OSError as error:
            raise FormatError(f"{path}: {error.strerror or error}") from None
    with opened(path) as source:
        head = source.file.read(_HEAD)
        return Sample(path, head, len(head) < _HEAD, source.size)
