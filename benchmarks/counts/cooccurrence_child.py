"""cooccurrence_child.py count|compare …: count a text, or compare cells with those of GloVe's `cooccur`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

RECORD = np.dtype([("row", "<i4"), ("column", "<i4"), ("weight", "<f8")])
BLOCK = 1 << 20


def main() -> None:
    """One run."""
    what, *words = sys.argv[1:]
    print(json.dumps(_count(*words) if what == "count" else _compare(*words)))


def _count(text: str, output: str, threads: str, memory: str, window: str, min_count: str) -> dict[str, Any]:
    from omnivec.data.cooccurrence import count
    from omnivec.data.corpus import Reading

    began = time.perf_counter()
    corpus = Reading(min_count=int(min_count)).corpus(text)
    read = time.perf_counter()
    cells = count(
        corpus, int(window), threads=int(threads), memory=int(memory) or None, folder=Path(output).parent
    )
    counted = time.perf_counter()
    cells.save(output)
    saved = time.perf_counter()
    return {"cells": len(cells), "read": read - began, "count": counted - read, "save": saved - counted}


def _compare(ours: str, theirs: str) -> dict[str, Any]:
    from omnivec import Cells

    cells, records = Cells.open(ours), np.memmap(theirs, RECORD, "r")
    rows, same, difference = cells.rows, len(cells) == len(records), 0.0
    for first in range(0, len(cells) if same else 0, BLOCK):
        part, records_there = slice(first, first + BLOCK), records[first : first + BLOCK]
        same &= bool((rows[part] + 1 == records_there["row"]).all())
        same &= bool((cells.columns[part] + 1 == records_there["column"]).all())
        apart = np.abs(cells.weights[part] / records_there["weight"] - 1)
        difference = max(difference, float(apart.max()))
    return {"ours": len(cells), "theirs": len(records), "cells": same, "difference": difference}


if __name__ == "__main__":
    main()
