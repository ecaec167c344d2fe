"""SGD of assignment 2: its steps, its running loss, its files."""

import random

import numpy as np
import pytest

from omnivec.reference.cs224n import normalize_rows, sgd


def square(x):
    return np.sum(x**2), 2 * x


@pytest.mark.parametrize("start", [0.5, 0.0, -1.5])
def test_the_sanity_checks_of_the_assignment(start):
    assert abs(sgd(square, start, 0.01, 1000)) <= 1e-6


def test_a_step_is_the_gradient_times_the_rate_and_x0_is_not_changed():
    x0 = np.array([1.0, -2.0])
    np.testing.assert_allclose(sgd(square, x0, 0.1, 1), [0.8, -1.6])
    np.testing.assert_array_equal(x0, [1.0, -2.0])


def test_the_step_is_halved_every_20_000():
    x = sgd(lambda x: (0.0, np.array(1.0)), 0.0, 1.0, 40_001, print_every=10**9)
    assert x == -(20_000 + 20_000 / 2 + 1 / 4)


def test_the_running_loss_is_made_of_printed_iterations_only():
    losses = iter(range(1, 31))
    seen = []
    sgd(lambda x: (float(next(losses)), 0 * x), 1.0, 0.1, 30, report=lambda *point: seen.append(point))
    second = 0.95 * 10 + 0.05 * 20
    assert seen == [(10, 10.0), (20, second), (30, pytest.approx(0.95 * second + 0.05 * 30))]


def test_rows_and_values_are_the_dense_step_with_repeated_rows_added():
    x0, rows, values = np.ones((4, 2)), np.array([1, 3, 1]), np.arange(6.0).reshape(3, 2)
    dense = np.zeros((4, 2))
    np.add.at(dense, rows, values)
    np.testing.assert_allclose(
        sgd(lambda x: (0.0, (rows, values)), x0, 0.1, 3), sgd(lambda x: (0.0, dense), x0, 0.1, 3)
    )


def test_postprocessing_follows_each_step():
    x = sgd(square, np.array([[3.0, 4.0]]), 0.1, 2, normalize_rows)
    np.testing.assert_allclose(x, [[0.6, 0.8]])


def noisy(rng):
    def f(x):
        noise = rng.random()
        return float((x**2).sum()) + noise, 2 * x + noise

    return f


def test_a_resumed_run_is_the_uninterrupted_one(tmp_path):
    """15,000 steps at a time to 45,000, over two halvings: the parameters, the draws, the running loss."""
    losses, whole = [], random.Random(7)
    expected = sgd(
        noisy(whole),
        np.ones(3),
        1e-4,
        45_000,
        print_every=1000,
        rng=whole,
        report=lambda *p: losses.append(p),
    )
    resumed = []
    for until in (15_000, 27_500, 45_000):
        rng = random.Random(7)
        x = sgd(
            noisy(rng), np.ones(3), 1e-4, until, use_saved=True, print_every=1000, folder=tmp_path, rng=rng,
            report=lambda *p: resumed.append(p),
        )  # fmt: skip
    np.testing.assert_array_equal(x, expected)
    again = [p for p in resumed if 25_000 < p[0] <= 27_000]
    assert len(again) == 4 and again[:2] == again[2:]  # from the last file, 25,000, on
    assert list(dict.fromkeys(resumed)) == losses
    names = sorted(path.name for path in tmp_path.iterdir())
    assert "saved_params_45000.npy" in names and "saved_state_45000.json" in names and len(names) == 18


def test_parameters_without_their_state_are_not_resumed_from(tmp_path):
    np.save(tmp_path / "saved_params_5000.npy", np.full(3, 9.0))
    x = sgd(square, np.ones(3), 0.1, 1, use_saved=True, folder=tmp_path)
    np.testing.assert_allclose(x, 0.8)


def test_a_state_without_draws_does_not_serve_a_run_that_draws(tmp_path):
    sgd(square, np.ones(3), 1e-4, 5000, use_saved=True, folder=tmp_path)
    with pytest.raises(ValueError, match="iteration 5000 was saved without a random state"):
        sgd(square, np.ones(3), 1e-4, 5001, use_saved=True, folder=tmp_path, rng=random.Random(1))
