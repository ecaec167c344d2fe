"""What types are made of, as the kernels read it: the rows of each, and its hash in word n-grams."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.features import Bag
from omnivec.data.ngrams import written


def spelled(bag: Bag, keys: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of words as they are hashed, and where each begins, (words + 1,)."""
    arrays = keys.tables()
    return written(np.array(arrays["keys.bytes"]), np.array(arrays["keys.offsets"]), bag.jamo)


def parts_of(
    bag: Bag, keys: Any, rows: NDArray[np.int32] | None, words: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The rows of each type: its own, then its n-grams'; see `kernels.hashing.subwords`.

    rows: own rows, where they are not the types' numbers; n-grams begin behind `words`.
    """
    text, offsets = spelled(bag, keys)
    own = np.arange(len(offsets) - 1, dtype=np.int32) if rows is None else rows
    if not bag.maxn:
        there = own >= 0
        return np.concatenate([[0], np.cumsum(there)]).astype(np.int64), own[there]
    from omnivec.kernels.hashing import subwords

    spans = np.zeros(len(own) + 1, np.int64)
    given = text, offsets, bag.minn, bag.maxn, bag.buckets, spans
    subwords(*given, None, own, words)
    parts = np.empty(spans[-1], np.int32)
    subwords(*given, parts, own, words)
    return spans, parts


def hashes_of(bag: Bag, keys: Any) -> NDArray[np.uint64]:
    """The hash of each type in word n-grams, (types,)."""
    from omnivec.kernels.hashing import token_hashes

    hashes = np.zeros(len(keys.tables()["keys.offsets"]) - 1, np.uint64)
    if bag.by_row:
        return np.arange(len(hashes), dtype=np.uint64)
    if bag.word_ngrams > 1:
        token_hashes(*spelled(bag, keys), int(bag.plain), hashes)
    return hashes
