"""Texts whose labels are known, out of whatever holds them: files with a prefix, lines, tokens, pairs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from omnivec.data.sources import documents
from omnivec.data.tokenize import unicode_whitespace
from omnivec.errors import InputError

Example = tuple[str | Sequence[str], Sequence[str]]
"""A text and its labels."""

Examples = str | os.PathLike[str] | BinaryIO | Iterable[Any]
"""A file whose labels are words with a prefix; or an iterable of such lines, or of pairs (text, label or
labels)."""


def examples(source: Examples, prefix: str, whitespace: str = "ascii") -> Iterator[Example]:
    """The texts of a source with their labels, without the prefix; a line of text is one.

    A text keeps the words that are its labels, since a model leaves out what begins with its prefix.
    whitespace: what labels end at, ascii or unicode, as in training.
    Raises: InputError for what cannot be read, and for a tuple that is no pair.
    """
    if (
        isinstance(source, Iterable)
        and not isinstance(source, (str, os.PathLike))
        and not hasattr(source, "read")
    ):
        for item in source:
            if isinstance(item, tuple):
                yield _pair(item, prefix)
            else:
                yield from _lines([item], prefix, whitespace)
    else:
        yield from _lines(source, prefix, whitespace)


def _lines(source: Any, prefix: str, whitespace: str) -> Iterator[Example]:
    mark = prefix.encode()
    for document in documents(source):
        rest = b""
        for piece in unicode_whitespace(document) if whitespace == "unicode" else document:
            if not isinstance(piece, bytes):
                yield list(piece), [token.removeprefix(prefix) for token in piece if token.startswith(prefix)]
                continue
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield _line(line, mark)
        if rest:
            yield _line(rest, mark)


def _line(line: bytes, mark: bytes) -> Example:
    found = [token for token in line.split() if token.startswith(mark)] if mark in line else []
    return line.decode("utf-8", "replace"), [label[len(mark) :].decode("utf-8", "replace") for label in found]


def _pair(item: tuple[Any, ...], prefix: str) -> Example:
    if len(item) == 2 and isinstance(item[0], (str, list)) and isinstance(item[1], Iterable):
        labels = [item[1]] if isinstance(item[1], str) else item[1]
        return item[0], [str(label).removeprefix(prefix) for label in labels]
    raise InputError(f"expected pairs of a text and its label or labels, got {str(item)[:60]!r}")
