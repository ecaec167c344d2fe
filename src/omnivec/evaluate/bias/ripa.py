"""RIPA: the inner product of a word with the direction of a pair, vectors taken as they are.

Source: Ethayarajh, Duvenaud, Hirst 2019, Understanding Undesirable Word Embedding Associations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, final

import numpy as np

from omnivec.errors import InputError
from omnivec.evaluate.bias.words import Found, Group, Lookup, coverage_notes, some
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


class Product(NamedTuple):
    """Of one word with the directions of the pairs: mean and standard deviation over them."""

    mean: float
    deviation: float


@final
@dataclass(frozen=True)
class RipaScore(Tabular):
    """Relational inner product association."""

    mean: float
    """Over words and pairs."""
    words: dict[str, Product]
    """By word, the largest first."""
    pairs: tuple[tuple[str, ...], ...]
    unknown_pairs: tuple[str, ...]
    """Words of pairs that have no vector."""
    group: Found

    def as_json(self) -> dict[str, object]:
        """All of it, with coverage."""
        return {
            "mean": self.mean, "words": {word: each._asdict() for word, each in self.words.items()},
            "pairs": len(self.pairs),
            "unknown": list(dict.fromkeys([*self.unknown_pairs, *self.group.unknown])),
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """A row for each word."""
        rows = [(word, each.mean, each.deviation) for word, each in self.words.items()]
        lost = f"; unknown: {some(self.unknown_pairs)}" if self.unknown_pairs else ""
        first, last = self.pairs[0][0], self.pairs[0][-1]
        notes = [
            f"Mean {self.mean:.4f} over {len(self.pairs)} pairs{lost}. Above 0: on the side of {first}, "
            f"below of {last}.", *coverage_notes([self.group]),
        ]  # fmt: skip
        return [ResultTable("RIPA", ("word", "mean product", "deviation"), rows, notes=notes)]


def ripa(vectors: Vectors | Lookup, pairs: Sequence[Sequence[str]], words: Group) -> RipaScore:
    """The product w · (x - y) / |x - y| of each word w with each pair (x, y), both of whose words are known.

    Raises: InputError for pairs of which none is known, or that have equal vectors, and for words of which
    none is.
    """
    lookup = Lookup.of(vectors)
    whole, unknown = lookup.sets(pairs, "the pairs")
    found = lookup.found(words)
    apart = np.stack([each.vectors[0] - each.vectors[-1] for each in whole])
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    if not lengths.all():
        same = whole[int(np.argmin(lengths))].words
        raise InputError(f"the pairs: {' and '.join(same)} have the same vector; they give no direction")
    products = found.vectors @ (apart / lengths).T
    order = np.argsort(-products.mean(axis=1), kind="stable")
    rows = {
        found.words[place]: Product(float(products[place].mean()), float(products[place].std()))
        for place in order
    }
    return RipaScore(float(products.mean()), rows, tuple(each.words for each in whole), unknown, found)
