"""How training starts: random numbers of a run, the first rows, the sampler."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.sampling import fill_alias
from omnivec.store.tables import empty_table

PIECE = 4096
"""Rows drawn or copied at a time: a second whole matrix would double the peak."""


def base(seed: int, epoch: int) -> np.uint64:
    """The number that stands for (seed, epoch) in every draw; two odd multipliers keep neighbours apart."""
    return np.uint64((seed * 0xD1342543DE82EF95 + (epoch + 1) * 0x2545F4914F6CDD1D) % 2**64)


def initial_table(rows: int, dim: int, seed: int, init: str = "uniform") -> NDArray[np.float32]:
    """Input rows before training: row r is the same for every number of rows.

    init: `uniform` in ±1/(2 dim) as in word2vec.c, `wide` in ±1/dim as in gensim and fastText, or `normal`,
    .01 · N(0, 1).
    """
    return _drawn(np.random.default_rng(seed), rows, dim, init)


def initial_outputs(rows: int, dim: int, seed: int, init: str = "uniform") -> NDArray[np.float32]:
    """Output rows before training: 0, or .01 · N(0, 1) for `normal`, from another stream than the inputs."""
    if init != "normal":
        return empty_table(rows, dim)
    return _drawn(np.random.default_rng([seed, 1]), rows, dim, init)


Shape = tuple[int, int]


def _uniform(generator: np.random.Generator, shape: Shape) -> NDArray[np.float32]:
    return (generator.random(shape, dtype=np.float32) - np.float32(0.5)) / np.float32(shape[1])


def _wide(generator: np.random.Generator, shape: Shape) -> NDArray[np.float32]:
    return np.float32(2) * _uniform(generator, shape)


def _normal(generator: np.random.Generator, shape: Shape) -> NDArray[np.float32]:
    return np.float32(0.01) * generator.standard_normal(shape, dtype=np.float32)


_DRAWS: dict[str, Callable[[np.random.Generator, Shape], NDArray[np.float32]]] = {
    "uniform": _uniform, "wide": _wide, "normal": _normal,
}  # fmt: skip


def _drawn(generator: np.random.Generator, rows: int, dim: int, init: str) -> NDArray[np.float32]:
    table = empty_table(rows, dim)
    for begin in range(0, rows, PIECE):
        part = table[begin : begin + PIECE, :dim]
        part[:] = _DRAWS[init](generator, part.shape)
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
