"""Question files: pairs of words with a judgement, and analogies in sections."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from io import BytesIO
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from omnivec.errors import InputError, OptionError
from omnivec.store import packing

log = logging.getLogger("omnivec")

TAB = "\t"

PathOrName: TypeAlias = str | PathLike[str]
Question: TypeAlias = tuple[str, str, str, str]


class Pair(NamedTuple):
    """Two words and how similar people found them, on any scale."""

    left: str
    right: str
    judgement: float


@dataclass(frozen=True)
class Section:
    """Analogies of one kind: a is to b as c is to d."""

    name: str
    questions: list[Question] = field(default_factory=list)


def read_pairs(path: PathOrName, delimiter: str | None = None, encoding: str = "utf-8") -> list[Pair]:
    """Lines of word, word, number; lines with # are comments.

    Args: `delimiter` stands between the three. None: a tab in lines that have one, else blanks, commas and
    semicolons. Other lines, such as a header, are skipped and logged as one warning.

    Raises: InputError for a file that cannot be read or has no such line.
    """
    pairs, skipped = [], []
    for number, line in enumerate(read_lines(path, encoding), 1):
        if (pair := _pair(line, delimiter)) is not None:
            pairs.append(pair)
        elif line.strip() and not line.startswith("#"):
            skipped.append(number)
    report_skipped(path, skipped, f"WORD, WORD, NUMBER with {delimiter or TAB!r} between", found=len(pairs))
    return pairs


def read_analogies(path: PathOrName) -> list[Section]:
    """Sections that start with a line ``: NAME`` and hold lines of four words.

    Other lines are skipped and logged as one warning.

    Raises: InputError for a file that cannot be read, has no question, or one before the first section.
    """
    sections: list[Section] = []
    skipped = []
    for number, line in enumerate(read_lines(path, "utf-8"), 1):
        words = line.split()
        if line.startswith(": "):
            sections.append(Section(line.lstrip(": ").strip()))
        elif len(words) == 4 and sections:
            sections[-1].questions.append((words[0], words[1], words[2], words[3]))
        elif len(words) == 4:
            raise InputError(
                f"{path}, line {number}: expected ': SECTION' before the first question, got {line!r}"
            )
        elif words:
            skipped.append(number)
    report_skipped(path, skipped, "four words", found=sum(len(section.questions) for section in sections))
    return sections


def _pair(line: str, delimiter: str | None) -> Pair | None:
    if line.startswith("#"):
        return None
    if delimiter is None and TAB not in line:
        fields = re.split(r"[\s,;]+", line.strip())
    else:
        fields = line.split(delimiter or TAB)
    try:
        left, right, number = fields
        judgement = float(number)
    except ValueError:
        return None
    return Pair(left, right, judgement) if isfinite(judgement) else None


def read_lines(path: PathOrName, encoding: str, wanted: str = "a question file") -> list[str]:
    """The lines of a text file, packed or not, without their ends, or an InputError that says what it is."""
    content = _content(path, wanted)
    if not content.strip():
        raise InputError(f"{path}: is empty; expected {wanted}")
    if b"\0" in content and "16" not in encoding and "32" not in encoding:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise InputError(f"{path}, line {line}: a binary file; expected {wanted} in {encoding} text")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: is not {encoding} text ({error.reason}); convert it first"
        ) from None
    except LookupError:
        raise OptionError(f"encoding must be one that Python knows, got {encoding!r}") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _content(path: PathOrName, wanted: str) -> bytes:
    try:
        content = Path(path).read_bytes()
        unpack = packing.unpacker(content[: packing.TELLING])
        return content if unpack is None else bytes(unpack(BytesIO(content)).read())
    except packing.damage() as error:
        raise InputError(f"{path}: packed, and damaged or cut ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); expected {wanted}") from None


def report_skipped(path: PathOrName, skipped: list[int], wanted: str, found: int) -> None:
    """Log which lines were skipped. Raises: InputError where nothing else was found."""
    if not found:
        first = skipped[0] if skipped else 1
        raise InputError(f"{path}, line {first}: expected {wanted}; no line of the file is such a question")
    if skipped:
        log.warning(
            "%s: %d lines are not %s and were skipped, first line %d", path, len(skipped), wanted, skipped[0]
        )
