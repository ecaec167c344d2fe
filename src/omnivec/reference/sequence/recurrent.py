"""What RNN, LSTM and GRU share over time: one cell, the same weights at every step, a state handed on.

A weight that is used at every step has the sum over the steps of what each use says as its gradient
(backpropagation through time, Werbos 1990). A batch that does not begin where the last one ended reads on
from its state, but no gradient goes back into it: truncated backpropagation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Protocol

from omnivec.reference.arrays import Array, module, zeros
from omnivec.reference.sequence.lengths import steps_within


class Cell(Protocol):
    """One step: the input and the state before it give the state after it."""

    grads: list[Array]
    """The gradients of the weights, of this step alone."""

    @property
    def forward(self) -> Callable[..., Array]:
        """(x, h) to h, or (x, h, c) to (h, c)."""

    @property
    def backward(self) -> Callable[..., tuple[Array, ...]]:
        """The gradient of the state after the step to that of x, then of each part of the state before."""


class Recurrent(ABC):
    """A cell unrolled over T steps.

    Wx (D, gates·H), Wh (H, gates·H), b (gates·H,). `stateful`: the next call of `forward` goes on from the
    state this one ends with. `cells` are the steps of the last call, for those who want to look inside.
    """

    gates: ClassVar[int]
    """How many gates lie side by side in a weight."""
    parts: ClassVar[int]
    """How many arrays are the state: h, or h and c."""

    def __init__(self, Wx: Array, Wh: Array, b: Array, stateful: bool = False) -> None:
        gates, H = self.gates, Wh.shape[0]
        if tuple(Wh.shape) != (H, gates * H) or Wx.shape[1] != gates * H or tuple(b.shape) != (gates * H,):
            found = f"Wx {tuple(Wx.shape)}, Wh {tuple(Wh.shape)}, b {tuple(b.shape)}"
            wanted = f"Wx (D, {gates}H), Wh (H, {gates}H), b ({gates}H,)"
            raise ValueError(f"{type(self).__name__} takes {wanted}, not {found}: no H fits all three")
        self.params = [Wx, Wh, b]
        self.grads = [module(W).zeros_like(W) for W in self.params]
        self.stateful = stateful
        self.cells: list[Cell] = []
        self.state: tuple[Array, ...] | None = None
        """After the last step: (h,) or (h, c), each (N, H)."""
        self._on: Array | None = None
        self._dstate: tuple[Array, ...] = ()

    @abstractmethod
    def cell(self) -> Cell:
        """A cell for one step, over these weights."""

    @property
    def h(self) -> Array | None:
        """The hidden state after the last step, (N, H); None before the first."""
        return self.state[0] if self.state else None

    @property
    def dh(self) -> Array | None:
        """The gradient of the hidden state before the first step, (N, H), once `backward` has run."""
        return self._dstate[0] if self._dstate else None

    def set_state(self, *state: Array) -> None:
        """Begin from h (N, H), or from h and c, if this layer is stateful; a part that is not given is 0."""
        xp = module(state[0])
        self.state = state + tuple(xp.zeros_like(state[0]) for _ in range(self.parts - len(state)))

    def reset_state(self) -> None:
        """Begin from zeros again."""
        self.state = None

    def forward(self, xs: Array, lengths: Array | None = None) -> Array:
        """The hidden states (N, T, H) of xs (N, T, D).

        lengths (N,): how many steps of each sequence are real; at the others, the padding at its end, the
        state stays as it is, so that the last column holds every sequence's last state.
        """
        xp = module(xs)
        state = self._first_state(xs)
        self._on = steps_within(lengths, xs) if lengths is not None else None
        self.cells, hs = [], []
        for t in range(xs.shape[1]):
            cell = self.cell()
            after = cell.forward(xs[:, t], *state)
            after = after if isinstance(after, tuple) else (after,)
            if self._on is not None:
                on = self._on[:, t, None]
                after = tuple(xp.where(on, new, old) for new, old in zip(after, state, strict=True))
            state = after
            self.cells.append(cell)
            hs.append(state[0])
        self.state = state
        return xp.stack(hs, axis=1)

    def backward(self, dhs: Array) -> Array:
        """The gradient of xs, (N, T, D), from that of the hidden states, (N, T, H), the last step first."""
        xp = module(dhs)
        zero = xp.zeros_like(dhs[:, 0])
        dstate = (zero,) * self.parts
        for total in self.grads:
            total[...] = 0
        dxs = []
        for t in reversed(range(len(self.cells))):
            dstate = (dstate[0] + dhs[:, t], *dstate[1:])
            passed = dstate
            if self._on is not None:  # at padding the step did nothing: the gradient goes by it
                on = self._on[:, t, None]
                passed = tuple(xp.where(on, d, zero) for d in dstate)
            dx, *before = self.cells[t].backward(*passed)
            if self._on is not None:
                before = [d + xp.where(on, zero, past) for d, past in zip(before, dstate, strict=True)]
            for total, step in zip(self.grads, self.cells[t].grads, strict=True):
                total += step
            dstate = tuple(before)
            dxs.append(dx)
        self._dstate = dstate
        return xp.stack(dxs[::-1], axis=1)

    def _first_state(self, xs: Array) -> tuple[Array, ...]:
        """The state to begin with. Raises: ValueError where xs does not fit the weights or the state."""
        Wx, Wh, _ = self.params
        name = type(self).__name__
        if xs.ndim != 3 or xs.shape[2] != Wx.shape[0] or xs.shape[1] == 0:
            raise ValueError(f"{name} reads (N, T, {Wx.shape[0]}) with T ≥ 1, not {tuple(xs.shape)}")
        if self.state is None or not self.stateful:
            return (zeros((xs.shape[0], Wh.shape[0]), like=Wx),) * self.parts
        shape = tuple(self.state[0].shape)
        if shape != (xs.shape[0], Wh.shape[0]):
            wanted = (xs.shape[0], Wh.shape[0])
            raise ValueError(f"{name} has a state of {shape} and needs {wanted}: call reset_state()")
        return self.state
