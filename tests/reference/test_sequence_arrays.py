"""The same layers on tensors: the same numbers and gradients as on NumPy arrays."""

from __future__ import annotations

import numpy as np
import pytest
from sequence_checks import normal, recurrent_weights

from omnivec.reference import (
    AttentionSeq2seq,
    BetterRnnlm,
    PeekySeq2seq,
    Rnnlm,
    Seq2seq,
    SimpleRnnlm,
    TimeBiLSTM,
    TimeGRU,
    TimeLSTM,
    TimeRNN,
    cell_contributions,
    eval_perplexity,
    gates,
    gradient_norms,
    load_params,
    step_gradients,
)

torch = pytest.importorskip("torch")
DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is there")),
]


@pytest.fixture(params=DEVICES)
def moved(request):
    """Arrays to tensors of the device."""
    return lambda arrays: [torch.from_numpy(array.copy()).to(request.param) for array in arrays]


def equal(ours, theirs):
    assert isinstance(theirs, torch.Tensor)
    np.testing.assert_allclose(theirs.cpu().numpy(), ours, rtol=1e-4, atol=1e-10)


LAYERS = {
    "rnn": (TimeRNN, recurrent_weights(0, 1, 2, 3), 3),
    "lstm": (TimeLSTM, recurrent_weights(0, 4, 2, 3), 3),
    "gru": (TimeGRU, recurrent_weights(0, 3, 2, 3), 3),
    "both": (TimeBiLSTM, recurrent_weights(0, 4, 2, 3) + recurrent_weights(9, 4, 2, 3), 6),
}


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("lengths", [None, [4, 1, 3]])
def test_layers(kind, lengths, moved):
    make, weights, wide = LAYERS[kind]
    one, two = make(*weights), make(*moved(weights))
    xs, pull = normal(1, 3, 4, 2), normal(2, 3, 4, wide)
    xs_there, pull_there = moved([xs, pull])
    equal(one.forward(xs, lengths), two.forward(xs_there, lengths))
    equal(one.backward(pull), two.backward(pull_there))
    for ours, theirs in zip(one.grads, two.grads, strict=True):
        equal(ours, theirs)


@pytest.mark.parametrize("make", [SimpleRnnlm, Rnnlm, BetterRnnlm])
def test_language_models(make, moved):
    one = make(7, 4, 4, rng=np.random.default_rng(0), dtype=np.float64)
    tied = make is BetterRnnlm
    given = [param for place, param in enumerate(one.params) if not (tied and place == 7)]
    two = make(7, 4, 4, weights=moved(given), rng=np.random.default_rng(3))
    again = make(7, 4, 4, weights=given, rng=np.random.default_rng(3))  # the same masks of dropout
    ids = np.random.default_rng(1).integers(0, 7, (2, 6))
    equal(again.forward(ids[:, :-1], ids[:, 1:]), two.forward(ids[:, :-1], ids[:, 1:]))
    again.backward()
    two.backward()
    for ours, theirs in zip(again.grads, two.grads, strict=True):
        equal(ours, theirs)
    text = np.random.default_rng(2).integers(0, 7, 60)
    assert eval_perplexity(two, text, 2, 5) == pytest.approx(eval_perplexity(one, text, 2, 5))
    one.reset_state()
    assert two.generate(0, [1], 20, np.random.default_rng(4)) == one.generate(
        0, [1], 20, np.random.default_rng(4)
    )


@pytest.mark.parametrize("make", [Seq2seq, PeekySeq2seq, AttentionSeq2seq])
@pytest.mark.parametrize("lengths", [None, [3, 2]])
def test_sequence_to_sequence(make, lengths, moved):
    one = make(7, 3, 4, bidirectional=True, rng=np.random.default_rng(0), dtype=np.float64)
    two = make(7, 3, 4, bidirectional=True, weights=moved(one.params))
    xs, ts = np.array([[1, 2, 3], [4, 5, 0]]), np.array([[0, 3, 1, 2], [0, 6, -1, -1]])
    xs_there, ts_there = moved([xs, ts])
    equal(one.forward(xs, ts, lengths), two.forward(xs_there, ts_there, lengths))
    one.backward()
    two.backward()
    for ours, theirs in zip(one.grads, two.grads, strict=True):
        equal(ours, theirs)
    assert two.generate(xs_there, 0, 5, lengths).tolist() == one.generate(xs, 0, 5, lengths).tolist()


def test_probes_and_parameters(moved):
    weights, xs = recurrent_weights(0, 4, 2, 3), normal(1, 3, 4, 2)
    one, two = TimeLSTM(*weights), TimeLSTM(*moved(weights))
    xs_there, pull_there = moved([xs, np.ones((3, 4, 3))])
    one.forward(xs)
    two.forward(xs_there)
    equal(cell_contributions(gates(one).f), cell_contributions(gates(two).f))
    one.backward(np.ones((3, 4, 3)))
    two.backward(pull_there)
    np.testing.assert_allclose(step_gradients(two), step_gradients(one))
    Wh, dh = moved([weights[1][:, :3], np.ones((2, 3))])
    np.testing.assert_allclose(
        gradient_norms(Wh, dh, 5), gradient_norms(weights[1][:, :3], np.ones((2, 3)), 5)
    )
    load_params(two, [2 * W for W in weights])
    equal(2 * weights[0], two.params[0])
