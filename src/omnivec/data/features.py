"""Texts → the rows they are the mean of: those of words, of their n-grams, of n-grams of words.

NumPy alone, so that a model that is only looked up loads no compiler. Definition: reference/classifier.py;
for many texts at once: kernels/means.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.ngrams import LINE_END, Subwords
from omnivec.errors import FormatError
from omnivec.store.fnv import BASIS64, LAST64, PRIME64, fnv
from omnivec.store.keys import Keys
from omnivec.store.tables import Table, empty_table

_MASK, _GAMMA, _MULTIPLIER = 2**64 - 1, 0x9E3779B97F4A7C15, 116049371
_PIECE = 1 << 10  # words composed at once: their rows then stay in the caches


HASHES = ("omnivec", "fasttext")
"""Of word n-grams: ours, with a table of their own, or fastText's, in the table of character n-grams."""

LEFT_OUT = "left out"
"""What a model says of unknown words that vanish before n-grams are formed."""

SENT2VEC = "sent2vec"
"""The hash of sent2vec's files: fastText's formula, of the words' rows in place of their letters."""


@dataclass(frozen=True)
class Bag:
    """What a text is the mean of: its words, their character n-grams, word n-grams of up to `word_ngrams`.

    Rows are the words', then `buckets` for characters, then as many for word n-grams; `shared`: one table for
    both. line_end: a token at the end of every text; jamo: Hangul as letters wherever a word is hashed;
    known_only: words without a row vanish before n-grams are formed, which then reach over them; cut_at: a
    token before which a text ends.
    """

    hash: str
    minn: int
    maxn: int
    buckets: int
    word_ngrams: int
    shared: bool
    line_end: str | None
    jamo: str = "none"
    known_only: bool = False
    cut_at: str | None = None

    @classmethod
    def of(cls, features: Mapping[str, Any]) -> Bag:
        """As a model's `config.json` describes it; fastText puts an end to every line.

        Raises: FormatError for a hash that is not known, since its rows would be others.
        """
        known = features.get("hash", "fasttext")
        if known not in (*HASHES, SENT2VEC):
            kinds = ", ".join((*HASHES, SENT2VEC))
            raise FormatError(
                f"expected n-grams hashed by one of {kinds}, this model says {known!r}; upgrade"
            )
        return cls(
            hash=known,
            shared=bool(features.get("shared", known in ("fasttext", SENT2VEC))),
            line_end=features.get("line_end", LINE_END if known == "fasttext" else None),
            jamo=features.get("jamo", "none"),
            known_only=features.get("unknown") == LEFT_OUT,
            cut_at=LINE_END if known in ("fasttext", SENT2VEC) else None,
            **{name: int(features[name]) for name in ("minn", "maxn", "buckets", "word_ngrams")},
        )

    @property
    def plain(self) -> bool:
        """Whether word n-grams are hashed as fastText does."""
        return self.hash in ("fasttext", SENT2VEC)

    @property
    def by_row(self) -> bool:
        """Whether a word is hashed by its row."""
        return self.hash == SENT2VEC

    @property
    def letters(self) -> Subwords:
        """How words are cut."""
        return Subwords(self.minn, self.maxn, self.buckets, self.jamo)

    def base(self, words: int) -> int:
        """The first row of word n-grams, behind `words` words."""
        return words + (0 if self.shared or not self.maxn else self.buckets)

    def size(self, words: int) -> int:
        """Rows in all."""
        tables = (self.maxn > 0) + (self.word_ngrams > 1)
        return words + self.buckets * (min(tables, 1) if self.shared else tables)

    def rows(self, tokens: Sequence[str], keys: Keys) -> NDArray[np.int64]:
        """The rows of a text's features, one that stands twice twice; `tokens` holds no labels."""
        words, found = len(keys), list[int]()
        tokens = self.cut(tokens)
        if self.known_only:
            tokens = [token for token in tokens if keys.exact(token) >= 0]
        whole = [*tokens, self.line_end] if self.line_end is not None else tokens
        for token in whole:
            found += self.token_rows(token, keys)
        if self.word_ngrams > 1:
            hashes = [self._hash(token, keys) for token in whole]
            base = self.base(words)
            found += [base + gram for gram in word_ngrams(hashes, self.word_ngrams, self.buckets, self.plain)]
        return np.array(found, np.int64)

    def cut(self, tokens: Sequence[str]) -> Sequence[str]:
        """The tokens before the one at which a text ends."""
        return tokens[: tokens.index(self.cut_at)] if self.cut_at in tokens else tokens

    def _hash(self, token: str, keys: Keys) -> int:
        return keys.exact(token) if self.by_row else token_hash(self.letters.written(token), self.plain)

    def token_rows(self, token: str, keys: Keys) -> list[int]:
        """The row of a token, if it has one, and those of its n-grams."""
        row = keys.exact(token)
        letters = self.letters.rows(token, len(keys)).tolist() if self.maxn else []
        return [row, *letters] if row >= 0 else letters


@lru_cache(1 << 14)
def token_hash(token: str, plain: bool) -> int:
    """What a token is in a word n-gram: 64 bits; if plain, fastText's 32 with their sign repeated."""
    text = token.encode("utf-8", "surrogatepass")
    if plain:
        h = fnv(text)
        return h | 0xFFFFFFFF00000000 if h >> 31 else h
    h = BASIS64
    for byte in text:
        h = (h ^ byte) * PRIME64 & _MASK
    return (h ^ (h >> 29)) * LAST64 & _MASK


def _mixed(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def word_ngrams(hashes: Sequence[int], n: int, buckets: int, plain: bool) -> list[int]:
    """The buckets of the n-grams of two to n tokens, from left to right, short before long."""
    found = []
    for i, h in enumerate(hashes):
        for length, x in enumerate(hashes[i + 1 : i + n], 2):
            if plain:
                h = (h * _MULTIPLIER + x) & _MASK
                found.append(h % buckets)
            else:
                h = _mixed((h + _GAMMA) & _MASK) ^ x
                found.append((_mixed((h + _GAMMA * length) & _MASK) >> 32) * buckets >> 32)
    return found


def composed(inputs: Table, spans: NDArray[np.int64], parts: NDArray[Any]) -> NDArray[np.float32]:
    """Every word as the mean of its rows, a new table (words, padded width).

    Word w is the mean of inputs[parts[spans[w] : spans[w + 1]]], of which there is one or more. Whoever
    composes a word does it here, so that its digits are the same everywhere.
    """
    words, dim = len(spans) - 1, inputs.dim
    table = empty_table(words, dim)
    for first in range(0, words, _PIECE):
        last = min(first + _PIECE, words)
        rows = inputs.take(parts[spans[first] : spans[last]])
        counts = np.diff(spans[first : last + 1])
        table[first:last, :dim] = np.add.reduceat(rows, spans[first:last] - spans[first], axis=0)
        table[first:last, :dim] /= counts[:, None].astype(np.float32)
    return table
