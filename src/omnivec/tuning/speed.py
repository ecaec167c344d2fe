"""How fast a learner is on this machine: what the seconds of a sweep's trainings are expected from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

ALIKE = 1.5
"""A training tells the speed of others that move so many times more or less floats for a token."""


class Run(NamedTuple):
    """A training that is over. tokens: of all epochs; floats: moved in all; seconds: those after reading."""

    tokens: float
    floats: float
    seconds: float

    def tells(self, floats: float) -> bool:
        """Whether it tells the speed of one that moves so many floats for a token."""
        mine = self.floats / self.tokens
        return max(mine, floats) <= ALIKE * min(mine, floats)


@dataclass(frozen=True)
class Speed:
    """Seconds for each token of each epoch, and for each float that is moved.

    Of small rows the tokens take most of the time, of large ones the floats: one number for both would be
    wrong by as much as the sizes differ.
    """

    per_token: float
    per_float: float

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Speed | None:
        """The speed that errs least about runs, in proportion to their seconds; None where nothing moved."""
        runs = [run for run in runs if run.seconds > 0 and run.floats > 0]
        if not runs:
            return None
        rows = np.array([run[:2] for run in runs]) / np.array([[run.seconds] for run in runs])
        said = np.ones(len(runs))
        found, _, rank, _ = np.linalg.lstsq(rows, said)
        if rank == 2 and (found >= 0).all():
            return cls(*found.tolist())
        alone = [float(column @ said / (column @ column)) for column in rows.T]  # the other counts nothing
        errors = [np.square(column * each - said).sum() for column, each in zip(rows.T, alone, strict=True)]
        return cls(alone[0], 0.0) if errors[0] < errors[1] else cls(0.0, alone[1])

    def seconds(self, tokens: float, floats: float) -> float:
        """What a training takes after reading."""
        return self.per_token * tokens + self.per_float * floats
