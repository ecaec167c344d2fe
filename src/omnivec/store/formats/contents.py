"""What a reader is asked for, and what it gives; what a writer is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.store.builder import Rounding
from omnivec.store.tables import DType, Table

DIM_LIMIT = 1 << 24
"""Numbers in a row, beyond which a header is damaged."""

Told = Callable[[float], None]
"""Hears the share of the work that is done, from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """How a file is to be read.

    limit: the first so many rows only, 0 or more, the rest is not read; dtype: how numbers are stored in
    memory; encoding, errors: of words, errors as Python's `bytes.decode` takes them; vocabulary: path of a
    file of words, for formats that hold none; told: hears how far reading is.

    Raises: OptionError for a limit below 0.
    """

    limit: int | None = None
    dtype: DType = "float32"
    encoding: str = "utf-8"
    errors: str = "replace"
    vocabulary: str | None = None
    told: Told | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 0:
            raise OptionError(f"limit must be 0 or more, got {self.limit}")


class Whole(NamedTuple):
    """What a file, or a model that is written, holds beside keys and vectors."""

    config: Mapping[str, Any]
    """As a model's `config.json`."""
    tables: Mapping[str, NDArray[Any]]
    """As a model's, by name; rows need not be padded nor aligned."""


class Contents(NamedTuple):
    """Keys and their vectors."""

    keys: Sequence[str]
    """All different, in the order of the rows."""
    table: Table
    counts: NDArray[np.int64] | None = None
    """(rows,), how often each key occurred; None where the format has none."""
    rounding: Rounding | None = None
    """What a smaller dtype has cost while it was read."""
    whole: Whole | None = None
    """The rest of a model, where a format has a place for it; `table` then holds its words' own rows."""


class Outline(NamedTuple):
    """What a look at a file tells, without its rows."""

    rows: int
    dim: int
    exact: bool = True
    """Whether `rows` is a count; otherwise it is an estimate from the length of the first rows."""
    config: Mapping[str, Any] | None = None
    """What the file says of a training, as a model's `config.json`."""
    beside: Mapping[str, int] = {}
    """Bytes of tables that are loaded beside the vectors, by name; none with a limit."""
