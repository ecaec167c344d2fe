"""What reads the question: ids (N, T) to hidden states (N, T, H).

Source: Sutskever, Vinyals, Le 2014; "Deep Learning from Scratch 2", chapters 7 and 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import DTypeLike

from omnivec.reference.arrays import Array, module
from omnivec.reference.sequence import initial
from omnivec.reference.sequence.bidirectional import TimeBiLSTM
from omnivec.reference.sequence.lengths import last_places
from omnivec.reference.sequence.lstm import TimeLSTM
from omnivec.reference.sequence.timewise import TimeEmbedding


@final
class AttentionEncoder:
    """Embedding (V, D) and an LSTM (D to H); `forward` gives its state at every step, (N, T, H).

    `bidirectional`: two LSTM of H/2 each, one from each end, so that every step knows the whole question.
    """

    def __init__(
        self, vocab_size: int, wordvec_size: int, hidden_size: int, *, bidirectional: bool = False,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        V, D, H = vocab_size, wordvec_size, hidden_size
        if bidirectional and H % 2:
            raise ValueError(f"two directions share hidden_size in halves: {H} is odd")
        one = initial.recurrent(4, D, H // 2 if bidirectional else H)
        kinds = [("embedding", (V, D)), *one, *(one if bidirectional else [])]
        E, *rest = initial.weights(kinds, weights, rng, dtype)
        self.embed = TimeEmbedding(E)
        self.lstm = (TimeBiLSTM if bidirectional else TimeLSTM)(*rest)
        self.params = self.embed.params + self.lstm.params
        self.grads = self.embed.grads + self.lstm.grads

    def forward(self, xs: Array, lengths: Array | None = None) -> Array:
        """The states (N, T, H) for xs (N, T), of which `lengths` (N,) are real."""
        return self.lstm.forward(self.embed.forward(xs), lengths)

    def backward(self, dhs: Array) -> None:
        """Fill `grads` from the gradient of all states."""
        self.embed.backward(self.lstm.backward(dhs))


@final
class Encoder:
    """The same, of which only the state after the last step is handed on: (N, H).

    `bidirectional`: that of each direction, the second one's being the state at the first step.
    """

    def __init__(
        self, vocab_size: int, wordvec_size: int, hidden_size: int, *, bidirectional: bool = False,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        self.steps = AttentionEncoder(
            vocab_size, wordvec_size, hidden_size,
            bidirectional=bidirectional, weights=weights, rng=rng, dtype=dtype,
        )  # fmt: skip
        self.params, self.grads = self.steps.params, self.steps.grads
        self._half = hidden_size // 2 if bidirectional else hidden_size

    def forward(self, xs: Array, lengths: Array | None = None) -> Array:
        """The last state of each question."""
        hs, half = self.steps.forward(xs, lengths), self._half
        self._rows, self._ends = last_places(hs, lengths)
        self._dhs = module(hs).zeros_like(hs)
        return module(hs).concatenate([hs[self._rows, self._ends, :half], hs[:, 0, half:]], axis=1)

    def backward(self, dh: Array) -> None:
        """Fill `grads`: all that the answer says of the question comes through its last state."""
        half = self._half
        self._dhs[self._rows, self._ends, :half] = dh[:, :half]
        self._dhs[:, 0, half:] = dh[:, half:]
        self.steps.backward(self._dhs)
