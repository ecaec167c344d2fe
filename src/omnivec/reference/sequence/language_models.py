"""Models of what comes next: embedding, recurrence, scores of all words.

Source: "Deep Learning from Scratch 2", chapters 5 (`SimpleRnnlm`), 6 (`Rnnlm`, `BetterRnnlm`, after
Zaremba et al. 2014) and 7 (generation).
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import Any, final

import numpy as np
from numpy.typing import DTypeLike

from omnivec.reference.arrays import Array, module
from omnivec.reference.sequence import initial
from omnivec.reference.sequence.generation import generated
from omnivec.reference.sequence.lstm import TimeLSTM
from omnivec.reference.sequence.recurrent import Recurrent
from omnivec.reference.sequence.rnn import TimeRNN
from omnivec.reference.sequence.timewise import (
    TimeAffine,
    TimeDropout,
    TimeEmbedding,
    TimeSoftmaxWithLoss,
)

State = list[tuple[Array, ...] | None]


class LanguageModel(ABC):  # noqa: B024  (never created itself; what differs is the list of layers)
    """Layers one after another, of which the recurrent ones remember what came before this batch.

    `params` and `grads` are those of the layers, in their order.
    """

    def __init__(self, layers: Sequence[Any]) -> None:
        self.layers = list(layers)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.recurrent = [layer for layer in self.layers if isinstance(layer, Recurrent)]
        self.params: list[Array] = [param for layer in self.layers for param in layer.params]
        self.grads: list[Array] = [grad for layer in self.layers for grad in layer.grads]

    def predict(self, xs: Array, train_flg: bool = False) -> Array:
        """Scores (N, T, V) of the word after each of xs (N, T); dropout drops only with `train_flg`."""
        for layer in self.layers:
            xs = layer.forward(xs, train_flg) if isinstance(layer, TimeDropout) else layer.forward(xs)
        return xs

    def forward(self, xs: Array, ts: Array, train_flg: bool = True) -> Array:
        """The mean loss of ts (N, T), the words after xs (N, T); where ts is −1, nothing is asked."""
        return self.loss_layer.forward(self.predict(xs, train_flg), ts)

    def backward(self, dout: Array = 1) -> None:
        """Fill `grads`."""
        back = self.loss_layer.backward(dout)
        for layer in reversed(self.layers):
            back = layer.backward(back)

    def reset_state(self) -> None:
        """Forget what came before."""
        for layer in self.recurrent:
            layer.reset_state()

    def get_state(self) -> State:
        """The state of each recurrent layer, to be put back by `set_state`."""
        return [layer.state for layer in self.recurrent]

    def set_state(self, states: State) -> None:
        """Go on from there."""
        for layer, state in zip(self.recurrent, states, strict=True):
            layer.reset_state() if state is None else layer.set_state(*state)

    def generate(
        self,
        start_id: int,
        skip_ids: Sequence[int] | None = None,
        sample_size: int = 100,
        rng: np.random.Generator | None = None,
    ) -> list[int]:
        """`sample_size` ids: start_id, then each drawn from the model's distribution; none of `skip_ids`.

        `rng` draws; without one the likeliest word is always taken.
        """
        like = self.params[0]

        def scores(word: int) -> Array:
            return self.predict(module(like).asarray([[word]]))[0, 0]

        return generated(scores, start_id, skip_ids or (), sample_size, rng)


@final
class SimpleRnnlm(LanguageModel):
    """Embedding (V, D), `TimeRNN` (D to H), affine (H to V)."""

    def __init__(
        self, vocab_size: int, wordvec_size: int, hidden_size: int, *,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        V, D, H = vocab_size, wordvec_size, hidden_size
        kinds = [("embedding", (V, D)), *initial.recurrent(1, D, H), *initial.affine(H, V)]
        E, Wx, Wh, b, W, c = initial.weights(kinds, weights, rng, dtype)
        super().__init__([TimeEmbedding(E), TimeRNN(Wx, Wh, b, stateful=True), TimeAffine(W, c)])


@final
class Rnnlm(LanguageModel):
    """Embedding (V, D), `TimeLSTM` (D to H), affine (H to V)."""

    def __init__(
        self, vocab_size: int = 10000, wordvec_size: int = 100, hidden_size: int = 100, *,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        V, D, H = vocab_size, wordvec_size, hidden_size
        kinds = [("embedding", (V, D)), *initial.recurrent(4, D, H), *initial.affine(H, V)]
        E, Wx, Wh, b, W, c = initial.weights(kinds, weights, rng, dtype)
        super().__init__([TimeEmbedding(E), TimeLSTM(Wx, Wh, b, stateful=True), TimeAffine(W, c)])


@final
class BetterRnnlm(LanguageModel):
    """Two `TimeLSTM` with dropout before, between and after, and the embedding (V, D) again as the output.

    The output matrix is E.T itself (weight tying), so D = H. `weights` are E, then Wx, Wh, b of the first
    LSTM and of the second, and the output's bias; `params` lists E.T in its place, too, as in the book.
    """

    def __init__(
        self, vocab_size: int = 10000, wordvec_size: int = 650, hidden_size: int = 650,
        dropout_ratio: float = 0.5, *,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        V, D, H = vocab_size, wordvec_size, hidden_size
        if D != H:
            raise ValueError(f"the embedding is the output, too: wordvec_size {D} must be hidden_size {H}")
        kinds = [
            ("embedding", (V, D)),
            *initial.recurrent(4, D, H),
            *initial.recurrent(4, H, H),
            ("bias", (V,)),
        ]
        E, Wx1, Wh1, b1, Wx2, Wh2, b2, c = initial.weights(kinds, weights, rng, dtype)
        super().__init__(
            [
                TimeEmbedding(E),
                TimeDropout(dropout_ratio, rng=rng),
                TimeLSTM(Wx1, Wh1, b1, stateful=True),
                TimeDropout(dropout_ratio, rng=rng),
                TimeLSTM(Wx2, Wh2, b2, stateful=True),
                TimeDropout(dropout_ratio, rng=rng),
                TimeAffine(E.T, c),
            ]
        )


RnnlmGen, BetterRnnlmGen = Rnnlm, BetterRnnlm
"""The book's names for the models that generate; all of ours do."""
