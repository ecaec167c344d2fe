"""Skip-gram with negative sampling factorises PMI − ln k: its exact loss, minimised."""

import numpy as np
import pytest

from omnivec.reference import create_co_matrix, preprocess
from omnivec.reference.counts.factorization import expected_loss, factorised
from omnivec.reference.counts.pmi import pmi
from omnivec.reference.gradient_check import gradient_check


def zipf(words=8, tokens=3000):
    rng = np.random.default_rng(0)
    ids = rng.choice(words, tokens, p=np.arange(1, words + 1) / (words * (words + 1) / 2))
    return create_co_matrix(ids, words, 2)


def toy():
    return create_co_matrix(preprocess("You say goodbye and I say hello.")[0], 7)


@pytest.mark.parametrize("counts", [zipf, toy])
@pytest.mark.parametrize("k", [1, 5])
def test_the_minimum_is_shifted_information(counts, k):
    C = counts()
    words, contexts = factorised(C, k, len(C), np.random.default_rng(1))
    observed = C > 0
    error = np.abs((words @ contexts.T - pmi(C, shift=k, base=np.e))[observed]).max()
    assert error < 1e-3


def test_a_cell_that_was_never_seen_falls():
    C = toy()
    few, many = (factorised(C, 1, 7, np.random.default_rng(1), steps=n) for n in (500, 5000))
    scores = [(words @ contexts.T)[C == 0] for words, contexts in (few, many)]
    assert (scores[1] < -3).all() and scores[1].mean() < scores[0].mean()


def test_the_loss_has_the_gradient_it_says():
    C, x = zipf(4, 50), np.random.default_rng(0).normal(size=(4, 4))
    assert gradient_check(lambda x: expected_loss(x, C, 3)[0], x, expected_loss(x, C, 3)[1]) is None


def test_the_loss_is_what_sampling_has_on_average():
    """Pairs in proportion to their counts, k negatives of each in proportion to the contexts'."""
    C, x, k = zipf(4, 200), np.random.default_rng(0).normal(size=(4, 4)), 3
    rng = np.random.default_rng(2)
    cells = rng.choice(16, 200_000, p=C.ravel() / C.sum())
    centre, outside = cells // 4, cells % 4
    negatives = rng.choice(4, (200_000, k), p=C.sum(0) / C.sum())
    sampled = np.logaddexp(0, -x[centre, outside]) + np.logaddexp(0, x[centre[:, None], negatives]).sum(1)
    assert sampled.mean() == pytest.approx(expected_loss(x, C, k)[0], abs=4 * sampled.std() / 200_000**0.5)
