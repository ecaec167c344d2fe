"""The words of a list that vectors have: which are known, which not, and what becomes of the unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, NotFinite, OptionError
from omnivec.evaluate.words import Words

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

POLICIES = ("skip", "refuse")
"""What becomes of unknown words: they are left out and told, or nothing is measured."""

MANY_LOST = 0.2
"""Share of a list that may be unknown without a note; WEFE measures nothing beyond it."""

WORDS_SHOWN = 10
"""Unknown words that a note names."""


@final
@dataclass(frozen=True)
class Group:
    """A named list of words."""

    name: str
    words: tuple[str, ...]


@final
@dataclass(frozen=True, eq=False)
class Found:
    """What is known of a list. `vectors` (words, dim) float64; a word that a list has twice is one word."""

    name: str
    words: tuple[str, ...]
    vectors: NDArray[np.float64] = field(repr=False)
    unknown: tuple[str, ...]

    @property
    def asked(self) -> int:
        """Different words in the list."""
        return len(self.words) + len(self.unknown)

    @property
    def counts(self) -> tuple[int, int]:
        """Known words, and asked ones."""
        return len(self.words), self.asked

    def as_json(self) -> dict[str, object]:
        """Name and coverage."""
        return {
            "name": self.name, "words": self.asked, "covered": len(self.words), "unknown": list(self.unknown)
        }  # fmt: skip


@final
class Lookup:
    """Finds words in vectors, alike for every list.

    Args: `fold_case`: a word that is no key as it is written may be one in other case, of several spellings
    the most frequent; `unknown`: "skip" or "refuse"; `unseen`: words that are no keys count, too, by what
    their parts say, where words have parts.
    Raises: OptionError for another policy.
    """

    def __init__(
        self, vectors: Vectors, *, fold_case: bool = True, unknown: str = "skip", unseen: bool = False
    ) -> None:
        if unknown not in POLICIES:
            raise OptionError(f"unknown must be one of {', '.join(POLICIES)}, got {unknown!r}")
        self.vectors, self.fold_case, self.unknown, self.unseen = vectors, fold_case, unknown, unseen
        self._words = Words(vectors, restrict=None, fold_case=fold_case, exact=True, unseen=unseen)

    @classmethod
    def of(cls, vectors: Vectors | Lookup) -> Lookup:
        """A lookup as it is, or that of vectors with the defaults."""
        return vectors if isinstance(vectors, Lookup) else cls(vectors)

    def alike(self, vectors: Vectors) -> Lookup:
        """A lookup of other vectors that finds words as this one does."""
        return Lookup(vectors, fold_case=self.fold_case, unknown=self.unknown, unseen=self.unseen)

    def row(self, word: str) -> int:
        """The row of a word, -1 when it is unknown. Keys that are written alike come first."""
        return self._words.row(word)

    def vector(self, word: str) -> NDArray[np.float64] | None:
        """The vector of a word (dim,) float64, None when it is unknown. Raises: NotFinite."""
        found = self._words.vector(word)
        if found is None:
            return None
        if not np.isfinite(found).all():
            raise NotFinite(
                f"the vector of {word!r} holds NaN or infinity; only finite numbers can be compared: leave "
                "the word out of the list"
            )
        known: NDArray[np.float64] = found.astype(np.float64)
        return known

    def found(self, group: Group) -> Found:
        """The known words of a list.

        Raises: InputError for an empty list, one of which nothing is known, and, when told to refuse, for
        an unknown word; NotFinite for a vector that holds NaN or infinity.
        """
        asked = list(dict.fromkeys(group.words))
        if not asked:
            raise InputError(f"{group.name}: has no word; a list of one or more words is needed")
        known = {word: vector for word in asked if (vector := self.vector(word)) is not None}
        missing = tuple(word for word in asked if word not in known)
        if missing and self.unknown == "refuse":
            raise InputError(
                f"{group.name}: {len(missing)} of {len(asked)} words are unknown: {some(missing)}; leave "
                'them out of the list, or let unknown be "skip"'
            )
        if not known:
            raise InputError(
                f"{group.name}: none of its {len(asked)} words is known ({some(missing)}); is the list of "
                "the language and spelling of the vectors?"
            )
        return Found(group.name, tuple(known), np.stack([*known.values()]), missing)

    def sets(self, sets: Iterable[Sequence[str]], what: str) -> tuple[list[Found], tuple[str, ...]]:
        """The sets (of two or more words) all of whose words are known, and the unknown words of others.

        `what` they are is their name, and stands in messages.
        Raises: InputError as `found`, and for a set with fewer than two different words.
        """
        whole, missing, asked = list[Found](), list[str](), 0
        for words in sets:
            asked += 1
            given = tuple(dict.fromkeys(words))
            if len(given) < 2:
                raise InputError(f"{what}: a pair needs two different words, got {' '.join(words)!r}")
            vectors = [self.vector(word) for word in given]
            lost = [word for word, vector in zip(given, vectors, strict=True) if vector is None]
            missing += lost
            if not lost:
                whole.append(Found(what, given, np.stack([v for v in vectors if v is not None]), ()))
        unknown = tuple(dict.fromkeys(missing))
        if unknown and self.unknown == "refuse":
            raise InputError(
                f"{what}: {len(unknown)} words are unknown: {some(unknown)}; leave them out of the list, or "
                'let unknown be "skip"'
            )
        if not whole:
            lacking = f" ({some(unknown)} unknown)" if unknown else ""
            raise InputError(f"{what}: of {asked} pairs none has both words known{lacking}; one is needed")
        return whole, unknown


def two(groups: Sequence[Group], what: str) -> None:
    """Raise OptionError unless there are two lists; `what` they are stands in the message."""
    if len(groups) != 2:
        raise OptionError(f"{what} must be two lists of words, got {len(groups)}")


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows (n, dim) at length one; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


def some(words: Sequence[str]) -> str:
    """The first few words."""
    more = f" and {len(words) - WORDS_SHOWN:,} more" if len(words) > WORDS_SHOWN else ""
    return ", ".join(words[:WORDS_SHOWN]) + more


def coverage_notes(groups: Iterable[Found]) -> list[str]:
    """A sentence of how many words were found, and one for each list that has lost many."""
    all_of = list(groups)
    asked, found = sum(group.asked for group in all_of), sum(len(group.words) for group in all_of)
    missing = tuple(dict.fromkeys(word for group in all_of for word in group.unknown))
    lost = f"; left out: {some(missing)}." if missing else "."
    return [f"{found:,} of {asked:,} words are known{lost}", *many_lost(all_of)]


def many_lost(groups: Iterable[Found]) -> list[str]:
    """A sentence for each list that has lost so many words that it may be another one."""
    return [
        f"{group.name} has lost {len(group.unknown):,} of {group.asked:,} words: what is left may say "
        "something else."
        for group in groups
        if len(group.unknown) > MANY_LOST * group.asked
    ]
