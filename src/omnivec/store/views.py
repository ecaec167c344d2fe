"""Keys seen as the mapping that gensim's users know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import final

from omnivec.store.keys import Keys


@final
class KeyToIndex(Mapping[str, int]):
    """Key to row, without a dictionary behind it: each look-up asks the hash table of the keys."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def __getitem__(self, key: str) -> int:
        return self._keys.row(key)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"KeyToIndex({len(self):,} keys)"
