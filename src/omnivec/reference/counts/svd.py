"""Few dimensions that keep most of a matrix: the truncated singular value decomposition.

C = U·S·Vᵀ; the first k columns give the nearest matrix of rank k (Eckart, Young 1936). Where singular values
are equal, or nearly so, U is not unique: any rotation of their columns is as right, and a picture that is
turned or mirrored against another's is no mistake. Compare singular values, or U·S·(U·S)ᵀ, never coordinates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.floating[Any]]


def truncated_svd(C: ArrayLike, k: int) -> tuple[Matrix, Matrix, Matrix]:
    """(U, S, Vᵀ) of shapes (rows, k), (k,), (k, columns): the k largest singular values, computed exactly.

    The sign of a column is free; here the number of U that is largest in size is positive.
    """
    matrix = np.asarray(C)
    if not 1 <= k <= min(matrix.shape):
        raise ValueError(f"k lies between 1 and {min(matrix.shape)} for a matrix {matrix.shape}, got {k}")
    if not np.issubdtype(matrix.dtype, np.floating):
        matrix = matrix.astype(np.float64)
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    signs = np.sign(np.take_along_axis(u, np.abs(u).argmax(axis=0)[None], axis=0))[0]
    signs[signs == 0] = 1
    return u[:, :k] * signs[:k], s[:k], vt[:k] * signs[:k, None]


def svd_vectors(C: ArrayLike, k: int, power: float = 1.0) -> Matrix:
    """U·S^power, (rows, k): word vectors from counts or PPMI.

    power 1 keeps the dot products of the matrix; 0, as the book takes it, and 1/2 weigh all directions more
    equally and often do better in tests of similarity (Levy, Goldberg, Dagan 2015, section 3.3).
    """
    u, s, _ = truncated_svd(C, k)
    vectors: Matrix = u * s**power
    return vectors
