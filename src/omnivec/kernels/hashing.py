"""Words → the rows of their character n-grams, for a whole vocabulary at once; lines → those of word n-grams.

Definitions: reference/fasttext.py, reference/classifier.py.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, primitive
from omnivec.kernels.primitives import GAMMA, LOW32, below, mixed
from omnivec.kernels.scan import hashed
from omnivec.store import fnv

# FNV-1a of 32 bits, in 64: Numba has no 32-bit product
BASIS, PRIME, SIGN = np.uint64(fnv.BASIS), np.uint64(fnv.PRIME), np.uint64(fnv.SIGN)
HIGH = np.uint64(0xFFFFFFFF00000000)
OPEN, CLOSE, SLASH, S = (np.uint8(ord(letter)) for letter in "<>/s")


MULTIPLIER = np.uint64(116049371)  # of fastText's hash of word n-grams


@primitive
def fnv_at(text, start, end):
    """FNV-1a of 32 bits over signed bytes, as a signed number's 64 bits: fastText's hash of a token."""
    h = BASIS
    for k in range(start, end):
        byte = np.uint64(text[k])
        h = ((h ^ byte ^ (SIGN if byte > 127 else np.uint64(0))) * PRIME) & LOW32
    return h | (HIGH if h >> np.uint64(31) else np.uint64(0))


@primitive
def token_hash(text, start, end, plain):
    """What a token is in a word n-gram: fastText's hash if plain, else 64 bits."""
    if plain:
        h = fnv_at(text, start, end)
    else:
        h = hashed(text, start, end)
    return h


@driver
def token_hashes(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], plain: int, hashes: NDArray[np.uint64]
) -> None:
    """Fill hashes (words,) of words by their UTF-8 bytes."""
    for word in range(hashes.shape[0]):
        hashes[word] = token_hash(text, offsets[word], offsets[word + 1], plain)


@primitive
def longer(h, x, plain):
    """The hash of an n-gram and one more token x behind it."""
    if plain:
        h = h * MULTIPLIER + x
    else:
        h = mixed(h + GAMMA) ^ x
    return h


@primitive
def bucket_of(h, n, buckets, plain):
    """The bucket of an n-gram: with a salt for each length and a last mix, unless plain."""
    if plain:
        bucket = np.int64(h % np.uint64(buckets))
    else:
        bucket = below(mixed(h + GAMMA * np.uint64(n)), buckets)
    return bucket


@primitive
def starts_letter(byte):
    """Whether a byte of UTF-8 begins a code point."""
    return byte & 0xC0 != 0x80


@primitive
def grams_from(bracketed, start, end, minn, maxn, buckets, base, parts, at):
    """The rows of the n-grams of <word> that begin at one of its letters, in parts from `at` on if there are
    any yet, short before long. Returns the place behind them.
    """
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
                parts[at] = base + np.int64(h % np.uint64(buckets))
            at += 1
    return at


@primitive
def ends_line(text, begin, end):
    """Whether a word is `</s>`, which has no n-grams."""
    return (
        end - begin == 4 and text[begin] == OPEN and text[begin + 1] == SLASH and text[begin + 2] == S
        and text[begin + 3] == CLOSE
    )  # fmt: skip


@driver
def subwords(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    minn: int,
    maxn: int,
    buckets: int,
    spans: NDArray[np.int64],
    parts: NDArray[np.int32] | None,
    own: NDArray[np.int32] | None = None,
    base: int = -1,
) -> None:
    """Fill spans (words + 1,), and parts if there are any yet: each word's own row, then its n-grams'.

    text, offsets: the words' UTF-8 bytes; the n-gram with hash h has the row words + h mod buckets; `</s>`
    has none. own (words,): each word's row where that is not its number, −1 for one that has n-grams alone,
    −2 for one that has nothing; n-grams then begin at row `base`.
    """
    words = offsets.shape[0] - 1
    behind = words if base < 0 else base
    bracketed = np.empty(2 + np.max(np.diff(offsets)), np.uint8)
    spans[0] = 0
    for word in range(words):
        begin, size = offsets[word], offsets[word + 1] - offsets[word]
        bracketed[0], bracketed[size + 1] = OPEN, CLOSE
        bracketed[1 : size + 1] = text[begin : begin + size]
        end, at, row = size + 2, spans[word], word
        if own is not None:
            row = own[word]
        if row >= 0:
            if parts is not None:
                parts[at] = row
            at += 1
        cut = maxn > 0 and row > -2 and not ends_line(text, begin, begin + size)
        for start in range(end if cut else 0):
            if starts_letter(bracketed[start]):
                at = grams_from(bracketed, start, end, minn, maxn, buckets, behind, parts, at)
        spans[word + 1] = at
