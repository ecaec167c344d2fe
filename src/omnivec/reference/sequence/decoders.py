"""What writes the answer, a step after another, each seeing the one before.

Source: Sutskever, Vinyals, Le 2014; Cho et al. 2014 (the peeky decoder); "Deep Learning from Scratch 2",
chapters 7 and 8.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import DTypeLike

from omnivec.reference.arrays import Array, integers, module
from omnivec.reference.sequence import initial
from omnivec.reference.sequence.attention import TimeAttention
from omnivec.reference.sequence.lengths import last_places
from omnivec.reference.sequence.lstm import TimeLSTM
from omnivec.reference.sequence.timewise import TimeAffine, TimeEmbedding


class AnyDecoder(ABC):
    """Embedding (V, D), an LSTM and scores of V symbols; decoders differ in what they see of the question.

    `question` is what the encoder gives: its last state (N, H), or all of them (N, T, H).
    """

    beside_input: int
    """Numbers beside the D of the embedding that the LSTM reads, in units of H."""
    beside_output: int
    """Numbers beside the H of the LSTM that the scores are made from, in units of H."""

    def __init__(
        self, vocab_size: int, wordvec_size: int, hidden_size: int, *,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        V, D, H = vocab_size, wordvec_size, hidden_size
        kinds = [
            ("embedding", (V, D)),
            *initial.recurrent(4, self.beside_input * H + D, H),
            *initial.affine(self.beside_output * H + H, V),
        ]
        E, Wx, Wh, b, W, c = initial.weights(kinds, weights, rng, dtype)
        self.embed, self.lstm = TimeEmbedding(E), TimeLSTM(Wx, Wh, b, stateful=True)
        self.affine = TimeAffine(W, c)
        layers = (self.embed, self.lstm, self.affine)
        self.params: list[Array] = [param for layer in layers for param in layer.params]
        self.grads: list[Array] = [grad for layer in layers for grad in layer.grads]
        self.H = H

    @abstractmethod
    def start(self, question: Array, lengths: Array | None) -> None:
        """Take the question, and the LSTM's first state from it."""

    @abstractmethod
    def steps(self, xs: Array) -> Array:
        """Scores (N, S, V) of the symbol after each of xs (N, S), from the state that the LSTM is in."""

    @abstractmethod
    def backward(self, dscore: Array) -> Array:
        """Fill `grads`; the gradient of the question."""

    def forward(self, xs: Array, question: Array, lengths: Array | None = None) -> Array:
        """Scores (N, S, V) of the symbol after each of xs (N, S)."""
        self.start(question, lengths)
        return self.steps(xs)

    def generate(
        self, question: Array, start_id: int, sample_size: int, lengths: Array | None = None
    ) -> Array:
        """The answers (N, sample_size): at each step the likeliest symbol, read at the next one."""
        self.start(question, lengths)
        xs = integers(np.full((question.shape[0], 1), start_id), like=question)
        answers = []
        for _ in range(sample_size):
            xs = self.steps(xs).argmax(2)
            answers.append(xs)
        return module(xs).concatenate(answers, axis=1) if answers else xs[:, :0]


@final
class Decoder(AnyDecoder):
    """The question's last state h (N, H) is the first state of the LSTM, and nothing else is known of it."""

    beside_input, beside_output = 0, 0

    def start(self, question: Array, lengths: Array | None) -> None:
        """Begin from h."""
        self.lstm.set_state(question)

    def steps(self, xs: Array) -> Array:
        """Embedding, LSTM, scores."""
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))

    def backward(self, dscore: Array) -> Array:
        """The gradient of h."""
        self.embed.backward(self.lstm.backward(self.affine.backward(dscore)))
        return self.lstm.dh


@final
class PeekyDecoder(AnyDecoder):
    """Every step sees h (N, H): the LSTM reads (h, embedding), the scores are made from (h, state)."""

    beside_input, beside_output = 1, 1

    def start(self, question: Array, lengths: Array | None) -> None:
        """Begin from h, and keep it."""
        self._h = question
        self.lstm.set_state(question)

    def steps(self, xs: Array) -> Array:
        """The same with h at every step."""
        xp, embedded = module(self._h), self.embed.forward(xs)
        hs = xp.stack([self._h] * embedded.shape[1], axis=1)
        states = self.lstm.forward(xp.concatenate([hs, embedded], axis=2))
        return self.affine.forward(xp.concatenate([hs, states], axis=2))

    def backward(self, dscore: Array) -> Array:
        """The gradient of h: from every step, twice, and from the first state."""
        H = self.H
        dboth = self.affine.backward(dscore)
        dread = self.lstm.backward(dboth[:, :, H:])
        self.embed.backward(dread[:, :, H:])
        return (dboth[:, :, :H] + dread[:, :, :H]).sum(axis=1) + self.lstm.dh


@final
class AttentionDecoder(AnyDecoder):
    """Every step looks at all states of the question (N, T, H): scores are made from (found, state)."""

    beside_input, beside_output = 0, 1

    def start(self, question: Array, lengths: Array | None) -> None:
        """Begin from the question's last state."""
        self.attention = TimeAttention()
        self._hs, self._lengths = question, lengths
        self._last = last_places(question, lengths)
        self.lstm.set_state(question[self._last])

    def steps(self, xs: Array) -> Array:
        """The weights of each step stay at `attention.attention_weights`."""
        states = self.lstm.forward(self.embed.forward(xs))
        found = self.attention.forward(self._hs, states, self._lengths)
        return self.affine.forward(module(states).concatenate([found, states], axis=2))

    def backward(self, dscore: Array) -> Array:
        """The gradient of all states of the question; its last one is the first state here, too."""
        H = self.H
        dboth = self.affine.backward(dscore)
        dhs, dstates = self.attention.backward(dboth[:, :, :H])
        self.embed.backward(self.lstm.backward(dstates + dboth[:, :, H:]))
        dhs[self._last] += self.lstm.dh
        return dhs
