"""What stands beside the words in a list of neighbours: counts, lengths, and whether they are hubs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from omnivec.evaluate.hubness import Hubs
from omnivec.index.cosine import Rows

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class Detail:
    """One word."""

    word: str
    count: int | None
    """Occurrences in the text; None where that is not known."""
    length: float
    """Euclidean length of its vector."""
    occurrences: int
    """In how many lists of the words asked it is, or would be."""

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return asdict(self)


def details(vectors: Vectors, words: Sequence[str], asked: Hubs) -> list[Detail]:
    """Count, length and number of lists of each word, in their order.

    A word that is no key but has a vector, by its parts, has no count. Raises: UnknownKey.
    """
    if not words:
        return []
    rows = np.array([vectors.keys.find(word) for word in words], np.int64)
    matrix: Rows = np.stack([vectors.get_vector(word) for word in words])
    occurrences, counts = asked.occurrences(matrix, rows), vectors.keys.counts
    return [
        Detail(
            word=word,
            count=None if counts is None or row < 0 else int(counts[row]),
            length=float(np.linalg.norm(vector.astype(np.float64))),
            occurrences=int(number),
        )
        for word, row, vector, number in zip(words, rows, matrix, occurrences, strict=True)
    ]
