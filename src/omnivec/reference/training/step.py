"""One batch: forward, backward, the gradients of shared weights added, clipped, and the optimiser's step."""

from __future__ import annotations

import math
from typing import Any, Protocol

from omnivec.reference.arrays import Array
from omnivec.reference.training.clipping import clip_grads
from omnivec.reference.training.optimizers import Optimizer
from omnivec.reference.training.shared import remove_duplicate


class Trainable(Protocol):
    """A model: `forward(x, t)` is a batch's loss, `backward()` fills `grads`, one for each of `params`."""

    params: list[Array]
    grads: list[Any]

    def forward(self, x: Any, t: Any) -> Any:
        """The mean loss of a batch."""

    def backward(self, dout: Any = 1) -> Any:
        """Fill the gradients."""


def train_step(
    model: Trainable, optimizer: Optimizer, x: Any, t: Any, max_grad: float | None, place: str
) -> float:
    """The loss of the batch x, t before the step that it makes the model take.

    Raises: ArithmeticError, before the step, for a loss that is no finite number; `place` says where in the
    training that was.
    """
    loss = float(model.forward(x, t))
    if not math.isfinite(loss):
        raise ArithmeticError(f"the loss is {loss} in {place}: lower lr, or pass max_grad")
    model.backward()
    params, grads = remove_duplicate(model.params, model.grads)
    if max_grad is not None:
        clip_grads(grads, max_grad)
    optimizer.update(params, grads)
    return loss
