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

    0 is the same place, 2 the opposite one; a row of zeros has no place, and gives 1. The space of more
    dimensions is turned onto the other, so that which of the two comes first does not matter. fitted: the
    rotation is that of the first so many rows.

    Source: Hamilton, Leskovec & Jurafsky 2016, section 3.
    """
    if left.shape[1] < right.shape[1]:
        left, right = right, left
    turned = left.astype(np.float64) @ rotation(left[:fitted], right[:fitted])
    cosines = np.einsum("ij,ij->i", scaled(turned.astype(np.float32)).astype(np.float64), right)
    moved: NDArray[np.float64] = np.maximum(1 - cosines, 0)
    return moved
