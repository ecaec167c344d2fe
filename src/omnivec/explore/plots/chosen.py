"""Words that somebody chose, with their vectors; what becomes of those that have none."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, final, get_args

from omnivec.errors import InputError, OptionError
from omnivec.index.cosine import Rows
from omnivec.vectors import Vectors

_NO_LETTERS = {"Cc", "Cs", "Zl", "Zp"}
"""Controls, halves of surrogate pairs, ends of lines."""

Unknown: TypeAlias = Literal["error", "skip"]


@final
@dataclass(frozen=True, eq=False)
class Chosen:
    """keys: those that have a vector, as they were asked; rows: (keys, dim); unknown: the others."""

    keys: list[str]
    rows: Rows
    unknown: list[str]

    @property
    def names(self) -> list[str]:
        """The keys as they are drawn."""
        return [drawable(key) for key in self.keys]

    @property
    def told(self) -> str:
        """How many are unknown, for a caption; nothing where none is."""
        asked = len(self.keys) + len(self.unknown)
        return f"{len(self.unknown)} of {asked} words unknown" if self.unknown else ""


def chosen(vectors: Vectors, keys: Iterable[str], unknown: Unknown) -> Chosen:
    """Look up some keys; words made of parts have vectors though they are no keys.

    Raises: UnknownKey for one without, unless they are to be skipped; OptionError for a single text in place
    of many, for none, and one given twice; InputError where all are unknown.
    """
    if unknown not in get_args(Unknown):
        raise OptionError(f"unknown must be one of {', '.join(get_args(Unknown))}, got {unknown!r}")
    if isinstance(keys, str):
        raise OptionError(f"expected several words, got the single text {keys!r}; give a list of words")
    asked = list(keys)
    if not asked:
        raise OptionError("no words to draw; name at least one")
    times = Counter(asked)
    if len(times) < len(asked):
        twice = next(key for key in asked if times[key] > 1)
        raise OptionError(f"{twice!r} is given twice; name each word once")
    there = [key for key in asked if unknown == "error" or vectors.composes or key in vectors]
    if not there:
        raise InputError(f"none of {len(asked)} words is known, {asked[0]!r} the first of them")
    known = set(there)
    return Chosen(there, vectors[there], [key for key in asked if key not in known])


def drawable(key: str) -> str:
    """A key as letters that can be drawn: composed, and what is no letter spelled."""
    # Conjoining letters of Hangul are drawn one after the other, so they are composed first.
    composed = unicodedata.normalize("NFC", key)
    return "".join(
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _NO_LETTERS else letter
        for letter in composed
    )
