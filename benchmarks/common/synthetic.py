"""synthetic.py PATH --tokens N --words V [--every K]: a text whose word frequencies follow Zipf's law.

Without --tokens: a list of its words, each with the count 1, for a vocabulary that a text does not fill.

Independent draws, P(rank r) proportional to 1 / (r + 2.7), with Mandelbrot's shift as in running
English; lines of 1,000 tokens. With --every K each word stands K times beside its draws, so that all of them
pass min_count.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK, LINE = 1_000_000, 1_000


def names(words: int) -> NDArray[np.bytes_]:
    """One distinct spelling a rank, its letters the digits of the rank in base 26: short where it is
    frequent.
    """
    letters: list[NDArray[np.uint8]] = []
    rest = np.arange(words)
    while rest.any() or not letters:
        shown = (rest > 0) | (not letters)  # a leading zero is not a letter, but rank 0 has one
        letters.append(np.where(shown, rest % 26 + ord("a"), 0).astype(np.uint8))
        rest = rest // 26
    # Last digit first: the zeros then stand at the end, where NumPy's byte strings drop them.
    return np.stack(letters, axis=1).view(f"S{len(letters)}").ravel()


def write(path: Path, tokens: int, words: int, every: int = 0, seed: int = 1) -> None:
    """Write the text, a million tokens at a time."""
    draw, spelling = np.random.default_rng(seed), names(words)
    share = np.cumsum(1 / (np.arange(words) + 3.7))
    share /= share[-1]
    sure = (
        draw.permutation(np.repeat(np.arange(words, dtype=np.int32), every))
        if every
        else np.empty(0, np.int32)
    )
    with path.open("wb") as target:
        for start in range(0, tokens, BLOCK):
            size = min(BLOCK, tokens - start)
            given = sure[len(sure) * start // tokens : len(sure) * (start + size) // tokens]
            drawn = np.searchsorted(share, draw.random(size - len(given)))
            rows = draw.permutation(np.concatenate([given, drawn]))
            for line in range(0, size, LINE):
                target.write(b" ".join(spelling[rows[line : line + LINE]].tolist()) + b"\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--tokens", type=int)
    parser.add_argument("--words", type=int, required=True)
    parser.add_argument("--every", type=int, default=0)
    given = parser.parse_args()
    if given.tokens is None:
        given.path.write_bytes(b"".join(name + b" 1\n" for name in names(given.words).tolist()))
    else:
        write(given.path, given.tokens, given.words, given.every)
