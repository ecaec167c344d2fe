"""What goes on beside training: held-out loss, evaluation, checkpoints. They change no bit of the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omnivec.data.heldout import Text
from omnivec.engine import checkpoint
from omnivec.engine.checkpoint import Checkpoints, Path, Tables
from omnivec.engine.hogwild import Pause
from omnivec.engine.job import Job
from omnivec.engine.outcome import Outcome
from omnivec.engine.schedule import Schedule
from omnivec.engine.validation import Evaluate, best_epoch, evaluation, heldout_loss, heldout_losses
from omnivec.errors import OptionError
from omnivec.model import Model
from omnivec.store.keys import Keys


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The wishes of one call of `fit`, under its names. record: what the model's record says besides.

    Raises: OptionError for a time below 0 and an `evaluate` that cannot be called; OutputError for a place
    where no checkpoint can be written.
    """

    evaluate: Evaluate | None = None
    every: float = 60.0
    checkpoint: Path | None = None
    checkpoint_minutes: float = 10.0
    resume: Model | None = None
    heldout: Text | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("every", "checkpoint_minutes"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or math.isnan(value) or value < 0:
                raise OptionError(f"{name} must be a number from 0 on, got {value!r}")
        if self.evaluate is not None and not callable(self.evaluate):
            raise OptionError(f"evaluate must be a function of Vectors, got {self.evaluate!r}")
        if self.checkpoint is not None:
            checkpoint.check_place(self.checkpoint)

    def before(self, schedule: Schedule) -> Outcome | None:
        """Where the training stood that is resumed."""
        return None if self.resume is None else Outcome.resumed(self.resume.record, schedule, "resume")

    def saving(self, job: Job, model_of: Callable[[Outcome, Tables], Model]) -> Checkpoints | None:
        """What writes the checkpoints."""
        return None if self.checkpoint is None else Checkpoints(self.checkpoint, job.tables, model_of)

    def pauses(
        self, job: Job, keys: Sequence[str], dim: int, name: str, saving: Checkpoints | None
    ) -> list[Pause]:
        """In the order in which they are done: a checkpoint holds what the others said."""
        pauses = []
        if self.heldout is not None:
            pauses.append(Pause(heldout_loss(job.measure, self.heldout)))
        if self.evaluate is not None:
            assert isinstance(keys, Keys)  # as `phases.read` leaves them
            ask = evaluation(self.evaluate, keys, job.look, dim, name)
            pauses.append(Pause(ask, self.every, at_end=True))
        if saving is not None:
            pauses.append(Pause(saving, self.checkpoint_minutes * 60))
        return pauses

    def told(self, outcome: Outcome, schedule: Schedule) -> dict[str, Any]:
        """What all this adds to the record of a model."""
        record = dict(self.record)
        if self.resume is not None and not self.resume.record.get("deterministic"):
            record["deterministic"] = False
        if outcome.paused:
            record["seconds_paused"] = outcome.paused
        if losses := heldout_losses(outcome.history):
            record |= {"heldout": losses, "best_epoch": best_epoch(outcome.history)}
        if self.heldout is not None:
            record |= {"heldout_tokens": len(self.heldout.tokens), "stopped_early": outcome.stopped_early}
        if outcome.interrupted:
            record["position"] = outcome.position(schedule)
        return record
