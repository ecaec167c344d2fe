"""Long short-term memory: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.

There are three gates, f, i and o, and one candidate, g. The cell is not squashed on its way, c = f c₀ + i g:
along it the gradient of step t is that of step T times ∏ f of the steps between, and nothing else.
"""

from __future__ import annotations

from typing import ClassVar, final

from omnivec.reference.arrays import Array, module
from omnivec.reference.layers.functions import sigmoid
from omnivec.reference.sequence.recurrent import Recurrent


@final
class LSTM:
    """f, i, o = σ(a_f), σ(a_i), σ(a_o), g = tanh(a_g); c = f c₀ + i g; h = o tanh(c).

    [a_f a_g a_i a_o] = x Wx + h₀ Wh + b, in this order: x (N, D), h₀, c₀, h, c and each gate (N, H),
    Wx (D, 4H), Wh (H, 4H), b (4H,). Source: "Deep Learning from Scratch 2", chapter 6.
    """

    def __init__(self, Wx: Array, Wh: Array, b: Array) -> None:
        self.params = [Wx, Wh, b]
        self.grads = [module(W).zeros_like(W) for W in self.params]

    def forward(self, x: Array, h_prev: Array, c_prev: Array) -> tuple[Array, Array]:
        """The state after the step, h and c; the gates stay at `f`, `g`, `i`, `o`."""
        Wx, Wh, b = self.params
        xp, H = module(x), h_prev.shape[1]
        a = x @ Wx + h_prev @ Wh + b
        self.f, self.i, self.o = sigmoid(a[:, :H]), sigmoid(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
        self.g = xp.tanh(a[:, H : 2 * H])
        c = self.f * c_prev + self.i * self.g
        self._x, self._h_prev, self._c_prev, self._tanh_c = x, h_prev, c_prev, xp.tanh(c)
        return self.o * self._tanh_c, c

    def backward(self, dh_next: Array, dc_next: Array) -> tuple[Array, Array, Array]:
        """The gradients of x, h₀ and c₀; σ′ = σ(1 − σ), tanh′ = 1 − tanh²."""
        Wx, Wh, _ = self.params
        f, g, i, o = self.f, self.g, self.i, self.o
        dc = dc_next + dh_next * o * (1 - self._tanh_c**2)
        da = module(dc).concatenate(
            [
                dc * self._c_prev * f * (1 - f),
                dc * i * (1 - g**2),
                dc * g * i * (1 - i),
                dh_next * self._tanh_c * o * (1 - o),
            ],
            axis=1,
        )
        self.grads[0][...] = self._x.T @ da
        self.grads[1][...] = self._h_prev.T @ da
        self.grads[2][...] = da.sum(axis=0)
        return da @ Wx.T, da @ Wh.T, dc * f


@final
class TimeLSTM(Recurrent):
    """`LSTM` at every step: (N, T, D) to (N, T, H). `h`, `c`: the last state; `dh`: what an encoder gets."""

    gates: ClassVar[int] = 4
    parts: ClassVar[int] = 2

    @property
    def c(self) -> Array | None:
        """The cell state after the last step, (N, H); None before the first."""
        return self.state[1] if self.state else None

    def cell(self) -> LSTM:
        """A step over these weights."""
        return LSTM(*self.params)
