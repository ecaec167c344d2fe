"""The definitions against central differences and known numbers."""

import numpy as np
import pytest

from omnivec.reference.gradient_check import gradient_check
from omnivec.reference.losses import sigmoid, window_gradient, window_loss
from omnivec.reference.negatives import negatives_at
from omnivec.reference.random import alias_table, below, drawn, mixed
from omnivec.reference.windows import keep_thresholds, thinned, windows

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


def test_course_negative_sampling_loss_and_gradients():
    """CS224n, assignment 2: skipgram("c", 1, [a, b]) with the negatives that stand behind its published
    numbers.
    """
    rows = np.random.RandomState(9265).randn(10, 3)  # noqa: NPY002  the published numbers need this generator
    rows /= np.sqrt((rows**2).sum(1, keepdims=True)) + 1e-30
    centre, outside = rows[2:3], rows[5:]
    loss, grad_centre, grad_outside = 0.0, np.zeros((1, 3)), np.zeros((5, 3))
    for word, negatives in ((0, [3, 2, 2, 4, 1, 3, 1, 3, 1, 1]), (1, [2, 4, 0, 0, 0, 0, 4, 4, 2, 4])):
        chosen, signs = np.array([word, *negatives]), np.array([1] + [-1] * 10)
        loss += window_loss(centre, outside[chosen], signs)
        down_v, down_u = window_gradient(centre, outside[chosen], signs)
        grad_centre += down_v
        np.add.at(grad_outside, chosen, down_u)
    assert loss == pytest.approx(16.15119285363322, abs=1e-12)
    np.testing.assert_allclose(grad_centre[0], [-4.54650789, -1.85942252, 0.76397441], atol=1e-8)
    np.testing.assert_allclose(grad_outside[0], [-0.69148188, 0.31730185, 2.41364029], atol=1e-8)
    np.testing.assert_allclose(grad_outside[4], [-0.80620296, 0.36994417, 2.81407799], atol=1e-8)


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


def share(draws, rows):
    return np.bincount(draws, minlength=rows) / len(draws)


@pytest.mark.parametrize("power", [0.75, 0.5, 0.0])
def test_alias_draws_follow_their_weights(power):
    weights = np.array([0.7, 0.29, 0.01]) ** power
    alias = alias_table(weights)
    draws = [drawn(mixed(k), alias) for k in range(20_000)]
    expected = weights / weights.sum()
    chi = (20_000 * (share(draws, 3) - expected) ** 2 / expected).sum()
    assert chi < 13.8  # p > .001 with two degrees of freedom


def test_powered_shares_are_the_book_s():
    weights = np.array([0.7, 0.29, 0.01]) ** 0.75
    np.testing.assert_allclose(weights / weights.sum(), [0.641969, 0.331504, 0.026527], atol=1e-6)


def test_redrawn_negatives_are_never_the_centre_and_follow_the_rest():
    alias = alias_table(np.array([0.7, 0.29, 0.01]) ** 0.75)
    draws = [row for p in range(2000) for row in negatives_at(5, p, 0, alias, 10, "redraw")]
    assert 0 not in draws
    assert share(draws, 3)[1] == pytest.approx(0.9259, abs=0.006)


def test_kept_negatives_include_the_centre():
    alias = alias_table(np.array([0.7, 0.29, 0.01]) ** 0.75)
    draws = [row for p in range(2000) for row in negatives_at(5, p, 0, alias, 10, "keep")]
    assert share(draws, 3)[0] == pytest.approx(0.642, abs=0.012)


def test_subsampling_keeps_the_stated_share():
    counts = np.array([60_000, 3_000, 30])
    keep = keep_thresholds(counts, 1e-3, 63_030)
    tokens = np.repeat([0, 1, 2], counts)
    survivors = np.bincount(tokens[thinned(tokens, keep, 3)], minlength=3)
    f = counts / counts.sum()
    expected = np.minimum(1, np.sqrt(1e-3 / f) + 1e-3 / f)
    assert (
        np.abs(survivors - counts * expected) <= 3 * np.sqrt(counts * expected * (1 - expected)) + 1e-9
    ).all()


def test_sample_zero_keeps_everything():
    assert len(thinned([0, 1] * 500, keep_thresholds([5, 5], 0.0, 10), 1)) == 1000


def test_radius_is_uniform_or_constant():
    radii = np.array([1 + below(mixed(k), 5) for k in range(100_000)])
    observed = np.bincount(radii, minlength=6)[1:]
    assert (((observed - 20_000) ** 2) / 20_000).sum() < 18.5  # p > .001 with four degrees of freedom
    keep = keep_thresholds([1] * 9, 0, 9)
    assert [len(context) for _, context in windows(range(9), [0, 9], keep, 0, 2, "fixed")] == [
        2,
        3,
        4,
        4,
        4,
        4,
        4,
        3,
        2,
    ]


def test_window_never_crosses_a_unit():
    keep = keep_thresholds([1] * 6, 0, 6)
    contexts = dict(windows(range(6), [0, 3, 6], keep, 0, 5, "fixed"))
    assert contexts[2] == [0, 1] and contexts[3] == [4, 5]
