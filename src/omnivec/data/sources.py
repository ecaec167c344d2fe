"""Where text comes from: files, folders, compressed files, standard input, Python iterables.

A lone str or path-like is a path. Inside an iterable, path-like objects are files, str are texts, lists and
tuples are tokens. Everything comes out as documents, and a document as pieces: bytes of text, or lists of
tokens.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from omnivec.errors import InputError

Source = str | os.PathLike[str] | BinaryIO | Iterable[str | os.PathLike[str] | list[str] | tuple[str, ...]]
Piece = bytes | list[str] | tuple[str, ...]

BLOCK = 1 << 21
"""Bytes read at a time: large enough that reading costs nothing, small enough to stay in the cache until they
are scanned.
"""


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
                yield iter([_piece(item)])
    else:
        raise InputError(
            f"expected a path or an iterable of texts, paths or token lists, got {type(source).__name__}"
        )


def describe(source: Source) -> str:
    """One word for a model card: the file's name, or what kind of object was given."""
    if isinstance(source, (str, os.PathLike)):
        return Path(source).name
    if isinstance(source, (io.RawIOBase, io.BufferedIOBase)):
        name = getattr(source, "name", None)
        return "standard input" if source is getattr(sys.stdin, "buffer", None) else str(name or "a stream")
    return f"Python {type(source).__name__}"


def _piece(item: object) -> Piece:
    if isinstance(item, str):
        return item.encode("utf-8", "surrogatepass")
    if isinstance(item, (list, tuple)):
        wrong = next((token for token in item if not isinstance(token, str)), None)
        if wrong is None:
            return item
        raise InputError(
            f"a list in the corpus holds its tokens as str, got {wrong!r} ({type(wrong).__name__})"
        )
    raise InputError(f"the corpus may hold texts (str), paths (Path) and lists of tokens, got {item!r}")


def _files(source: str | os.PathLike[str]) -> Iterator[Iterator[bytes]]:
    path = Path(source)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        if not files:
            raise InputError(f"{path}: the folder holds no files")
    else:
        files = [path]
    for file in files:
        with _opened(file) as stream:
            yield _blocks(stream, str(file))


def _opened(path: Path) -> BinaryIO:
    try:
        stream = path.open("rb")
        magic = stream.read(6) if stream.seekable() else b""
        if stream.seekable():
            stream.seek(0)
        if magic.startswith(b"\x1f\x8b"):
            return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
        if magic == b"\xfd7zXZ\x00":
            return cast(BinaryIO, lzma.LZMAFile(stream))
        return stream
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; a lone str is a path, texts come as a list of str") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def _blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Blocks of a stream without a byte-order mark; a stream that is not text is refused."""
    done = 0
    while True:
        try:
            block = stream.read(BLOCK)
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:  # damaged gzip and xz as well
            raise InputError(f"{name}: cannot be read after byte {done:,} ({error})") from None
        if not block:
            return
        if done == 0 and block.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError(f"{name}: expected UTF-8, got UTF-16 (byte-order mark); convert it first")
        if (zero := block.find(b"\0")) >= 0:
            raise InputError(f"{name}: expected text, got a binary file (a zero byte at {done + zero:,})")
        yield block.removeprefix(b"\xef\xbb\xbf") if done == 0 else block
        done += len(block)
