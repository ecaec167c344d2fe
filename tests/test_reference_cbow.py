"""CBOW from first principles: one-hot words, two matrices, and nothing else."""

import numpy as np
import pytest

from omnivec.reference.cbow import handed_back, hidden
from omnivec.reference.gradient_check import gradient_check
from omnivec.reference.losses import softmax
from omnivec.reference.windows import keep_thresholds
from omnivec.reference.word2vec import train

TEXT = [0, 3, 1, 4, 1, 2, 5, 3]
"""One unit over six words; around its middle, word 1 stands twice."""

CENTRES = {"middle": 3, "left edge": 0, "right edge": 7, "beside an edge": 1}


def matrices():
    draw = np.random.default_rng(7)
    return draw.normal(0, 0.5, (6, 4)), draw.normal(0, 0.5, (4, 6))  # W1 (V, H), W2 (H, V)


def context_of(position, window=2):
    return [TEXT[q] for q in range(max(0, position - window), min(8, position + window + 1)) if q != position]


def by_hand(w1, w2, context, centre, reduction="mean"):
    """(x, h, u, ŷ, e) of Rong 2014: input, hidden layer, scores, prediction, prediction − truth."""
    one_hot = np.eye(6)
    x = one_hot[context].sum(0) / (len(context) if reduction == "mean" else 1)
    h = w1.T @ x
    u = w2.T @ h
    predicted = np.exp(u) / np.exp(u).sum()
    return x, h, u, predicted, predicted - one_hot[centre]


def loss(w1, w2, context, centre, reduction):
    return float(-np.log(by_hand(w1, w2, context, centre, reduction)[3][centre]))


def moved(position, reduction, gradient):
    """(Steps of the rows of W1, and of the columns of W2) in one window of the pass, with rate 1."""
    w1, w2 = matrices()
    inputs, outputs = w1.copy(), np.ascontiguousarray(w2.T)
    cost, predictions, centres = train(
        TEXT, [0, 8], keep_thresholds([1] * 6, 0, 8), inputs, outputs, model="cbow", loss="softmax",
        reduction=reduction, gradient=gradient, window=2, kind="fixed", rate=1.0,
        first=position, last=position + 1,
    )  # fmt: skip
    assert predictions == centres == 1
    assert cost == pytest.approx(loss(w1, w2, context_of(position), TEXT[position], reduction), abs=1e-12)
    return w1 - inputs, w2 - outputs.T


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("place", CENTRES)
def test_five_quantities_of_cbow_are_those_of_one_hots(place, reduction):
    """x, h, u, ŷ and e; then both steps as products of them, and as central differences."""
    (w1, w2), position = matrices(), CENTRES[place]
    context, centre = context_of(position), TEXT[position]
    x, h, u, predicted, e = by_hand(w1, w2, context, centre, reduction)
    assert x.sum() == pytest.approx(1 if reduction == "mean" else len(context), abs=1e-12)
    np.testing.assert_allclose(hidden(w1[context], reduction)[0], h, atol=1e-8)
    np.testing.assert_allclose(softmax(hidden(w1[context], reduction) @ w2)[0], predicted, atol=1e-8)
    assert e.sum() == pytest.approx(0, abs=1e-12)
    step1, step2 = moved(position, reduction, "true")
    np.testing.assert_allclose(step1, np.outer(x, w2 @ e), atol=1e-8)
    np.testing.assert_allclose(step2, np.outer(h, e), atol=1e-8)
    checks = {"step": 1e-5, "tolerance": 1e-8}
    assert gradient_check(lambda w: loss(w, w2, context, centre, reduction), w1, step1, **checks) is None
    assert gradient_check(lambda w: loss(w1, w, context, centre, reduction), w2, step2, **checks) is None


@pytest.mark.parametrize("place", CENTRES)
def test_undivided_gradient_is_the_true_one_times_the_words_of_the_context(place):
    position = CENTRES[place]
    true, undivided = moved(position, "mean", "true"), moved(position, "mean", "undivided")
    np.testing.assert_allclose(undivided[0], true[0] * len(context_of(position)), atol=1e-8)
    np.testing.assert_array_equal(undivided[1], true[1])


def test_window_at_an_edge_divides_by_the_words_that_are_there():
    w1, w2 = matrices()
    assert [len(context_of(p)) for p in CENTRES.values()] == [4, 2, 2, 3]
    e = by_hand(w1, w2, [3, 1], 0)[4]
    step = moved(0, "mean", "true")[0]
    np.testing.assert_allclose(step[[3, 1]], [w2 @ e / 2] * 2, atol=1e-8)
    assert not step[[0, 2, 4, 5]].any()


def test_word_that_stands_twice_in_a_context_moves_twice():
    w1, w2 = matrices()
    e = by_hand(w1, w2, [3, 1, 1, 2], 4)[4]
    np.testing.assert_allclose(moved(3, "mean", "true")[0][1], 2 * (w2 @ e) / 4, atol=1e-8)


def test_sum_hands_its_gradient_to_each_row_under_either_name():
    for mine, other in zip(moved(3, "sum", "true"), moved(3, "sum", "undivided"), strict=True):
        np.testing.assert_array_equal(mine, other)
    e = np.array([[1.0, -2]])
    np.testing.assert_array_equal(handed_back(e, 3, "sum"), [[1, -2]] * 3)
    np.testing.assert_array_equal(handed_back(e, 4, "mean", "true"), [[0.25, -0.5]] * 4)
    np.testing.assert_array_equal(handed_back(e, 4, "mean", "undivided"), [[1, -2]] * 4)
