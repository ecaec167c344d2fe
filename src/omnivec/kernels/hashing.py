"""Words → the rows of their character n-grams, for a whole vocabulary at once.

Definition: reference/fasttext.py.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, primitive
from omnivec.kernels.primitives import LOW32

BASIS, PRIME = (
    np.uint64(2166136261),
    np.uint64(16777619),
)  # FNV-1a of 32 bits, in 64: Numba has no 32-bit product
SIGN = np.uint64(0xFFFFFF00)
OPEN, CLOSE = np.uint8(ord("<")), np.uint8(ord(">"))


@primitive
def starts_letter(byte):
    """Whether a byte of UTF-8 begins a code point."""
    return byte & 0xC0 != 0x80


@driver
def subwords(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    minn: int,
    maxn: int,
    buckets: int,
    lone: int,
    spans: NDArray[np.int64],
    parts: NDArray[np.int32] | None,
) -> None:
    """Fill spans (words + 1,), and parts if there are any yet: each word's own row, then its n-grams'.

    text, offsets: the words' UTF-8 bytes; the n-gram with hash h has the row words + h mod buckets; the word
    of row `lone` has none.
    """
    words = offsets.shape[0] - 1
    bracketed = np.empty(2 + np.max(np.diff(offsets)), np.uint8)
    spans[0] = 0
    for word in range(words):
        begin, size = offsets[word], offsets[word + 1] - offsets[word]
        bracketed[0], bracketed[size + 1] = OPEN, CLOSE
        bracketed[1 : size + 1] = text[begin : begin + size]
        end, at = size + 2, spans[word]
        if parts is not None:
            parts[at] = word
        at += 1
        for start in range(end if word != lone and maxn > 0 else 0):
            if not starts_letter(bracketed[start]):
                continue
            h, stop, n = BASIS, start, 0
            while n < maxn and stop < end:
                while True:  # a code point; bytes above 127 are taken as negative, as fastText does
                    byte = np.uint64(bracketed[stop])
                    h = ((h ^ byte ^ (SIGN if byte > 127 else np.uint64(0))) * PRIME) & LOW32
                    stop += 1
                    if stop == end or starts_letter(bracketed[stop]):
                        break
                n += 1
                if n >= minn and not (n == 1 and (start == 0 or stop == end)):
                    if parts is not None:
                        parts[at] = words + np.int64(h % np.uint64(buckets))
                    at += 1
        spans[word + 1] = at
