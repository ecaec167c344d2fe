"""One phrase, and what makes words one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omnivec.errors import OptionError


@dataclass(frozen=True)
class Phrase:
    """One phrase. words: as its pass met them, so that one of them may be a phrase itself; score: of its
    first and last word; turn: the pass that found it, from 1 on.
    """

    words: tuple[str, ...]
    count: int
    score: float
    turn: int = 1


def fault(phrase: Phrase, connectors: Sequence[str]) -> str | None:
    """Why something is no phrase; None for one that is."""
    first, *inside, last = phrase.words if len(phrase.words) > 1 else ("", "")
    if not all(phrase.words) or not first:
        return "a phrase has two words or more"
    if wrong := [word for word in (first, last) if word in connectors]:
        return f"{wrong[0]!r} is a connector, and stands inside phrases alone"
    if wrong := [word for word in inside if word not in connectors]:
        return f"{wrong[0]!r} stands inside and is no connector; longer phrases are found in several passes"
    return None


def check_delimiter(delimiter: object) -> None:
    """Raise OptionError unless words can be joined with it into one that no separator cuts."""
    if not isinstance(delimiter, str) or "\0" in delimiter or delimiter.split() != [delimiter]:
        raise OptionError(f"delimiter must be characters without white space, such as '_', got {delimiter!r}")
