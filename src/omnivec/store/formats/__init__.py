"""Every foreign format of vectors behind one table: how it is recognised, read and written.

A format is recognised by its content, never by its name; names of files only choose what is written. Our own
model folder is not in the table: `omnivec.store.folder` reads it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omnivec.errors import FormatError, OptionError
from omnivec.store.formats import book_pickle, static_embedding, word2vec
from omnivec.store.formats.contents import Contents, Outline, Request
from omnivec.store.formats.sample import Sample, sampled
from omnivec.store.tables import DType


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format; what it cannot do is None.

    name: what users call it, `--from` and `--to`; title: how it is told of; suffixes: of names that choose it
    for writing, the first of the table wins; sniff: whether a sample is of the format, None where only its
    name chooses it (a pickle that runs code, or what nothing in the file tells); read, outline: all of it, or
    rows and dim; write(path, contents, overwrite=, told=) writes the whole or nothing; instead: what to do
    with a file that is recognised and not read; holds: what it keeps beside keys and float32 numbers:
    "counts", "float16", "int8"; rounds: the type that all numbers take when they are written;
    opens: how other tools open what was written, `{path}` stands for its name.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = ()
    sniff: Callable[[Sample], bool] | None = None
    read: Callable[[Path, Request], Contents] | None = None
    outline: Callable[[Path, Request], Outline] | None = None
    write: Callable[..., None] | None = None
    instead: str = ""
    holds: tuple[str, ...] = ()
    rounds: DType | None = None
    opens: str = ""


FORMATS: tuple[Format, ...] = (
    Format(
        name="book-pickle", title="the book's float16 pickle", suffixes=(".pkl",), sniff=book_pickle.sniff,
        read=book_pickle.read, outline=book_pickle.outline, write=book_pickle.write, holds=("float16",),
        rounds="float16", opens="pickle.load(open('{path}', 'rb'))",
    ),
    Format(
        name="static-embedding", title="a StaticEmbedding or model2vec folder", sniff=static_embedding.sniff,
        read=static_embedding.read, outline=static_embedding.outline, write=static_embedding.write,
        opens="SentenceTransformer('{path}')",
    ),
    Format(
        name="word2vec-text", title="word2vec text", suffixes=(".txt", ".vec"), sniff=word2vec.sniff_text,
        read=word2vec.read_text, outline=word2vec.outline, write=word2vec.write_text,
    ),
    Format(
        name="word2vec", title="word2vec binary", suffixes=(".bin",), sniff=word2vec.sniff_binary,
        read=word2vec.read_binary, outline=word2vec.outline, write=word2vec.write_binary,
    ),
)  # fmt: skip
"""Looked through in this order: what is more particular stands before what is more general."""


def named(name: str) -> Format:
    """The format of this name. Raises: OptionError that lists the names."""
    for known in FORMATS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise OptionError(f"format must be one of {names}, got {name!r}")


def recognised(path: str | os.PathLike[str]) -> Format | None:
    """The format of a file or folder, by its content; gzip and xz are looked into. None where none fits.

    Raises: FormatError when it cannot be read.
    """
    return _known(sampled(Path(path)))


def detect(path: str | os.PathLike[str]) -> Format:
    """The format of a file or folder as `recognised` finds it.

    Raises: FormatError listing what was tried when no format fits, or the file cannot be read.
    """
    sample = sampled(Path(path))
    if (known := _known(sample)) is not None:
        return known
    tried = ", ".join(known.title for known in FORMATS if known.sniff is not None)
    what = "a folder with " + (", ".join(sorted(sample.names)[:4]) or "nothing in it")
    start = what if sample.is_folder else f"it starts with {sample.head[:16]!r}"
    raise FormatError(f"{path}: not a known format of vectors, {start}; tried: {tried}")


def _known(sample: Sample) -> Format | None:
    fitting = (known for known in FORMATS if known.sniff is not None and known.sniff(sample))
    return next(fitting, None)


def read(
    path: str | os.PathLike[str],
    request: Request = Request(),  # noqa: B008  (frozen)
    format: str | None = None,
) -> Contents:
    """Keys, table and counts of a file or folder of a known format, recognised unless `format` names it.

    Raises: FormatError for an unknown or damaged file, or one that is recognised and not read;
    NotEnoughMemory before the table is allocated; MissingExtra where a package is needed.
    """
    known = detect(path) if format is None else named(format)
    if known.read is None:
        raise FormatError(f"{path}: {known.title} is not read; {known.instead}")
    return known.read(Path(path), request)


def outline(
    path: str | os.PathLike[str],
    request: Request = Request(),  # noqa: B008  (frozen)
    format: str | None = None,
) -> tuple[Format, Outline]:
    """The format of a file, its rows and dim, from less than 1 MB of it.

    Raises: as `read` does.
    """
    known = detect(path) if format is None else named(format)
    if known.outline is None:
        raise FormatError(f"{path}: {known.title} is not read; {known.instead}")
    return known, known.outline(Path(path), request)


__all__ = [
    "FORMATS",
    "Contents",
    "Format",
    "Outline",
    "Request",
    "Sample",
    "detect",
    "named",
    "outline",
    "read",
    "recognised",
]
