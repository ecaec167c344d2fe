"""Walker's alias table. Definition: reference/random.py."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver


@driver
def fill_alias(share: NDArray[np.float64], alias: NDArray[np.uint64], pile: NDArray[np.int64]) -> None:
    """Share (rows,) sums to rows and is used up; alias (rows,) gets threshold << 32 | other row; pile (rows,)
    is scratch.

    The poor lie at the bottom of the pile, the rich at its top; both are taken from their inner ends.
    """
    rows = share.shape[0]
    poor, rich = 0, rows
    for row in range(rows):
        alias[row] = (np.uint64(2**32 - 1) << np.uint64(32)) | np.uint64(row)
        if share[row] < 1:
            pile[poor] = row
            poor += 1
    for row in range(rows - 1, -1, -1):
        if share[row] >= 1:
            rich -= 1
            pile[rich] = row
    # pile[:poor] ascends, pile[rich:] ascends; the definition takes from the end of both lists
    top = rows - 1
    while poor > 0 and top >= rich:
        small, large = pile[poor - 1], pile[top]
        poor -= 1
        part = np.int64(share[small] * 2.0**32)
        alias[small] = (np.uint64(np.maximum(part - 1, 0)) << np.uint64(32)) | np.uint64(large)
        share[large] -= 1 - share[small]
        if share[large] < 1:
            top -= 1
            pile[poor] = large
            poor += 1
