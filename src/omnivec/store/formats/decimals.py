"""Decimal numbers in bytes → floats, eight digits at a time.

A third of the time of Python's `float`, with the same bits: the digits become one whole number below 2^53 and
are divided by one power of ten up to 10^14, both exact in float64, so that the only rounding is the
division's (Clinger 1990). Eight digits are one uint64, and three multiplications add them up (D. Lemire,
"Quickly parsing eight digits", 2018); NumPy does this for a whole block of numbers. What is not `-d.ddd…` is
left to the caller.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SLACK = 24  # bytes behind a block, so that eight can be read wherever a number starts
_DIGITS = 14  # with the one before the point 15 digits, below 2^53


def _bytes(value: int) -> np.uint64:
    return np.uint64(value * 0x0101010101010101)


_ZEROS, _HIGH, _OVER_NINE = _bytes(0x30), _bytes(0x80), _bytes(0x76)  # 0x76 + 9 is the last below 0x80
_PAIRS = np.uint64(0x000000FF000000FF)
_TENS = 10 ** np.arange(_DIGITS + 1, dtype=np.uint64)
_SCALES = _TENS.astype(np.float64)


def parse(
    block: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The numbers that stand at block[starts:ends].

    Returns: the values, (n,) float64, and which of them are not valid because they are written in another way
    than an optional minus, one digit, a point and 1 to 14 digits.
    """
    padded = block + bytes(_SLACK)
    text = np.frombuffer(padded, np.uint8)
    eights = np.ndarray((len(padded) - 7,), np.dtype("<u8"), padded, 0, (1,))  # eight bytes from each byte on
    negative = text[starts] == ord("-")
    first = starts + negative
    digits = ends - first - 2
    whole = text[first].astype(np.uint64) ^ np.uint64(0x30)
    odd = (text[first + 1] != ord(".")) | (digits < 1) | (digits > _DIGITS) | (whole > 9)
    digits = np.clip(digits, 0, _DIGITS)
    total, bad = _eight(eights[first + 2], np.maximum(8 - digits, 0))
    odd |= bad != 0
    total += whole * _TENS[np.minimum(digits, 8)]
    long = np.flatnonzero(digits > 8)  # a third of what is written with the fewest digits, none with %f
    if len(long):
        rest = digits[long] - 8
        low, bad = _eight(eights[np.minimum(first[long] + 10, len(eights) - 1)], 8 - rest)
        odd[long] |= bad != 0
        total[long] = total[long] * _TENS[rest] + low
    values = total.astype(np.float64) / _SCALES[digits]
    np.negative(values, out=values, where=negative)
    return values, odd


def _eight(
    text: NDArray[np.uint64], missing: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Eight characters without the last `missing` as a number; and not zero where one is no digit."""
    text ^= _ZEROS
    # The first character is the lowest byte: zeros come in before it.
    text <<= (missing << 3).astype(np.uint64)
    bad = ((text + _OVER_NINE) | text) & _HIGH
    text = text * np.uint64(10) + (text >> np.uint64(8))
    pairs = (text & _PAIRS) * np.uint64(100 + (1_000_000 << 32))
    pairs += (text >> np.uint64(16) & _PAIRS) * np.uint64(1 + (10_000 << 32))
    return pairs >> np.uint64(32), bad
