"""Model folders that are large and take no room on the disk: their tables are holes, read as zeros."""

import json
import os

import numpy as np

from omnivec import Sent2Vec
from omnivec.store import safetensors
from omnivec.store.folder import CARD, CONFIG, FORMAT, METADATA, TABLES, VERSION
from omnivec.store.keys import Keys
from omnivec.store.tables import padded_width

FIRST = 32
"""Rows that are not zeros."""


def large_model(path, rows, dim, output=False, buckets=0):
    """A model of keys w0, w1 ...; the first 32 rows are random, the others zeros. Returns bytes.

    buckets: it is one of Sent2Vec then, whose words stand before so many rows of bigrams.
    """
    keys = Keys.build([f"w{row}" for row in range(rows)], np.arange(rows, 0, -1))
    lengths = np.ones(rows, np.float32)
    first = np.random.default_rng(0).normal(size=(min(rows, FIRST), dim)).astype(np.float32)
    lengths[: len(first)] = np.linalg.norm(first, axis=1)
    hole = np.broadcast_to(np.float32(0), (rows, padded_width(dim)))
    tables = {"vectors": hole, **({"output": hole} if output else {})}
    features = None
    if buckets:
        tables["inputs"] = np.broadcast_to(np.float32(0), (rows + buckets, padded_width(dim)))
        learner = Sent2Vec(dim=dim, word_ngrams=2, buckets=buckets)
        features = {"learner": learner.name, "options": learner.as_dict(), "features": learner.described()}
    header, plan = safetensors._plan({**tables, "vectors.lengths": lengths, **keys.tables()}, METADATA)
    path.mkdir()
    with (path / TABLES).open("xb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for name, array in plan:
            start = file.tell()
            if name not in tables:
                file.write(array.tobytes())
            elif name == ("inputs" if buckets else "vectors"):
                for row, numbers in enumerate(first):
                    file.seek(start + row * array.shape[1] * 4)
                    file.write(numbers.tobytes())
            file.seek(start + array.nbytes)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())  # a page that is not on the disk yet counts as a reader's own
    config = {"format": FORMAT, "version": VERSION, "learner": None, "options": {}, "training": {}}
    (path / CONFIG).write_text(json.dumps(config | (features or {}) | {"dim": dim, "rows": rows}))
    (path / CARD).write_text("# large\n")
    return sum(table.nbytes for table in tables.values())
