"""The vectors of many texts in one array, which past some size lies in a file and not in memory."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

from omnivec.data.many_sentences import LINES
from omnivec.data.sentences import Rows, principal, report_empty, without
from omnivec.data.spool import IN_MEMORY as SHARE
from omnivec.data.spool import Spool
from omnivec.store import memory

IN_MEMORY = 1 << 28
"""Bytes of vectors that are held at most; more lie in a file without a name."""


def gathered(
    parts: Iterable[Rows], dim: int, components: int = 0, folder: Path | None = None
) -> tuple[Rows, int]:
    """(the rows of all parts, (texts, dim); how many of the parts' are zeros, which is logged).

    components: principal components of all rows that are removed; folder: where the file lies, if there is to
    be one; TMPDIR names it when not given. Raises: OutputError when the disk is full.
    """
    empty, room = 0, int(memory.available()[0] * SHARE)
    with closing(Spool(min(room, IN_MEMORY), np.float32, folder)) as spool:
        for rows in parts:
            spool.append(rows.reshape(-1))
            empty += int(np.count_nonzero(~rows.any(axis=1)))
        found: Rows = spool.taken().reshape(-1, dim)
    report_empty(empty, len(found))
    if components:
        directions = principal(found, components)
        for first in range(0, len(found), LINES):
            found[first : first + LINES] = without(found[first : first + LINES], directions)
    return found, empty
