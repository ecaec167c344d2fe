"""The loop around a model: shuffle, forward, backward, add up, clip, step, tell.

Source: Deep Learning from Scratch 2, common/trainer.py. Other than there, the last, shorter batch of an epoch
is trained too, every point of the loss curve is a mean over all its examples, and nothing is printed unless
asked: `fit(..., report=print)` prints the book's lines.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.arrays import Array, integers, is_tensor
from omnivec.reference.training.checkpoint import Position, load_checkpoint, save_checkpoint
from omnivec.reference.training.clipping import clip_grads
from omnivec.reference.training.optimizers import Optimizer
from omnivec.reference.training.shared import remove_duplicate

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Trainable(Protocol):
    """A model: `forward(x, t)` is a batch's loss, `backward()` fills `grads`, one for each of `params`."""

    params: list[Array]
    grads: list[Any]

    def forward(self, x: Any, t: Any) -> Any:
        """The mean loss of a batch."""

    def backward(self, dout: Any = 1) -> Any:
        """Fill the gradients."""


class Progress(NamedTuple):
    """Where a training stands; as text, the line that the book prints."""

    epoch: int
    iteration: int
    iterations: int
    seconds: float
    loss: float

    def __str__(self) -> str:
        return (
            f"| epoch {self.epoch} |  iter {self.iteration} / {self.iterations} "
            f"| time {int(self.seconds)}[s] | loss {self.loss:.2f}"
        )


class Trainer:
    """Trains a model by batches.

    Args:
        model: what has `params`, `grads`, `forward(x, t)` and `backward()`.
        optimizer: what takes the steps.
        rng: orders the examples, anew in each epoch. A model that draws too (negatives, dropout) has to be
            given the same generator if a resumed training shall be the uninterrupted one: its state is saved.

    """

    def __init__(self, model: Trainable, optimizer: Optimizer, *, rng: np.random.Generator | None = None):
        self.model, self.optimizer = model, optimizer
        self.rng = np.random.default_rng(0) if rng is None else rng
        self.eval_interval = 20
        self.position = Position()

    @property
    def loss_list(self) -> list[float]:
        """The mean loss of each stretch of eval_interval iterations; the last of an epoch may be shorter."""
        return self.position.losses

    def fit(
        self, x: Any, t: Any, max_epoch: int = 10, batch_size: int = 32, max_grad: float | None = None,
        eval_interval: int = 20, *, report: Callable[[Progress], object] | None = None,
        checkpoint: str | Path | None = None,
    ) -> None:  # fmt: skip
        """Train on x (n, ...) and t (n, ...) for max_epoch epochs more.

        max_grad: the length to which all gradients together are clipped. report: called with a `Progress`
        after every eval_interval iterations and at the end of each epoch. checkpoint: a file written at the
        same moments. A fit that was interrupted, here or before `restore`, is gone on with where it stood.
        """
        x, t = (data if is_tensor(data) else np.asarray(data) for data in (x, t))
        _check(len(x), len(t), max_epoch=max_epoch, batch_size=batch_size, eval_interval=eval_interval)
        self.eval_interval = eval_interval
        at, start = self.position, time.perf_counter()
        if at.until is None:
            at.until = at.epoch + max_epoch
        iterations = math.ceil(len(x) / batch_size)
        while at.until is not None:
            order = self._order(len(x))
            rows = order[at.iteration * batch_size : (at.iteration + 1) * batch_size]
            at.total += self._step(x[integers(rows, x)], t[integers(rows, t)], max_grad) * len(rows)
            at.seen += len(rows)
            at.iteration += 1
            over = at.iteration == iterations
            if over or at.iteration % eval_interval == 0:
                loss, seconds = at.close_point(), time.perf_counter() - start
                progress = Progress(at.epoch + 1, at.iteration, iterations, seconds, loss)
                if over:
                    at.next_epoch()
                if checkpoint is not None:
                    self.save(checkpoint)
                if report is not None:
                    report(progress)

    def save(self, path: str | Path) -> None:
        """Write parameters, optimiser state, random state and the place in the data to a file (.npz)."""
        save_checkpoint(Path(path), self._weights(), self.optimizer, self.rng, self.position)

    def restore(self, path: str | Path) -> None:
        """Go back to what `save` wrote: `fit` with the same data and options ends at the same numbers."""
        self.position = load_checkpoint(Path(path), self._weights(), self.optimizer, self.rng)

    def plot(self, ylim: tuple[float, float] | None = None, ax: Axes | None = None) -> Axes:
        """Draw the loss curve (needs matplotlib) on `ax`, or on new axes, and return them."""
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(layout="constrained")
        ax.plot(range(len(self.loss_list)), self.loss_list, label="train")
        ax.set_xlabel(f"iterations (x{self.eval_interval})")
        ax.set_ylabel("loss")
        if ylim is not None:
            ax.set_ylim(*ylim)
        return ax

    def _order(self, examples: int) -> NDArray[np.int64]:
        at = self.position
        if at.order is None:
            at.order = self.rng.permutation(examples)
        elif len(at.order) != examples:
            raise ValueError(
                f"an interrupted fit had {len(at.order)} examples, got {examples}: give it the same"
            )
        return at.order

    def _step(self, x: Array, t: Array, max_grad: float | None) -> float:
        loss = float(self.model.forward(x, t))
        if not math.isfinite(loss):
            raise ArithmeticError(
                f"the loss is {loss} in epoch {self.position.epoch + 1}, iteration "
                f"{self.position.iteration + 1}: lower lr, or pass max_grad"
            )
        self.model.backward()
        params, grads = remove_duplicate(self.model.params, self.model.grads)
        if max_grad is not None:
            clip_grads(grads, max_grad)
        self.optimizer.update(params, grads)
        return loss

    def _weights(self) -> list[Array]:
        return remove_duplicate(self.model.params, self.model.params)[0]


def _check(examples: int, targets: int, **at_least_one: int) -> None:
    if examples != targets or examples == 0:
        raise ValueError(
            f"x and t hold the same number of examples, at least one, got {examples} and {targets}"
        )
    for name, value in at_least_one.items():
        if value < 1:
            raise ValueError(f"{name} is at least 1, got {value}")
