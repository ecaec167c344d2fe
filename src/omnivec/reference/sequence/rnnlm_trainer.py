"""Training of a language model on one long text: truncated backpropagation through time.

Source: "Deep Learning from Scratch 2", chapters 5 and 6 (`common/trainer.py`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.sequence.language_models import LanguageModel
from omnivec.reference.training.clipping import clip_grads
from omnivec.reference.training.optimizers import Optimizer
from omnivec.reference.training.shared import remove_duplicate

Ids = NDArray[np.integer[Any]]


class ReadingProgress(NamedTuple):
    """Where a training stands; as text, the line that the book prints."""

    epoch: int
    iteration: int
    iterations: int
    seconds: float
    perplexity: float

    def __str__(self) -> str:
        return (
            f"| epoch {self.epoch} |  iter {self.iteration} / {self.iterations} "
            f"| time {int(self.seconds)}[s] | perplexity {self.perplexity:.2f}"
        )


@final
class RnnlmTrainer:
    """Reads a text as `batch_size` texts side by side, each in order, so that the state may be carried on.

    `ppl_list`: perplexities, each since the one before, every `eval_interval` batches and at an epoch's end.
    """

    def __init__(self, model: LanguageModel, optimizer: Optimizer) -> None:
        self.model, self.optimizer = model, optimizer
        self.ppl_list: list[float] = []
        self.time_idx = 0
        self.current_epoch = 0

    def get_batch(self, x: Ids, t: Ids, batch_size: int, time_size: int) -> tuple[Ids, Ids]:
        """The next `time_size` words of each text, (batch_size, time_size), and the words after them.

        Text i begins at i ⌊n / batch_size⌋ and goes on at the beginning where x (n,) ends.
        """
        n = len(x)
        places = np.arange(batch_size)[:, None] * (n // batch_size) + self.time_idx + np.arange(time_size)
        self.time_idx += time_size
        return x[places % n], t[places % n]

    def fit(
        self, xs: Ids, ts: Ids, max_epoch: int = 10, batch_size: int = 20, time_size: int = 35,
        max_grad: float | None = None, eval_interval: int | None = 20,
        report: Callable[[ReadingProgress], object] | None = None,
    ) -> None:  # fmt: skip
        """Train on xs (n,), whose next words are ts (n,); an epoch is ⌊n / (batch_size · time_size)⌋ steps.

        max_grad: gradients longer than this are clipped. `report`, `print` for instance, is called with each
        perplexity.

        Raises: ValueError for a text shorter than one batch, ArithmeticError for a loss that is no number.
        """
        if min(batch_size, time_size) < 1:
            raise ValueError(f"batch_size and time_size are at least 1; {batch_size} and {time_size} came")
        steps = len(xs) // (batch_size * time_size)
        if steps < 1 or len(xs) != len(ts):
            found = f"{len(xs)} and {len(ts)} came"
            raise ValueError(f"{batch_size} × {time_size} words and as many next words are needed; {found}")
        self.time_idx, self.ppl_list = 0, []
        began, losses = time.monotonic(), []
        for _ in range(max_epoch):
            for step in range(1, steps + 1):
                losses.append(self._step(*self.get_batch(xs, ts, batch_size, time_size), max_grad))
                if eval_interval is not None and (step % eval_interval == 0 or step == steps):
                    self.ppl_list.append(math.exp(sum(losses) / len(losses)))
                    losses = []
                    if report is not None:
                        place = self.current_epoch + 1, step, steps, time.monotonic() - began
                        report(ReadingProgress(*place, self.ppl_list[-1]))
            self.current_epoch += 1

    def _step(self, x: Ids, t: Ids, max_grad: float | None) -> float:
        loss = float(self.model.forward(x, t))
        if not math.isfinite(loss):
            raise ArithmeticError(
                f"the loss is {loss} in epoch {self.current_epoch + 1}: lower lr, or pass max_grad"
            )
        self.model.backward()
        params, grads = remove_duplicate(self.model.params, self.model.grads)
        if max_grad is not None:
            clip_grads(grads, max_grad)
        self.optimizer.update(params, grads)
        return loss
