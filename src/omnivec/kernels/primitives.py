"""Random numbers, and what looks at them: one idea a function, inlined into the driver that calls it.

Every draw is a function of (seed, epoch, position): no state is kept, so a result depends neither on the
thread count nor on where a run was interrupted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import primitive

GAMMA = np.uint64(0x9E3779B97F4A7C15)  # splitmix64's step, 2**64 divided by the golden ratio
LOW32, SHIFT32 = np.uint64(0xFFFFFFFF), np.uint64(32)


@primitive
def mixed(z: np.uint64) -> np.uint64:
    """The finaliser of splitmix64: every bit depends on every bit of z. Source: Steele et al. 2014."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@primitive
def random_at(base: np.uint64, position: int) -> np.uint64:
    """The 64 random bits of a position; `base` stands for (seed, epoch)."""
    return mixed(base + GAMMA * np.uint64(position + 1))


@primitive
def below(bits: np.uint64, n: int) -> np.int64:
    """The upper 32 bits as a number in 0 … n − 1, without a division; n < 2**31, bias below n / 2**32."""
    return np.int64(((bits >> SHIFT32) * np.uint64(n)) >> SHIFT32)


@primitive
def drawn(bits: np.uint64, alias: NDArray[np.uint64]) -> np.int64:
    """A row by Walker's alias method.

    alias (rows,) holds threshold << 32 | other row: one word, one cache miss.
    """
    row = below(bits, alias.shape[0])
    entry = alias[row]
    return row if (bits & LOW32) <= (entry >> SHIFT32) else np.int64(entry & LOW32)


@primitive
def among(rows: NDArray[np.signedinteger[Any]], start: int, stop: int, row: int) -> bool:
    """Whether a number is one of rows[start:stop]; read to the end, without a branch to mispredict."""
    found = False
    for k in range(start, stop):
        found |= rows[k] == row
    return found
