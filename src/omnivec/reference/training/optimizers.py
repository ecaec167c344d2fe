"""Six rules that turn a gradient into a step, on whole arrays or on the rows that were used.

`update(params, grads)` changes every parameter in place. A gradient is an array of the parameter's shape, a
`RowGradient`, or a pair (rows, values): then only those rows, and their part of the state, are read and
moved. For SGD and AdaGrad that is the same as the dense step, since a row with gradient 0 does not move. The
other rules go on moving a row by what they remember of it; their sparse forms leave it until it is met again
("lazy"), which is another path.

Symbols: g the gradient, η the learning rate lr. Defaults are those of Deep Learning from Scratch 2
(common/optimizer.py); docs/reference-training.md has the formulas and what PyTorch does otherwise.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from omnivec.reference.arrays import Array, integers, module
from omnivec.reference.layers.row_gradient import RowGradient

Gradient: TypeAlias = Any
"""An array, a `RowGradient`, or (rows (...,), values (..., dim)) in which a row may stand several times."""


class Optimizer(ABC):
    """What the rules share: state arrays for each parameter, and the choice of rows."""

    memories: int = 0
    """State arrays of a parameter's shape that a rule keeps."""

    def __init__(self, lr: float) -> None:
        if not lr > 0:
            raise ValueError(f"lr, the learning rate, is above 0, got {lr}")
        self.lr = lr
        self.steps = 0
        self.state: list[list[Array]] = []

    @abstractmethod
    def step(self, g: Array, state: list[Array]) -> Array:
        """What is added to the parameter; state (arrays of g's shape) is changed in place."""

    def update(self, params: Sequence[Array], grads: Sequence[Gradient]) -> None:
        """One step of all parameters, in place."""
        if len(params) != len(grads):
            raise ValueError(
                f"as many gradients as parameters: {len(params)} parameters, {len(grads)} gradients"
            )
        if not self.state:
            self.state = [[module(p).zeros_like(p) for _ in range(self.memories)] for p in params]
        if len(self.state) != len(params):
            raise ValueError(
                f"this optimiser began with {len(self.state)} parameters, got {len(params)}: make a new one"
            )
        self.steps += 1
        for p, grad, state in zip(params, grads, self.state, strict=True):
            if isinstance(grad, (RowGradient, tuple)):
                self._update_rows(p, row_gradient(p, grad), state)
                continue
            if tuple(grad.shape) != tuple(p.shape):
                raise ValueError(
                    f"a gradient has its parameter's shape {tuple(p.shape)}, got {tuple(grad.shape)}"
                )
            p += self.step(grad, state)

    def _update_rows(self, p: Array, grad: RowGradient, state: list[Array]) -> None:
        rows = grad.rows
        part = [memory[rows] for memory in state]
        p[rows] += self.step(grad.values, part)
        for memory, changed in zip(state, part, strict=True):
            memory[rows] = changed


def row_gradient(p: Array, grad: RowGradient | tuple[Array, Array]) -> RowGradient:
    """`grad` with each of its rows once; the values of a row that stands several times are added."""
    if isinstance(grad, tuple):
        rows, values = grad
        grad = RowGradient(p)
        grad.put(integers(rows, p), values)
    if grad.shape != tuple(p.shape):
        raise ValueError(f"a gradient has its parameter's shape {tuple(p.shape)}, got {grad.shape}")
    if len(grad.rows) and not 0 <= int(grad.rows[0]) <= int(grad.rows[-1]) < len(p):
        raise ValueError(
            f"rows lie between 0 and {len(p) - 1}, got {int(grad.rows[0])} … {int(grad.rows[-1])}"
        )
    return grad


class SGD(Optimizer):
    """p ← p − η·g."""

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def step(self, g: Array, state: list[Array]) -> Array:
        """−η·g."""
        return -self.lr * g


class Momentum(Optimizer):
    """v ← μ·v − η·g; p ← p + v.  Source: Polyak 1964."""

    memories = 1

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = momentum

    def step(self, g: Array, state: list[Array]) -> Array:
        """v, the velocity."""
        (v,) = state
        v *= self.momentum
        v -= self.lr * g
        return v


class Nesterov(Optimizer):
    """v ← μ·v − η·g; p ← p + μ·v − η·g: the step that momentum would take next, with the gradient of now.

    The book's code writes it as μ²·v − (1 + μ)·η·g, which is the same for the v *before* this step, and takes
    the v after it; here it is the v before.  Source: Bengio, Boulanger-Lewandowski, Pascanu 2012
    (arXiv 1212.0901), equation 7.
    """

    memories = 1

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = momentum

    def step(self, g: Array, state: list[Array]) -> Array:
        """μ·v − η·g."""
        (v,) = state
        v *= self.momentum
        v -= self.lr * g
        return self.momentum * v - self.lr * g


class AdaGrad(Optimizer):
    """h ← h + g²; p ← p − η·g / (√h + ε).  Source: Duchi, Hazan, Singer 2011."""

    memories = 1

    def __init__(self, lr: float = 0.01, eps: float = 1e-7) -> None:
        super().__init__(lr)
        self.eps = eps

    def step(self, g: Array, state: list[Array]) -> Array:
        """−η·g / (√h + ε)."""
        (h,) = state
        h += g * g
        return -self.lr * g / (module(h).sqrt(h) + self.eps)


class RMSprop(Optimizer):
    """h ← ρ·h + (1 − ρ)·g²; p ← p − η·g / (√h + ε).  Source: Tieleman, Hinton 2012, lecture 6.5."""

    memories = 1

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99, eps: float = 1e-7) -> None:
        super().__init__(lr)
        self.decay_rate, self.eps = decay_rate, eps

    def step(self, g: Array, state: list[Array]) -> Array:
        """−η·g / (√h + ε)."""
        (h,) = state
        h *= self.decay_rate
        h += (1 - self.decay_rate) * g * g
        return -self.lr * g / (module(h).sqrt(h) + self.eps)


class Adam(Optimizer):
    """m ← m + (1 − β₁)(g − m); v ← v + (1 − β₂)(g² − v); p ← p − η·m̂ / (√v̂ + ε), m̂ and v̂ without bias.

    With c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ: m̂ = m/c₁, v̂ = v/c₂.

    Args:
        epsilon: where ε stands. `folded`, as the book writes it, η·√c₂/c₁ · m / (√v + ε); `corrected`, as
            PyTorch does, beside √v̂. The first is the second with ε/√c₂: 32 times as large at the first step.

    Source: Kingma, Ba 2015 (arXiv 1412.6980), algorithm 1 and the remark below it.

    """

    memories = 2

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7,
        epsilon: Literal["folded", "corrected"] = "folded",
    ) -> None:  # fmt: skip
        super().__init__(lr)
        if epsilon not in ("folded", "corrected"):
            raise ValueError(f"epsilon is 'folded' or 'corrected', got {epsilon!r}")
        self.beta1, self.beta2, self.eps, self.epsilon = beta1, beta2, eps, epsilon

    def step(self, g: Array, state: list[Array]) -> Array:
        """−η·m̂ / (√v̂ + ε)."""
        m, v = state
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        root = math.sqrt(1 - self.beta2**self.steps)
        rate = self.lr * root / (1 - self.beta1**self.steps)
        eps = self.eps if self.epsilon == "folded" else self.eps * root
        return -rate * m / (module(v).sqrt(v) + eps)
