"""Rows of a container that tells its keys and its shape before its numbers: taken a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omnivec.store.formats.contents import Contents, Request
from omnivec.store.formats.rows import Rows

_BLOCK = 1 << 22  # numbers taken at once: 16 MB as float32


def gathered(
    path: Path,
    keys: Sequence[str],
    dim: int,
    part: Callable[[int, int], NDArray[np.floating]],
    request: Request,
    counts: NDArray[np.int64] | None = None,
) -> Contents:
    """Contents whose rows from `start` to `stop` are what `part(start, stop)` gives, (stop - start, dim).

    `keys` and `counts` have an item for each row; `path` is for messages. Only rows below the limit are asked
    for. The encoding that is asked for is not heeded, since the keys are text already.

    Raises: NotEnoughMemory before the table is allocated; NotFinite for what float16 cannot hold.
    """
    total = len(keys) if request.limit is None else min(len(keys), request.limit)
    rows = Rows(path, dim, total, replace(request, encoding="utf-8"))
    step = max(1, _BLOCK // max(dim, 1))
    for start in range(0, total, step):
        stop = min(start + step, total)
        rows.add([key.encode("utf-8", "surrogatepass") for key in keys[start:stop]], part(start, stop))
        if request.told is not None:
            request.told(stop / total)
    return rows.finish(None if counts is None else counts[:total])
