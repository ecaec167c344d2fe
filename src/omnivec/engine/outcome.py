"""Where a run stands between two shards: with the tables, all that a later run needs to go on from there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from omnivec.data.corpus import Corpus
from omnivec.engine.schedule import Schedule
from omnivec.errors import FormatError


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What training did, so far or in all.

    shards: 0 … shards − 1 are done and nothing else; epochs: ended, with their row in the history; tokens:
    trained; sums: (epochs of the schedule, 3) float64, (loss, predictions, centres) by epoch; seconds: of
    training alone; paused: seconds that the threads stood still; history: see `Model.history`; interrupted:
    there is more to train; stopped_early: there is, and it was decided to leave it.
    """

    shards: int
    epochs: int
    tokens: int
    sums: NDArray[np.float64]
    seconds: float
    paused: float
    history: list[dict[str, Any]]
    interrupted: bool
    stopped_early: bool

    @classmethod
    def start(cls, schedule: Schedule) -> Self:
        """Nothing is done."""
        return cls(
            shards=0, epochs=0, tokens=0, sums=np.zeros((schedule.epochs, 3)), seconds=0.0, paused=0.0,
            history=[], interrupted=True, stopped_early=False,
        )  # fmt: skip

    @property
    def losses(self) -> list[float]:
        """Mean loss of a prediction, by epoch begun."""
        begun = self.sums[:, 1] > 0
        means: list[float] = (self.sums[begun, 0] / self.sums[begun, 1]).tolist()
        return means

    @property
    def pairs(self) -> int:
        """Predictions made."""
        return int(self.sums[:, 1].sum())

    def record(self, corpus: Corpus, threads: int) -> dict[str, Any]:
        """What `Model.record` tells of a training on a corpus."""
        words, epochs = corpus.vocabulary, self.tokens / len(corpus.tokens)
        return {
            "source": corpus.name,
            "tokens": corpus.total,
            "tokens_in_vocabulary": len(corpus.tokens),
            "tokens_counted": words.total,  # behind the counts; held out, or of texts before, too
            "types": words.types,
            "units": len(corpus.units) - 1,
            "invalid_tokens": corpus.invalid,
            "epochs": int(epochs) if epochs == int(epochs) else epochs,
            "pairs": self.pairs,
            "seconds": self.seconds,
            "tokens_per_second": corpus.total * epochs / max(self.seconds, 1e-9),
            "loss": self.losses,
            "threads": threads,
            "deterministic": threads == 1,
            "interrupted": self.interrupted,
            "history": self.history,
        }

    def position(self, schedule: Schedule) -> dict[str, Any]:
        """What JSON keeps of it beside the history; `resumed` takes it back. Sums of epochs begun alone."""
        begun = schedule.epoch(self.shards) + 1
        return {
            "shards": self.shards,
            "of": schedule.shards_in_all,
            "shard_size": schedule.shard_size,
            "epochs": self.epochs,
            "sums": self.sums[:begun].tolist(),
            "seconds": self.seconds,
            "seconds_paused": self.paused,
        }

    @classmethod
    def resumed(cls, record: Mapping[str, Any], schedule: Schedule, name: str) -> Self:
        """The outcome that a model's record of training tells, for the schedule it is to go on with.

        Raises: FormatError beginning with `name` when the record is damaged, or when its shards are other
        than the schedule's, as those of another version can be.
        """
        position, history = record.get("position"), record.get("history")
        try:
            shards, epochs = position["shards"], position["epochs"]  # type: ignore[index]
            sums = np.array(position["sums"], np.float64)  # type: ignore[index]
            seconds, paused = position["seconds"], position["seconds_paused"]  # type: ignore[index]
            size, total = position["shard_size"], position["of"]  # type: ignore[index]
        except (TypeError, KeyError, ValueError):
            raise FormatError(f'{name}: damaged: "position" does not say where training stood') from None
        if (size, total) != (schedule.shard_size, schedule.shards_in_all):
            raise FormatError(
                f"{name}: was trained in {total} shards of {size} tokens, this version cuts the text into "
                f"{schedule.shards_in_all} of {schedule.shard_size}; resume it with the version that began it"
            )
        whole = all(type(number) is int for number in (shards, epochs))
        times = all(type(number) in (int, float) and 0 <= number < math.inf for number in (seconds, paused))
        if not (
            whole and times and 0 <= shards <= total and 0 <= epochs <= shards // schedule.shards_by_epoch
        ):
            raise FormatError(f'{name}: damaged: "position" holds numbers that no training has')
        if sums.shape != (schedule.epoch(shards) + 1, 3) or not np.isfinite(sums).all():
            raise FormatError(f'{name}: damaged: "position" has sums of shape {sums.shape}')
        if not isinstance(history, list) or not all(isinstance(row, dict) for row in history):
            raise FormatError(f'{name}: damaged: "history" is not a list of objects')
        start = cls.start(schedule)
        start.sums[: len(sums)] = sums
        return cls(
            shards=shards, epochs=epochs, tokens=int(schedule.tokens_by_epoch(shards).sum()), sums=start.sums,
            seconds=seconds, paused=paused, history=[dict(row) for row in history], interrupted=True,
            stopped_early=False,
        )  # fmt: skip
