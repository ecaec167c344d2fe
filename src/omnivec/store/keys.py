"""Key ↔ row over arrays, in memory or mapped. No dictionary is ever built, nothing is decoded on opening.

Five arrays: the keys' UTF-8 bytes one after another, where each starts, a hash table of rows, the rows in the
order of their bytes (for prefixes), and the counts. All are written into the model folder as they are.
"""

from __future__ import annotations

import difflib
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from operator import index
from typing import Any, overload
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OptionError, UnknownKey

_DTYPES = {"bytes": np.uint8, "offsets": np.int64, "slots": np.int32, "order": np.int32, "counts": np.int64}
_NEAR_AMONG = 50_000  # keys searched for near spellings: the most frequent, in well under 0.1 s
_BLOCK = 1 << 16  # keys taken apart at once while iterating
_LOOKED_AT = 32  # first bytes of a key that NumPy sorts by
_LOW = np.uint64(0xFFFFFFFF)

BUILDING = 120
"""Bytes a key that `Keys.from_bytes` takes beside the text and the offsets, at most for a moment."""


class Keys(Sequence[str]):
    """The keys of a table in the order of its rows: a sequence of strings that also finds a string's row.

    Made by `build` or `from_tables`. Keys may be any strings: empty, with spaces, with lone surrogates.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._arrays = dict(arrays)
        # A memoryview answers an index with a plain int, three times faster than an array's NumPy scalar.
        self._bytes, self._offsets, self._slots = (
            arrays[name].data for name in ("bytes", "offsets", "slots")
        )
        self._shift = 32 - _bits(len(self))

    @classmethod
    def build(cls, keys: Iterable[str], counts: NDArray[np.int64] | None = None) -> Keys:
        """Number the keys in their order; they are stored as given (not normalised).

        `counts`, (number of keys,) int64, says how often each occurred. `Keys` are not numbered anew.

        Raises: OptionError when a key occurs twice (the first such is named), a key is no string, or counts
        have another length.
        """
        if not isinstance(keys, Keys):
            try:
                keys = cls.from_encoded([key.encode("utf-8", "surrogatepass") for key in keys])
            except AttributeError:
                raise OptionError("keys must be strings") from None
        if counts is None:
            return keys
        if np.shape(counts) != (len(keys),):
            raise OptionError(
                f"counts must have one number for each of {len(keys):,} keys, got {np.shape(counts)}"
            )
        counts = np.array(counts, np.int64)
        counts.flags.writeable = False
        return cls({**keys._arrays, "counts": counts})

    @classmethod
    def from_encoded(cls, keys: Sequence[bytes]) -> Keys:
        """Number keys that are UTF-8 already. Raises: OptionError when a key occurs twice."""
        offsets = np.zeros(len(keys) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, keys), np.int64, len(keys)), out=offsets[1:])
        return cls._numbered(np.frombuffer(b"".join(keys), np.uint8), offsets, None, keys)

    @classmethod
    def from_bytes(
        cls, text: NDArray[np.uint8], offsets: NDArray[np.int64], counts: NDArray[np.int64] | None = None
    ) -> Keys:
        """Number keys whose UTF-8 bytes lie one after another in `text`; key i starts at ``offsets[i]``.

        Raises: OptionError when a key occurs twice; FormatError when the offsets do not divide the text.
        """
        count = len(offsets) - 1
        if count < 0 or offsets[0] != 0 or offsets[-1] != len(text) or (np.diff(offsets) < 0).any():
            raise FormatError(f"the offsets do not divide {len(text):,} bytes into {count:,} keys")
        return cls._numbered(text, offsets, counts, _each(text.data, offsets.data))

    @classmethod
    def _numbered(
        cls,
        text: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        counts: NDArray[np.int64] | None,
        each: Iterable[bytes],
    ) -> Keys:
        """`each` is what `text` and `offsets` hold; who has the bytes already need not cut them out again."""
        hashes = np.fromiter(map(crc32, each), np.uint64, len(offsets) - 1)
        arrays: dict[str, NDArray[Any]] = {
            "bytes": text,
            "offsets": offsets,
            "slots": _slots(hashes),
            "order": _order(text, offsets).astype(np.int32),
        }
        if counts is not None:
            arrays["counts"] = np.array(counts, np.int64)
        for array in arrays.values():
            array.flags.writeable = False
        return cls(arrays)

    @classmethod
    def from_tables(cls, tables: Mapping[str, NDArray[Any]]) -> Keys:
        """The keys in the arrays that `tables` gave, e.g. those of a mapped file; other arrays are ignored.

        Raises: FormatError when one is missing or they do not fit together. Only ends are looked at, so that
        opening does not read the file; damage in the middle is found by the lookup that meets it.
        """
        # Another writer's file may not be aligned, and a memoryview does not take such an array: copied then.
        arrays = {
            name: np.require(tables[f"keys.{name}"], requirements="A")
            for name in _DTYPES
            if f"keys.{name}" in tables
        }
        for name, dtype in _DTYPES.items():
            if name not in arrays and name != "counts":
                raise FormatError(f"the table keys.{name} is missing; not a model, or damaged")
            if name in arrays and (arrays[name].dtype != dtype or arrays[name].ndim != 1):
                found = f"{arrays[name].dtype} of shape {arrays[name].shape}"
                raise FormatError(f"keys.{name} must be {np.dtype(dtype)} of one axis, got {found}")
        count, offsets, slots = len(arrays["order"]), arrays["offsets"], arrays["slots"]
        if len(offsets) != count + 1 or offsets[0] != 0 or offsets[-1] != len(arrays["bytes"]):
            raise FormatError(f"keys.offsets do not divide keys.bytes into {count:,} keys; damaged")
        if len(slots) <= 1 << _bits(count) or slots[-1] != -1:
            raise FormatError(f"keys.slots has no room for {count:,} keys; damaged")
        if "counts" in arrays and len(arrays["counts"]) != count:
            raise FormatError(
                f"keys.counts has {len(arrays['counts']):,} numbers for {count:,} keys; damaged"
            )
        return cls(arrays)

    def tables(self) -> dict[str, NDArray[Any]]:
        """The arrays by the names they have in a model folder, `from_tables` takes them back.

        ``keys.bytes`` (b,) uint8 · ``keys.offsets`` (n + 1,) int64 · ``keys.slots`` (s,) int32 ·
        ``keys.order`` (n,) int32 · ``keys.counts`` (n,) int64 when there are counts.
        """
        return {f"keys.{name}": array for name, array in self._arrays.items()}

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How often each key occurred, (n,) int64, read-only; None when unknown."""
        return self._arrays.get("counts")

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        row = index(row)
        if not -len(self) <= row < len(self):
            raise IndexError(f"row must lie between 0 and {len(self) - 1:,}, got {row:,}")
        row %= len(self)
        return _decoded(self._raw(row), row)

    def __iter__(self) -> Iterator[str]:
        return (_decoded(key, row) for row, key in enumerate(_each(self._bytes, self._offsets)))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.find(key) >= 0

    def __eq__(self, other: object) -> bool:
        """Whether `other` is a sequence of the same strings."""
        if not isinstance(other, Sequence) or isinstance(other, str) or len(other) != len(self):
            return False
        return all(one == another for one, another in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"Keys({len(self):,})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Keys, (self._arrays,)  # memoryviews cannot be sent to another process, arrays can

    def find(self, key: str) -> int:
        """The row of a key, -1 when it is absent. A miss is tried again in NFC, Unicode's composed form."""
        row = self._find(key.encode("utf-8", "surrogatepass"))
        if row < 0 and not unicodedata.is_normalized("NFC", key):
            row = self._find(unicodedata.normalize("NFC", key).encode("utf-8", "surrogatepass"))
        return row

    def exact(self, key: str) -> int:
        """The row of a key as it is written, -1 when it is absent."""
        return self._find(key.encode("utf-8", "surrogatepass"))

    def rows(self, keys: Iterable[str]) -> NDArray[np.int64]:
        """The row of each key, (number of keys,) int64, -1 where it is absent."""
        return np.fromiter(map(self.find, keys), np.int64)

    def at(self, rows: NDArray[np.int64]) -> list[str]:
        """The keys of the given rows (n,), which must exist; three times as fast as one after the other."""
        offsets = self._arrays["offsets"]
        spans = zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), rows.tolist(), strict=True)
        return [_decoded(bytes(self._bytes[start:end]), row) for start, end, row in spans]

    def row(self, key: str) -> int:
        """The row of a key.

        Raises: UnknownKey, whose near spellings come from the 50,000 first rows and are computed when read.
        """
        row = self.find(key)
        if row < 0:
            raise UnknownKey(key, self.near)
        return row

    def near(self, key: str, limit: int = 3) -> list[str]:
        """Close spellings among the 50,000 first keys, nearest first, those that differ in case before."""
        among = list(islice(self, _NEAR_AMONG))
        folded = key.casefold()
        same = [other for other in among if other.casefold() == folded]
        # difflib's ratio is 2·common / (both lengths). For 0.75 the shorter must have 0.6 of the longer's
        # length, and at most 0.4 of the key's letters may be missing: two tests that spare most comparisons.
        low, high = len(key) * 0.6, len(key) / 0.6
        letters = set(key)
        fits = [other for other in among if low <= len(other) <= high]
        close = [other for other in fits if len(letters.difference(other)) <= 0.4 * len(key)]
        near = difflib.get_close_matches(key, close, limit, 0.75)
        return [*same, *(other for other in near if other not in same)][:limit]

    def prefix(self, text: str, limit: int = 10) -> list[str]:
        """Up to `limit` keys that start with `text`, the most frequent first; without counts in row order."""
        rows = self._starting(text.encode("utf-8", "surrogatepass"))
        if not len(rows) and not unicodedata.is_normalized("NFC", text):
            rows = self._starting(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass"))
        ranked = np.sort(rows)
        if self.counts is not None:
            ranked = ranked[np.argsort(-self.counts[ranked], kind="stable")]
        return [self[row] for row in ranked[:limit].tolist()]

    def _starting(self, text: bytes) -> NDArray[np.int32]:
        order = self._arrays["order"]

        def head(row: int) -> bytes:
            return self._raw(row)[: len(text)]

        return order[bisect_left(order.data, text, key=head) : bisect_right(order.data, text, key=head)]

    def _raw(self, row: int) -> bytes:
        return bytes(self._bytes[self._offsets[row] : self._offsets[row + 1]])

    def _find(self, key: bytes) -> int:
        slots, slot = self._slots, (crc32(key) * _MIX & 0xFFFFFFFF) >> self._shift
        try:
            while (row := slots[slot]) >= 0:
                if self._bytes[self._offsets[row] : self._offsets[row + 1]] == key:
                    return row
                slot += 1
        except IndexError:
            raise FormatError(f"keys.slots leads to row {row:,} of {len(self):,}; damaged") from None
        return -1


# 2^32 over the golden ratio, odd: the product's top bits depend on all bits of the checksum.
_MIX = 0x9E3779B1


def _bits(count: int) -> int:
    """log2 of the hash table's homes: at least two for each key."""
    return max(1, (2 * count - 1).bit_length())


def _slots(hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Open addressing with linear probing, filled in one sweep: by rising home, each row takes the next slot.

    Rows pushed over the end stand in a tail, so a search never wraps around; the last slot stays -1.
    """
    bits = _bits(len(hashes))
    homes = (hashes * np.uint64(_MIX) & np.uint64(0xFFFFFFFF)) >> np.uint64(32 - bits)
    steps = np.arange(len(homes))
    # The row below its home in one number: sorting these takes a tenth of the time of a stable argsort.
    rows = (np.sort(homes << np.uint64(32) | steps.astype(np.uint64)) & _LOW).astype(np.int64)
    taken = np.maximum.accumulate(homes[rows].astype(np.int64) - steps) + steps
    slots = np.full(max(1 << bits, int(taken[-1]) + 1 if len(taken) else 0) + 1, -1, np.int32)
    slots[taken] = rows
    return slots


def _each(text: memoryview, offsets: memoryview) -> Iterator[bytes]:
    """The bytes of each key, a block at a time."""
    for start in range(0, len(offsets) - 1, _BLOCK):
        ends = offsets[start : start + _BLOCK + 1].tolist()
        block, base = bytes(text[ends[0] : ends[-1]]), ends[0]
        for begin, end in pairwise(ends):
            yield block[begin - base : end - base]


def _order(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows by their bytes. OptionError when two keys are equal.

    Eight bytes are one number, sorted at NumPy's speed; rows that agree in them are sorted among each other
    by the next eight, and what agrees in all that are looked at by Python.
    """

    def key(row: int) -> bytes:
        return text[offsets[row] : offsets[row + 1]].tobytes()

    starts, lengths = offsets[:-1], np.diff(offsets)
    padded = np.append(text, np.zeros(8, np.uint8))
    eights = np.ndarray((len(text) + 1,), ">u8", padded, 0, (1,))  # eight bytes from each byte on
    order = np.arange(len(starts))
    # The places that are not decided, and which of them agree so far.
    places, group = np.arange(len(starts)), np.zeros(len(starts), np.uint64)
    for depth in range(0, _LOOKED_AT, 8):
        rows = order[places]
        left = np.clip(lengths[rows] - depth, 0, 8)
        others = (64 - 8 * left).astype(np.uint64)  # bits that belong to the next key
        heads = eights[np.minimum(starts[rows] + depth, len(text))].astype(np.uint64) >> others << others
        by = np.argsort(heads)
        # Back into their groups, which a sort of group above place does without a stable argsort.
        sorted_by = np.sort(group[by] << np.uint64(32) | np.arange(len(by), dtype=np.uint64)) & _LOW
        by = by[sorted_by.astype(np.int64)]
        order[places], heads = rows[by], heads[by]
        differ = (heads[1:] != heads[:-1]) | (group[1:] != group[:-1])
        tied = ~np.append(True, differ) | ~np.append(differ, True) if len(by) else differ
        group = np.cumsum(np.append(False, differ)[: len(by)], dtype=np.uint64)[tied]
        places = places[tied]
    last = sorted(np.sort(order[places]).tolist(), key=key)
    # The sort is stable, so of two equal keys the second is the later row.
    again = min((later for row, later in pairwise(last) if key(row) == key(later)), default=None)
    if again is not None:
        first = next(row for row in last if key(row) == key(again))
        raise OptionError(
            f"keys must differ; {_decoded(key(again), again)!r} stands in rows {first:,} and {again:,}"
        )
    order[places] = last
    return order


def _decoded(key: bytes, row: int) -> str:
    try:
        return key.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise FormatError(f"the key of row {row:,} is not UTF-8 ({error.reason}); damaged") from None
