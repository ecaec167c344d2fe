"""Threads over shards, without locks on the tables.

Each thread takes the next shard and trains it in a kernel that has let go of the interpreter. Progress,
Ctrl-C and the check for NaN happen between shards.

Source: Niu, Recht, Ré, Wright 2011, "Hogwild!": collisions are rare because updates are sparse.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnivec.engine.job import Step
from omnivec.engine.progress import Listener, Progress
from omnivec.engine.schedule import Schedule, Shard
from omnivec.errors import NotFinite

TICK = 0.2
"""Seconds between two looks at the threads."""


@dataclass(frozen=True)
class Outcome:
    """What training did. losses: mean per pair and epoch begun, float64; seconds: of training alone."""

    losses: list[float]
    pairs: int
    tokens: int
    seconds: float
    interrupted: bool


class Hogwild:
    """One run of `step` over all shards of a schedule. `train` may be called once."""

    def __init__(self, schedule: Schedule, step: Step, threads: int, listener: Listener) -> None:
        self._schedule, self._step, self._threads, self._listener = schedule, step, threads, listener
        self._shards, self._lock = schedule.shards(), threading.Lock()
        self._sums = np.zeros((schedule.epochs, 3))
        self._tokens = np.zeros(schedule.epochs, np.int64)
        self._stop = threading.Event()
        self._failure: BaseException | None = None

    def train(self) -> Outcome:
        """Train to the end; the first Ctrl-C ends the shards begun, the second leaves at once.

        Raises: NotFinite when a loss is not a number; whatever `step` or the listener raises.
        """
        team = [threading.Thread(target=self._work, daemon=True) for _ in range(self._threads)]
        ticker, interrupted = _Ticker(self), False
        try:
            while True:
                try:
                    self._watch(team, ticker)
                    break
                except KeyboardInterrupt:
                    if interrupted:
                        raise
                    interrupted = True
                    self._stop.set()
        finally:  # whatever the listener raised: no thread trains on unseen
            self._stop.set()
        if self._failure is not None:
            raise self._failure
        begun = self._sums[:, 1] > 0
        losses = (self._sums[begun, 0] / self._sums[begun, 1]).tolist()
        tokens = int(self._tokens.sum())
        short = tokens < self._schedule.tokens * self._schedule.epochs
        return Outcome(losses, int(self._sums[:, 1].sum()), tokens, ticker.seconds, interrupted and short)

    def _watch(self, team: list[threading.Thread], ticker: _Ticker) -> None:
        """Start the threads and look at them until all have ended; may be called again after a Ctrl-C."""
        for thread in team:
            if thread.ident is None:
                thread.start()
        while any(thread.is_alive() for thread in team):
            for thread in team:
                thread.join(TICK / len(team))
            ticker.look()
        ticker.look(last=True)

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                with self._lock:
                    shard = next(self._shards, None)
                if shard is None:
                    return
                sums = np.zeros(3)
                self._step(shard, sums)
                self._count(shard, sums)
        except BaseException as failure:  # carried to the caller's thread, which raises it
            self._failure = failure
            self._stop.set()

    def _count(self, shard: Shard, sums: NDArray[np.float64]) -> None:
        if not np.isfinite(sums[0]):
            raise NotFinite(
                f"the loss became {sums[0]} in epoch {shard.epoch + 1} between tokens {shard.first:,} and "
                f"{shard.last:,}; lower lr (it was {shard.rate:.3g} there)"
            )
        with self._lock:
            self._sums[shard.epoch] += sums
            self._tokens[shard.epoch] += shard.last - shard.first

    def totals(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Copies of (loss, pairs, centres) and of the tokens done, by epoch."""
        with self._lock:
            return self._sums.copy(), self._tokens.copy()


class _Ticker:
    """Turns the counters of a run into progress records: one a look, one for each epoch that ended."""

    def __init__(self, run: Hogwild) -> None:
        self._run, self._schedule, self._listener = run, run._schedule, run._listener
        self._began, self.seconds = time.perf_counter(), 0.0
        self._before, self._ended = np.zeros(3), 0

    def look(self, last: bool = False) -> None:
        sums, by_epoch = self._run.totals()
        tokens, schedule = int(by_epoch.sum()), self._schedule
        self.seconds = time.perf_counter() - self._began
        while self._ended < schedule.epochs and by_epoch[self._ended] == schedule.tokens:
            loss, pairs, _ = sums[self._ended]
            self._ended += 1
            self._listener(self._record("epoch", self._ended, tokens, loss / max(pairs, 1)))
        loss, pairs, _ = sums.sum(0) - self._before
        if pairs and not last:
            self._listener(self._record("train", min(self._ended + 1, schedule.epochs), tokens, loss / pairs))
            self._before = sums.sum(0)

    def _record(self, phase: str, epoch: int, tokens: int, loss: float) -> Progress:
        schedule, total = self._schedule, self._schedule.tokens * self._schedule.epochs
        left = self.seconds * (total - tokens) / max(tokens, 1)
        return Progress(
            phase=phase, done=tokens / total, epoch=epoch, epochs=schedule.epochs, tokens=tokens,
            tokens_per_second=schedule.read(tokens) / max(self.seconds, 1e-9),
            lr=schedule.rate(tokens), loss=loss, seconds_left=left,
        )  # fmt: skip
