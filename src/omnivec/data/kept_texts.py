"""Texts on their way to somewhere that can be had again: in memory, and past some size in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from omnivec.data.spool import Spool

IN_MEMORY = 1 << 26
"""Bytes of texts that are held at most; more lie in a file without a name."""

_TOGETHER = 1 << 12  # texts that are taken and kept at once


class KeptTexts:
    """Gives texts once, in their order, and all that it gave again from `blocks`.

    folder: where the file lies, if there is to be one; TMPDIR names it when not given.
    """

    def __init__(self, texts: Iterable[str], folder: Path | None = None) -> None:
        self._texts = iter(texts)
        self._bytes = Spool(IN_MEMORY, np.uint8, folder)
        self._lengths = Spool(IN_MEMORY, np.int64, folder)

    def __iter__(self) -> Iterator[str]:
        while some := list(islice(self._texts, _TOGETHER)):
            raw = [text.encode("utf-8", "surrogatepass") for text in some]
            self._bytes.append(np.frombuffer(b"".join(raw), np.uint8))
            self._lengths.append(np.fromiter(map(len, raw), np.int64, len(raw)))
            yield from some

    def blocks(self, size: int) -> Iterator[list[str]]:
        """The texts that were given, `size` at a time."""
        at = 0
        for first in range(0, self._lengths.length, size):
            lengths = np.empty(min(size, self._lengths.length - first), np.int64)
            self._lengths.read(first, lengths)
            ends = np.cumsum(lengths)
            raw = np.empty(int(ends[-1]), np.uint8)
            self._bytes.read(at, raw)
            at += len(raw)
            text, spans = raw.tobytes(), zip((ends - lengths).tolist(), ends.tolist(), strict=True)
            yield [text[start:end].decode("utf-8", "surrogatepass") for start, end in spans]

    def close(self) -> None:
        """Give up what is kept."""
        self._bytes.close()
        self._lengths.close()
