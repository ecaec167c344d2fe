"""Reading from both ends: Schuster & Paliwal 1997."""

from __future__ import annotations

from typing import final

from omnivec.reference.arrays import Array, module
from omnivec.reference.sequence.lengths import turned
from omnivec.reference.sequence.lstm import TimeLSTM


@final
class TimeBiLSTM:
    """Two `TimeLSTM`, the second from the last step to the first; their hidden states side by side.

    (N, T, D) to (N, T, 2H). A sequence that is shorter than its batch is turned within its own length.
    """

    def __init__(
        self, Wx1: Array, Wh1: Array, b1: Array, Wx2: Array, Wh2: Array, b2: Array, stateful: bool = False
    ) -> None:
        self.onward = TimeLSTM(Wx1, Wh1, b1, stateful)
        self.backwards = TimeLSTM(Wx2, Wh2, b2, stateful)
        self.params = self.onward.params + self.backwards.params
        self.grads = self.onward.grads + self.backwards.grads
        self._lengths: Array | None = None

    def forward(self, xs: Array, lengths: Array | None = None) -> Array:
        """What was read up to each step from the left, then from the right."""
        self._lengths = lengths
        left = self.onward.forward(xs, lengths)
        right = turned(self.backwards.forward(turned(xs, lengths), lengths), lengths)
        return module(xs).concatenate([left, right], axis=2)

    def backward(self, dhs: Array) -> Array:
        """The gradient of xs: what comes back through both directions."""
        H = dhs.shape[2] // 2
        left = self.onward.backward(dhs[:, :, :H])
        right = self.backwards.backward(turned(dhs[:, :, H:], self._lengths))
        return left + turned(right, self._lengths)
