"""The words of lists as the counts of a text alone have them: positive pointwise mutual information.

Source: Church and Hanks 1990; Levy, Goldberg, Dagan 2015 call it the explicit representation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from omnivec.engine.ppmi import Sparse, logs
from omnivec.errors import InputError
from omnivec.evaluate.folding import folded
from omnivec.vectors import Vectors

if TYPE_CHECKING:
    from omnivec.data.cells import Cells


def counted(cells: Cells, words: Iterable[str], *, fold_case: bool = True) -> Vectors:
    """A vector for each of the words that the counts have, one number for each word they stand near.

    A number is max(0, log(x_ij · total / (x_i · x_j))) of the weights x. Words are named as the counts have
    them.
    Raises: InputError when the counts have none of them, or no pair of words at all.
    """
    keys = list(cells.vocabulary.keys)
    exact = {key: row for row, key in enumerate(keys)}
    upper = folded(keys, None, True).rows if fold_case else {}
    known = {row for word in words if (row := exact.get(word, upper.get(word.upper(), -1))) >= 0}
    chosen = sorted(known)
    if not chosen:
        raise InputError(f"{cells.name}: its counts have none of the words of the lists")
    if not len(cells):
        raise InputError(f"{cells.name}: its counts have no two words that stand near each other")
    rows, contexts = logs(Sparse(cells.starts, cells.columns, cells.weights), 1.0)
    spans = [slice(cells.starts[row], cells.starts[row + 1]) for row in chosen]
    near = np.unique(np.concatenate([cells.columns[span] for span in spans]))
    matrix = np.zeros((len(chosen), max(len(near), 1)), np.float32)
    for place, (row, span) in enumerate(zip(chosen, spans, strict=True)):
        columns = cells.columns[span]
        information = np.log(cells.weights[span].astype(np.float64)) - rows[row] - contexts[columns]
        matrix[place, np.searchsorted(near, columns)] = np.maximum(information, 0.0)
    return Vectors([keys[row] for row in chosen], matrix)
