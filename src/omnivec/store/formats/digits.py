"""Floats → decimal numbers in bytes, the fewest digits that read back as the same float32.

What `str` writes of a NumPy float32, but for a whole block at once: NumPy tries after how many places behind
the point each number reads back, and takes digits from a table, four at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST, _MOST = 1e-4, 10.0  # magnitudes from the one to below the other are written here, others by `str`
_PLACES = 13  # behind the point: at least nine digits count, and all of them are a whole number below 2^53
_MIDDLE = 7  # places that most numbers of a training need more than, and most that were rounded do not
_OUTWARDS = 1 + 2.0**-26
_TENS = 10.0 ** np.arange(_PLACES + 1)
_FIELD = 15  # places in the table's digits: with the one before the point four times four
_SCALES = 10 ** (_FIELD - np.arange(_PLACES + 1))
_WIDTH = 21  # bytes: the longest number and what stands behind it
_FOURS = np.ravel((np.arange(10_000)[:, None] // [1000, 100, 10, 1] % 10 + ord("0")).astype("u1").view("u4"))
_SIGN, _WHOLE, _POINT, _FRACTION = 0, 1, 2, 3  # columns of a field


def _shown() -> NDArray[np.bool_]:
    """Which bytes of a field are written, by places and sign."""
    columns = np.arange(_WIDTH)
    places = np.arange(_PLACES + 1)[:, None, None]
    fraction = (columns >= _FRACTION) & (columns < _FRACTION + places)
    sign = (columns == _SIGN) & np.array([[False], [True]])
    shown: NDArray[np.bool_] = (
        fraction | sign | (columns == _WHOLE) | (columns == _POINT) | (columns == _WIDTH - 1)
    )
    return shown


_SHOWN = _shown()


def lines(rows: NDArray[np.float32], separator: str) -> list[bytes]:
    """Each row of numbers as a line, `separator` between them and a line end behind them."""
    with np.errstate(invalid="ignore"):  # of a NaN that signals
        values = rows.astype(np.float64).ravel()
    negative, values = np.signbit(values), np.abs(values)
    odd = np.flatnonzero(~((values == 0) | (values >= _LEAST) & (values < _MOST)))
    originals = rows.reshape(-1)[odd]
    values[odd] = 0
    places = _fewest(values)
    fields, shown = _fields(values, places), _SHOWN[places, negative.view(np.int8)]
    fields[:, -1] = ord(separator)
    fields[rows.shape[1] - 1 :: rows.shape[1], -1] = ord("\n")
    for at, number in zip(odd.tolist(), originals, strict=True):
        written = str(number).encode()
        fields[at, : len(written)] = np.frombuffer(written, np.uint8)
        shown[at, :-1] = np.arange(_WIDTH - 1) < len(written)
    text = fields[shown].tobytes()
    ends = np.cumsum(np.count_nonzero(shown.reshape(len(rows), _WIDTH * rows.shape[1]), axis=1)).tolist()
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _fewest(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """After how many places behind the point each number, (n,) from 0 on, reads back."""
    places = np.empty(len(values), np.int64)
    few = _reads_back(values, _MIDDLE)
    for some, tried in ((few, range(1, _MIDDLE + 1)), (~few, range(_MIDDLE + 1, _PLACES + 1))):
        left = np.flatnonzero(some)
        for place in tried:
            found = _reads_back(values[left], place)
            places[left[found]] = place
            left = left[~found]
    return places


def _reads_back(values: NDArray[np.float64], place: int) -> NDArray[np.bool_]:
    """Whether numbers that are rounded to so many places are the same float32."""
    rounded = np.rint(values * _TENS[place]) / _TENS[place]
    # A hair further off, lest a reader that rounds once, and not to float64 before, falls to the other side.
    read = (values + (rounded - values) * _OUTWARDS).astype(np.float32)
    same: NDArray[np.bool_] = read == values.astype(np.float32)
    return same


def _fields(values: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Digits, the first before the point, in bytes (n, _WIDTH); the last byte is left to the caller."""
    digits = np.rint(values * _TENS[places]).astype(np.int64) * _SCALES[places]
    fours = np.empty((len(values), 4), np.uint32)
    for column in (3, 2, 1):
        digits, four = np.divmod(digits, 10_000)
        fours[:, column] = _FOURS[four]
    fours[:, 0] = _FOURS[digits]
    found = np.empty((len(values), _WIDTH), np.uint8)
    all_digits = fours.view(np.uint8)
    found[:, _SIGN], found[:, _WHOLE], found[:, _POINT] = ord("-"), all_digits[:, 0], ord(".")
    found[:, _FRACTION : _FRACTION + _FIELD] = all_digits[:, 1:]
    return found
