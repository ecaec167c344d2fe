"""Word lists as people keep them: a word a line, WEFE's sets, debiaswe's pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias, final

from omnivec.errors import InputError
from omnivec.evaluate.bias.words import Group
from omnivec.evaluate.questions import read_lines

PathOrName: TypeAlias = str | PathLike[str]
Pairs: TypeAlias = tuple[tuple[str, ...], ...]

COMMENTS = (";", "#")
"""What a line begins with that is no word; the first is that of Hu and Liu's opinion lexicon."""


@final
@dataclass(frozen=True)
class BiasTest:
    """Two lists of targets and two of attributes, and where they were published."""

    name: str
    targets: tuple[Group, Group]
    attributes: tuple[Group, Group]
    source: str = ""

    def words(self) -> str:
        """A sentence: what is compared, and who published it."""
        (one, other), (first, second) = self.targets, self.attributes
        paper = f" ({self.source})" if self.source else ""
        return f"{one.name} and {other.name}, by {first.name} and {second.name}{paper}."


def read_words(path: PathOrName) -> Group:
    """A list of words, named as the file without its ending.

    A text has a word a line, which may hold spaces; lines that begin with ; or # are comments. A JSON file
    is a list of words, or of lists whose first item is one.
    Raises: InputError for a file that cannot be read or has no word.
    """
    if _is_json(path):
        listed = _listed(path)
        words = tuple(_first(path, item) for item in listed)
    else:
        words = tuple(_lines(path))
    if not words:
        raise InputError(f"{path}: has no word; one a line is needed")
    return Group(Path(path).stem, words)


def read_pairs(path: PathOrName) -> Pairs:
    """Pairs (or sets) of words: a JSON list of lists, or lines of words parted by tabs, or else by blanks.

    Raises: InputError for a file that cannot be read, has none, or has one of fewer than two words.
    """
    if _is_json(path):
        sets = tuple(tuple(item) if isinstance(item, list) else (item,) for item in _listed(path))
    else:
        sets = tuple(tuple(line.split("\t") if "\t" in line else line.split()) for line in _lines(path))
    for number, words in enumerate(sets, 1):
        if len(words) < 2 or not all(isinstance(word, str) and word for word in words):
            raise InputError(f"{path}, pair {number}: expected two words or more, got {_text(words)}")
    if not sets:
        raise InputError(f"{path}: has no pair; two words a line are needed")
    return sets


def read_sets(path: PathOrName) -> dict[str, Group]:
    """Lists of words by name: a JSON object of lists, as WEFE's WEAT.json.

    Raises: InputError for a file that cannot be read or is none.
    """
    found = _json(path)
    if not isinstance(found, dict) or not all(_is_words(words) for words in found.values()):
        raise InputError(f"{path}: expected a JSON object of lists of words by name")
    return {name: Group(name, tuple(words)) for name, words in found.items()}


def _lines(path: PathOrName) -> list[str]:
    lines = (line.strip() for line in read_lines(path, "utf-8", "a list of words, one a line"))
    return [line for line in lines if line and not line.startswith(COMMENTS)]


def _listed(path: PathOrName) -> list[Any]:
    found = _json(path)
    if not isinstance(found, list):
        raise InputError(f"{path}: expected a JSON list, got an object; name one of its lists instead")
    return found


def _first(path: PathOrName, item: Any) -> str:
    word = item[0] if isinstance(item, list) and item else item
    if not isinstance(word, str) or not word:
        raise InputError(f"{path}: expected words, got {_text(item)}")
    return word


def _json(path: PathOrName) -> Any:
    text = "\n".join(read_lines(path, "utf-8", "word lists as JSON"))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: is not JSON ({error.msg})") from None
    except (RecursionError, ValueError):  # Python reads no number of more than 4,300 digits
        raise InputError(f"{path}: is not JSON that can be read; lists of words were expected") from None


def _is_json(path: PathOrName) -> bool:
    return Path(path).suffix.lower() == ".json"


def _is_words(words: object) -> bool:
    return isinstance(words, list) and bool(words) and all(isinstance(word, str) and word for word in words)


def _text(item: Any) -> str:
    text: Sequence[str] = json.dumps(item, ensure_ascii=False)
    return f"{text[:60]}..." if len(text) > 60 else str(text)
