"""Sigmoid, softmax, cross entropy, hinge: their values, and what becomes of them far out."""

import numpy as np
import pytest
from layer_checks import normal

from omnivec.reference import (
    BOOK_FLOOR,
    Dropout,
    HingeLoss,
    SigmoidWithLoss,
    SoftmaxWithLoss,
    cross_entropy_error,
    losses,
    relu,
    sigmoid,
    softmax,
)
from omnivec.reference.gradient_check import gradient_check


def test_sigmoid_has_the_values_of_the_assignment():
    assert sigmoid(0) == 0.5
    np.testing.assert_allclose(sigmoid([1, 2, 3]), [0.73105858, 0.88079708, 0.95257413], atol=5e-9)
    np.testing.assert_array_equal(sigmoid([-1000.0, 1000.0]), [0, 1])
    assert sigmoid(np.zeros(1, np.float32)).dtype == np.float32


def test_slope_of_sigmoid_is_sigmoid_times_the_rest():
    x = np.linspace(-6, 6, 25)
    assert gradient_check(lambda x: float(sigmoid(x).sum()), x, sigmoid(x) * (1 - sigmoid(x))) is None


def test_softmax_ignores_a_shift():
    x = normal(1, 4, 6)
    np.testing.assert_allclose(softmax(x), softmax(x + 100), atol=1e-12)
    np.testing.assert_allclose(softmax(x).sum(-1), 1, atol=1e-12)
    np.testing.assert_allclose(softmax([1e9, 0]), [1, 0])
    np.testing.assert_allclose(softmax(x[0]), np.exp(x[0]) / np.exp(x[0]).sum(), atol=1e-12)


def test_one_formula_serves_the_definitions_and_the_layers():
    x = normal(1, 4, 6)
    np.testing.assert_array_equal(losses.sigmoid(x), sigmoid(x))
    np.testing.assert_array_equal(losses.softmax(x), softmax(x))
    for ids in range(6):
        wanted = losses.softmax_loss(x, np.eye(6), ids) / 4
        assert SoftmaxWithLoss().forward(x, np.full(4, ids)) == pytest.approx(wanted, abs=1e-12)


def test_cross_entropy_takes_ids_and_one_hot():
    y, t = softmax(normal(1, 4, 6)), np.array([0, 5, 2, 2])
    wanted = -np.log(y[np.arange(4), t]).mean()
    assert cross_entropy_error(y, t) == pytest.approx(wanted, abs=1e-12)
    assert cross_entropy_error(y, np.eye(6, dtype=np.int32)[t]) == pytest.approx(wanted, abs=1e-12)
    assert cross_entropy_error(y[1], 5) == pytest.approx(-np.log(y[1, 5]), abs=1e-12)


def test_cap_of_the_book_exists_with_its_floor_only():
    sure = np.array([[1.0, 0.0]])
    assert cross_entropy_error(sure, [1], BOOK_FLOOR) == pytest.approx(16.1181, abs=5e-5)
    assert cross_entropy_error(sure, [1]) == np.inf
    scores = np.array([[1000.0, 0.0]])
    assert SoftmaxWithLoss(BOOK_FLOOR).forward(scores, [1]) == pytest.approx(16.1181, abs=5e-5)
    assert SoftmaxWithLoss().forward(scores, [1]) == 1000
    assert SigmoidWithLoss(BOOK_FLOOR).forward([1000.0], [0]) == pytest.approx(16.1181, abs=5e-5)
    assert SigmoidWithLoss().forward([1000.0, -1000.0], [0, 1]) == 1000


def test_sigmoid_with_loss_is_cross_entropy_of_two_columns():
    x, t = normal(1, 7), np.array([1, 0, 0, 1, 1, 0, 1])
    layer = SigmoidWithLoss()
    y = sigmoid(x)
    wanted = cross_entropy_error(np.stack([1 - y, y], axis=1), t)
    assert layer.forward(x, t) == pytest.approx(wanted, abs=1e-12)
    np.testing.assert_allclose(layer.backward(), (y - t) / 7, atol=1e-15)
    np.testing.assert_allclose(layer.backward(3), 3 * (y - t) / 7, atol=1e-15)


def test_softmax_with_loss_hands_back_prediction_minus_truth():
    x, t = normal(1, 4, 6), np.array([0, 5, 2, 2])
    layer = SoftmaxWithLoss()
    layer.forward(x, t)
    wanted = (softmax(x) - np.eye(6)[t]) / 4
    np.testing.assert_allclose(layer.backward(), wanted, atol=1e-15)
    np.testing.assert_allclose(layer.backward(), wanted, atol=1e-15)  # a second call changes nothing


@pytest.mark.parametrize(("t", "message"), [
    ([0, 1, 2], r"shape \(4,\) as ids or \(4, 6\) as one-hot, not \(3,\)"),
    ([0, 1, 2, 6], r"ids 0 \.\.\. 5"),
    ([0, 1, 2, -1], r"ids 0 \.\.\. 5"),
    ([0.0, 1, 2, 3], "ids are integers"),
])  # fmt: skip
def test_answers_that_fit_no_scores_are_refused(t, message):
    with pytest.raises(ValueError, match=message):
        SoftmaxWithLoss().forward(np.zeros((4, 6)), t)


@pytest.mark.parametrize(
    ("t", "message"), [([1, 0, 1], "shape of the scores"), ([2, 0], "labels are 0 or 1")]
)
def test_labels_that_fit_no_scores_are_refused(t, message):
    with pytest.raises(ValueError, match=message):
        SigmoidWithLoss().forward(np.zeros(2), t)


def test_hinge_is_zero_with_zero_gradient_where_the_margin_is_kept():
    layer = HingeLoss()
    assert layer.forward(np.array([3.0, 1.0]), np.array([1.0, 0.0])) == 0  # by more than 1, and by exactly 1
    assert not np.any(layer.backward())
    assert (
        layer.forward(np.array([0.5, 3.0]), np.array([1.0, 0.0])) == 0.75
    )  # (1 − .5 + 1, 0), the mean of both
    np.testing.assert_array_equal(layer.backward(), [[-0.5, 0], [0.5, 0]])
    assert HingeLoss(margin=2).forward([3.0], [1.5]) == 0.5
    with pytest.raises(ValueError, match="as many right scores"):
        layer.forward(np.zeros(2), np.zeros(3))


def test_relu_cuts_below_zero():
    np.testing.assert_array_equal(relu([-1.0, 0, 2]), [0, 0, 2])


def test_both_dropouts_keep_the_mean_and_differ_in_where():
    x, mask = np.full((2, 4), 3.0), np.array([[1, 0, 1, 1], [0, 1, 1, 1]])
    book, ours = Dropout(0.25, inverted=False), Dropout(0.25)
    np.testing.assert_array_equal(book.forward(x, True, mask), 3 * mask)
    np.testing.assert_array_equal(book.forward(x, False), np.full((2, 4), 3 * 0.75))
    np.testing.assert_array_equal(ours.forward(x, True, mask), 3 * mask / 0.75)
    np.testing.assert_array_equal(ours.forward(x, False), x)
    drawn = Dropout(0.25, rng=np.random.default_rng(1)).forward(np.ones(20_000))
    assert drawn.mean() == pytest.approx(1, abs=0.02)
    assert set(np.unique(drawn)) == {0, 1 / 0.75}


def test_dropout_asks_for_a_generator_and_a_ratio():
    with pytest.raises(ValueError, match="needs a generator"):
        Dropout().forward(np.ones(3))
    with pytest.raises(ValueError, match="below 1, not 1"):
        Dropout(1)
