"""What vanishes: the published norms, the cell that keeps, the product of the forget gates."""

from __future__ import annotations

import numpy as np
import pytest
from sequence_checks import normal, recurrent_weights

from omnivec.reference import TimeLSTM, TimeRNN, cell_contributions, gates, gradient_norms, step_gradients

STEPS = 50


def constant_lstm(f, i, H=3):
    """Gates that do not depend on anything; an infinite bias makes exactly 0 or 1."""
    with np.errstate(divide="ignore"):
        bias = np.log(np.array([f, i])) - np.log1p(-np.array([f, i]))
    b = np.concatenate([np.full(H, bias[0]), normal(1, H), np.full(H, bias[1]), np.zeros(H)])
    return TimeLSTM(np.zeros((2, 4 * H)), np.zeros((H, 4 * H)), b, stateful=True)


@pytest.mark.parametrize(("scale", "first", "last"), [(1.0, 2.4684, 249.4956), (0.5, 1.2342, 0.00023794)])
def test_norms_of_a_plain_recurrence_are_the_published_ones(scale, first, last):
    Wh = scale * np.random.RandomState(3).randn(3, 3)  # the book's generator
    norms = gradient_norms(Wh, np.ones((2, 3)), 20)
    assert len(norms) == 20
    assert norms[0] == pytest.approx(first, abs=5e-5) and norms[-1] == pytest.approx(last, rel=5e-5)


def test_norms_are_those_that_backpropagation_through_a_linear_recurrence_meets():
    Wh = 0.3 * normal(0, 3, 3)
    layer = TimeRNN(np.zeros((1, 3)), Wh, np.zeros(3), stateful=True)  # tanh is 1 · x at 0
    layer.forward(np.zeros((2, 20, 1)))
    pull = np.zeros((2, 20, 3))
    pull[:, -1] = 1
    layer.backward(pull)
    assert np.sqrt((layer.dh**2).sum()) / 2 == pytest.approx(gradient_norms(Wh, np.ones((2, 3)))[-1])


def test_a_forget_gate_of_one_and_an_input_gate_of_zero_keep_the_cell_exactly():
    layer, c = constant_lstm(f=1.0, i=0.0), normal(2, 4, 3)
    layer.set_state(np.zeros_like(c), c)
    layer.forward(normal(3, 4, STEPS, 2))
    np.testing.assert_array_equal(layer.c, c)


def test_a_forget_gate_of_zero_loses_it():
    layer, c = constant_lstm(f=0.0, i=0.0), normal(2, 4, 3)
    layer.set_state(np.zeros_like(c), c)
    layer.forward(normal(3, 4, 1, 2))
    assert not layer.c.any()


def test_what_arrives_of_the_first_step_is_the_product_of_the_forget_gates():
    layer = constant_lstm(f=0.9, i=0.0)
    layer.forward(np.zeros((1, STEPS, 2)))
    report = cell_contributions(gates(layer).f)
    np.testing.assert_allclose(report[0, 0], 0.005726, atol=5e-7)  # .9 to the 49th
    np.testing.assert_allclose(report[0, :, 0], 0.9 ** np.arange(STEPS - 1, -1, -1))


def test_the_product_is_the_gradient_along_the_cell():
    f = np.random.default_rng(0).uniform(0.1, 1, (2, 6, 3))
    for t in range(6):
        c, by_hand = np.ones((2, 3)), f[:, t + 1 :]
        for s in range(by_hand.shape[1]):
            c = c * by_hand[:, s]
        np.testing.assert_allclose(cell_contributions(f)[:, t], c)


def test_cell_is_exactly_what_is_kept_and_what_is_written():
    layer, H = TimeLSTM(*(2 * W for W in recurrent_weights(0, 4, 2, 3))), 3
    xs = normal(1, 4, 6, 2)
    hs, gate, c = layer.forward(xs), gates(layer), np.zeros((4, H))
    assert all(part.shape == (4, 6, H) for part in gate)
    assert (np.abs(gate.g) <= 1).all() and all(
        (0 < part).all() and (part < 1).all() for part in (gate.f, gate.i, gate.o)
    )
    for t in range(6):
        c = gate.f[:, t] * c + gate.i[:, t] * gate.g[:, t]
        np.testing.assert_allclose(hs[:, t], gate.o[:, t] * np.tanh(c))
    np.testing.assert_allclose(layer.c, c)


def test_gates_stand_in_the_order_f_g_i_o():
    H = 2
    b = np.repeat([1.0, 2.0, 3.0, 4.0], H)
    layer = TimeLSTM(np.zeros((1, 4 * H)), np.zeros((H, 4 * H)), b)
    layer.forward(np.zeros((1, 1, 1)))
    found = [part[0, 0, 0] for part in gates(layer)]
    np.testing.assert_allclose(
        found, [1 / (1 + np.exp(-1)), np.tanh(2), 1 / (1 + np.exp(-3)), 1 / (1 + np.exp(-4))]
    )


def test_contributions_of_early_steps_vanish_and_their_sum_is_the_gradient():
    layer = TimeRNN(normal(0, 2, 3), 0.3 * normal(1, 3, 3), np.zeros(3))
    layer.forward(normal(2, 1, 30, 2))
    pull = np.zeros((1, 30, 3))
    pull[:, -1] = 1
    layer.backward(pull)
    norms = step_gradients(layer, weight=0)
    assert norms.shape == (30,) and norms[0] < 1e-6 < 0.1 < norms[-1]
    np.testing.assert_allclose(sum(cell.grads[0] for cell in layer.cells), layer.grads[0])


def test_gates_of_a_layer_that_never_ran():
    with pytest.raises(ValueError, match="call forward first"):
        gates(constant_lstm(0.5, 0.5))
