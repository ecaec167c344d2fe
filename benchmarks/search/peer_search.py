"""peer_search.py ROWS DIM ROUNDS PEER: seconds of a search in clustered vectors, ours and gensim's.

One process for both, in turn, since they share NumPy and its BLAS; two tables of the same numbers. PEER is
1 or 0.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from omnivec import Vectors
from omnivec.store.keys import Keys
from omnivec.store.tables import Table
from search import clustered

LOOP, BATCHES, TOPN = 200, (1_000, 10_000), 10
REST = 0.2  # seconds; OpenBLAS's threads go on spinning for 0.03 after a product, beside whoever comes next


def main(rows: int, dim: int, rounds: int, peer: bool) -> dict[str, object]:
    """Seconds for a query, by program and round, and bytes that batches take."""
    made = clustered.table(rows, dim)
    names = [f"w{row}" for row in range(rows)]
    ours = Vectors._of_table(Keys.build(names), Table(made, dim))
    ours.index.lengths()
    draw = np.random.default_rng(1)
    asked = [names[row] for row in draw.integers(0, rows, BATCHES[0])]
    programs: dict[str, Callable[[], object]] = {
        "single": lambda: [ours.neighbors(key, topn=TOPN) for key in asked[:LOOP]],
        "batch": lambda: ours.neighbors(asked, topn=TOPN),
    }
    if peer:
        from gensim.models import KeyedVectors

        theirs = KeyedVectors(dim)
        theirs.add_vectors(names, made[:, :dim])
        theirs.fill_norms()
        loop: Callable[[], object] = lambda: [theirs.most_similar(key, topn=TOPN) for key in asked[:LOOP]]  # noqa: E731
        programs = {"gensim": loop, **programs}
    for ask in programs.values():
        ask()
    measured = [{name: _seconds(ask) for name, ask in programs.items()} for _ in range(rounds)]
    for record in measured:
        for name in record:
            record[name] /= BATCHES[0] if name == "batch" else LOOP
    peaks = {
        str(n): _peak(lambda n=n: ours.neighbors(draw.choice(names, n).tolist(), topn=TOPN)) for n in BATCHES
    }
    return {"rows": rows, "dim": dim, "kernels": _kernels(), "rounds": measured, "peaks": peaks}


def _seconds(ask: Callable[[], object]) -> float:
    time.sleep(REST)
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _peak(ask: Callable[[], object]) -> int:
    """Bytes that a question has allocated at most, its answer included."""
    tracemalloc.start()
    ask()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _kernels() -> str | None:
    """The processor that NumPy's OpenBLAS takes this one for; it decides how wide its instructions are."""
    for path in Path(np.__file__).parents[1].glob("numpy.libs/*openblas*"):
        named = getattr(ctypes.CDLL(str(path)), "scipy_openblas_get_corename64_", None)
        if named is not None:
            named.restype = ctypes.c_char_p
            return str(named().decode())
    return None


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:4]), sys.argv[4] == "1")))
