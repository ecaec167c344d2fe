"""A share of a text, for learning curves: units drawn by a seed, so that a larger share holds a smaller one.

Drawn, not cut off: the beginning of a text is about other things than its end.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from omnivec.data.phrases import Joined, name_of, unwrapped
from omnivec.data.sources import Piece, Source, describe, documents
from omnivec.errors import InputError, OptionError

FEWEST = 20
"""Units from which a share is drawn at least: of fewer, chance decides how much a share is."""


@dataclass(frozen=True)
class Whole:
    """What a text is: bytes of it, unpacked; sha256 of these, with the borders of documents, and phrases."""

    name: str
    bytes: int
    sha256: str


def checked_shares(shares: Iterable[float]) -> list[float]:
    """Shares from small to large, each once. Raises: OptionError for one that is not in (0, 1], or none."""
    found = list(shares)
    for share in found:
        if isinstance(share, (bool, str)) or not 0 < share <= 1:
            raise OptionError(f"share must lie above 0 and not above 1, got {share!r}")
    if not found:
        raise OptionError("a sweep needs a share of the text, such as 1, got none")
    return sorted({float(share) for share in found})


def known(source: Source, told: Callable[[int], None] | None = None) -> Whole:
    """Read a text once to know it again, with the phrases to be joined in it; `told` hears the bytes read.

    Raises: InputError for a source that is missing, unreadable, empty, or can be read only once.
    """
    inner, steps = unwrapped(source)
    again = isinstance(inner, (str, os.PathLike)) or (
        isinstance(inner, Iterable) and iter(inner) is not inner
    )
    if not again or hasattr(inner, "read"):
        raise InputError(
            "a sweep reads its text once for every model, and this one can be read only once; give a file, a "
            "folder or a list"
        )
    digest, size = hashlib.sha256(), 0
    for document in documents(inner):
        for piece in document:
            data = _as_bytes(piece)
            digest.update(data)
            size += len(data)
            if told is not None:
                told(size)
        digest.update(b"\0")  # no text holds one
    if not size:
        raise InputError(f"{describe(inner)}: the corpus is empty")
    for phrases in steps:
        digest.update(
            json.dumps([phrases.connectors, [list(turn.items()) for turn in phrases.turns]]).encode()
        )
    return Whole(name_of(source), size, digest.hexdigest())


def parts(
    source: Source, shares: Iterable[float], folder: Path, *, unit: str = "line", seed: int = 1
) -> Mapping[float, Source]:
    """The text itself for a share of 1, and for each smaller one a file in `folder` of some of its units.

    One pass over the text. unit: line, or paragraph, which ends at an empty line.
    Raises: OptionError for the unit document, whose borders a file does not hold; InputError for a text of
    fewer than FEWEST units, and as every reader.
    """
    smaller = [share for share in shares if share < 1]
    if smaller and unit == "document":
        raise OptionError(
            f"a share of {smaller[0]:g} takes lines or paragraphs, and unit is document; sweep the whole "
            "text, or set unit to line or paragraph"
        )
    found: dict[float, Source] = {1.0: source}
    if not smaller:
        return found
    inner, _ = unwrapped(source)
    draw, count = random.Random(seed), 0
    with ExitStack() as stack:
        paths = {share: folder / f"{unit}-{share:g}.txt" for share in smaller}
        files = {share: stack.enter_context(path.open("wb")) for share, path in paths.items()}
        for lines in _units(inner, unit):
            chance, count = draw.random(), count + 1
            for share, file in files.items():
                if chance < share:
                    file.write(lines)
    if count < FEWEST:
        raise InputError(
            f"{describe(inner)}: a share of the text is drawn from its {unit}s, and it has {count:,}; break "
            f"it into {FEWEST} or more, or sweep the whole text"
        )
    for share, path in paths.items():
        if not path.stat().st_size:
            raise InputError(
                f"{describe(inner)}: a share of {share:g} of its {count:,} {unit}s is nothing; give more"
            )
        found[share] = _within(source, path)
    return found


def _units(source: Source, unit: str) -> Iterator[bytes]:
    """Lines with their ends, or paragraphs with the empty line behind them."""
    held: list[bytes] = []
    for line in _lines(source):
        held.append(line)
        if unit == "line" or not line.strip():
            yield b"".join(held)
            held = []
    if held:
        yield b"".join(held)


def _lines(source: Source) -> Iterator[bytes]:
    """Lines of all documents, each with its end."""
    for document in documents(source):
        rest = b""
        for piece in document:
            if isinstance(piece, bytes):
                *whole, rest = (rest + piece).split(b"\n")
                yield from (line + b"\n" for line in whole)
            else:
                yield _as_bytes(piece)
        if rest:
            yield rest + b"\n"


def _as_bytes(piece: Piece) -> bytes:
    if isinstance(piece, bytes):
        return piece
    return " ".join(piece).encode("utf-8", "surrogatepass") + b"\n"


def _within(source: Any, part: Path) -> Any:
    """A part in the place of its text, in which the same phrases are joined."""
    if isinstance(source, Joined):
        return replace(source, source=_within(source.source, part))
    return part
