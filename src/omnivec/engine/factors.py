"""The truncated singular value decomposition of a sparse matrix, by scikit-learn's randomised algorithm.

M ≈ U·S·Vᵀ keeps the `dim` largest singular values; no matrix of that rank is nearer (Eckart, Young 1936).
Source: Halko, Martinsson, Tropp 2011, Finding Structure with Randomness, algorithms 4.4 and 5.1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.engine.ppmi import Sparse
from omnivec.store.extra import extra

MORE = 10
"""Columns that are worked on beside those that are kept, which brings these nearer to the exact ones."""


class Factors(NamedTuple):
    """U (rows, k), S (k,) falling, V (columns, k), float32; k is dim, or the rows where they are fewer."""

    left: NDArray[np.float32]
    singular: NDArray[np.float32]
    right: NDArray[np.float32]


def library() -> tuple[Any, Any, Any]:
    """(csr_array, randomized_svd, threadpool_limits). Raises: MissingExtra."""
    sparse, linear, pools = (
        extra(module, "sklearn", what="the decomposition of counts")
        for module in ("scipy.sparse", "sklearn.utils.extmath", "threadpoolctl")
    )
    return sparse.csr_array, linear.randomized_svd, pools.threadpool_limits


def factored(matrix: Sparse, dim: int, iterations: int, seed: int) -> Factors:
    """The `dim` largest singular values and their vectors; the largest number of each left one is positive.

    iterations: power iterations, each a product with the matrix and one with its transpose.

    One thread of BLAS, whatever it is set to: the order of its sums would change with the threads, and with
    them the last bits. Rows and columns without a cell are 0.
    """
    csr_array, randomized_svd, threadpool_limits = library()
    rows = len(matrix.starts) - 1
    cells = csr_array((matrix.values, matrix.columns, matrix.starts), shape=(rows, rows))
    with threadpool_limits(1):
        left, singular, right = randomized_svd(
            cells, min(dim, rows), n_oversamples=MORE, n_iter=iterations, power_iteration_normalizer="QR",
            random_state=int(np.random.SeedSequence(seed).generate_state(1)[0]),
        )  # fmt: skip
    left[np.diff(matrix.starts) == 0] = 0  # not quite, since sums are rounded
    right[:, np.bincount(matrix.columns, minlength=rows) == 0] = 0
    return Factors(left, singular, right.T)


def bytes_for(rows: int, dim: int) -> int:
    """What `factored` allocates, at most, beside the matrix; half of it is LAPACK's."""
    return 60 * rows * (dim + MORE)
