"""What a reader is asked for, and what it gives; what a writer is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.store.tables import DType, Rounding, Table

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


class Contents(NamedTuple):
    """Keys and their vectors."""

    keys: Sequence[str]
    """All different, in the order of the rows."""
    table: Table
    counts: NDArray[np.int64] | None = None
    """(rows,), how often each key occurred; None where the format has none."""
    rounding: Rounding | None = None
    """What a smaller dtype has cost while it was read."""


class Outline(NamedTuple):
    """What a look at the beginning tells; less than 1 MB is read."""

    rows: int
    dim: int
    exact: bool = True
    """Whether `rows` is a count; otherwise it is an estimate from the length of the first rows."""
