"""What the engine runs: tables, a step that trains a shard, and a measure that only looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.engine.schedule import Shard

Step = Callable[[Shard, NDArray[np.float64]], None]
"""Trains one shard and adds (loss, predictions, centres) to an array (3,) of float64."""

Measure = Callable[[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]], None]
"""Adds (loss, predictions, centres) of a text, given as (tokens, units), and moves no row."""


@dataclass(frozen=True)
class Job:
    """One training, made ready by a learner.

    tables: what learns, by name; `step` changes them in place. look: the words' vectors as they stand,
    (words, padded width) float32. work: floats moved for a token. chance: mean loss of a prediction by tables
    that know nothing, where every score is 0.
    """

    tables: Mapping[str, NDArray[Any]]
    step: Step
    measure: Measure
    look: Callable[[], NDArray[np.float32]]
    work: int
    chance: float = math.inf
