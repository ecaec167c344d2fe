"""How rare words are among texts: inverse document frequency, by which `idf` weighs the words of a mean.

Source: Spärck Jones 1972; smoothed as scikit-learn's tf-idf is, as if one more text had every word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.store.keys import Keys


@final
@dataclass(frozen=True)
class Idf:
    """What texts say of their words: ln((1 + texts) / (1 + those that have the word)) + 1."""

    texts: int
    """How many were counted."""
    having: Mapping[str, int] = field(repr=False)
    """The texts that have a word, by the word; one that none has is the rarest of all."""

    @classmethod
    def of(cls, texts: Iterable[str | Sequence[str]], tokenizer: Callable[[str], Sequence[str]]) -> Idf:
        """Count the words of texts, which are str or tokens, once a text."""
        having, count = Counter[str](), 0
        for count, text in enumerate(texts, 1):  # noqa: B007  (how many there were)
            having.update(set(tokenizer(text) if isinstance(text, str) else text))
        return cls(count, having)

    def weights(self, words: Sequence[str]) -> NDArray[np.float64]:
        """What words are multiplied by, (words,), 1 or more."""
        return self._weights([self.having.get(word, 0) for word in words])

    def of_keys(self, keys: Keys) -> NDArray[np.float64]:
        """The weights of keys, (keys,). The texts' words are looked up, since the keys may be far more."""
        rows, counts = keys.rows(self.having), np.zeros(len(keys), np.int64)
        known = rows >= 0
        # Added up: a word in two of Unicode's spellings is one key.
        np.add.at(counts, rows[known], np.fromiter(self.having.values(), np.int64, len(rows))[known])
        return self._weights(np.minimum(counts, self.texts))

    def _weights(self, having: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.log((1 + self.texts) / (1 + np.asarray(having, np.float64))) + 1
        return found
