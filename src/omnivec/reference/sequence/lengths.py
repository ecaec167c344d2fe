"""Sequences of different lengths in one batch: padding at the end, and a length for each.

A padded batch must give what its sequences give one by one, values and gradients. So a step beyond the
length leaves the state as it is, attention does not look there, and the loss does not count it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from omnivec.reference.arrays import Array, integers, module


def padded(
    sequences: Sequence[Sequence[int]], value: int = 0
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The ids (N, longest) with `value` at the end of the shorter ones, and the lengths (N,)."""
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    ids = np.full((len(sequences), int(lengths.max(initial=0))), value, np.int64)
    for row, sequence in zip(ids, sequences, strict=True):
        row[: len(sequence)] = sequence
    return ids, lengths


def checked(lengths: Array, xs: Array) -> Array:
    """The lengths (N,) as integers beside xs (N, T, ...). Raises: ValueError unless each is in 1..T."""
    lengths = integers(lengths, like=xs)
    N, T = xs.shape[:2]
    if tuple(lengths.shape) != (N,) or bool((lengths < 1).any()) or bool((lengths > T).any()):
        raise ValueError(f"{N} lengths from 1 to {T} were expected, one a sequence; {lengths.tolist()} came")
    return lengths


def steps_within(lengths: Array, xs: Array) -> Array:
    """Which steps are real, (N, T) bool."""
    return integers(np.arange(xs.shape[1]), like=xs)[None, :] < checked(lengths, xs)[:, None]


def turned(xs: Array, lengths: Array | None = None) -> Array:
    """Each sequence from its last real step to its first; padding stays where it is. Twice gives xs back."""
    if lengths is None:
        return module(xs).flip(xs, (1,))
    steps = integers(np.arange(xs.shape[1]), like=xs)[None, :]
    ends = checked(lengths, xs)[:, None]
    rows = integers(np.arange(xs.shape[0]), like=xs)[:, None]
    return xs[rows, module(xs).where(steps < ends, ends - 1 - steps, steps)]


def last_places(xs: Array, lengths: Array | None) -> tuple[Array, Array]:
    """Where each sequence's last real step stands in xs (N, T, ...): an index into its first two axes."""
    ends = np.full(xs.shape[0], xs.shape[1]) if lengths is None else checked(lengths, xs)
    return integers(np.arange(xs.shape[0]), like=xs), integers(ends, like=xs) - 1
