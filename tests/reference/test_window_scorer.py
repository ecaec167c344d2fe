"""Collobert and Weston: a window of real text scores higher than the same with another word in its middle."""

import numpy as np
import pytest
from layer_checks import normal

from omnivec.reference import WindowScorer

GROUPS, EACH = 40, 5
WORDS = GROUPS * EACH


def grammar(rng, n):
    """Windows of three words, of groups that follow one another; which word of a group is free."""
    first = rng.integers(0, GROUPS, n)
    return np.stack([(first + k) % GROUPS * EACH + rng.integers(0, EACH, n) for k in range(3)], axis=1)


def mean_rank(model, windows):
    """Mean rank of the true middle among all words, 1 for the best."""
    ranks = []
    for window in windows:
        scores = model.predict(model.spoilt(np.tile(window, (WORDS, 1)), np.arange(WORDS)))
        ranks.append((scores > scores[window[1]]).sum() + 1)
    return np.mean(ranks)


def test_score_is_two_layers_over_rows_side_by_side():
    W, W1, b1, W2, b2 = (normal(i, *shape) for i, shape in enumerate([(7, 2), (6, 4), (4,), (4, 1), (1,)]))
    window = [3, 0, 3]
    v = np.concatenate([W[3], W[0], W[3]])
    for name, f in {"hardtanh": lambda x: np.clip(x, -1, 1), "tanh": np.tanh}.items():
        model = WindowScorer(7, 2, 4, 3, activation=name, weights=[W, W1, b1, W2, b2])
        assert model.predict([window])[0] == pytest.approx((f(v @ W1 + b1) @ W2 + b2)[0], abs=1e-12)


def test_loss_is_the_hinge_of_both_scores():
    model = WindowScorer(7, 4, 6, 3, scale=1, rng=np.random.default_rng(2), dtype=np.float64)
    windows, words = np.array([[0, 1, 2], [3, 4, 5], [6, 5, 4]]), np.array([6, 0, 1])
    spoilt = windows.copy()
    spoilt[:, 1] = words
    np.testing.assert_array_equal(model.spoilt(windows, words), spoilt)
    cost = np.maximum(0, 1 - model.predict(windows) + model.predict(spoilt))
    assert 0 < (cost == 0).sum() < 3
    assert model.forward(windows, words) == pytest.approx(cost.mean(), abs=1e-12)
    kept = np.flatnonzero(cost == 0)
    assert model.forward(windows[kept], words[kept]) == 0
    model.backward()
    assert not any(grad.any() for grad in model.grads)


def test_drawn_word_is_any_other_than_the_middle():
    model = WindowScorer(4, 2, 2, 3, rng=np.random.default_rng(1))
    spoilt = model.spoilt(np.tile([0, 2, 1], (3000, 1)))
    np.testing.assert_array_equal(spoilt[:, [0, 2]], np.tile([0, 1], (3000, 1)))
    seen = np.bincount(spoilt[:, 1], minlength=4)
    assert seen[2] == 0
    assert ((seen[[0, 1, 3]] - 1000) ** 2 / 1000).sum() < 13.82  # chi-square, 2 degrees, p = .001


def test_true_word_outranks_random_ones_after_training():
    rng = np.random.default_rng(5)
    model = WindowScorer(WORDS, 10, 40, 3, rng=rng)
    unseen = grammar(rng, 100)
    assert mean_rank(model, unseen) > 0.3 * WORDS
    squares = [np.zeros_like(param) for param in model.params]
    for _ in range(1500):
        model.forward(grammar(rng, 50))
        model.backward()
        for param, grad, square in zip(model.params, model.grads, squares, strict=True):
            square += grad**2
            param -= 0.1 * grad / (np.sqrt(square) + 1e-7)
    assert mean_rank(model, unseen) < 0.05 * WORDS
