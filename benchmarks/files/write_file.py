"""write_file.py PROGRAM ROWS DIM FILE: how long the same random vectors take to write, imports apart.

A name that ends in .bin asks for word2vec's binary format, any other for its text. They are written twice,
and the faster time counts: the first also finds memory and the disk as others have left them.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from common import synthetic
from files.reading_files import blocks

Writes = Callable[[str, bool], None]
"""Writes to a path, in binary or as text."""


def ours(words: list[str], matrix: np.ndarray) -> Writes:
    """Vectors in memory."""
    from omnivec import Vectors

    vectors = Vectors(words, matrix)
    return lambda path, binary: vectors.save_word2vec_format(path, binary=binary)


def gensim(words: list[str], matrix: np.ndarray) -> Writes:
    """The same."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(matrix.shape[1])
    vectors.add_vectors(words, matrix)
    return lambda path, binary: vectors.save_word2vec_format(path, binary=binary)


PROGRAMS: dict[str, Callable[[list[str], np.ndarray], Writes]] = {"omnivec": ours, "gensim": gensim}

if __name__ == "__main__":
    program, rows, dim, path = sys.argv[1:]
    words = [f"w{name}" for name in synthetic.names(int(rows)).astype(str).tolist()]
    writes, times = PROGRAMS[program](words, np.concatenate(list(blocks(int(rows), int(dim))))), []
    for _ in range(2):
        began = time.perf_counter()
        writes(path, path.endswith(".bin"))
        times.append(time.perf_counter() - began)
    with Path(path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(json.dumps({"seconds": min(times), "bytes": Path(path).stat().st_size, "digest": digest}))
