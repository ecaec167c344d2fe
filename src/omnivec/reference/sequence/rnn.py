"""The plain recurrence: Elman 1990; "Deep Learning from Scratch 2", chapter 5."""

from __future__ import annotations

from typing import ClassVar, final

from omnivec.reference.arrays import Array, module
from omnivec.reference.sequence.recurrent import Recurrent


@final
class RNN:
    """h = tanh(x Wx + h₀ Wh + b): x (N, D), h₀ and h (N, H), Wx (D, H), Wh (H, H), b (H,)."""

    def __init__(self, Wx: Array, Wh: Array, b: Array) -> None:
        self.params = [Wx, Wh, b]
        self.grads = [module(W).zeros_like(W) for W in self.params]

    def forward(self, x: Array, h_prev: Array) -> Array:
        """The state after the step."""
        Wx, Wh, b = self.params
        self._x, self._h_prev = x, h_prev
        self._h = module(x).tanh(x @ Wx + h_prev @ Wh + b)
        return self._h

    def backward(self, dh_next: Array) -> tuple[Array, Array]:
        """The gradients of x and h₀; tanh′ = 1 − h²."""
        Wx, Wh, _ = self.params
        da = dh_next * (1 - self._h**2)
        self.grads[0][...] = self._x.T @ da
        self.grads[1][...] = self._h_prev.T @ da
        self.grads[2][...] = da.sum(axis=0)
        return da @ Wx.T, da @ Wh.T


@final
class TimeRNN(Recurrent):
    """`RNN` at every step: (N, T, D) to (N, T, H). `stateful`: backpropagation is truncated to T steps."""

    gates: ClassVar[int] = 1
    parts: ClassVar[int] = 1

    def cell(self) -> RNN:
        """A step over these weights."""
        return RNN(*self.params)
