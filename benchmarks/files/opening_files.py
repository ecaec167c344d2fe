"""opening_files.py FOLDER ROWS DIM: the same random vectors as omnivec, gensim and fastText save them.

fastText's file is the least that its format can hold: words without n-grams (bucket 0) and, instead of a
second matrix of the same size, the row of a single label. gensim's is left out where gensim is missing.
"""

from __future__ import annotations

import importlib.util
import json
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common import synthetic
from omnivec import Vectors

BLOCK = 1 << 16  # rows drawn or written at once
MAGIC, VERSION = 793712314, 12
SOFTMAX, SUPERVISED = 3, 3


def drawn(path: Path, rows: int, dim: int) -> NDArray[np.float32]:
    """A matrix of normal numbers in a .npy file, mapped."""
    matrix = np.lib.format.open_memmap(path, "w+", np.float32, (rows, dim))
    draw = np.random.default_rng(1)
    for start in range(0, rows, BLOCK):
        part = matrix[start : start + BLOCK]
        part[:] = draw.standard_normal(part.shape, np.float32)
    matrix.flush()
    return np.load(path, mmap_mode="r")


def write_gensim(path: Path, words: Sequence[str], matrix: NDArray[np.float32]) -> None:
    """KeyedVectors as its own `save` writes them."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(matrix.shape[1])
    vectors.add_vectors(words, matrix)
    vectors.save(str(path))


def write_fasttext(path: Path, words: Sequence[str], matrix: NDArray[np.float32]) -> None:
    """A model of version 12 that knows words and one label."""
    rows, dim = matrix.shape
    label = "__label__none"
    with path.open("wb") as file:
        file.write(struct.pack("<ii", MAGIC, VERSION))
        # dim, window, epochs, min_count, negatives, word n-grams, loss, model, buckets, minn, maxn, updates
        file.write(struct.pack("<12id", dim, 5, 1, 1, 5, 1, SOFTMAX, SUPERVISED, 0, 0, 0, 100, 1e-4))
        file.write(struct.pack("<iiiqq", rows + 1, rows, 1, 10 * rows, -1))
        for kind, entries in ((0, words), (1, [label])):
            file.writelines(word.encode() + b"\0" + struct.pack("<qb", 10, kind) for word in entries)
        for table in (matrix, np.zeros((1, dim), np.float32)):
            file.write(struct.pack("<bqq", 0, *table.shape))  # not quantised
            for start in range(0, len(table), BLOCK):
                table[start : start + BLOCK].tofile(file)


def main(folder: Path, rows: int, dim: int) -> None:
    """Write them, and say how large they are and which word to ask for."""
    words = [f"w{name}" for name in synthetic.names(rows).astype(str).tolist()]
    matrix = drawn(folder / "matrix.npy", rows, dim)
    Vectors(words, matrix).save(folder / "omnivec")
    if importlib.util.find_spec("gensim"):
        write_gensim(folder / "gensim", words, matrix)
    write_fasttext(folder / "fasttext.bin", words, matrix)
    (folder / "matrix.npy").unlink()
    print(json.dumps({"word": words[rows // 2]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
