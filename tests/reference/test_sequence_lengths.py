"""Sequences of different lengths in one batch give what each gives alone."""

from __future__ import annotations

import numpy as np
import pytest
from sequence_checks import normal, recurrent_weights

from omnivec.reference import AttentionSeq2seq, PeekySeq2seq, Seq2seq, TimeBiLSTM, TimeGRU, TimeLSTM, TimeRNN
from omnivec.reference.sequence.lengths import padded, turned

D, H, LENGTHS = 2, 3, [5, 1, 3, 4]
MAKES = {
    "rnn": lambda: TimeRNN(*recurrent_weights(0, 1, D, H)),
    "lstm": lambda: TimeLSTM(*recurrent_weights(0, 4, D, H)),
    "gru": lambda: TimeGRU(*recurrent_weights(0, 3, D, H)),
    "both": lambda: TimeBiLSTM(*recurrent_weights(0, 4, D, H), *recurrent_weights(9, 4, D, H)),
}


@pytest.mark.parametrize("kind", MAKES)
def test_a_padded_batch_is_its_sequences_one_by_one(kind):
    layer, alone = MAKES[kind](), MAKES[kind]()
    xs = normal(1, 4, 5, D)
    for row, length in zip(xs, LENGTHS, strict=True):
        row[length:] = 1e3  # padding may be anything
    pull = normal(2, 4, 5, 2 * H if kind == "both" else H)
    hs, summed = layer.forward(xs, LENGTHS), [0.0] * len(layer.params)
    for row, length in enumerate(LENGTHS):
        pull[row, length:] = 0
        np.testing.assert_allclose(hs[row, :length], alone.forward(xs[row : row + 1, :length])[0], atol=1e-12)
        alone.backward(pull[row : row + 1, :length])
        summed = [total + grad for total, grad in zip(summed, alone.grads, strict=True)]
    dxs = layer.backward(pull)
    for total, expected in zip(layer.grads, summed, strict=True):
        np.testing.assert_allclose(total, expected, atol=1e-12)
    for row, length in enumerate(LENGTHS):
        assert not dxs[row, length:].any() and dxs[row, :length].any()


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_last_column_holds_the_last_state_of_every_sequence(kind):
    hs = MAKES[kind]().forward(normal(1, 4, 5, D), LENGTHS)
    np.testing.assert_array_equal(hs[:, -1], hs[range(4), np.array(LENGTHS) - 1])


@pytest.mark.parametrize("make", [Seq2seq, PeekySeq2seq, AttentionSeq2seq])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padded_questions_and_answers_are_each_pair_alone(make, bidirectional):
    def model():
        return make(7, 3, 4, bidirectional=bidirectional, rng=np.random.default_rng(0), dtype=np.float64)

    questions, answers = [[1, 2, 3, 4], [5, 6], [2]], [[0, 3, 1], [0, 4, 4, 2, 5], [0, 6]]
    xs, lengths = padded(questions)
    ts, _ = padded(answers, -1)
    together = model()
    loss = together.forward(xs, ts, lengths)
    together.backward()
    asked = [len(answer) - 1 for answer in answers]
    total, summed = 0.0, [0.0] * len(together.params)
    generated = together.generate(xs, 0, 6, lengths)
    for row, (question, answer, count) in enumerate(zip(questions, answers, asked, strict=True)):
        alone = model()
        total += count * alone.forward(np.array([question]), np.array([answer]))
        alone.backward(count)
        summed = [a + b for a, b in zip(summed, alone.grads, strict=True)]
        np.testing.assert_array_equal(generated[row], alone.generate(np.array([question]), 0, 6)[0])
    np.testing.assert_allclose(loss, total / sum(asked), rtol=1e-12)
    for grad, expected in zip(together.grads, summed, strict=True):
        np.testing.assert_allclose(grad, expected / sum(asked), atol=1e-12)


def test_padded_ids_and_their_lengths():
    ids, lengths = padded([[1, 2], [], [3]], -1)
    assert ids.tolist() == [[1, 2], [-1, -1], [3, -1]] and lengths.tolist() == [2, 0, 1]


def test_turning_within_the_length():
    xs = np.arange(8).reshape(2, 4)
    assert turned(xs, [3, 1]).tolist() == [[2, 1, 0, 3], [4, 5, 6, 7]]
    np.testing.assert_array_equal(turned(turned(xs, [3, 1]), [3, 1]), xs)


@pytest.mark.parametrize("lengths", [[5, 1, 3], [5, 0, 3, 4], [6, 1, 3, 4]])
def test_lengths_that_cannot_be_are_refused(lengths):
    with pytest.raises(ValueError, match=r"4 lengths from 1 to 5 were expected, one a sequence; \["):
        MAKES["rnn"]().forward(normal(1, 4, 5, D), lengths)
