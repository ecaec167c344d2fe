"""What two sets of vectors have in common: neighbours by word, and which words lie elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.evaluate.intervals import bootstrap
from omnivec.explore.comparison.comparison import Comparison, Mover
from omnivec.explore.comparison.overlap import overlaps
from omnivec.explore.comparison.procrustes import displacements
from omnivec.explore.comparison.shared import Shared, directed, shared
from omnivec.vectors import Vectors

ASKED = 10_000
"""Common words that are asked, the most frequent: of rarer ones neighbours are noise, in every model.

As many, where there are, fit the rotation, which would bring any words together that are fewer than dims.
"""

BANDS = (0, 1_000, 5_000, 20_000, 100_000)
"""How many more frequent common words there are where a band of frequency begins."""

NEAR = 5
"""Neighbours that are told of a word."""


def compare(
    a: Vectors,
    b: Vectors,
    names: tuple[str, str] = ("A", "B"),
    *,
    k: int = 10,
    asked: int | None = ASKED,
    movers: int = 10,
    words: Sequence[str] = (),
    level: float = 0.95,
    seed: int = 1,
) -> Comparison:
    """Compare the neighbours and the places of the words that both sets of vectors have.

    k: neighbours of each word; asked: how many of the common words, the most frequent first, None for all;
    movers: how many of those that lie farthest from their place in the other; words: of your own, shown
    beside them; level, seed: of the bootstrap intervals, over words. Dims may differ.

    Words whose vector is zeros in one of the two are left out and counted.

    Raises: InputError for fewer than 3 common words; OptionError for numbers below 1, and NotFinite.
    """
    for name, number in (("k", k), ("asked", 1 if asked is None else asked)):
        if number < 1:
            raise OptionError(f"{name} must be 1 or more, got {number}")
    if movers < 0:
        raise OptionError(f"movers must be 0 or more, got {movers}")
    both = shared(a, b)
    common = directed(a, b, both)
    if len(common.keys) < 3:
        raise InputError(
            f"three common words or more are needed to compare neighbours, {names[0]} and {names[1]} have "
            f"{len(common.keys)}; are they of one language, and spelled alike?"
        )
    count = len(common.keys)
    k = min(k, count - 1)
    given = {word: _place(a, common, word) for word in words}
    own = [at for at in dict.fromkeys(given.values()) if at >= 0]
    head = np.arange(min(count, asked or count))
    rows = np.union1d(head, np.array(own, np.int64))
    shares, near_a, near_b = overlaps(a, b, common, rows, k)
    fitted = np.arange(min(count, max(len(head), ASKED)))
    more = np.union1d(fitted, rows)
    places = displacements(a.index.unit(common.a[more]), b.index.unit(common.b[more]), len(fitted))
    moved = places[np.searchsorted(more, rows)]
    at = {row: number for number, row in enumerate(rows.tolist())}

    def mover(row: int) -> Mover:
        number = at[row]
        near = ([common.keys[one] for one in found[number, :NEAR].tolist()] for found in (near_a, near_b))
        return Mover(common.keys[row], float(moved[number]), float(shares[number]), *near)

    some = slice(0, len(head))
    farthest = np.argsort(-moved[some], kind="stable")[:movers].tolist()
    return Comparison(
        a=names[0], b=names[1], dims=(a.vector_size, b.vector_size), common=count,
        only_a=len(a) - len(both.keys), only_b=len(b) - len(both.keys), zeros=len(both.keys) - count, k=k,
        words=common.keys[some],
        overlaps=shares[some], displacements=moved[some],
        overlap_interval=bootstrap("mean", shares[some], level=level, seed=seed),
        displacement_interval=bootstrap("mean", moved[some], level=level, seed=seed),
        bands=_bands(shares[some], moved[some]), movers=[mover(row) for row in farthest],
        chosen=[mover(row) for row in own], unknown=[word for word, at in given.items() if at < 0],
    )  # fmt: skip


def _place(a: Vectors, common: Shared, word: str) -> int:
    """Of a word among the common ones, -1 where it is none; it may be in another form of Unicode."""
    found = np.flatnonzero(common.a == a.keys.find(word))
    return int(found[0]) if len(found) else -1


def _bands(
    overlaps: NDArray[np.float64], displacements: NDArray[np.float64]
) -> list[tuple[str, int, float, float]]:
    """Means by frequency; of one band alone none, since the total says that already."""
    count = len(overlaps)
    starts = [start for start in BANDS if start < count]
    if len(starts) < 2:
        return []
    return [
        (f"{start + 1:,}–{stop:,}", stop - start, float(overlaps[start:stop].mean()),
         float(displacements[start:stop].mean()))
        for start, stop in zip(starts, [*starts[1:], count], strict=True)
    ]  # fmt: skip
