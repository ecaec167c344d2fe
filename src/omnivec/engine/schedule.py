"""What is trained when, and at which learning rate: functions of the data and the options alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

HELD_OUT = -1
"""The epoch whose random numbers a text gets that is only measured: the same every time, and no other's."""


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
    spread: bool = False
    """Whether one shard follows another from far away, so that a text that is sorted is not learned so."""

    @property
    def shard_size(self) -> int:
        """Tokens in a shard; at least 64 shards an epoch where that leaves a thousand tokens each.

        Fewer than a thousand only where they would last seconds, as with full softmax over many words.
        """
        least = max(min(1_000, 10**9 // self.work), 1)
        return max(min(self.tokens // 64, 10**8 // self.work), least)

    def rate(self, done: int) -> float:
        """The learning rate after `done` tokens of tokens · epochs."""
        return self.lr * (1 - (1 - self.floor) * done / (self.tokens * self.epochs))

    def read(self, done: int) -> float:
        """Tokens of the text that `done` of our tokens stand for."""
        return done * (self.text or self.tokens) / self.tokens

    @property
    def shards_by_epoch(self) -> int:
        """Shards of one pass."""
        return -(-self.tokens // self.shard_size)

    @property
    def shards_in_all(self) -> int:
        """Shards of all passes."""
        return self.shards_by_epoch * self.epochs

    def epoch(self, shard: int) -> int:
        """The epoch of a shard, from 0; of the number of all shards, the last one."""
        return min(shard // self.shards_by_epoch, self.epochs - 1)

    def tokens_by_epoch(self, shards: int) -> NDArray[np.int64]:
        """Tokens of the first `shards` shards, (epochs,) int64."""
        whole, more = divmod(shards, self.shards_by_epoch)
        done = np.zeros(self.epochs, np.int64)
        done[:whole] = self.tokens
        done[whole : whole + 1] = self._before(more)
        return done

    def _before(self, number: int) -> int:
        """Tokens of the shards before number so-and-so of an epoch; that at the text's end is shorter."""
        size, count = self.shard_size, self.shards_by_epoch
        short = count * size - self.tokens if self._number_of_last < number else 0
        return number * size - short

    @cached_property
    def _number_of_last(self) -> int:
        """Which number the shard at the end of the text has in an epoch."""
        last = self.shards_by_epoch - 1
        return next(number for number in range(last + 1) if self._place(number) == last)

    def _place(self, number: int) -> int:
        """Where in the text the shard lies that is number so-and-so of its epoch."""
        count = self.shards_by_epoch
        return number * _stride(count) % count if self.spread else number

    def shards(self, start: int = 0) -> Iterator[Shard]:
        """All shards in their order, from number `start` on."""
        decay = self.lr * (1 - self.floor) / (self.tokens * self.epochs)
        for number in range(start, self.shards_in_all):
            epoch, place = divmod(number, self.shards_by_epoch)
            first = self._place(place) * self.shard_size
            last = min(first + self.shard_size, self.tokens)
            yield Shard(epoch, first, last, self.rate(epoch * self.tokens + self._before(place)), decay)


def _stride(count: int) -> int:
    """A step by which all of `count` places are met, neighbours far apart: near the golden section of it."""
    step = max(round(count * 0.618034), 1)
    while math.gcd(step, count) > 1:
        step += 1
    return step
