"""The losses of the textbook against central differences and published numbers."""

import numpy as np
import pytest

from omnivec.reference.gradient_check import gradient_check
from omnivec.reference.losses import (
    sigmoid,
    softmax,
    softmax_gradient,
    softmax_loss,
    window_gradient,
    window_loss,
)

SIGNS = np.array([1, -1, -1, -1])


def some_rows(seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(size=(3, 4)), draw.normal(size=(4, 4))


def test_gradient_of_the_inputs_is_the_central_difference():
    v, u = some_rows()
    assert gradient_check(lambda x: window_loss(x, u, SIGNS), v, window_gradient(v, u, SIGNS)[0]) is None


def test_gradient_of_the_outputs_is_the_central_difference():
    v, u = some_rows()
    assert gradient_check(lambda x: window_loss(v, x, SIGNS), u, window_gradient(v, u, SIGNS)[1]) is None


def test_gradient_check_names_the_first_wrong_index():
    v, u = some_rows()
    gradient = window_gradient(v, u, SIGNS)[0]
    gradient[1, 2] *= -1
    wrong = gradient_check(lambda x: window_loss(x, u, SIGNS), v, gradient)
    assert wrong is not None and wrong.place == (1, 2)
    assert wrong.given == pytest.approx(-wrong.expected)


def test_output_left_out_by_its_sign_has_neither_loss_nor_gradient():
    v, u = some_rows()
    without = np.array([1, 0, -1, -1])
    assert window_loss(v, u, without) == pytest.approx(
        window_loss(v, np.delete(u, 1, 0), np.delete(SIGNS, 1))
    )
    assert not window_gradient(v, u, without)[1][1].any()


def course_rows():
    """CS224n, assignment 2: the rows behind its published numbers, and from 5 on those of outside words."""
    rows = np.random.RandomState(9265).randn(10, 3)  # noqa: NPY002  the published numbers need this generator
    rows /= np.sqrt((rows**2).sum(1, keepdims=True)) + 1e-30
    return rows[2:3], rows[5:]


def test_course_softmax_loss_and_gradients():
    """CS224n, assignment 2: skipgram("c", 3, [a, b, e, d, b, c]) with the naive softmax."""
    centre, outside = course_rows()
    loss, grad_centre, grad_outside = 0.0, np.zeros((1, 3)), np.zeros((5, 3))
    for word in (0, 1, 4, 3, 1, 2):
        loss += softmax_loss(centre, outside, word)
        down_v, down_u = softmax_gradient(centre, outside, word)
        grad_centre += down_v
        grad_outside += down_u
    assert loss == pytest.approx(11.16610900153398, abs=1e-12)
    np.testing.assert_allclose(grad_centre[0], [-1.26947339, -1.36873189, 2.45158957], atol=1e-8)
    expected = [
        [-0.41045956, 0.18834851, 1.43272264],
        [0.38202831, -0.17530219, -1.33348241],
        [0.07009355, -0.03216399, -0.24466386],
        [0.09472154, -0.04346509, -0.33062865],
        [-0.13638384, 0.06258276, 0.47605228],
    ]
    np.testing.assert_allclose(grad_outside, expected, atol=1e-8)


def test_course_negative_sampling_loss_and_gradients():
    """CS224n, assignment 2: skipgram("c", 1, [a, b]) with the negatives that stand behind its published
    numbers.
    """
    centre, outside = course_rows()
    loss, grad_centre, grad_outside = 0.0, np.zeros((1, 3)), np.zeros((5, 3))
    for word, negatives in ((0, [3, 2, 2, 4, 1, 3, 1, 3, 1, 1]), (1, [2, 4, 0, 0, 0, 0, 4, 4, 2, 4])):
        chosen, signs = np.array([word, *negatives]), np.array([1] + [-1] * 10)
        loss += window_loss(centre, outside[chosen], signs)
        down_v, down_u = window_gradient(centre, outside[chosen], signs)
        grad_centre += down_v
        np.add.at(grad_outside, chosen, down_u)
    assert loss == pytest.approx(16.15119285363322, abs=1e-12)
    np.testing.assert_allclose(grad_centre[0], [-4.54650789, -1.85942252, 0.76397441], atol=1e-8)
    expected = [
        [-0.69148188, 0.31730185, 2.41364029],
        [-0.22716495, 0.10423969, 0.79292674],
        [-0.45528438, 0.20891737, 1.58918512],
        [-0.31602611, 0.14501561, 1.10309954],
        [-0.80620296, 0.36994417, 2.81407799],
    ]
    np.testing.assert_allclose(grad_outside, expected, atol=1e-8)


def test_negative_drawn_twice_counts_twice():
    v, u = some_rows()
    once = window_gradient(v, u[[0, 1, 3]], SIGNS[:3])[1][1]
    twice = np.zeros_like(u)
    np.add.at(twice, [0, 1, 1, 3], window_gradient(v, u[[0, 1, 1, 3]], SIGNS)[1])
    np.testing.assert_allclose(twice[1], 2 * once)


def test_sigmoid_is_stable_and_right():
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(
            sigmoid([0, 1, 2, 3]), [0.5, 0.73105858, 0.88079708, 0.95257413], atol=1e-8
        )
        np.testing.assert_array_equal(sigmoid([-1000, 1000]), [0, 1])


def test_sampled_loss_is_the_cross_entropy_of_one_right_and_five_wrong_answers():
    draw = np.random.default_rng(3)
    h, u = draw.normal(size=(1, 4)), draw.normal(size=(6, 4))
    right = 1 / (1 + np.exp(-(u @ h[0])))
    expected = -np.log(right[0]) - np.log(1 - right[1:]).sum()
    signs = [1, -1, -1, -1, -1, -1]
    assert window_loss(h, u, signs) == pytest.approx(expected, abs=1e-7)
    error = right - [1, 0, 0, 0, 0, 0]
    down_h, down_u = window_gradient(h, u, signs)
    np.testing.assert_allclose(down_h[0], sum(e * row for e, row in zip(error, u, strict=True)), atol=1e-7)
    np.testing.assert_allclose(down_u, np.outer(error, h[0]), atol=1e-7)


def test_softmax_loss_is_the_cross_entropy_with_a_one_hot():
    v, u = some_rows(1)
    shares = np.exp(v @ u.T) / np.exp(v @ u.T).sum(1, keepdims=True)
    np.testing.assert_allclose(softmax(v @ u.T), shares, atol=1e-15)
    one_hot = np.array([0, 0, 1, 0])
    assert softmax_loss(v, u, 2) == pytest.approx(-(one_hot * np.log(shares)).sum(), abs=1e-12)


def test_gradients_of_softmax_are_the_central_differences():
    v, u = some_rows(2)
    down_v, down_u = softmax_gradient(v, u, 1)
    assert down_v.shape == v.shape and down_u.shape == u.shape
    assert gradient_check(lambda x: softmax_loss(x, u, 1), v, down_v) is None
    assert gradient_check(lambda x: softmax_loss(v, x, 1), u, down_u) is None
    np.testing.assert_allclose(down_u.sum(0), 0, atol=1e-12)  # what one row wins the others lose


def test_softmax_does_not_mind_a_shift_nor_large_scores():
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(softmax([1, 2, 3]), softmax([1001, 1002, 1003]), atol=1e-15)
        v, u = np.array([[1000.0, 0]]), np.array([[1.0, 0], [-1, 0]])
        assert softmax_loss(v, u, 0) == 0 and softmax_loss(v, u, 1) == 2000
        np.testing.assert_array_equal(softmax_gradient(v, u, 1)[0], [[2, 0]])
