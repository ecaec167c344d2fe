"""What each training of a sweep will cost, before the first one begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from omnivec.engine.progress import Listener, Progress, silent
from omnivec.learners.learner import Learner, Trained

if TYPE_CHECKING:
    from omnivec.data.sources import Source
    from omnivec.model import Model

PROBE_TOKENS = 500_000
"""Tokens of a text by which the speed of a learner is found out, in one epoch."""


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
    seconds: float | None = None
    """Of the training alone, as expected; None where nothing is known of the learner's speed."""

    @property
    def fits(self) -> bool:
        """Whether there is memory for it."""
        return self.memory <= self.free

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {**asdict(self), "fits": self.fits}

    def at(self, floats_per_second: float | None) -> Cost:
        """The same with the seconds that it takes at a speed."""
        return replace(self, seconds=None if not floats_per_second else self.floats / floats_per_second)


def planned(learner: Learner, source: Source, listener: Listener = silent) -> Cost:
    """What a training on a text would cost. The text is read and counted. Raises: as `Learner.plan`."""

    def reading(record: Progress) -> None:
        """Where it stands alone; what each phase found is not said once for every model."""
        if not record.text:
            listener(record)

    plan = learner.plan(source, progress=reading)
    return Cost(
        words=plan.words, tokens=plan.tokens, floats=plan.floats_moved * plan.epochs,
        memory=plan.memory_total, free=plan.memory_free, disk=plan.disk,
    )  # fmt: skip


def probed(learner: Learner, source: Source, listener: Listener = silent) -> float | None:
    """Floats that a learner moves in a second, found by one epoch on a little text; None where too short.

    Compiling is not part of it, and is done then.
    """
    short = learner.replaced(epochs=1) if isinstance(learner, Trained) else learner
    cost = planned(short, source)

    def compiling(record: Progress) -> None:
        if record.phase == "compile":
            listener(record)

    seconds = training_seconds(short.fit(source, progress=compiling))
    return cost.floats / seconds if seconds else None


def training_seconds(model: Model) -> float:
    """Seconds of training alone: without reading, counting and compiling."""
    return float(model.record.get("seconds") or 0.0)


def speeds(done: Iterable[tuple[str, float, float]]) -> Mapping[str, float]:
    """Floats in a second by learner, from trainings that are over: (its name, floats, seconds) of each."""
    floats: dict[str, float] = {}
    seconds: dict[str, float] = {}
    for name, moved, took in done:
        floats[name], seconds[name] = floats.get(name, 0.0) + moved, seconds.get(name, 0.0) + took
    return {name: floats[name] / seconds[name] for name in floats if seconds[name]}
