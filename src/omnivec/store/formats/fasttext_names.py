"""Words and labels of a fastText file: bytes that become keys, and are kept where the keys say less.

Rows belong to words by their number, so that no word can be left out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OptionError
from omnivec.store.formats.contents import Request
from omnivec.store.formats.spelling import utf8
from omnivec.store.keys import Keys

WORDS, LABELS, OTHERS = "words.", "labels.", "others."
"""What the names of tables begin with: words as a file spells them, where its bytes are no UTF-8; labels of a
classifier; labels that stood in the text of another model."""

_RAW = "raw."  # what names of tables get: the bytes of words that are no UTF-8

_log = logging.getLogger("omnivec")


def keys_of(path: Path, raw: list[bytes], counts: NDArray[np.int64], request: Request) -> Keys:
    """The words as keys. Where several become the same one, the later get their row behind a space.

    Raises: FormatError for errors="strict" and a word that is not of the encoding; OptionError.
    """
    texts = utf8(path, raw, request)
    try:
        return Keys.build(Keys.from_encoded(texts), counts)
    except OptionError:
        return Keys.build(Keys.from_encoded(_apart(path, texts)), counts)


def _apart(path: Path, texts: list[bytes]) -> list[bytes]:
    """The texts, told apart by their rows where they are equal; fastText's words hold no spaces."""
    seen: set[bytes] = set()
    apart, again = [], []
    for row, text in enumerate(texts):
        if text in seen:
            again.append(text.decode("utf-8", "surrogatepass"))
            text += b" (row %d)" % row
        seen.add(text)
        apart.append(text)
    if len(seen) < len(texts):
        raise FormatError(f"{path}: its words cannot be told apart; damaged")
    what = f"{len(again):,} words occur again (first {again[0]!r})"
    _log.warning("%s: %s; their rows stand behind them", path, what)
    return apart


def labels_of(tables: Mapping[str, NDArray[Any]], prefix: str = LABELS) -> Keys:
    """The labels among the tables of a model that has them. Raises: FormatError when they are damaged."""
    found = {
        f"keys.{name.removeprefix(prefix)}": table
        for name, table in tables.items()
        if name.startswith(prefix)
    }
    return Keys.from_tables(found)


def label_tables(labels: Keys, prefix: str = LABELS) -> dict[str, NDArray[Any]]:
    """The arrays of labels by the names they have among the tables of a model."""
    return {prefix + name.removeprefix("keys."): table for name, table in labels.tables().items()}


def raw_tables(raw: list[bytes], keys: Keys, prefix: str = "") -> dict[str, NDArray[Any]]:
    """The bytes of words by the names of tables; none where keys say the same."""
    text, tables = b"".join(raw), keys.tables()
    offsets = np.zeros(len(raw) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, raw), np.int64, len(raw)), out=offsets[1:])
    if np.array_equal(offsets, tables["keys.offsets"]) and text == tables["keys.bytes"].tobytes():
        return {}
    return {f"{prefix}{_RAW}bytes": np.frombuffer(text, np.uint8), f"{prefix}{_RAW}offsets": offsets}


def bytes_of(
    tables: Mapping[str, NDArray[Any]], prefix: str
) -> tuple[NDArray[np.uint8], NDArray[np.int64]] | None:
    """The bytes of words and their offsets, as their file spelled them, where keys say something else."""
    name = prefix + _RAW
    return (tables[f"{name}bytes"], tables[f"{name}offsets"]) if f"{name}offsets" in tables else None
