"""What another library must do to propose the rows near a vector."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from omnivec.config import Options
from omnivec.index.cosine import Rows
from omnivec.index.exact import Exact

BESIDE = 10_000_000
"""Bytes that a library takes besides what it holds of rows."""


class Finder(Protocol):
    """An index of rows of length one."""

    def find(self, queries: Rows, k: int, threads: int) -> NDArray[np.int64]:
        """Rows that may be the `k` nearest of each query of length one, (n, k or more) int64; -1 is none."""

    def save(self, file: BinaryIO) -> None:
        """Write what `Kind.load` takes back."""


@dataclass(frozen=True, kw_only=True)
class Kind(Options, ABC):
    """Abstract: a kind of index is its parameters, frozen and checked, and how it is built and loaded."""

    kind: ClassVar[str]
    """What users call it."""
    file: ClassVar[str]
    """Its name in a model folder."""
    maps: ClassVar[bool]
    """Whether a saved index is mapped, not read."""
    remedy: ClassVar[str]
    """What takes less memory."""
    questions: ClassVar[frozenset[str]]
    """Parameters that are of questions, so that a saved index may be asked with others."""

    @abstractmethod
    def need(self, rows: int, dim: int) -> int:
        """Bytes that building takes, and having it where it is not mapped."""

    @abstractmethod
    def build(self, exact: Exact, threads: int, told: Callable[[float], None]) -> Finder:
        """An index of all rows; `told` hears the share done. Raises: MissingExtra."""

    @abstractmethod
    def load(self, path: Path, rows: int, dim: int) -> Finder:
        """An index that was saved. Raises: MissingExtra; FormatError when it is not of `rows` times `dim`."""
