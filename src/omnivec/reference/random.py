"""Random numbers as functions of (seed, epoch, position), in Python's own integers.

No generator has a state: token 7 of epoch 2 has the same 64 bits whatever was drawn before it, in whichever
thread, before or after an interruption. Source of the mixing function: Steele, Lea, Flood 2014, "Fast
splittable pseudorandom number generators" (splitmix64).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def mixed(z: int) -> int:
    """64 bits of which every one depends on every bit of z."""
    z &= MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def random_at(base: int, position: int) -> int:
    """The 64 random bits of a position in the text."""
    return mixed(base + GAMMA * (position + 1))


def below(bits: int, n: int) -> int:
    """A number in 0 … n − 1 from the upper 32 bits."""
    return ((bits >> 32) * n) >> 32


def alias_table(weights: ArrayLike) -> NDArray[np.uint64]:
    """Walker's table for drawing row i with probability weights[i] / Σ weights, from one number of 64 bits.

    Returns: (rows,) uint64, threshold << 32 | other row: of row i's equal share, the part above the threshold
    goes to the other. Source: Walker 1977; Vose 1991 for the two piles.
    """
    share = np.asarray(weights, np.float64)
    share = share / share.sum() * len(share)
    threshold, other = np.full(len(share), 2**32 - 1), np.arange(len(share))
    small, large = list(np.flatnonzero(share < 1)), list(np.flatnonzero(share >= 1))
    while small and large:
        poor, rich = small.pop(), large[-1]
        threshold[poor], other[poor] = int(share[poor] * 2**32) - 1 if share[poor] * 2**32 >= 1 else 0, rich
        share[rich] -= 1 - share[poor]
        if share[rich] < 1:
            small.append(large.pop())
    return (threshold.astype(np.uint64) << np.uint64(32)) | other.astype(np.uint64)


def drawn(bits: int, alias: NDArray[np.uint64]) -> int:
    """A row, by the table above: the upper half of the bits choose one, the lower half it or its other."""
    row = below(bits, len(alias))
    entry = int(alias[row])
    return row if (bits & 0xFFFFFFFF) <= (entry >> 32) else entry & 0xFFFFFFFF
