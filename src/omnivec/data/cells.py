"""`Cells`: how often the words of a text stand near each other, as a sparse matrix in memory or in one file.

The file has the safetensors layout, so other programs can read it: the vocabulary with its counts, where each
row starts, the columns, the weights, and in the header's dictionary how the text was read and counted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from omnivec.data.phrases import Phrases
from omnivec.data.vocabulary import Vocabulary
from omnivec.errors import FormatError, InputError
from omnivec.store import replace, safetensors
from omnivec.store.formats import refused
from omnivec.store.formats.sample import Sample
from omnivec.store.keys import Keys

FORMAT, VERSION = "omnivec cells", 1
WEIGHTINGS = ("distance", "one", "expected")
"""A pair at distance d in a window of w words weighs 1/d, 1, or (w + 1 − d)/w, which is what a radius drawn
uniformly from 1 … w gives on average."""

_BLOCK = 1 << 22  # cells looked at together
_MARK = 64  # bytes that tell a file of cells


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """How often words stand near each other: one cell for each pair that does, by row, then by column.

    vocabulary: the words of rows and columns; starts (words + 1,) int64: the cells of row r are those from
    starts[r] to starts[r + 1]; columns (n,) int32; weights (n,) float32, all above 0. window, weighting,
    symmetric: how they were counted; not symmetric: the row is the word that comes first. fingerprint: of the
    text, as `omnivec.data.fingerprint` makes it. name: where the text came from; invalid: its tokens that
    were not UTF-8; phrases: what was joined in it; reading: the options it was read with.
    """

    vocabulary: Vocabulary
    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    weights: NDArray[np.float32]
    window: int
    weighting: str
    symmetric: bool
    fingerprint: Mapping[str, Any]
    name: str
    invalid: int = 0
    phrases: tuple[Phrases, ...] = ()
    reading: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> int:
        """Rows, and columns."""
        return len(self.vocabulary)

    def __len__(self) -> int:
        return len(self.columns)

    def __repr__(self) -> str:
        sides = "" if self.symmetric else ", one-sided"
        how = f"window {self.window}, {self.weighting}{sides}"
        return f"<Cells: {len(self):,} of {self.words:,} words, {how}, of {self.name}>"

    @property
    def rows(self) -> NDArray[np.int32]:
        """The row of each cell, (n,) int32; made anew from `starts`, four bytes a cell."""
        return np.repeat(np.arange(self.words, dtype=np.int32), np.diff(self.starts))

    def check_words(self, words: Sequence[str], whose: str) -> None:
        """Raise InputError unless rows are just these words; `whose` they are stands in the message."""
        if len(words) != self.words:
            raise InputError(
                f"{self.name}: its cells are of {self.words:,} words, {whose} has {len(words):,}; "
                "count the text again with that vocabulary"
            )
        pairs = enumerate(zip(self.vocabulary.keys, words, strict=True))
        other = next((row for row, (ours, theirs) in pairs if ours != theirs), None)
        if other is not None:
            raise InputError(
                f"{self.name}: its cells are of another vocabulary: row {other:,} is "
                f"{self.vocabulary.keys[other]!r}, and {words[other]!r} in {whose}; count the text again "
                "with that vocabulary"
            )

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        told: Callable[[float], None] | None = None,
    ) -> None:
        """Write one file, which takes its name when it is whole; `told` hears the share written.

        Raises: OutputError when the path exists and `overwrite` is not set, or it cannot be written. What was
        there is whole then.
        """
        with replace.replacing(path, overwrite=overwrite) as file:
            self.write(file, path, told)

    def write(
        self, file: BinaryIO, path: str | os.PathLike[str], told: Callable[[float], None] | None = None
    ) -> None:
        """`save` into an open file, which is to be called `path`."""
        tables, metadata = self._tables(), self._metadata()
        replace.check_room(path, safetensors.file_size(tables, metadata))
        safetensors.put_tables(file, tables, metadata, told)

    def _tables(self) -> dict[str, NDArray[Any]]:
        words = self.vocabulary
        keys = words.keys if isinstance(words.keys, Keys) else Keys.build(words.keys)
        tables = {**keys.tables(), "keys.counts": words.counts}
        return {**tables, "starts": self.starts, "columns": self.columns, "weights": self.weights}

    def _metadata(self) -> dict[str, str]:
        from omnivec.data.phrase_file import packed

        record = {
            "window": self.window, "weighting": self.weighting, "symmetric": self.symmetric,
            "fingerprint": dict(self.fingerprint), "name": self.name, "invalid": self.invalid,
            "total": self.vocabulary.total, "types": self.vocabulary.types, "reading": dict(self.reading),
            "phrases": [packed(each.contents) for each in self.phrases],
        }  # fmt: skip
        return {"format": FORMAT, "version": str(VERSION), "record": json.dumps(record)}

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Map what `save` wrote.

        Raises: FormatError when the file is missing, damaged, or no file of cells; NotEnoughMemory when the
        system allows no mapping of its size.
        """
        from omnivec.data.phrase_file import unpacked

        place = Path(path)
        try:
            with place.open("rb") as file:
                arrays = safetensors.Arrays(place, file)
                record = _record(place, arrays.metadata)
                tables = arrays.map()
        except OSError as error:
            raise FormatError(f"{path}: {error.strerror or error}") from None
        keys, counts = _checked(place, tables)
        return cls(
            vocabulary=Vocabulary(keys, counts, record["total"], record["types"]),
            starts=tables["starts"], columns=tables["columns"], weights=tables["weights"],
            window=record["window"], weighting=record["weighting"], symmetric=record["symmetric"],
            fingerprint=record["fingerprint"], name=record["name"], invalid=record["invalid"],
            phrases=tuple(Phrases(*unpacked(path, each)) for each in record["phrases"]),
            reading=record["reading"],
        )  # fmt: skip


def is_cells(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a file of cells, also a cut one; decided by how it begins, whatever its name."""
    place = Path(path)
    try:
        if not place.is_file():  # who opens and closes a pipe has taken its writer away
            return False
        with place.open("rb") as file:
            return refused.cells(Sample(place, file.read(_MARK)))
    except (OSError, ValueError):
        return False


_RECORD = {
    "window": int, "weighting": str, "symmetric": bool, "fingerprint": dict, "name": str, "invalid": int,
    "total": int, "types": int, "reading": dict, "phrases": list,
}  # fmt: skip


def _record(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    if metadata.get("format") != FORMAT:
        raise FormatError(f"{path}: no file of cells; omnivec cooccur writes one")
    if metadata.get("version") != str(VERSION):
        version = metadata.get("version")
        raise FormatError(f"{path}: written by a newer omnivec (version {version!r} of cells); update it")
    try:
        record = json.loads(metadata.get("record", ""))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: the record of the cells is not JSON ({error}); damaged") from None
    for name, kind in _RECORD.items():
        found = record.get(name) if isinstance(record, dict) else None
        if type(found) is not kind:
            raise FormatError(f"{path}: the record of the cells says {found!r} for {name!r}; damaged")
    if record["window"] < 1 or record["weighting"] not in WEIGHTINGS:
        what = f"window {record['window']}, weighting {record['weighting']!r}"
        raise FormatError(f"{path}: the record of the cells says {what}; damaged")
    for name in ("tokens", "tokens_in_vocabulary", "units"):
        if type(found := record["fingerprint"].get(name)) is not int:
            raise FormatError(f"{path}: the record of the cells says {found!r} for {name!r}; damaged")
    return dict(record)


_ARRAYS = {"starts": np.int64, "columns": np.int32, "weights": np.float32, "keys.counts": np.int64}


def _checked(path: Path, tables: Mapping[str, NDArray[Any]]) -> tuple[Keys, NDArray[np.int64]]:
    """The words and their counts, of tables that a kernel may read without looking at bounds."""
    for name, dtype in _ARRAYS.items():
        array = tables.get(name)
        if array is None or array.dtype != dtype or array.ndim != 1:
            found = "missing" if array is None else f"{array.dtype} of shape {array.shape}"
            raise FormatError(f"{path}: {name} must be {np.dtype(dtype)} of one axis, is {found}; damaged")
    try:
        keys = Keys.from_tables(tables)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    starts, columns, weights = tables["starts"], tables["columns"], tables["weights"]
    cells = len(columns)
    if len(starts) != len(keys) + 1 or starts[0] != 0 or starts[-1] != cells or len(weights) != cells:
        raise FormatError(
            f"{path}: {len(keys):,} words, {len(starts):,} borders of rows, {cells:,} columns and "
            f"{len(weights):,} weights do not fit together; damaged"
        )
    if len(keys) < 2 or not cells:
        raise FormatError(f"{path}: {cells:,} cells of {len(keys):,} words, nothing to learn from; damaged")
    if (starts[1:] < starts[:-1]).any():  # differences may be beyond 64 bits
        raise FormatError(f"{path}: a row ends before it starts; damaged")
    for first in range(0, cells, _BLOCK):
        some, heavy = columns[first : first + _BLOCK], weights[first : first + _BLOCK]
        if some.min() < 0 or some.max() >= len(keys):
            raise FormatError(f"{path}: a column is none of the {len(keys):,} words; damaged")
        if not (heavy.min() > 0 and np.isfinite(heavy.max())):  # NaN is not above 0
            raise FormatError(f"{path}: a weight is no number above 0; damaged")
    return keys, tables["keys.counts"]
