"""Where text comes from: files, folders, compressed files, standard input, Python iterables.

A lone str or path-like is a path. Inside an iterable, path-like objects are files, str are texts, lists and
tuples are tokens. Everything comes out as documents, and a document as pieces: bytes of text, or lists of
tokens.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

from omnivec.errors import NO_PATH, FormatError, InputError
from omnivec.store import packing

Source = str | os.PathLike[str] | BinaryIO | Iterable[str | os.PathLike[str] | list[str] | tuple[str, ...]]
Piece = bytes | list[str] | tuple[str, ...]

BLOCK = 1 << 21
"""Bytes read at a time: enough that a read costs nothing, few enough to be in the cache when scanned."""


def documents(source: Source) -> Iterator[Iterator[Piece]]:
    """The documents of a source, each to be read to its end before the next one is asked for."""
    if isinstance(source, (str, os.PathLike)):
        yield from _files(source)
    elif isinstance(source, (io.RawIOBase, io.BufferedIOBase)):
        yield _blocks(cast(BinaryIO, source), describe(source))
    elif isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray, dict)):
        for item in source:
            if isinstance(item, os.PathLike):
                yield from _files(item)
            else:
                yield _pieces(item)
    else:
        raise InputError(
            f"expected a path or an iterable of texts, paths or token lists, got {type(source).__name__}"
        )


def describe(source: Source) -> str:
    """One word for a model card: the file's name, or what kind of object was given."""
    if isinstance(source, (str, os.PathLike)):
        return _shown(Path(source).absolute().name or str(source))
    if isinstance(source, (io.RawIOBase, io.BufferedIOBase)):
        name = getattr(source, "name", None)
        return "standard input" if source is getattr(sys.stdin, "buffer", None) else str(name or "a stream")
    return f"Python {type(source).__name__}"


def _pieces(item: object) -> Iterator[Piece]:
    if isinstance(item, str):
        if "\0" in item:
            raise InputError(f"a text of the corpus holds a zero byte, at character {item.index(chr(0)):,}")
        for first in range(item.startswith("\ufeff"), len(item), BLOCK):  # never the whole text as bytes too
            yield item[first : first + BLOCK].encode("utf-8", "surrogatepass")
    elif isinstance(item, (list, tuple)):
        yield item
    else:
        raise InputError(
            f"the corpus may hold texts (str), paths (Path) and lists of tokens, got {type(item).__name__}"
        )


def _files(source: str | os.PathLike[str]) -> Iterator[Iterator[bytes]]:
    if os.fspath(source) == "":
        raise InputError(NO_PATH)
    path = Path(source)
    for file in _listed(path) if _is_folder(path) else [path]:
        with _opened(file) as stream:
            yield _blocks(stream, _shown(file), file)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        _refuse(path, error)


def _listed(folder: Path) -> list[Path]:
    """All files below a folder in the order of their paths, without hidden ones.

    Links to folders are not followed. A folder that cannot be read is an error, since text would silently be
    missing.
    """
    files: list[Path] = []
    try:
        for place, folders, names in os.walk(folder, onerror=_raise):
            folders[:] = [name for name in folders if not name.startswith(".")]
            paths = (Path(place, name) for name in names if not name.startswith("."))
            files += [path for path in paths if path.is_file() or not path.exists()]  # no pipes, no sockets
    except OSError as error:
        _refuse(Path(error.filename), error)
    if not files:
        raise InputError(f"{_shown(folder)}: the folder holds no files")
    return sorted(files)


def _raise(error: OSError) -> NoReturn:
    raise error


def _opened(path: Path) -> BinaryIO:
    try:
        stream = path.open("rb")
        unpack = packing.unpacker(stream.peek(packing.TELLING)) if stream.seekable() else None
        if unpack is None:
            return stream
        stream.close()
        return cast(BinaryIO, unpack(path))
    except (OSError, ValueError) as error:
        _refuse(path, error)


def _refuse(path: Path, error: OSError | ValueError) -> NoReturn:
    name = _shown(path)
    # ValueError: a zero byte in the path; a text is also often too long for one
    if isinstance(error, (FileNotFoundError, ValueError)) or error.errno == errno.ENAMETOOLONG:
        raise InputError(f"{name}: no such file; a lone str is a path, texts come as a list of str") from None
    raise InputError(f"{name}: cannot be read ({error.strerror or error})") from None


def _shown(path: str | os.PathLike[str]) -> str:
    """A path as errors name it: as it is, unless it is a whole text or would fill more than a line."""
    name = os.fspath(path)
    return name if len(name) <= 200 and name.isprintable() else repr(name[:60]) + "…" * (len(name) > 60)


def _blocks(stream: BinaryIO, name: str, path: Path | None = None) -> Iterator[bytes]:
    """Blocks of a stream without a byte-order mark; a stream that is not text is refused."""
    done = 0
    while block := _read(stream, name, done):
        if done == 0 and block.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError(f"{name}: expected UTF-8, got UTF-16 (byte-order mark); convert it first")
        if (zero := block.find(b"\0")) >= 0:
            what = "a binary file" if path is None else _kind(path)
            raise InputError(f"{name}: expected text, got {what} (a zero byte at {done + zero:,})")
        yield block.removeprefix(b"\xef\xbb\xbf") if done == 0 else block
        done += len(block)


def _kind(path: Path) -> str:
    """What a file is that holds no text."""
    from omnivec.store import formats

    try:
        found = formats.recognised(path) if path.is_file() else None
    except FormatError:
        found = None
    return "a binary file" if found is None else found.title


def _read(stream: BinaryIO, name: str, done: int) -> bytes:
    try:
        block = stream.read(BLOCK)
        while 0 < len(block) < 3 and done == 0 and (more := stream.read(3 - len(block))):
            block += more  # an unbuffered pipe may give less than a byte-order mark
        return block
    except _unreadable() as error:
        raise InputError(f"{name}: cannot be read after byte {done:,} ({error})") from None


def _unreadable() -> tuple[type[Exception], ...]:
    return OSError, *packing.damage()
