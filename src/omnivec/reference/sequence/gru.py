"""The gated recurrent unit: Cho et al. 2014, equations 5 to 8, with 1 − z for their z; PyTorch's by name."""

from __future__ import annotations

from typing import ClassVar, Literal, final

from omnivec.reference.arrays import Array, module
from omnivec.reference.layers.functions import sigmoid
from omnivec.reference.sequence.recurrent import Recurrent

Reset = Literal["before", "after"]


@final
class GRU:
    """z, r = σ(x Wx + h₀ Wh + b), the first two blocks; h = (1 − z) h₀ + z ĥ.

    The third block makes the candidate. reset="before": ĥ = tanh(x Wx + (r h₀) Wh + b), Cho et al. and
    "Deep Learning from Scratch 2". reset="after": ĥ = tanh(x Wx + r (h₀ Wh) + b), which
    `torch.nn.GRU` computes (with 1 − z for z), since all of h₀ Wh is then one product.

    x (N, D), h₀, h, z, r and ĥ (N, H), Wx (D, 3H), Wh (H, 3H), b (3H,).
    """

    def __init__(self, Wx: Array, Wh: Array, b: Array, reset: Reset = "before") -> None:
        if reset not in ("before", "after"):
            raise ValueError(f"reset is 'before' or 'after' the product with Wh, not {reset!r}")
        self.params = [Wx, Wh, b]
        self.grads = [module(W).zeros_like(W) for W in self.params]
        self._before = reset == "before"

    def forward(self, x: Array, h_prev: Array) -> Array:
        """The state after the step; the gates stay at `z` and `r`, the candidate at `h_hat`."""
        Wx, Wh, b = self.params
        H = h_prev.shape[1]
        ax = x @ Wx + b
        ah = h_prev @ Wh[:, : 2 * H]
        self.z, self.r = sigmoid(ax[:, :H] + ah[:, :H]), sigmoid(ax[:, H : 2 * H] + ah[:, H:])
        self._read = self.r * h_prev if self._before else h_prev
        self._product = self._read @ Wh[:, 2 * H :]
        self.h_hat = module(x).tanh(ax[:, 2 * H :] + (1 if self._before else self.r) * self._product)
        self._x, self._h_prev = x, h_prev
        return (1 - self.z) * h_prev + self.z * self.h_hat

    def backward(self, dh_next: Array) -> tuple[Array, Array]:
        """The gradients of x and h₀."""
        Wx, Wh, _ = self.params
        h_prev, z, r, h_hat = self._h_prev, self.z, self.r, self.h_hat
        H = h_prev.shape[1]
        dh_prev = dh_next * (1 - z)
        da_hat = dh_next * z * (1 - h_hat**2)
        dproduct = da_hat if self._before else da_hat * r
        dread = dproduct @ Wh[:, 2 * H :].T
        if self._before:
            dr = dread * h_prev
            dh_prev = dh_prev + dread * r
        else:
            dr = da_hat * self._product
            dh_prev = dh_prev + dread
        da_z = dh_next * (h_hat - h_prev) * z * (1 - z)
        da_zr = module(da_z).concatenate([da_z, dr * r * (1 - r)], axis=1)
        da = module(da_z).concatenate([da_zr, da_hat], axis=1)
        self.grads[0][...] = self._x.T @ da
        self.grads[1][:, : 2 * H] = h_prev.T @ da_zr
        self.grads[1][:, 2 * H :] = self._read.T @ dproduct
        self.grads[2][...] = da.sum(axis=0)
        return da @ Wx.T, dh_prev + da_zr @ Wh[:, : 2 * H].T


@final
class TimeGRU(Recurrent):
    """`GRU` at every step: (N, T, D) to (N, T, H)."""

    gates: ClassVar[int] = 3
    parts: ClassVar[int] = 1

    def __init__(
        self, Wx: Array, Wh: Array, b: Array, stateful: bool = False, reset: Reset = "before"
    ) -> None:
        super().__init__(Wx, Wh, b, stateful)
        self._reset: Reset = reset

    def cell(self) -> GRU:
        """A step over these weights."""
        Wx, Wh, b = self.params
        return GRU(Wx, Wh, b, self._reset)
