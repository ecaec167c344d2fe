"""Turn one space onto another, so that words can be compared by place: orthogonal Procrustes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.index.cosine import Rows
from omnivec.index.cosine import scaled as unit


def rotation(left: Rows, right: Rows) -> NDArray[np.float64]:
    """The (d, e) matrix with orthonormal rows or columns that brings rows (n, d) nearest to rows (n, e).

    Least squares over all of that kind where d equals e. Where d is less, the turned rows lie in d of the e
    dimensions; where it is more, what the larger space has beyond e is lost.

    Source: Schoenemann 1966; U V' of the singular vectors of left' right.
    """
    u, _, v = np.linalg.svd(left.astype(np.float64).T @ right.astype(np.float64), full_matrices=False)
    turned: NDArray[np.float64] = u @ v
    return turned


def displacements(left: Rows, right: Rows, turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """One minus the cosine of turned rows (n, d) with their counterparts (n, e): 0 is the same place, (n,).

    A row of zeros has no place: 1, as what is orthogonal. Source: Hamilton, Leskovec & Jurafsky 2016, eq. 3.
    """
    turned = unit((left @ turn).astype(np.float32))
    moved: NDArray[np.float64] = 1 - np.einsum("ij,ij->i", turned.astype(np.float64), unit(right))
    return moved
