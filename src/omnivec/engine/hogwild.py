"""Threads over shards, without locks on the tables.

Each thread takes the next shard and trains it in a kernel that has let go of the interpreter. Progress,
Ctrl-C and the check for NaN happen between shards. When something is due for which the tables must rest, the
threads go home after the shard in hand and a new team comes afterwards: no thread ever waits, and a run with
nothing due pays nothing.

Source: Niu, Recht, Ré, Wright 2011, "Hogwild!": collisions are rare because updates are sparse.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.engine.job import Step
from omnivec.engine.outcome import Outcome
from omnivec.engine.progress import Listener, Progress
from omnivec.engine.schedule import Schedule, Shard
from omnivec.errors import NotFinite

TICK = 0.2
"""Seconds between two looks at the threads."""


@dataclass(frozen=True)
class Pause:
    """Work for which no thread may train: every `seconds`, or, when that is None, at every epoch's end.

    do: called in the caller's thread; what it returns goes into the history, as a row of its own or into that
    of the epoch. at_end: also when training has come to its end.
    """

    do: Callable[[Outcome], Mapping[str, Any] | None]
    seconds: float | None = None
    at_end: bool = False


class Hogwild:
    """One run of `step` over the shards of a schedule, from where `before` stood. `train` is called once.

    pauses: in the order in which those due together are done. enough: True of the history ends training at an
    epoch's end.
    """

    def __init__(
        self,
        schedule: Schedule,
        step: Step,
        threads: int,
        listener: Listener,
        *,
        pauses: Sequence[Pause] = (),
        enough: Callable[[list[dict[str, Any]]], bool] | None = None,
        before: Outcome | None = None,
    ) -> None:
        before = before or Outcome.start(schedule)
        self._schedule, self._step, self._threads, self._listener = schedule, step, threads, listener
        self._at_epoch = [pause for pause in pauses if pause.seconds is None]
        self._timed = [_Alarm(pause) for pause in pauses if pause.seconds is not None]
        self._enough, self._enough_said = enough, False
        self._taken, self._limit = before.shards, before.shards
        self._shards, self._lock = schedule.shards(before.shards), threading.Lock()
        self._sums = before.sums.copy()
        self._tokens = schedule.tokens_by_epoch(before.shards)
        self._ended, self._history = before.epochs, list(before.history)
        self._in_hand = 0
        self._team: list[threading.Event] = []
        self._home, self._interrupted = threading.Event(), False
        self._failure: BaseException | None = None
        self._ticker = _Ticker(schedule, listener, before)

    def train(self) -> Outcome:
        """Train to the end; the first Ctrl-C ends the shards begun, the second leaves at once.

        Raises: NotFinite when a loss is not a number; whatever `step`, the listener or a pause raises.
        """
        try:
            self._look()  # the end of an epoch that an interrupt left untold
            while self._more():
                self._lap()
                self._pause()
        except KeyboardInterrupt:
            self._interrupted = True
            self._send_home()
            self._watch()
        finally:  # whatever was raised: no thread trains on unseen
            self._send_home()
        return self._outcome()

    def _send_home(self) -> None:
        """No shard is begun any more, not even by a thread that an interrupt caught while it was starting."""
        with self._lock:
            self._limit = self._taken
        self._home.set()

    def _lap(self) -> None:
        """A team trains until it is sent home, or to where an epoch's end calls for a pause."""
        by_epoch, total = self._schedule.shards_by_epoch, self._schedule.shards_in_all
        self._limit = (self._taken // by_epoch + 1) * by_epoch if self._at_epoch else total
        self._home.clear()
        if self._due():
            self._home.set()
        self._team = [threading.Event() for _ in range(self._threads)]
        for gone in self._team:
            threading.Thread(target=self._work, args=(gone,), daemon=True).start()
        self._watch()

    def _watch(self) -> None:
        """Look at the team until all have gone home."""
        while self._trains():
            wait = min([TICK, *(alarm.left() for alarm in self._timed if not self._home.is_set())])
            for gone in self._team:
                gone.wait(wait / len(self._team))
            if self._due():
                self._home.set()
            self._look()
        self._look()
        if self._failure is not None:
            raise self._failure

    def _trains(self) -> bool:
        """Whether a thread of the team trains, or may still begin to.

        Not asked of the threads: Python 3.11 calls one dead while it runs if Ctrl-C interrupted its `join`.
        """
        if self._interrupted:  # no shard is begun any more, and a thread may never have been started
            return self._in_hand > 0
        return not all(gone.is_set() for gone in self._team)

    def _work(self, gone: threading.Event) -> None:
        try:
            while (shard := self._next()) is not None:
                self._train(shard)
                if self._home.is_set():  # asked after a shard, so that every lap gets on
                    return
        finally:
            gone.set()

    def _train(self, shard: Shard) -> None:
        try:
            sums = np.zeros(3)
            self._step(shard, sums)
            self._count(shard, sums)
        except BaseException as failure:  # carried to the caller's thread, which raises it
            self._failure = failure
            self._home.set()
        finally:
            with self._lock:
                self._in_hand -= 1

    def _next(self) -> Shard | None:
        with self._lock:
            if self._taken == self._limit:
                return None
            self._taken += 1
            self._in_hand += 1
            return next(self._shards)

    def _count(self, shard: Shard, sums: NDArray[np.float64]) -> None:
        if not np.isfinite(sums[0]):
            raise NotFinite(
                f"the loss became {sums[0]} in epoch {shard.epoch + 1} between tokens {shard.first:,} and "
                f"{shard.last:,}; lower lr (it was {shard.rate:.3g} there)"
            )
        with self._lock:
            self._sums[shard.epoch] += sums
            self._tokens[shard.epoch] += shard.last - shard.first

    def _look(self) -> None:
        """Tell how far it is, and do what the end of an epoch calls for."""
        with self._lock:
            sums, by_epoch = self._sums.copy(), self._tokens.copy()
        self._ticker.seen(sums, by_epoch)
        while self._ended < len(by_epoch) and by_epoch[self._ended] == self._schedule.tokens:
            if self._at_epoch and self._interrupted:
                return  # what is to be measured there would keep the user waiting; a resumed run does it
            loss, predictions, _ = sums[self._ended].tolist()
            row, said = {}, False
            if predictions:  # an epoch that has learned nothing has no loss
                row = self._ticker.row(self._ended + 1, loss / predictions)
                for pause in self._at_epoch:
                    with self._aside():
                        row |= pause.do(self._outcome()) or {}
                said = self._enough is not None and self._enough([*self._history, row])
            # All or nothing, whenever Ctrl-C comes: Python looks for it after calls, and here is none.
            self._history += [row] if row else []
            self._ended += 1
            self._enough_said = said
            self._ticker.epoch(self._ended, row)
        if self._ended < len(by_epoch):
            self._ticker.train()

    def _more(self) -> bool:
        return self._taken < self._schedule.shards_in_all and not self._enough_said

    def _due(self) -> bool:
        return any(alarm.left() == 0 for alarm in self._timed)

    def _pause(self) -> None:
        """Nobody trains: do what is due by the clock, or at the end."""
        more = self._more()
        for alarm in self._timed:
            if alarm.left() == 0 if more else alarm.pause.at_end:
                with self._aside():
                    row = alarm.pause.do(self._outcome())
                alarm.set()
                if row is not None:
                    self._history.append({**self._ticker.place(), **row})

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """Time that is not time of training."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._ticker.aside(time.perf_counter() - began)

    def _outcome(self) -> Outcome:
        """Where the run stands; nobody trains."""
        return Outcome(
            shards=self._taken, epochs=self._ended, tokens=int(self._tokens.sum()), sums=self._sums.copy(),
            seconds=self._ticker.seconds, paused=self._ticker.paused,
            history=list(self._history),
            interrupted=self._ended < self._schedule.epochs and not self._enough_said,
            stopped_early=self._ended < self._schedule.epochs and self._enough_said,
        )  # fmt: skip


class _Alarm:
    """When a pause is due by the clock."""

    def __init__(self, pause: Pause) -> None:
        self.pause = pause
        self.set()

    def set(self) -> None:
        self._due = time.perf_counter() + (self.pause.seconds or 0)

    def left(self) -> float:
        return max(0.0, self._due - time.perf_counter())


class _Ticker:
    """Turns the counters of a run into progress records and rows of the history."""

    def __init__(self, schedule: Schedule, listener: Listener, before: Outcome) -> None:
        self._schedule, self._listener = schedule, listener
        self._origin = time.perf_counter() - before.seconds
        self.seconds, self.paused = before.seconds, before.paused
        self._sums, self._told, self._tokens, self._epoch = before.sums, before.sums.sum(0), 0, 0
        self._spoken = time.perf_counter()

    def seen(self, sums: NDArray[np.float64], by_epoch: NDArray[np.int64]) -> None:
        """Take in the counters, and the time."""
        self._sums, self._tokens = sums, int(by_epoch.sum())
        self._epoch = min(self._tokens // self._schedule.tokens, self._schedule.epochs - 1)
        self.seconds = time.perf_counter() - self._origin

    def aside(self, seconds: float) -> None:
        """Time passed that is not time of training."""
        self._origin += seconds
        self.paused += seconds

    def place(self) -> dict[str, Any]:
        """How far it is, for the history."""
        return {
            "epoch": self._tokens / self._schedule.tokens, "tokens": self._tokens, "seconds": self.seconds
        }  # fmt: skip

    def row(self, epoch: int, loss: float) -> dict[str, Any]:
        """The history's row of an epoch that ended."""
        tokens = epoch * self._schedule.tokens
        return {
            **self.place(),
            "epoch": epoch,
            "tokens": tokens,
            "lr": self._schedule.rate(tokens),
            "loss": loss,
        }

    def epoch(self, epoch: int, row: Mapping[str, Any]) -> None:
        """Tell that an epoch ended."""
        self._listener(self._record("epoch", epoch, row.get("loss", math.nan), row.get("heldout")))

    def train(self) -> None:
        """Tell how far it is, and the loss since the last time; not more often than every tick."""
        loss, predictions, _ = self._sums.sum(0) - self._told
        if predictions and time.perf_counter() - self._spoken > TICK / 2:
            self._spoken, self._told = time.perf_counter(), self._sums.sum(0)
            self._listener(self._record("train", self._epoch + 1, loss / predictions))

    def _record(self, phase: str, epoch: int, loss: float, heldout: float | None = None) -> Progress:
        schedule, total = self._schedule, self._schedule.tokens * self._schedule.epochs
        left = self.seconds * (total - self._tokens) / max(self._tokens, 1)
        return Progress(
            phase=phase, done=self._tokens / total, epoch=epoch, epochs=schedule.epochs, tokens=self._tokens,
            tokens_per_second=schedule.read(self._tokens) / max(self.seconds, 1e-9),
            lr=schedule.rate(self._tokens), loss=loss, seconds_left=left, heldout=heldout,
        )  # fmt: skip
