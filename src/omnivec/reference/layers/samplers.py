"""Which wrong answers are shown beside a right one.

Sources: Mikolov, Sutskever, Chen, Corrado, Dean 2013, section 2.2, for counts^0.75; Deep Learning from
Scratch 2, section 4.2.6.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.arrays import Array, integers, to_cpu

MODES: dict[str, dict[str, bool]] = {
    "book": {"replace": False, "exclude_target": True},
    "word2vec": {"replace": True, "exclude_target": True},
    "book-gpu": {"replace": True, "exclude_target": False},
}
"""How ancestors draw, as options of `UnigramSampler`. The book draws otherwise on a GPU than on a CPU."""

ROUNDS = 100
"""Draws that may be refused before the exact shares of the rest are computed: one word may be nearly all."""


class UnigramSampler:
    """Draws words by count^power. The higher the power, the more often come the frequent ones.

    Without replacement the `sample_size` words of a row differ; with `exclude_target` none is its target.
    Both hold exactly: a word that may not come has share 0, and the others keep their proportions.

    corpus (tokens,) ids that begin at 0 and have no gap. Raises: ValueError where an id never occurs, or
    where there are too few other words.
    """

    def __init__(
        self, corpus: ArrayLike, power: float = 0.75, sample_size: int = 5, *,
        replace: bool = False, exclude_target: bool = True, rng: np.random.Generator | None = None,
    ) -> None:  # fmt: skip
        tokens = integers(corpus, np.zeros(0)).reshape(-1)
        if tokens.size == 0:
            raise ValueError("the corpus is empty: there is no word to draw")
        if tokens.min() < 0:
            raise ValueError(f"ids begin at 0, and {tokens.min()} stands in the corpus")
        counts = np.bincount(tokens)
        gaps = np.flatnonzero(counts == 0)
        if gaps.size:
            raise ValueError(
                f"ids have a gap: {gaps[0]} never occurs among 0 ... {tokens.max()}; "
                "number the words that occur from 0 on, or use UnigramSampler.from_counts"
            )
        self._draw_from(_powered(counts, power), sample_size, replace, exclude_target, rng)

    @classmethod
    def from_counts(
        cls, counts: ArrayLike, power: float = 0.75, sample_size: int = 5, *,
        replace: bool = False, exclude_target: bool = True, rng: np.random.Generator | None = None,
    ) -> UnigramSampler:  # fmt: skip
        """A sampler of words that occur so often, counts (V,); one that never occurs is never drawn."""
        return cls.from_probabilities(
            _powered(np.asarray(counts), power), sample_size,
            replace=replace, exclude_target=exclude_target, rng=rng,
        )  # fmt: skip

    @classmethod
    def from_probabilities(
        cls, p: ArrayLike, sample_size: int = 5, *,
        replace: bool = False, exclude_target: bool = True, rng: np.random.Generator | None = None,
    ) -> UnigramSampler:  # fmt: skip
        """A sampler of words in these proportions, p (V,), which need not sum to 1."""
        sampler = cls.__new__(cls)
        sampler._draw_from(np.asarray(p, np.float64), sample_size, replace, exclude_target, rng)
        return sampler

    def _draw_from(
        self, p: NDArray[np.float64], sample_size: int, replace: bool, exclude_target: bool,
        rng: np.random.Generator | None,
    ) -> None:  # fmt: skip
        if p.ndim != 1 or not (p >= 0).all() or not 0 < p.sum() < np.inf:
            raise ValueError("probabilities are one row of finite numbers ≥ 0 that are not all 0")
        if sample_size < 1:
            raise ValueError(f"sample_size is at least 1, not {sample_size}")
        others = int((p > 0).sum()) - exclude_target
        if others < 1 or (sample_size >= others and not replace):
            words = "other words" if exclude_target else "words"
            raise ValueError(
                f"sample_size {sample_size} needs more than {others} {words}: there is nothing to choose; "
                "take a smaller one, or replace=True"
            )
        if not exclude_target:
            warnings.warn(
                "the target itself may be drawn as a wrong answer (the book's way on a GPU)", stacklevel=3
            )
        self.sample_size, self.replace, self.exclude_target = sample_size, replace, exclude_target
        self.rng = rng
        self.word_p = p / p.sum()
        upto = np.cumsum(self.word_p)
        self._upto = upto / upto[-1]

    def get_negative_sample(self, target: Array) -> NDArray[np.int32]:
        """Wrong answers for the targets (batch,), as (batch, sample_size) int32."""
        if self.rng is None:
            raise ValueError("drawing needs a generator: pass rng=numpy.random.default_rng(seed)")
        right = integers(to_cpu(target), np.zeros(0)).reshape(-1)
        if right.size and not 0 <= right.min() <= right.max() < len(self.word_p):
            raise ValueError(f"targets are ids 0 ... {len(self.word_p) - 1}, and one of them is not")
        rows = np.empty((len(right), self.sample_size), np.int32)
        for k in range(self.sample_size):
            waiting = np.arange(len(right))
            for _ in range(ROUNDS):
                rows[waiting, k] = np.searchsorted(self._upto, self.rng.random(len(waiting)), side="right")
                waiting = waiting[self._refused(right[waiting], rows[waiting], k)]
                if waiting.size == 0:
                    break
            for i in waiting:
                p = self.word_p.copy()
                p[self._forbidden(right[i], rows[i], k)] = 0
                rows[i, k] = self.rng.choice(len(p), p=p / p.sum())
        return rows

    def _refused(self, right: NDArray[Any], rows: NDArray[np.int32], k: int) -> NDArray[np.bool_]:
        """Which of the words in column k may not stand there."""
        refused = (rows[:, k] == right) & self.exclude_target
        if not self.replace:
            refused = refused | (rows[:, :k] == rows[:, k, None]).any(axis=1)
        return np.asarray(refused)

    def _forbidden(self, right: int, row: NDArray[np.int32], k: int) -> list[int]:
        """The words that may not stand in column k of one row."""
        return [right] * self.exclude_target + ([] if self.replace else row[:k].tolist())


def _powered(counts: NDArray[Any], power: float) -> NDArray[np.float64]:
    """count^power; a word that never occurs has 0 for every power."""
    if counts.ndim != 1 or not (counts >= 0).all():
        raise ValueError("counts are one row of numbers ≥ 0")
    return np.where(counts > 0, np.maximum(counts, 1e-300) ** power, 0.0)
