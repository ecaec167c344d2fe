"""reading_files.py FOLDER ROWS DIM NAME...: the same random vectors as various programs write them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common import synthetic

BLOCK = 1 << 12  # rows drawn or written at once


def fixed(row: NDArray[np.float32]) -> bytes:
    """Six decimals, and a space before the line's end, as word2vec.c."""
    return (b"%.6f " * len(row)) % tuple(row.tolist())


def five_digits(row: NDArray[np.float32]) -> bytes:
    """Five digits, and a space before the line's end, as fastText."""
    return (b"%.5g " * len(row)) % tuple(row.tolist())


def shortest(row: NDArray[np.float32]) -> bytes:
    """The fewest digits that read back as the same float32, as gensim and omnivec."""
    return " ".join(map(str, row)).encode()


STYLES: dict[str, tuple[Callable[[NDArray[np.float32]], bytes], bytes]] = {
    "word2vec.c.bin": (lambda row: row.astype("<f4").tobytes(), b"\n"),
    "gensim.bin": (lambda row: row.astype("<f4").tobytes(), b""),
    "word2vec.c.txt": (fixed, b"\n"),
    "omnivec.txt": (shortest, b"\n"),
    "fasttext.vec": (five_digits, b"\n"),
}
"""How numbers are written and rows end, by the name of the file; the header and `word ` are the same."""


def blocks(rows: int, dim: int) -> Iterator[NDArray[np.float32]]:
    """Normal numbers of the size that trained vectors have."""
    draw = np.random.default_rng(1)
    for start in range(0, rows, BLOCK):
        yield draw.normal(0, 0.3, (min(BLOCK, rows - start), dim)).astype(np.float32)


def main(folder: Path, rows: int, dim: int, names: list[str]) -> None:
    """Write them."""
    words = [b"w" + name for name in synthetic.names(rows).tolist()]
    for name in names:
        numbers, end = STYLES[name]
        with (folder / name).open("wb") as file:
            file.write(b"%d %d\n" % (rows, dim))
            left = iter(words)
            for block in blocks(rows, dim):
                file.writelines(b"%b %b%b" % (next(left), numbers(row), end) for row in block)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
