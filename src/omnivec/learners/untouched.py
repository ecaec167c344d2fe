"""Which rows training never moved: those that are still what their seed drew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from omnivec.data.vocabulary import Vocabulary
from omnivec.learners.known import LEARNERS
from omnivec.learners.trained import Trained
from omnivec.store import memory
from omnivec.store.tables import KINDS

if TYPE_CHECKING:
    from omnivec.model import Model

_CHANGED = ("start", "extended")
"""What the record of a training says that did not begin with numbers of its own."""
_ROWS_AT_ONCE = 1 << 14


def untouched(model: Model) -> dict[str, NDArray[np.bool_]] | None:
    """By table, which of its rows, (rows,) bool, are as training began: inputs, outputs, tree nodes.

    The start is drawn once more, so that this takes as much memory as the tables. Without the rows of words'
    parts, `vectors` are what learns, and with them `inputs`: first the words, then the n-grams' buckets.

    Returns: None where it is not known how training began: another program's file, given or extended
    vectors, rows that were rounded, quantised, pruned or debiased, and learners whose tables in training are
    others than those that they keep (glove, ppmi-svd). Of a model of which the first rows alone were opened,
    those.
    Raises: NotEnoughMemory.
    """
    learner = LEARNERS.get(model.learner or "")
    counts = model.keys.counts
    if learner is None or not issubclass(learner, Trained) or counts is None or not _as_trained(model):
        return None
    with_defaults = learner(**model.options)
    words = Vocabulary(model.keys, counts, int(model.record.get("tokens_counted") or 0), 0)
    if model.labels is not None:
        if model.labels.counts is None:
            return None
        labels = Vocabulary(model.labels, model.labels.counts, int(model.labels.counts.sum()), 0)
        words = Vocabulary(words.keys, words.counts, words.total, words.types, labels)
    inputs, known = with_defaults.inputs, model.tables
    if inputs not in known or with_defaults.rows(len(model.keys)) != len(known[inputs]):
        return None
    need = {name: known[name].nbytes for name in (inputs, "output", "nodes") if name in known}
    memory.require(need, "ask a smaller model")
    began = with_defaults.initial(words)
    return {
        name: _equal(known[name], began[name], with_defaults.dim)
        for name in (inputs, "output", "nodes")
        if name in known and name in began
    }


def _as_trained(model: Model) -> bool:
    """Whether the tables are those that training left: float32, and rounded by nobody."""
    stored = [model.tables[name] for name in ("vectors", "inputs", "output", "nodes") if name in model.tables]
    return (
        "tokens" in model.record  # else another program trained it
        and not any(model.record.get(name) for name in _CHANGED)
        and not any(model.config.get(name) for name in ("rounding", "debiased"))
        and "pruned" not in model.tables
        and all(KINDS[str(table.dtype)] == "float32" for table in stored)
    )


def _equal(now: NDArray[np.float32], began: NDArray[np.float32], dim: int) -> NDArray[np.bool_]:
    """Rows that have not changed by a bit."""
    found = np.empty(len(now), np.bool_)
    for first in range(0, len(now), _ROWS_AT_ONCE):
        last = first + _ROWS_AT_ONCE
        found[first:last] = (now[first:last, :dim] == began[first:last, :dim]).all(axis=1)
    return found
