"""ppmi_child.py TEXT VECTORS THREADS OPTIONS: PPMISVD of a text; writes its vectors, prints what it took.

OPTIONS is a JSON object of the learner's options. What is imported and compiled before does not count.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time

from omnivec import PPMISVD
from omnivec.engine import factors
from omnivec.engine.progress import Progress


def main(text: str, vectors: str, threads: str, options: str) -> None:
    """One run."""
    learner = PPMISVD(threads=int(threads), **json.loads(options))
    learner.replaced(min_count=1, shift=0.1).fit(["a b c", "b c d"])  # imports and kernels
    factors.library()
    ended, planned, began = {}, 0, time.perf_counter()

    def listen(record: Progress) -> None:
        nonlocal planned
        if record.text:
            ended[record.phase] = time.perf_counter() - began
            planned = record.bytes or planned

    model = learner.fit(text, progress=listen)
    seconds = time.perf_counter() - began
    model.vectors.save_word2vec_format(vectors, binary=True)
    record = model.record
    print(
        json.dumps({
            "seconds": seconds, "ended": ended, "planned_bytes": planned, "words": len(model.keys),
            **{name: record[name] for name in ("tokens", "cells", "cells_above_zero", "explained")},
            "versions": {name: importlib.metadata.version(name) for name in ("scikit-learn", "scipy")},
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
