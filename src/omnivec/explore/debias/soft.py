"""Soft debiasing: one linear map that keeps inner products, and takes neutral words away from a direction.

Source: Bolukbasi and others 2016, soft bias correction: the map T of least
|(TW)'(TW) - W'W|² + lambda · |(TN)'(TB)|², in Frobenius' norm, over P = T'T. Here both terms are means, of
pairs of words and of neutral words, so that a strength means the same for any number of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from omnivec.explore.debias.removal import Rows

_STEPS, _DONE = 5000, 1e-10


def soft_map(everything: Rows, neutral: Rows, axes: Rows, strength: float) -> Rows:
    """The map T (dim, dim), symmetric; a word's vector w becomes T w.

    everything, neutral: (dim, dim), the mean outer products of the vectors of all words and of the neutral
    ones; axes (k, dim); strength: what the second mean counts beside the first. 0 gives the identity.
    The problem is convex in P, which must not be negative; accelerated projected gradients find its minimum
    (Beck and Teboulle 2009), in the space where the first term is a plain distance.
    """
    root, inverse = _root(everything)
    away, along = inverse @ neutral @ inverse, inverse @ axes.T @ axes @ inverse

    def gradient(q: Rows) -> Rows:
        cross = away @ q @ along
        return 2 * (q - everything) + strength * (cross + cross.T)

    steep = 2 + 2 * strength * float(np.linalg.norm(away, 2) * np.linalg.norm(along, 2))
    found = _least(gradient, everything, steep)
    return _root(inverse @ found @ inverse)[0]


def _least(gradient: Callable[[Rows], Rows], start: Rows, steep: float) -> Rows:
    """The minimum over matrices without a negative eigenvalue; `steep` bounds the change of the gradient."""
    point, before, momentum = start, start, 1.0
    for _ in range(_STEPS):
        now = _not_negative(point - gradient(point) / steep)
        moved = now - before
        if np.linalg.norm(moved) <= _DONE * np.linalg.norm(now):
            return now
        if float(((point - now) * moved).sum()) > 0:  # overshot: begin to gather speed anew
            momentum = 1.0
        faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        point, before, momentum = now + (momentum - 1) / faster * moved, now, faster
    return before


def _not_negative(matrix: Rows) -> Rows:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values[0] >= 0:
        return (matrix + matrix.T) / 2
    nearest: Rows = (vectors * np.maximum(values, 0)) @ vectors.T
    return nearest


def _root(matrix: Rows) -> tuple[Rows, Rows]:
    """The symmetric square root of a matrix without negative eigenvalues, and its (pseudo-)inverse."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    roots = np.sqrt(np.maximum(values, 0))
    there = roots > 1e-8 * max(float(roots[-1]), 1e-300)
    inverse = np.where(there, 1 / np.where(there, roots, 1.0), 0.0)
    return (vectors * roots) @ vectors.T, (vectors * inverse) @ vectors.T
