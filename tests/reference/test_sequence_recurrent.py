"""RNN, LSTM and GRU: their gradients, PyTorch's numbers, the state between batches."""

from __future__ import annotations

import numpy as np
import pytest
from sequence_checks import normal, recurrent_weights, wrong_gradients

from omnivec.reference import GRU, LSTM, RNN, TimeBiLSTM, TimeGRU, TimeLSTM, TimeRNN

N, T, D, H = 3, 4, 2, 3
LAYERS = {
    "rnn": (TimeRNN, 1, {}),
    "lstm": (TimeLSTM, 4, {}),
    "gru": (TimeGRU, 3, {}),
    "gru-after": (TimeGRU, 3, {"reset": "after"}),
}
LAYER = pytest.mark.parametrize("kind", LAYERS)


def made(kind, seed=0, **more):
    make, gates, options = LAYERS[kind]
    return make(*recurrent_weights(seed, gates, D, H), **options, **more)


@pytest.mark.parametrize(
    ("make", "gates", "options"), [(RNN, 1, {}), (LSTM, 4, {}), (GRU, 3, {}), (GRU, 3, {"reset": "after"})]
)
def test_gradients_of_one_step(make, gates, options):
    cell = make(*recurrent_weights(1, gates, D, H), **options)
    before = [normal((2, part), N, H) for part in range(2 if make is LSTM else 1)]
    x, pull = normal(3, N, D), [normal((4, part), N, H) for part in range(len(before))]

    def loss():
        after = cell.forward(x, *before)
        return sum((a * p).sum() for a, p in zip(after if make is LSTM else [after], pull, strict=True))

    loss()
    given = cell.backward(*pull)
    assert wrong_gradients(cell, loss, list(zip([x, *before], given, strict=True))) == []


@LAYER
@pytest.mark.parametrize("lengths", [None, [4, 1, 3]])
def test_gradients_through_time(kind, lengths):
    layer, xs, pull = made(kind), normal(1, N, T, D), normal(2, N, T, H)

    def loss():
        return (layer.forward(xs, lengths) * pull).sum()

    loss()
    dxs = layer.backward(pull)
    assert wrong_gradients(layer, loss, [(xs, dxs)]) == []


@LAYER
def test_gradient_of_the_state_before_the_first_step(kind):
    layer, xs, h, pull = made(kind, stateful=True), normal(1, N, T, D), normal(3, N, H), normal(2, N, T, H)

    def loss():
        layer.set_state(h)
        return (layer.forward(xs) * pull).sum()

    loss()
    layer.backward(pull)
    assert wrong_gradients(layer, loss, [(h, layer.dh.copy())]) == []


@LAYER
def test_gradient_of_a_shared_weight_is_the_sum_over_the_steps(kind):
    layer, xs, pull = made(kind), normal(1, N, T, D), normal(2, N, T, H)
    layer.forward(xs)
    layer.backward(pull)
    for place, total in enumerate(layer.grads):
        steps = [cell.grads[place] for cell in layer.cells]
        assert len(steps) == T
        np.testing.assert_allclose(total, sum(steps), rtol=1e-12)


@LAYER
def test_gradients_are_written_in_place_and_not_added_to_the_last(kind):
    layer, xs, pull = made(kind), normal(1, N, T, D), normal(2, N, T, H)
    lists = list(layer.grads)
    layer.forward(xs)
    layer.backward(pull)
    once = [grad.copy() for grad in layer.grads]
    layer.forward(xs)
    layer.backward(pull)
    assert all(grad is before for grad, before in zip(layer.grads, lists, strict=True))
    for grad, before in zip(layer.grads, once, strict=True):
        np.testing.assert_array_equal(grad, before)


def through(layer, pull):
    layer.backward(pull)
    return layer.grads


@LAYER
def test_state_is_carried_and_its_gradient_is_cut(kind):
    xs, pull = normal(1, N, 2 * T, D), normal(2, N, 2 * T, H)
    whole, parts = made(kind), made(kind, stateful=True)
    np.testing.assert_allclose(
        np.concatenate([parts.forward(xs[:, :T]), parts.forward(xs[:, T:])], axis=1), whole.forward(xs)
    )
    first, second = made(kind), made(kind, stateful=True)
    begin = first.forward(xs[:, :T])
    second.set_state(*first.state)  # to the second half, the state is a constant
    second.forward(xs[:, T:])
    np.testing.assert_array_equal(parts.backward(pull[:, T:]), second.backward(pull[:, T:]))
    for truncated, whole_way in zip(parts.grads, through(whole, pull), strict=True):
        assert np.abs(truncated - whole_way).max() > 0.01
    parts.reset_state()
    np.testing.assert_array_equal(parts.forward(xs[:, :T]), begin)


@LAYER
def test_single_precision_is_kept(kind):
    make, gates, options = LAYERS[kind]
    layer = make(*(W.astype(np.float32) for W in recurrent_weights(0, gates, D, H)), **options)
    hs = layer.forward(normal(1, N, T, D).astype(np.float32), [4, 1, 3])
    assert hs.dtype == layer.backward(hs).dtype == np.float32
    np.testing.assert_allclose(hs, made(kind).forward(normal(1, N, T, D), [4, 1, 3]), atol=1e-5)


@LAYER
def test_a_layer_without_state_begins_from_zeros_each_time(kind):
    layer, xs = made(kind), normal(1, N, T, D)
    np.testing.assert_array_equal(layer.forward(xs), layer.forward(xs))


def torch_twin(kind, layer, torch):
    """torch's module with our weights; its gates stand in another order: i, f, g, o, and r, z, n."""
    Wx, Wh, b = layer.params
    blocks = {"rnn": [0], "lstm": [2, 0, 1, 3], "gru-after": [1, 0, 2]}[kind]
    turn = [1, -1, 1] if kind == "gru-after" else [1] * len(blocks)  # its z is our 1 − z, σ(−a)

    def permuted(W):
        return np.concatenate(
            [s * W[..., k * H : (k + 1) * H] for k, s in zip(blocks, turn, strict=True)], axis=-1
        )

    module = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru-after": torch.nn.GRU}[kind](
        D, H, batch_first=True
    ).double()
    with torch.no_grad():
        for name, W in [
            ("weight_ih_l0", permuted(Wx).T),
            ("weight_hh_l0", permuted(Wh).T),
            ("bias_ih_l0", permuted(b)),
        ]:
            getattr(module, name).copy_(torch.from_numpy(np.ascontiguousarray(W)))
        module.bias_hh_l0.zero_()
    return module, permuted


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru-after"])
@pytest.mark.parametrize("steps", [1, 30])
def test_numbers_and_gradients_are_those_of_pytorch(kind, steps):
    torch = pytest.importorskip("torch")
    layer, xs, pull = made(kind), normal(1, N, steps, D), normal(2, N, steps, H)
    module, permuted = torch_twin(kind, layer, torch)
    theirs_x = torch.from_numpy(xs).requires_grad_()
    theirs, state = module(theirs_x)
    (theirs * torch.from_numpy(pull)).sum().backward()
    np.testing.assert_allclose(layer.forward(xs), theirs.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(layer.backward(pull), theirs_x.grad.numpy(), atol=1e-11)
    dWx, dWh, db = layer.grads
    np.testing.assert_allclose(permuted(dWx).T, module.weight_ih_l0.grad.numpy(), atol=1e-10)
    np.testing.assert_allclose(permuted(dWh).T, module.weight_hh_l0.grad.numpy(), atol=1e-10)
    np.testing.assert_allclose(permuted(db), module.bias_ih_l0.grad.numpy(), atol=1e-10)
    last = state if kind == "lstm" else (state,)
    for ours, their in zip(layer.state, last, strict=True):
        np.testing.assert_allclose(ours, their[0].detach().numpy(), atol=1e-12)


def test_bidirectional_is_pytorchs():
    torch = pytest.importorskip("torch")
    one, two = made("lstm", 0), made("lstm", 9)
    layer, xs = TimeBiLSTM(*one.params, *two.params), normal(1, N, T, D)
    module = torch.nn.LSTM(D, H, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for part, end in ((one, ""), (two, "_reverse")):
            twin, _ = torch_twin("lstm", part, torch)
            for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
                getattr(module, name + end).copy_(getattr(twin, name))
    np.testing.assert_allclose(
        layer.forward(xs), module(torch.from_numpy(xs))[0].detach().numpy(), atol=1e-12
    )


@pytest.mark.parametrize("lengths", [None, [4, 1, 3]])
def test_gradients_of_both_directions(lengths):
    layer = TimeBiLSTM(*recurrent_weights(0, 4, D, H), *recurrent_weights(9, 4, D, H))
    xs, pull = normal(1, N, T, D), normal(2, N, T, 2 * H)

    def loss():
        return (layer.forward(xs, lengths) * pull).sum()

    loss()
    assert wrong_gradients(layer, loss, [(xs, layer.backward(pull))]) == []


def test_both_states_of_an_lstm_are_exposed():
    layer, xs = made("lstm"), normal(1, N, T, D)
    assert layer.h is None and layer.c is None
    hs = layer.forward(xs)
    np.testing.assert_array_equal(layer.h, hs[:, -1])
    np.testing.assert_allclose(layer.h, layer.cells[-1].o * np.tanh(layer.c))


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"TimeLSTM takes Wx \(D, 4H\).*not Wx \(2, 3\), Wh \(3, 3\)"):
        TimeLSTM(*recurrent_weights(0, 1, D, H))
    with pytest.raises(ValueError, match=r"TimeRNN reads \(N, T, 2\) with T ≥ 1, not \(3, 4, 5\)"):
        made("rnn").forward(normal(0, N, T, 5))
    with pytest.raises(ValueError, match=r"T ≥ 1, not \(3, 0, 2\)"):
        made("rnn").forward(normal(0, N, 0, D))
    layer = made("gru", stateful=True)
    layer.forward(normal(0, N, T, D))
    with pytest.raises(ValueError, match=r"state of \(3, 3\) and needs \(5, 3\): call reset_state"):
        layer.forward(normal(0, 5, T, D))
    with pytest.raises(ValueError, match="'before' or 'after'"):
        GRU(*recurrent_weights(0, 3, D, H), reset="never")
