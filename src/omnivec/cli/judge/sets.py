"""What a word of a call means: a file, or else a named data set; and what they are called in a report."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.failure import NotThere, did_you_mean, existing

if TYPE_CHECKING:
    from omnivec.data.catalogue import DataSet

Data = Annotated[
    str | None, Parameter(metavar="FOLDER", help="Where named sets are. [default: $OMNIVEC_DATA]")
]


def file_or_set(word: str, kind: str) -> Path | DataSet:
    """A file where there is one of this name, else the set of this name and kind.

    Raises: NotThere for what is neither, with a near name; OptionError for a set of another kind.
    """
    if not word or Path(word).exists():
        return Path(existing(word))
    from omnivec.data.catalogue import catalogue, data_set

    if word in catalogue():
        return data_set(word, [kind])
    names = [name for name, one in catalogue().items() if one.kind == kind]
    if near := difflib.get_close_matches(word.lower(), names, 1):
        raise NotThere(f"{word}: no such file, nor a data set{did_you_mean(near)}", near)
    if Path(word).name == word and "." not in word:
        raise NotThere(f"{word}: no such file, nor a data set; omnivec datasets lists those there are")
    return Path(existing(word))  # raises, with a near name in its folder


def folder_of(data: str | None) -> Path | None:
    """`--data` as the sets take it: None where it was not given."""
    return None if data is None else Path(data)


def named(kind: str, words: Iterable[str] | None, data: str | None = None) -> dict[str, Path]:
    """Path by name: a file's without its ending, or the path as given where two share it; a set's own.

    Raises: as `file_or_set`; InputError and FormatError for a set that is not there, or has other bytes.
    """
    found = {word: file_or_set(word, kind) for word in words or ()}
    stems = [Path(word).stem for word in found]
    return {
        word if stems.count(Path(word).stem) > 1 else Path(word).stem: (
            one if isinstance(one, Path) else one.path(folder=folder_of(data))
        )
        for word, one in found.items()
    }
