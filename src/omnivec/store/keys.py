"""Key ↔ row over arrays, in memory or mapped. No dictionary is ever built, nothing is decoded on opening.

Five arrays: the keys' UTF-8 bytes one after another, where each starts, a hash table of rows, the rows in the
order of their bytes (for prefixes), and the counts. All are written into the model folder as they are.
"""

from __future__ import annotations

import difflib
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import index
from typing import Any, overload
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OptionError, UnknownKey
from omnivec.store.key_arrays import MIX, decoded, each_of, home_bits, order_of, slots_of

_DTYPES = {"bytes": np.uint8, "offsets": np.int64, "slots": np.int32, "order": np.int32, "counts": np.int64}
_NEAR_AMONG = 50_000  # keys searched for near spellings: the most frequent, in well under 0.1 s

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
        self._shift = 32 - home_bits(len(self))

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
        return cls._numbered(text, offsets, counts, each_of(text.data, offsets.data))

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
            "slots": slots_of(hashes),
            "order": order_of(text, offsets).astype(np.int32),
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
        if len(slots) <= 1 << home_bits(count) or slots[-1] != -1:
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
        return decoded(self._raw(row), row)

    def __iter__(self) -> Iterator[str]:
        return (decoded(key, row) for row, key in enumerate(each_of(self._bytes, self._offsets)))

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
        return [decoded(bytes(self._bytes[start:end]), row) for start, end, row in spans]

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
        slots, slot = self._slots, (crc32(key) * MIX & 0xFFFFFFFF) >> self._shift
        try:
            while (row := slots[slot]) >= 0:
                if self._bytes[self._offsets[row] : self._offsets[row + 1]] == key:
                    return row
                slot += 1
        except IndexError:
            raise FormatError(f"keys.slots leads to row {row:,} of {len(self):,}; damaged") from None
        return -1
