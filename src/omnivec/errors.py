"""Everything that can go wrong, as types.

Each type is also the built-in that users already catch, so ``except KeyError`` keeps working::

    OmnivecError
    ├── OptionError      (ValueError)        a name, value or combination of options          exit 2
    ├── InputError       (ValueError)        the corpus: empty, unreadable, nothing left after min_count
    ├── FormatError      (ValueError)        a file: truncated, newer, not a model; names file and place
    ├── UnknownKey       (KeyError)          a word, label or node that is not there; carries near spellings
    ├── OutputError      (OSError)           exists, not writable, disk full; the old model is whole
    ├── NotFinite        (ArithmeticError)   NaN or infinity in given or trained values
    ├── MissingExtra     (ImportError)       names the pip command
    └── NotEnoughMemory  (MemoryError)       need, have, remedies; raised before allocating   exit 3

All others end the command line with exit code 1. A message is one line: what was expected, what came, what
to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

NO_PATH = "a path is needed, got an empty one"
"""For an unset variable of a shell: `Path("")` would be the folder one happens to be in."""


class OmnivecError(Exception):
    """The root: catch it to catch everything that omnivec raises on purpose."""

    exit_code: ClassVar[int] = 1

    def __str__(self) -> str:
        # KeyError would print its message in quotes, OSError its argument tuple.
        return str(self.args[0]) if self.args else type(self).__name__


class OptionError(OmnivecError, ValueError):
    """An option's name, its value, or options that exclude each other."""

    exit_code = 2


class InputError(OmnivecError, ValueError):
    """A corpus or question file that is missing, empty, unreadable, or holds nothing usable."""


class FormatError(OmnivecError, ValueError):
    """A model or vector file that is truncated, damaged, newer than this program, or something else."""


class UnknownKey(OmnivecError, KeyError):
    """A word, label or node that the vocabulary lacks.

    `near` holds up to three close spellings. It is computed when it or the message is first read, so that a
    loop of ``try: v[word]`` / ``except KeyError`` does not pay for it.
    """

    def __init__(self, key: str, find_near: Callable[[str], list[str]] | None = None) -> None:
        super().__init__(key)
        self.key = key
        self._find_near = find_near

    @property
    def near(self) -> list[str]:
        """Close spellings, nearest first; empty when there is none."""
        return self._find_near(self.key) if self._find_near is not None else []

    def __str__(self) -> str:
        near = ", ".join(map(repr, self.near))
        return f"unknown word {self.key!r}" + (f"; near: {near}" if near else "")


class OutputError(OmnivecError, OSError):
    """An output that exists, cannot be written, or does not fit on the disk; what was there is whole."""


class NotFinite(OmnivecError, ArithmeticError):
    """NaN or infinity where numbers were expected."""


class MissingExtra(OmnivecError, ImportError):
    """An optional package that is not installed; the message holds the pip command."""


class NotEnoughMemory(OmnivecError, MemoryError):
    """Raised before anything is allocated. `need` and `have` are bytes."""

    exit_code = 3

    def __init__(self, message: str, need: int, have: int) -> None:
        super().__init__(message)
        self.need = need
        self.have = have
