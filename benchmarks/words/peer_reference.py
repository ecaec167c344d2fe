"""Full softmax by its definition in NumPy: peer_reference.py TEXT VOCABULARY JSON prints the time it took.

One pass of omnivec.reference over the text, rows of float32, no subsampling: as the compiled one.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from omnivec.reference.word2vec import keep_thresholds, train


def run(text: Path, vocabulary: Path, dim: int, lr: float) -> dict[str, float]:
    """Seconds and predictions."""
    rows = {line.split()[0]: row for row, line in enumerate(vocabulary.read_text().splitlines())}
    lines = [[rows[word] for word in line.split()] for line in text.read_text().splitlines()]
    tokens = [row for line in lines for row in line]
    units = np.cumsum([0, *map(len, lines)]).tolist()
    inputs = np.random.default_rng(1).uniform(-0.5 / dim, 0.5 / dim, (len(rows), dim)).astype(np.float32)
    outputs = np.zeros_like(inputs)
    keep = keep_thresholds(np.ones(len(rows)), 0, len(rows))
    began = time.perf_counter()
    _, predictions, _ = train(tokens, units, keep, inputs, outputs, loss="softmax", window=5, rate=lr)
    return {"seconds": time.perf_counter() - began, "predictions": predictions}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]), **json.loads(sys.argv[3]))))
