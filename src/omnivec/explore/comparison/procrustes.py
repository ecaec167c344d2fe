"""Turn one space onto another, so that words can be compared by place: orthogonal Procrustes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.index.cosine import Rows, scaled


def rotation(left: Rows, right: Rows) -> NDArray[np.float64]:
    """The (d, e) matrix with orthonormal columns that brings rows (n, d) nearest to rows (n, e), e <= d.

    Least squares where d equals e; where it is greater, what the larger space has beyond e is lost.

    Source: Schoenemann 1966; U V' of the singular vectors of left' right.
    """
    u, _, v = np.linalg.svd(left.astype(np.float64).T @ right.astype(np.float64), full_matrices=False)
    turned: NDArray[np.float64] = u @ v
    return turned


def displacements(left: Rows, right: Rows, fitted: int) -> NDArray[np.float64]:
    """One minus the cosine of rows of length one (n, d) with their counterparts (n, e), after turning, (n,).

    0 is the same place, 2 the opposite one; a row of zeros has no place, and gives 1. The mean is taken away
    first: vectors that hardly learned point all the same way, and would seem to agree. The space of more
    dimensions is turned onto the other, so that which of the two comes first does not matter. fitted: mean
    and rotation are those of the first so many rows.

    Sources: Hamilton, Leskovec & Jurafsky 2016, section 3; Artetxe, Labaka & Agirre 2016 (the mean).
    """
    if left.shape[1] < right.shape[1]:
        left, right = right, left
    a, b = _centred(left, fitted), _centred(right, fitted)
    turned = scaled((a.astype(np.float64) @ rotation(a[:fitted], b[:fitted])).astype(np.float32))
    cosines = np.einsum("ij,ij->i", turned.astype(np.float64), b)
    moved: NDArray[np.float64] = np.maximum(1 - cosines, 0)
    return moved


def _centred(units: Rows, fitted: int) -> Rows:
    """Rows without the mean of the first, of length one again; zeros stay zeros."""
    centred = units - units[:fitted].mean(axis=0)
    centred[~units.any(axis=1)] = 0
    return scaled(centred)
