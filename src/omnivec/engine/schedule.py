"""What is trained when, and at which learning rate: functions of the data and the options alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Shard:
    """Tokens first … last − 1 of an epoch, and the learning rate: `rate` at first, less `decay` a token."""

    epoch: int
    first: int
    last: int
    rate: float
    decay: float


@dataclass(frozen=True)
class Schedule:
    """Exact passes over `tokens` tokens while the rate falls on a line from `lr` to `lr · floor`.

    `work` is the cost of a token, in floats moved; a shard lasts some tens of milliseconds, so that Ctrl-C is
    prompt and the call from Python costs nothing.
    """

    tokens: int
    epochs: int
    lr: float
    floor: float
    work: int
    text: int = 0
    """Tokens of the text behind them, those outside the vocabulary included: what speed is measured in."""

    @property
    def shard_size(self) -> int:
        """Tokens in a shard; at least 64 shards an epoch where that leaves a thousand tokens each."""
        return max(min(self.tokens // 64, 10**8 // self.work), 1_000)

    def rate(self, done: int) -> float:
        """The learning rate after `done` tokens of tokens · epochs."""
        return self.lr * (1 - (1 - self.floor) * done / (self.tokens * self.epochs))

    def read(self, done: int) -> float:
        """Tokens of the text that `done` of our tokens stand for."""
        return done * (self.text or self.tokens) / self.tokens

    def shards(self) -> Iterator[Shard]:
        """All shards in their order."""
        decay = self.lr * (1 - self.floor) / (self.tokens * self.epochs)
        for epoch in range(self.epochs):
            for first in range(0, self.tokens, self.shard_size):
                last = min(first + self.shard_size, self.tokens)
                yield Shard(epoch, first, last, self.rate(epoch * self.tokens + first), decay)
