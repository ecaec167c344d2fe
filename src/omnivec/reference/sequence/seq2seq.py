"""From a sequence to another, whose length is its own: an encoder reads, a decoder writes.

Source: Sutskever, Vinyals, Le 2014; "Deep Learning from Scratch 2", chapters 7 and 8.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np
from numpy.typing import DTypeLike

from omnivec.reference.arrays import Array, integers, module
from omnivec.reference.sequence.decoders import AnyDecoder, AttentionDecoder, Decoder, PeekyDecoder
from omnivec.reference.sequence.encoders import AttentionEncoder, Encoder
from omnivec.reference.sequence.timewise import TimeSoftmaxWithLoss


class EncoderDecoder(ABC):
    """A question xs (N, T), an answer ts (N, 1 + S) that begins with the start symbol.

    The decoder reads ts without its last symbol and is asked for ts without its first. −1 fills up answers
    that are shorter than their batch; `lengths` (N,) say how much of each question is real. `weights` are the
    encoder's, then the decoder's, each in the order of its `params`.
    """

    encoder_class: ClassVar[type[Encoder | AttentionEncoder]]
    decoder_class: ClassVar[type[AnyDecoder]]

    def __init__(
        self, vocab_size: int, wordvec_size: int, hidden_size: int, *, bidirectional: bool = False,
        weights: Sequence[Array] | None = None, rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        sizes = vocab_size, wordvec_size, hidden_size
        cut = 7 if bidirectional else 4
        first, second = (None, None) if weights is None else (weights[:cut], weights[cut:])
        self.encoder = self.encoder_class(
            *sizes, bidirectional=bidirectional, weights=first, rng=rng, dtype=dtype
        )
        self.decoder = self.decoder_class(*sizes, weights=second, rng=rng, dtype=dtype)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params: list[Array] = self.encoder.params + self.decoder.params
        self.grads: list[Array] = self.encoder.grads + self.decoder.grads

    def predict(self, xs: Array, ts: Array, lengths: Array | None = None) -> Array:
        """Scores (N, S, V) of each symbol of the answer but the first, given those before it."""
        ts = integers(ts, like=self.params[0])
        read = module(ts).where(ts < 0, 0, ts)[:, :-1]
        return self.decoder.forward(read, self.encoder.forward(xs, lengths), lengths)

    def forward(self, xs: Array, ts: Array, lengths: Array | None = None) -> Array:
        """The mean loss of the answers' symbols."""
        return self.loss_layer.forward(self.predict(xs, ts, lengths), ts[:, 1:])

    def backward(self, dout: Array = 1) -> None:
        """Fill `grads`, the decoder's first."""
        self.encoder.backward(self.decoder.backward(self.loss_layer.backward(dout)))

    def generate(self, xs: Array, start_id: int, sample_size: int, lengths: Array | None = None) -> Array:
        """Answers (N, sample_size) to xs (N, T), the start symbol left out."""
        return self.decoder.generate(self.encoder.forward(xs, lengths), start_id, sample_size, lengths)


@final
class Seq2seq(EncoderDecoder):
    """The last state of the encoder is all that the decoder is told, once."""

    encoder_class, decoder_class = Encoder, Decoder


@final
class PeekySeq2seq(EncoderDecoder):
    """The last state of the encoder is told to the decoder at every step."""

    encoder_class, decoder_class = Encoder, PeekyDecoder


@final
class AttentionSeq2seq(EncoderDecoder):
    """Every step of the decoder looks at all states of the encoder."""

    encoder_class, decoder_class = AttentionEncoder, AttentionDecoder

    @property
    def attention_weights(self) -> list[Array]:
        """For each step of the last answer, the weights (N, T) of the question's steps."""
        assert isinstance(self.decoder, AttentionDecoder)
        return self.decoder.attention.attention_weights
