"""How often word n-grams of a text share a bucket, beside what chance alone would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.corpus import Reading
from omnivec.data.features import HASHES, Bag
from omnivec.data.parts import hashes_of
from omnivec.data.sources import Source
from omnivec.errors import InputError, OptionError

_GAMMA, _MULTIPLIER = np.uint64(0x9E3779B97F4A7C15), np.uint64(116049371)


@dataclass(frozen=True)
class Collisions:
    """Of one hash: different n-grams, buckets they fall into, buckets there are."""

    hash: str
    ngrams: int
    taken: int
    buckets: int

    @property
    def rate(self) -> float:
        """Share of the different n-grams that came to a bucket another one had taken."""
        return 1 - self.taken / self.ngrams if self.ngrams else 0.0

    @property
    def expected(self) -> float:
        """The same of a hash that throws each into any bucket, 1 − b (1 − (1 − 1/b)ⁿ) / n."""
        if not self.ngrams:
            return 0.0
        taken = (
            -self.buckets * np.expm1(self.ngrams * np.log1p(-1 / self.buckets)) if self.buckets > 1 else 1.0
        )
        return float(1 - taken / self.ngrams)

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {**asdict(self), "rate": self.rate, "expected": self.expected}


def audit(
    source: Source, word_ngrams: int = 2, buckets: int = 2_000_000, hashes: Sequence[str] = HASHES
) -> list[Collisions]:
    """Hash all different n-grams of two to `word_ngrams` words of a text, by each hash, into one table.

    Raises: InputError for a text without two words in a line, and as `fit`; OptionError.
    """
    if word_ngrams < 2 or buckets < 1 or not set(hashes) <= set(HASHES):
        raise OptionError(
            f"an audit needs word_ngrams of 2 or more, buckets of 1 or more, hashes of {', '.join(HASHES)}; "
            f"got {word_ngrams}, {buckets} and {', '.join(hashes)}"
        )
    corpus = Reading(unit="line", min_count=1).corpus(source)
    keys = corpus.vocabulary.keys
    found = distinct(corpus.tokens, corpus.units, word_ngrams)
    if not found:
        raise InputError(f"{corpus.name}: no line holds two words")
    told = []
    for name in hashes:
        bag = Bag(name, 0, 0, buckets, word_ngrams, name == "fasttext", None)
        of_words = hashes_of(bag, keys)
        rows = np.concatenate([_buckets(of_words[grams], buckets, bag.plain) for grams in found])
        told.append(Collisions(name, len(rows), len(np.unique(rows)), buckets))
    return told


def distinct(tokens: NDArray[np.int32], units: NDArray[np.int64], n: int) -> list[NDArray[np.int32]]:
    """The different n-grams of each length from two to n, (n-grams, length); none crosses a unit."""
    unit = np.repeat(np.arange(len(units) - 1), np.diff(units))
    names, types, found = tokens.astype(np.int64), int(tokens.max(initial=0)) + 1, []
    for length in range(2, n + 1):
        whole = unit[: len(unit) - length + 1] == unit[length - 1 :]
        if not whole.any():
            break
        last = tokens[length - 1 :].astype(np.int64)
        # A number for what an n-gram begins with, and its last word: exact, whatever the length.
        _, place, names = np.unique(names[: len(last)] * types + last, return_index=True, return_inverse=True)
        inside = np.zeros(len(place), np.bool_)
        inside[names[whole]] = True
        first = np.full(len(place), len(tokens))
        np.minimum.at(first, names[whole], np.flatnonzero(whole))
        found.append(tokens[first[inside][:, None] + np.arange(length)])
    return found


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _buckets(hashes: NDArray[np.uint64], buckets: int, plain: bool) -> NDArray[np.uint64]:
    """The bucket of each n-gram by the hashes of its words (n-grams, length); see `features.word_ngrams`."""
    h = hashes[:, 0]
    for x in hashes[:, 1:].T:
        h = h * _MULTIPLIER + x if plain else _mixed(h + _GAMMA) ^ x
    if plain:
        return h % np.uint64(buckets)
    salt = np.uint64(int(_GAMMA) * hashes.shape[1] % 2**64)
    return (_mixed(h + salt) >> np.uint64(32)) * np.uint64(buckets) >> np.uint64(32)
