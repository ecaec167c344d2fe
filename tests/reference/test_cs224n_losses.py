"""The functions of assignment 2 against its published vectors and central differences."""

import random

import numpy as np
import pytest

from omnivec.reference.cs224n import (
    cbow,
    get_negative_samples,
    gradcheck,
    naive_softmax_loss_and_gradient,
    neg_sampling_loss_and_gradient,
    normalize_rows,
    sigmoid,
    skipgram,
    word2vec_sgd_wrapper,
)
from omnivec.reference.losses import softmax

TOKENS = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4}
NEGATIVES = {0: [3, 2, 2, 4, 1, 3, 1, 3, 1, 1], 1: [2, 4, 0, 0, 0, 0, 4, 4, 2, 4]}


@pytest.fixture
def vectors():
    """The test vectors of the assignment: five centre rows, five outside rows, of unit length."""
    rows = normalize_rows(np.random.RandomState(9265).randn(10, 3))
    return rows[:5], rows[5:]


class Dummy:
    """The data set of the assignment's tests: five words, windows at random."""

    def __init__(self, seed=31415):
        self.rng = random.Random(seed)

    def sample_token_idx(self):
        return self.rng.randint(0, 4)

    def get_random_context(self, window):
        words = "abcde"
        drawn = [words[self.rng.randint(0, 4)] for _ in range(2 * window + 1)]
        return drawn[0], drawn[1:]


def given_negatives(v, outside, U, dataset):
    return neg_sampling_loss_and_gradient(v, outside, U, negatives=NEGATIVES[outside])


def test_the_vectors_are_those_of_the_assignment(vectors):
    V, U = vectors
    np.testing.assert_allclose(V[0], [-0.96735714, -0.02182641, 0.25247529], atol=1e-8)
    np.testing.assert_allclose(U[0], [-0.6831809, -0.04200519, 0.72904007], atol=1e-8)


def test_naive_softmax_gives_the_published_numbers(vectors):
    loss, grad_v, grad_u = skipgram("c", 3, ["a", "b", "e", "d", "b", "c"], TOKENS, *vectors)
    assert loss == pytest.approx(11.16610900153398, abs=1e-8)
    np.testing.assert_allclose(grad_v[2], [-1.26947339, -1.36873189, 2.45158957], atol=1e-8)
    assert not grad_v[[0, 1, 3, 4]].any()
    expected = [
        [-0.41045956, 0.18834851, 1.43272264],
        [0.38202831, -0.17530219, -1.33348241],
        [0.07009355, -0.03216399, -0.24466386],
        [0.09472154, -0.04346509, -0.33062865],
        [-0.13638384, 0.06258276, 0.47605228],
    ]
    np.testing.assert_allclose(grad_u, expected, atol=1e-8)


def test_negative_sampling_gives_the_published_numbers(vectors):
    loss, grad_v, grad_u = skipgram("c", 1, ["a", "b"], TOKENS, *vectors, None, given_negatives)
    assert loss == pytest.approx(16.15119285363322, abs=1e-8)
    np.testing.assert_allclose(grad_v[2], [-4.54650789, -1.85942252, 0.76397441], atol=1e-8)
    assert not grad_v[[0, 1, 3, 4]].any()
    expected = [
        [-0.69148188, 0.31730185, 2.41364029],
        [-0.22716495, 0.10423969, 0.79292674],
        [-0.45528438, 0.20891737, 1.58918512],
        [-0.31602611, 0.14501561, 1.10309954],
        [-0.80620296, 0.36994417, 2.81407799],
    ]
    np.testing.assert_allclose(grad_u, expected, atol=1e-8)


def test_the_softmax_loss_is_the_cross_entropy_of_a_one_hot(vectors):
    """(a) of the assignment, for every outside word; (b) and (c), with their shapes."""
    v, U = vectors[0][2], vectors[1]
    for outside in range(5):
        y, share = np.eye(5)[outside], softmax(U @ v)
        loss, by_v, by_u = naive_softmax_loss_and_gradient(v, outside, U)
        assert loss == pytest.approx(-(y * np.log(share)).sum(), abs=1e-12)
        assert by_v.shape == (3,) and by_u.shape == (5, 3)
        np.testing.assert_allclose(by_v, U.T @ (share - y), atol=1e-12)
        for word in range(5):
            np.testing.assert_allclose(by_u[word], (share - y)[word] * v, atol=1e-12)
        np.testing.assert_allclose(by_u.sum(axis=0), 0, atol=1e-12)


def test_a_negative_drawn_twice_counts_twice(vectors):
    v, U = vectors[0][2], vectors[1]
    once = neg_sampling_loss_and_gradient(v, 0, U, negatives=[1, 3])
    twice = neg_sampling_loss_and_gradient(v, 0, U, negatives=[1, 1, 3])
    np.testing.assert_array_equal(twice[2][1], 2.0 * once[2][1])
    np.testing.assert_array_equal(twice[2][[0, 2, 3, 4]], once[2][[0, 2, 3, 4]])
    assert twice[0] - once[0] == pytest.approx(-np.log(sigmoid(-(U[1] @ v))), abs=1e-12)


def test_negative_sampling_is_its_formula_term_by_term(vectors):
    """(e), (f): coefficients −(1 − σ(u_o·v)) and (1 − σ(−u_k·v)), one at a time."""
    v, U = vectors[0][2], vectors[1]
    loss, by_v, by_u = neg_sampling_loss_and_gradient(v, 0, U, negatives=[1, 3, 3])
    expected_u, expected_v = np.zeros_like(U), np.zeros_like(v)
    total = -np.log(sigmoid(U[0] @ v))
    expected_u[0] -= (1 - sigmoid(U[0] @ v)) * v
    expected_v -= (1 - sigmoid(U[0] @ v)) * U[0]
    for k in (1, 3, 3):
        total -= np.log(sigmoid(-(U[k] @ v)))
        expected_u[k] += (1 - sigmoid(-(U[k] @ v))) * v
        expected_v += (1 - sigmoid(-(U[k] @ v))) * U[k]
    assert loss == pytest.approx(total, abs=1e-12)
    np.testing.assert_allclose(by_u, expected_u, atol=1e-12)
    np.testing.assert_allclose(by_v, expected_v, atol=1e-12)


def test_losses_of_huge_scores_are_finite(vectors):
    v, U = 1e3 * vectors[0][2], 1e3 * vectors[1]
    for loss in (naive_softmax_loss_and_gradient, given_negatives):
        for part in loss(v, 0, U, None):
            assert np.isfinite(part).all()


@pytest.mark.parametrize("model", [skipgram, cbow])
@pytest.mark.parametrize("loss", [naive_softmax_loss_and_gradient, neg_sampling_loss_and_gradient])
def test_batches_have_the_gradient_they_say(vectors, model, loss):
    """The sanity check of the assignment: 50 random windows over both models and both losses."""
    dataset = Dummy()
    wrong = gradcheck(
        lambda x: word2vec_sgd_wrapper(model, TOKENS, x, dataset, 5, loss),
        np.concatenate(vectors),
        dataset.rng,
    )
    assert wrong is None


def test_cbow_with_one_word_is_skip_gram_from_that_word(vectors):
    left = cbow("c", 1, ["a"], TOKENS, *vectors)
    right = skipgram("a", 1, ["c"], TOKENS, *vectors)
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b)


def test_a_word_that_stands_twice_in_the_window_of_cbow_receives_twice(vectors):
    _, grad_v, _ = cbow("c", 2, ["a", "a", "b"], TOKENS, *vectors)
    np.testing.assert_allclose(grad_v[0], 2 * grad_v[1])


def test_gradcheck_points_at_the_row_of_a_repeated_negative(vectors):
    """The commonest mistake: `grad[ids] += …` keeps one of several negatives of the same word."""

    def mistaken(U):
        v, ids = vectors[0][2], np.array([0, 2, 3, 3])
        signs = np.array([1, -1, -1, -1.0])
        scores = signs * (U[ids] @ v)
        gradient = np.zeros_like(U)
        gradient[ids] += np.outer(-signs * sigmoid(-scores), v)
        return float(np.logaddexp(0, -scores).sum()), gradient

    wrong = gradcheck(mistaken, vectors[1].copy())
    assert wrong is not None and wrong.place == (3, 0)
    assert wrong.expected == pytest.approx(2 * wrong.given, rel=1e-6)


@pytest.mark.parametrize("place", [(0, 0), (1, 2), (2, 1)])
def test_gradcheck_names_the_first_wrong_index(place):
    def broken(x):
        gradient = 2 * x
        gradient[place] *= -1
        gradient[2, 2] += 1
        return (x**2).sum(), gradient

    x = np.arange(1.0, 10).reshape(3, 3)
    before = x.copy()
    wrong = gradcheck(broken, x)
    assert wrong.place == place and wrong.given == pytest.approx(-wrong.expected)
    np.testing.assert_array_equal(x, before)


def test_gradcheck_of_the_assignment_passes_for_squares():
    for x in (123.456, np.random.default_rng(0).normal(size=3), np.random.default_rng(0).normal(size=(4, 5))):
        assert gradcheck(lambda x: (np.sum(x**2), x * 2), x) is None


@pytest.mark.parametrize("rng", [random.Random(1), np.random.default_rng(1)])
def test_gradcheck_lets_every_call_see_the_same_draws(rng):
    def noisy(x):
        noise = rng.random()
        return float((x**2).sum() * noise), 2 * x * noise

    after = []
    for _ in range(2):
        assert gradcheck(noisy, np.ones(3), rng) is None
        after.append(rng.random())
    assert after[0] != after[1]  # the caller goes on: the check has not drawn


def test_gradcheck_refuses_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"the shape of x, \(3,\), got \(2,\)"):
        gradcheck(lambda x: (0.0, np.zeros(2)), np.zeros(3))


def test_negatives_are_drawn_again_while_they_are_the_outside_word():
    dataset = Dummy()
    twin = random.Random(31415)
    drawn = get_negative_samples(2, dataset, 200)
    expected = []
    while len(expected) < 200:
        word = twin.randint(0, 4)
        expected += [word] if word != 2 else []
    assert drawn == expected and 2 not in drawn and len(set(drawn)) == 4


def test_sigmoid_is_that_of_the_assignment():
    assert sigmoid(0) == 0.5
    np.testing.assert_allclose(sigmoid([1, 2, 3]), [0.73105858, 0.88079708, 0.95257413], atol=1e-8)


def test_rows_are_normalised_and_zeros_stay():
    np.testing.assert_allclose(
        normalize_rows(np.array([[3.0, 4], [1, 2], [0, 0]]))[[0, 2]], [[0.6, 0.8], [0, 0]]
    )


def test_what_is_not_there_is_named(vectors):
    V, U = vectors
    with pytest.raises(ValueError, match="unknown word 'x'"):
        skipgram("c", 1, ["x"], TOKENS, V, U)
    with pytest.raises(ValueError, match="between 0 and 4 .* got 5"):
        naive_softmax_loss_and_gradient(V[0], 5, U)
    with pytest.raises(ValueError, match="between 0 and 4 .* got -1"):
        neg_sampling_loss_and_gradient(V[0], 1, U, negatives=[2, -1])
    with pytest.raises(ValueError, match=r"as a row of U, \(3,\), got \(2,\)"):
        naive_softmax_loss_and_gradient(V[0, :2], 1, U)
    with pytest.raises(ValueError, match="pass dataset or negatives"):
        neg_sampling_loss_and_gradient(V[0], 1, U)
