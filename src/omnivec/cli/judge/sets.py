"""What a word of a call means: a file, or else a named data set."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from omnivec.cli.failure import NotThere, did_you_mean, existing

if TYPE_CHECKING:
    from omnivec.data.catalogue import DataSet


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
    return Path(existing(word))  # raises, with a near name in its folder
