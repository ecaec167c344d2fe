"""Which rows a removal is of: those that keep the direction, those that lose it, and pairs made even."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError
from omnivec.evaluate.bias import Direction, Found, Group, Lookup
from omnivec.evaluate.bias.words import two
from omnivec.explore.debias.removal import Rows

FREQUENT = 50_000
"""Rows among which the most biased words are looked for, as Gonen and Goldberg did."""

MOST = 1000
"""Words of a side that are asked, and as many to learn from."""


@final
@dataclass(frozen=True)
class Scope:
    """Rows by what becomes of them."""

    neutral: NDArray[np.bool_]
    """(rows,), whether a word is to lose the direction."""
    specific: int
    """Words of the list of those that keep it which are known."""
    even: tuple[NDArray[np.int64], ...]
    """Rows of the sets that are made alike but for the direction."""
    left_out: tuple[str, ...]
    """Such sets with a word that has no vector, or stands in an earlier set."""
    lists: tuple[Found, ...]
    """What is known of the lists of those that keep it, and of those that lose it."""


def scope(
    lookup: Lookup,
    axis: Direction,
    equalise: Iterable[Sequence[str]],
    specific: Group | None,
    neutral: Group | None,
    *,
    cases: bool,
) -> Scope:
    """Rows by what becomes of them.

    Neutral are the words of `neutral`, or else all but those of `specific`, of the pairs of the direction and
    of the sets to equalise; cases: those sets also in lower, title and upper case.
    Raises: InputError when nothing is neutral, and as `Lookup.found`.
    """
    sets, left_out = _even(lookup, equalise, cases)
    keep, lose = (None if group is None else lookup.found(group) for group in (specific, neutral))
    kept = set(_rows(lookup, keep))
    stays = kept | {lookup.row(word) for pair in axis.pairs for word in pair}
    stays |= {row for rows in sets for row in rows.tolist()}
    chosen = np.full(len(lookup.vectors), lose is None)
    chosen[_rows(lookup, lose)] = True
    chosen[[*stays]] = False
    if not chosen.any():
        raise InputError(
            "every word is specific or in a pair: none is left to lose the direction; shorten the lists"
        )
    return Scope(chosen, len(kept), sets, left_out, tuple(group for group in (keep, lose) if group))


def _rows(lookup: Lookup, found: Found | None) -> list[int]:
    """The rows of the known words of a list."""
    return [] if found is None else [lookup.row(word) for word in found.words]


def _even(
    lookup: Lookup, sets: Iterable[Sequence[str]], cases: bool
) -> tuple[tuple[NDArray[np.int64], ...], tuple[str, ...]]:
    """Rows of the sets all of whose words are known, each row in one set alone."""
    found, taken, missing = list[NDArray[np.int64]](), set[int](), list[str]()
    for words in sets:
        spellings = [tuple(words)]
        if cases:
            spellings += [tuple(map(how, words)) for how in (str.lower, str.title, str.upper)]
        known = False
        for spelled in dict.fromkeys(spellings):
            rows = [lookup.vectors.keys.find(word) for word in spelled]
            known |= any(np.array_equal(rows, earlier) for earlier in found)
            if min(rows) >= 0 and len(set(rows)) == len(rows) > 1 and taken.isdisjoint(rows):
                found.append(np.array(rows))
                taken.update(rows)
                known = True
        missing += [] if known else [" ".join(words)]
    return tuple(found), tuple(missing)


@final
@dataclass(frozen=True)
class Sides:
    """Rows of words on the two sides of a direction, those to be asked and those to learn from."""

    asked: tuple[NDArray[np.int64], NDArray[np.int64]]
    learned: tuple[NDArray[np.int64], NDArray[np.int64]]
    lists: tuple[Found, ...] = ()
    """What is known of the lists that were given."""


def sides(lookup: Lookup, axis: Direction, neutral: NDArray[np.bool_]) -> Sides:
    """The neutral words that lie farthest along a direction, on either side, among the frequent ones.

    Every second of them is asked, the others can be learned from; they are a fifth of the neutral ones on
    each side, or 2,000.
    """
    rows = np.flatnonzero(neutral[:FREQUENT])
    along = np.concatenate([axis.along(part) for part in _parts(lookup, rows)])
    order = rows[np.argsort(-along, kind="stable")]
    count = min(2 * MOST, len(order) // 5)
    first, second = order[:count], order[::-1][:count]
    return Sides((first[::2], second[::2]), (first[1::2], second[1::2]))


def given(lookup: Lookup, groups: Sequence[Group], *, halved: bool) -> Sides:
    """Two lists of one's own; halved: every second word is asked, the others are learned from.

    Of a longer list than 1,000 words (halved: 2,000) as many are taken, evenly from frequent to rare.
    Raises: InputError for a list of which nothing is known, or a word in both; OptionError unless two.
    """
    two(groups, "words to be told apart")
    lists = tuple(lookup.found(group) for group in groups)
    first, second = (np.unique(_rows(lookup, found)) for found in lists)
    if both := np.intersect1d(first, second).tolist():
        word = lookup.vectors.keys[both[0]]
        raise InputError(f"{groups[0].name} and {groups[1].name} both have {word!r}; a word has one side")
    most = 2 * MOST if halved else MOST
    first, second = (
        side[np.linspace(0, len(side) - 1, most).astype(int)] if len(side) > most else side
        for side in (first, second)
    )
    if not halved:
        return Sides((first, second), (first, second), lists)
    return Sides((first[::2], second[::2]), (first[1::2], second[1::2]), lists)


def _parts(lookup: Lookup, rows: NDArray[np.int64]) -> Iterable[Rows]:
    step = 1 << 14
    for start in range(0, max(len(rows), 1), step):
        yield lookup.vectors.table.take(rows[start : start + step]).astype(np.float64)
