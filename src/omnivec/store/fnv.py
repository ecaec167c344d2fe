"""FNV-1a, by which n-grams find their rows: its numbers, and that of 32 bits as fastText takes it.

Source: Fowler, Noll, Vo 1991, draft-eastlake-fnv; for the sign: fastText's `Dictionary::hash`.
"""

from __future__ import annotations

BASIS, PRIME = 2166136261, 16777619
"""Of 32 bits."""
SIGN = 0xFFFFFF00
"""What fastText sets besides in a byte above 127, which it takes as a negative number."""
BASIS64, PRIME64, LAST64 = 0xCBF29CE484222325, 0x100000001B3, 0xBF58476D1CE4E5B9
"""Of 64 bits, and the factor of our last mix: h = (h ^ h >> 29) · LAST64."""


def fnv(text: bytes) -> int:
    """FNV-1a of 32 bits over bytes taken as signed, as fastText does."""
    h = BASIS
    for byte in text:
        h = (h ^ (byte | SIGN if byte > 127 else byte)) * PRIME & 0xFFFFFFFF
    return h
