"""read_file.py PROGRAM FILE: how long a file of vectors takes to read into memory, imports apart.

It is read twice, and the faster time counts: where memory is lent to a machine only when it is first touched,
the first time says more about that than about the program.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Reads = Callable[[str], tuple[int, Any]]
"""Reads a file; how many rows it has, and the last."""


def ours() -> Reads:
    """Recognised by its content."""
    import omnivec.model

    def reads(path: str) -> tuple[int, Any]:
        vectors = omnivec.model.load(path).vectors
        return len(vectors), vectors.vectors[-1]

    return reads


def gensim() -> Reads:
    """Told by the name whether it is binary."""
    from gensim.models import KeyedVectors

    def reads(path: str) -> tuple[int, Any]:
        vectors = KeyedVectors.load_word2vec_format(path, binary=path.endswith(".bin"))
        return len(vectors), vectors.vectors[-1]

    return reads


PROGRAMS: dict[str, Callable[[], Reads]] = {"omnivec": ours, "gensim": gensim}

if __name__ == "__main__":
    program, path = sys.argv[1:]
    reads, times = PROGRAMS[program](), []
    for _ in range(2):
        began = time.perf_counter()
        rows, last = reads(path)
        times.append(time.perf_counter() - began)
    print(json.dumps({"seconds": min(times), "rows": rows, "last": last[:4].tolist()}))
