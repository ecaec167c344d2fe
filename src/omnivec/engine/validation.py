"""How good is it by now: the loss of a text held out, when to stop, what a callable of the user's says."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.heldout import Text
from omnivec.engine.job import Measure
from omnivec.engine.outcome import Outcome
from omnivec.errors import InputError, NotFinite, OptionError
from omnivec.store.keys import Keys
from omnivec.store.tables import Table
from omnivec.vectors import Vectors

Evaluate = Callable[[Vectors], Mapping[str, float] | float | None]
"""Receives the vectors as they stand, read-only; gives names and numbers, one number, or nothing."""

History = list[dict[str, Any]]

TAKEN = ("epoch", "tokens", "seconds")
"""What every row of a history holds."""


def heldout_loss(measure: Measure, text: Text) -> Callable[[Outcome], dict[str, float]]:
    """What an epoch's row gets: the mean loss of a prediction on text that trains nothing."""

    def measured(_: Outcome) -> dict[str, float]:
        sums = np.zeros(3)
        measure(text.tokens, text.units, sums)
        loss, predictions = sums[:2].tolist()
        if not predictions:
            raise InputError(
                "nothing can be predicted in the text held out; hold out more, or set sample to 0"
            )
        if not math.isfinite(loss):
            raise NotFinite(f"the loss of the text held out became {loss}; lower lr")
        return {"heldout": loss / predictions}

    return measured


def heldout_losses(history: History) -> list[float]:
    """Held-out losses by epoch."""
    return [row["heldout"] for row in history if type(row["epoch"]) is int and "heldout" in row]


def best_epoch(history: History) -> int:
    """The epoch, from 1, after which the held-out loss was least; the first of several."""
    losses = heldout_losses(history)
    return losses.index(min(losses)) + 1


def out_of_patience(patience: int) -> Callable[[History], bool]:
    """Whether so many epochs in a row have brought no new best."""

    def enough(history: History) -> bool:
        return len(heldout_losses(history)) - best_epoch(history) >= patience

    return enough


def evaluation(
    evaluate: Evaluate, keys: Keys, look: Callable[[], NDArray[np.float32]], dim: int, name: str
) -> Callable[[Outcome], dict[str, float | None] | None]:
    """What a row of the history gets from the user's callable.

    It sees the table itself where words are rows, not a copy: training moves on in it afterwards.
    """

    def evaluated(_: Outcome) -> dict[str, float | None] | None:
        seen = look().view()
        seen.flags.writeable = False
        told = evaluate(Vectors._of_table(keys, Table(seen, dim), name=name))
        if told is None:
            return None
        named = told if isinstance(told, Mapping) else {"value": told}
        return {_free(key): _number(key, value) for key, value in named.items()}

    return evaluated


def _free(name: object) -> str:
    if not isinstance(name, str) or name in TAKEN:
        raise OptionError(f"evaluate must name its numbers, and not {', '.join(TAKEN)}, got {name!r}")
    return name


def _number(name: str, value: object) -> float | None:
    """As JSON holds it; what is not finite, such as a correlation of nothing, as null."""
    if isinstance(value, (int, np.integer)):
        return int(value)
    if not isinstance(value, (float, np.floating)):
        raise OptionError(f"evaluate must return numbers, got {value!r} for {name!r}")
    return float(value) if math.isfinite(value) else None
