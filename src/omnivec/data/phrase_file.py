"""A file of phrases: a line that says how they were found, names of the columns, a line for each phrase.

Words stand between single spaces; a token that holds white space itself, or a backslash, is escaped.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from omnivec.data.phrase import Phrase, check_delimiter, fault
from omnivec.data.tokenize import Splitting
from omnivec.errors import FormatError, OmnivecError, OutputError
from omnivec.store.formats.source import created, opened, whole
from omnivec.store.memory import human

log = logging.getLogger("omnivec")

_VERSION = 1
_TITLE = b"# omnivec phrases "
_COLUMNS = ["phrase", "count", "score", "pass"]
_ESCAPES = {" ": "\\s", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}
_SIGNS = {escape: sign for sign, escape in _ESCAPES.items()}
_ESCAPE, _ESCAPED = re.compile(r"[ \t\n\r\\]"), re.compile(r"\\[stnr\\]")
_REMEMBERED = 1 << 25  # bytes that the config of a model holds at most; a million phrases
_TAKES = 8  # times its length: what a file takes in memory as phrases


class Contents(NamedTuple):
    """What a file holds: the fields of `Phrases`, in their order."""

    found: tuple[Phrase, ...]
    delimiter: str
    connectors: tuple[str, ...]
    record: Mapping[str, Any]

    @property
    def head(self) -> dict[str, Any]:
        """All but the phrases, as JSON."""
        return {"delimiter": self.delimiter, "connectors": list(self.connectors), **self.record}


def write(path: str | os.PathLike[str], contents: Contents, *, overwrite: bool) -> None:
    """Write a file. Raises: OutputError as `Phrases.save`."""
    with created(path, overwrite=overwrite) as file:
        file.write(text_of(path, contents))


def text_of(path: str | os.PathLike[str], contents: Contents) -> bytes:
    """The file. Raises: OutputError where a phrase holds half of a surrogate pair."""
    head = {"version": _VERSION, **contents.head}
    lines = [_TITLE.decode() + json.dumps(head, ensure_ascii=False), "\t".join(_COLUMNS)]
    lines += map(_line, contents.found)
    try:
        return "".join(line + "\n" for line in lines).encode()
    except UnicodeEncodeError as error:
        raise OutputError(f"{path}: a phrase holds half a character: {error.object[:60]!a}") from None


def remembered(steps: Iterable[Contents]) -> list[dict[str, Any]]:
    """Phrases as a model's config holds them; none of too many, which is logged."""
    made = [packed(contents) for contents in steps]
    size = sum(len(line.encode()) for each in made for line in each["found"])
    if size > _REMEMBERED:
        log.warning(
            "phrases of %s are more than a model remembers (%s): keep their file, and join what you embed",
            human(size), human(_REMEMBERED),
        )  # fmt: skip
        return []
    return made


def packed(contents: Contents) -> dict[str, Any]:
    """Phrases as JSON, for the config of a model: the first line of a file, and under `found` the others."""
    return {**contents.head, "found": [_line(each) for each in contents.found]}


def unpacked(path: str | os.PathLike[str], packed: object) -> Contents:
    """What `packed` made; path: of the config. Raises: FormatError where it is damaged."""
    record = dict(packed) if isinstance(packed, dict) else {}
    found = record.pop("found", None)
    if not isinstance(found, list) or not all(isinstance(line, str) for line in found):
        raise FormatError(f'{path}: damaged: "phrases" are expected to be listed under "found"')
    return _checked(path, record, [(f"phrase {k}", line) for k, line in enumerate(found, 1)])


def _line(each: Phrase) -> str:
    words = " ".join(_ESCAPE.sub(lambda sign: _ESCAPES[sign[0]], word) for word in each.words)
    return f"{words}\t{each.count}\t{each.score!r}\t{each.turn}"


def read(path: str | os.PathLike[str]) -> Contents:
    """What a file holds. Raises: FormatError, with the line where one is wrong."""
    with opened(Path(path)) as source:
        text = whole(source, "phrases", _TAKES, f"is this a file of phrases? {path}")
    first, *lines = text.removesuffix(b"\n").split(b"\n")
    record, version = _head(path, first)
    if version != _VERSION:
        raise FormatError(f"{path}: written by a newer omnivec (version {version!r} of phrases); update it")
    decoded = [(f"line {number:,}", _decoded(path, number, line)) for number, line in enumerate(lines, 2)]
    if not decoded or decoded[0][1].split("\t") != _COLUMNS:
        raise FormatError(f"{path}: line 2: expected the columns {', '.join(_COLUMNS)}, between tabs")
    return _checked(path, record, decoded[1:])


def _checked(path: str | os.PathLike[str], record: dict[str, Any], lines: list[tuple[str, str]]) -> Contents:
    """What a head and lines say, each line with the name of its place."""
    delimiter, connectors = record.pop("delimiter", None), record.pop("connectors", None)
    if not isinstance(connectors, list) or not all(isinstance(word, str) for word in connectors):
        raise FormatError(f"{path}: line 1: connectors are expected as a list of words, got {connectors!r}")
    try:
        check_delimiter(delimiter)
        Splitting.of(record)
    except OmnivecError as error:
        raise FormatError(f"{path}: line 1: {error}") from None
    found = []
    for place, line in lines:
        phrase = _phrase(path, place, line)
        if why := fault(phrase, connectors):
            raise FormatError(f"{path}: {place}: no phrase: {' '.join(phrase.words)!r}: {why}")
        found.append(phrase)
    return Contents(tuple(found), delimiter, tuple(connectors), record)


def _head(path: str | os.PathLike[str], line: bytes) -> tuple[dict[str, Any], object]:
    if line.startswith(_TITLE):
        try:
            record = json.loads(line.removeprefix(_TITLE))
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            return record, record.pop("version", None)
    raise FormatError(f"{path}: not a file of phrases: it does not begin with '# omnivec phrases {{…}}'")


def _decoded(path: str | os.PathLike[str], number: int, line: bytes) -> str:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: line {number:,}: expected UTF-8, got {line[:40]!r}: {error}") from None


def _phrase(path: str | os.PathLike[str], place: str, line: str) -> Phrase:
    try:
        words, count, score, turn = line.split("\t")
        parts = tuple(_ESCAPED.sub(lambda sign: _SIGNS[sign[0]], word) for word in words.split(" "))
        made = Phrase(parts, int(count), float(score), int(turn))
        if made.count < 1 or not 1 <= made.turn <= 1000 or made.score != made.score:
            raise ValueError
    except ValueError:
        raise FormatError(
            f"{path}: {place}: expected {', '.join(_COLUMNS)}, between tabs, got {line[:60]!r}"
        ) from None
    return made
