"""What each training of a sweep will cost, before the first one begins."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from omnivec.engine.progress import Listener, Progress, silent
from omnivec.learners.learner import Learner
from omnivec.tuning.speed import Run, Speed

if TYPE_CHECKING:
    from omnivec.data.sources import Source
    from omnivec.model import Model


@dataclass(frozen=True)
class Cost:
    """One training. floats: those in the rows that all its epochs move; memory, free, disk: bytes."""

    words: int
    tokens: int
    """Of the text, each counted once."""
    floats: float
    memory: int
    free: int
    disk: int
    reading: float = 0.0
    """Seconds that reading, and counting where it is needed, took."""
    seconds: float | None = None
    """In all, as expected; None where nothing is known of the learner's speed."""

    @property
    def fits(self) -> bool:
        """Whether there is memory for it."""
        return self.memory <= self.free

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {**asdict(self), "fits": self.fits}

    def of(self, epochs: int, speed: Speed | None) -> Cost:
        """That of so many epochs, for a cost of one, with the time that they take at a speed."""
        floats, seconds = self.floats * epochs, None
        if speed is not None:
            seconds = self.reading + speed.seconds(self.tokens * epochs, floats)
        return replace(self, floats=floats, seconds=seconds)


@dataclass(frozen=True)
class Fitted:
    """A model; seconds: all that `fit` took but compiling; training: of these, those after reading."""

    model: Model
    seconds: float
    training: float


def planned(learner: Learner, source: Source, listener: Listener = silent) -> Cost:
    """What a training on a text would cost. The text is read and counted. Raises: as `Learner.plan`."""
    began = time.perf_counter()
    plan = learner.plan(source, progress=lambda record: _living(record, listener))
    return Cost(
        words=plan.words, tokens=plan.tokens, floats=plan.floats_moved * plan.epochs,
        memory=plan.memory_total, free=plan.memory_free, disk=plan.disk,
        reading=time.perf_counter() - began,
    )  # fmt: skip


def fitted(learner: Learner, source: Source, listener: Listener = silent) -> Fitted:
    """Train a model and say how long it took. Raises: as `fit`."""
    began, compiling = time.perf_counter(), [0.0, 0.0]  # since, in all

    def heard(record: Progress) -> None:
        now = time.perf_counter()
        if record.phase == "compile":
            if record.done:
                compiling[1] += now - compiling[0]
            compiling[0] = now
        _living(record, listener)

    model = learner.fit(source, progress=heard)
    seconds = time.perf_counter() - began - compiling[1]
    return Fitted(model, seconds, float(model.record.get("seconds") or 0.0))


def probed(learner: Learner, source: Source, listener: Listener = silent) -> Run:
    """A training of one epoch on a little text. Raises: as `fit`."""
    cost = planned(learner, source)
    return Run(cost.tokens, cost.floats, fitted(learner, source, listener).training)


def _living(record: Progress, listener: Listener) -> None:
    """Where it stands alone; what each phase found is not said again for every model."""
    if not record.text and record.phase != "epoch":
        listener(record)
