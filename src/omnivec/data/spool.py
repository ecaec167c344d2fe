"""Numbers whose amount nobody knows beforehand: in memory, and past a share of it in a file."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from omnivec.errors import OutputError
from omnivec.store import memory

IN_MEMORY = 0.25
"""Share of the available memory that they may take; beyond it they go to a file."""


class Spool:
    """Numbers one behind the other: in one array, and past so many bytes in a file.

    limit: those bytes, a share of the memory when not given. The file has no name; it lies in `folder`, or in
    the one that TMPDIR names, and is gone with the process, however that ends.
    """

    def __init__(
        self, limit: int | None = None, dtype: DTypeLike = np.int32, folder: Path | None = None
    ) -> None:
        self._limit = int(memory.available()[0] * IN_MEMORY) if limit is None else limit
        self._folder = folder
        self._array: NDArray[Any] = np.empty(0, dtype)
        self._file: IO[bytes] | None = None
        self.length = 0

    def append(self, numbers: NDArray[Any]) -> None:
        """Copy numbers to the end. Raises: OutputError when the disk is full."""
        end = self.length + len(numbers)
        if self._file is None and end * self._array.itemsize <= self._limit:
            if end > len(self._array):
                # Large arrays move by remapping their pages, so growing costs no second copy.
                self._array.resize(end + end // 8, refcheck=False)
            self._array[self.length : end] = numbers
        else:
            self._write(numbers)
        self.length = end

    def _write(self, numbers: NDArray[Any]) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="omnivec-", dir=self._folder)  # noqa: SIM115  lives with the spool
                self._file.write(self._array[: self.length].data)
                self._array = self._array[:0].copy()
            self._file.write(numbers.data)
        except OSError as error:
            raise self._no_room(error) from None

    def read(self, first: int, out: NDArray[Any]) -> None:
        """Fill an array, of the spool's type, with the numbers from place `first` on."""
        if self._file is None:
            out[:] = self._array[first : first + len(out)]
            return
        self._flush()
        raw, done = out.view(np.uint8).data, 0
        while done < len(raw):
            got = os.preadv(self._file.fileno(), [raw[done:]], first * out.itemsize + done)
            if got == 0:
                raise AssertionError(f"{len(out):,} numbers from {first:,} on were never kept")
            done += got

    @property
    def on_disk(self) -> bool:
        """Whether the limit was passed."""
        return self._file is not None

    def taken(self) -> NDArray[Any]:
        """The numbers as one writeable array, (length,), in memory or mapped; empties the spool."""
        array, length = self._array, self.length
        self._array, self.length = array[:0].copy(), 0
        if self._file is None:
            array.resize(length, refcheck=False)
            return array
        self._flush()
        return np.asarray(np.memmap(self._file, array.dtype, "r+", shape=(length,)))

    def close(self) -> None:
        """Close the file, if there is one; a map of it stays, what was not read is lost."""
        if self._file is not None:
            with suppress(OSError):  # of numbers that wait to be written: nobody asks for them any more
                self._file.close()

    def _flush(self) -> None:
        assert self._file is not None
        try:
            self._file.flush()
        except OSError as error:
            raise self._no_room(error) from None

    def _no_room(self, error: OSError) -> OutputError:
        where = self._folder or tempfile.gettempdir()
        what = f"{where}: numbers cannot be kept there ({error.strerror})"
        cure = "set TMPDIR to" if self._folder is None else "choose"
        return OutputError(f"{what}; {cure} a folder with more room")
