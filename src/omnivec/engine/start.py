"""How training starts: random numbers of a run, the first rows, the sampler."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.sampling import fill_alias
from omnivec.store.tables import empty_table


def base(seed: int, epoch: int) -> np.uint64:
    """The number that stands for (seed, epoch) in every draw; two odd multipliers keep neighbours apart."""
    return np.uint64((seed * 0xD1342543DE82EF95 + (epoch + 1) * 0x2545F4914F6CDD1D) % 2**64)


def initial_table(rows: int, dim: int, seed: int) -> NDArray[np.float32]:
    """Input rows uniform in ±1/(2 dim), as in word2vec.c: row r is the same for every number of rows."""
    table, generator = empty_table(rows, dim), np.random.default_rng(seed)
    for first in range(0, rows, 4096):  # in pieces: a second whole matrix would double the peak
        part = table[first : first + 4096, :dim]
        part[:] = (generator.random(part.shape, dtype=np.float32) - np.float32(0.5)) / np.float32(dim)
    return table


def alias_table(counts: NDArray[np.int64], power: float) -> NDArray[np.uint64]:
    """For drawing row i with probability counts[i]^power / Σ counts^power.

    Definition: reference/random.py.
    """
    share = np.maximum(counts, 1).astype(np.float64) ** power
    share = share / share.sum() * len(share)
    alias = np.empty(len(share), np.uint64)
    fill_alias(share, alias, np.empty(len(share), np.int64))
    return alias
