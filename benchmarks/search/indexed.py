"""indexed.py KIND ROUNDS FOLDER ROWS DIM | MODEL: an approximate index beside exact search.

Of clustered vectors of that size, or those of a model folder; the index is saved in FOLDER and loaded again.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from omnivec import Vectors, load
from omnivec.store.keys import Keys
from omnivec.store.tables import Table
from search import clustered

ASKED, EXACT, TOPN = 1_000, 50, 10


def main(kind: str, rounds: int, folder: str, *source: str) -> dict[str, object]:
    """Seconds, bytes and recall."""
    vectors = _vectors(*source)
    rows = np.random.default_rng(1).choice(len(vectors), min(ASKED, len(vectors)), replace=False)
    asked = vectors.keys.at(rows)
    wanted = [{key for key, _ in answer} for answer in vectors.neighbors(asked, topn=TOPN)]
    before, began = _resident(), time.perf_counter()
    built = vectors.approximate(kind)
    seconds, held = time.perf_counter() - began, _resident() - before
    got = [{key for key, _ in built.neighbors(key, topn=TOPN)} for key in asked]
    measured = [{"exact": _each(vectors, asked[:EXACT]), "index": _each(built, asked)} for _ in range(rounds)]
    built.save(Path(folder) / "indexed.omnivec", overwrite=True)
    saved = load(Path(folder) / "indexed.omnivec").vectors
    began = time.perf_counter()
    again = saved.load_index(Path(folder) / "indexed.omnivec")
    opening = time.perf_counter() - began
    parameters = built.index.parameters
    return {
        "kind": kind, "rows": len(vectors), "dim": vectors.vector_size, "parameters": parameters.as_dict(),
        "recall": sum(len(a & b) for a, b in zip(got, wanted, strict=True)) / sum(map(len, wanted)),
        "build_seconds": seconds, "held_bytes": held, "rounds": measured, "open_seconds": opening,
        "need_bytes": parameters.need(len(vectors), vectors.vector_size),
        "file_bytes": (Path(folder) / "indexed.omnivec" / parameters.file).stat().st_size,
        "same": again.neighbors(asked[:50]) == built.neighbors(asked[:50]),
    }  # fmt: skip


def _vectors(*source: str) -> Vectors:
    if len(source) == 1:
        return load(source[0]).vectors
    rows, dim = map(int, source)
    names = Keys.build(f"w{row}" for row in range(rows))
    return Vectors._of_table(names, Table(clustered.table(rows, dim), dim))


def _each(vectors: Vectors, asked: list[str]) -> float:
    """Seconds for a query, one after the other."""
    began = time.perf_counter()
    for key in asked:
        vectors.neighbors(key, topn=TOPN)
    return (time.perf_counter() - began) / len(asked)


def _resident() -> int:
    """Bytes of this process in memory, without what is mapped from files; 0 where Linux does not say it."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return 0
    _, resident, shared = status.read_text().split()[:3]
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])))
