"""Rows are pulled back to the vectors that they began with: a step of a quadratic penalty.

½ · strength · |w − given|² is one more term of the cost for every row that was given, met once an epoch as
cells are. Its step takes the slope where it ends, as AdaGrad does with penalties, so that no strength can
overshoot. Definition: reference/glove.py.

Sources: Dingwall, Potts 2018, Mittens: an Extension of GloVe for Learning Domain-Specialized Representations,
equation 3; Duchi, Hazan, Singer 2011, section 1.2, composite mirror descent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]


def remember(given: Table, words: Table, dim: int, rows: NDArray[np.uint8]) -> None:
    """Write into `given`, (words, > dim) and 0, the vectors that words began with, each with a 1 behind it.

    rows: (words,) 1 for a word that began with a vector; the others stay 0.
    """
    there = rows == 1
    given[there, :dim] = words[there, :dim]
    given[there, dim] = 1


def pull(words: Table, given: Table, dim: int, first: int, last: int, speed: float) -> None:
    """Rows first … last − 1 a step back to what `remember` wrote, in place.

    words: (words, 2 · width), sums of squared gradients behind the parameters, as kernels/cells.py has them;
    speed: learning rate · strength.
    """
    width, some = words.shape[1] // 2, slice(first, last)
    share = np.float32(speed) * given[some, dim : dim + 1] / np.sqrt(words[some, width : width + dim])
    words[some, :dim] = (words[some, :dim] + share * given[some, :dim]) / (1 + share)
