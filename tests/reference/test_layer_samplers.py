"""Wrong answers come as often as they should, and never where they must not."""

from itertools import permutations

import numpy as np
import pytest

from omnivec.reference import UnigramSampler
from omnivec.reference.layers.samplers import MODES

SHARES = [0.7, 0.29, 0.01]
TOY = [0, 1, 2, 3, 4, 1, 2, 3]
CHI_SQUARE = {1: 10.83, 2: 13.82, 4: 18.47, 6: 22.46, 11: 31.26}
"""The value that a right sampler exceeds with probability .001, by degrees of freedom."""


def sampler(counts=SHARES, power=0.75, k=1, **how):
    return UnigramSampler.from_counts(counts, power, k, rng=np.random.default_rng(1), **how)


def chi_square(seen, expected):
    return float(((seen - expected) ** 2 / expected).sum())


@pytest.mark.parametrize(("power", "wanted"), [
    (0.75, [0.641969, 0.331504, 0.026527]), (0.5, [0.567159, 0.365052, 0.067788]), (0, [1 / 3] * 3),
])  # fmt: skip
def test_power_lifts_the_rare(power, wanted):
    np.testing.assert_allclose(sampler(power=power).word_p, wanted, atol=5e-7)


def test_shares_of_a_corpus():
    made = UnigramSampler(TOY, 0.75, 2, rng=np.random.default_rng(1))
    np.testing.assert_allclose(made.word_p, [0.141937, 0.238709, 0.238709, 0.238709, 0.141937], atol=5e-7)
    counted = UnigramSampler.from_counts(np.bincount(TOY), 0.75, 2)
    np.testing.assert_array_equal(made.word_p, counted.word_p)


@pytest.mark.parametrize("replace", [False, True])
def test_excluded_target_leaves_the_others_their_proportions(replace):
    drawn = sampler(replace=replace).get_negative_sample(np.zeros(20_000, int))
    assert (drawn == 1).mean() == pytest.approx(0.925908, abs=0.006)
    assert (drawn == 2).mean() == pytest.approx(0.074092, abs=0.006)
    assert drawn.dtype == np.int32 and drawn.shape == (20_000, 1)


def test_way_of_the_book_on_a_gpu_draws_the_target_too():
    with pytest.warns(UserWarning, match="target itself may be drawn"):
        made = sampler(k=5, **MODES["book-gpu"])
    drawn = made.get_negative_sample(np.zeros(20_000, int))
    assert (drawn == 0).mean() == pytest.approx(0.642, abs=0.006)
    assert len(set(drawn[0])) < 5


@pytest.mark.parametrize("mode", MODES)
def test_named_modes_are_the_two_options(mode):
    assert set(MODES[mode]) == {"replace", "exclude_target"}


@pytest.mark.parametrize("replace", [False, True])
def test_target_is_not_excluded_where_that_is_asked(replace):
    with pytest.warns(UserWarning):
        made = sampler(exclude_target=False, replace=replace)
    seen = np.bincount(made.get_negative_sample(np.zeros(20_000, int))[:, 0], minlength=3)
    assert chi_square(seen, 20_000 * made.word_p) < CHI_SQUARE[2]


def test_given_probabilities_are_drawn_from():
    p = [0.5, 0.1, 0.05, 0.2, 0.05, 0.1]
    made = UnigramSampler.from_probabilities(p, 1, replace=True, rng=np.random.default_rng(3))
    drawn = made.get_negative_sample(np.full(20_000, 2))[:, 0]
    expected = np.delete(p, 2) / 0.95 * 20_000
    assert chi_square(np.delete(np.bincount(drawn, minlength=6), 2), expected) < CHI_SQUARE[4]
    assert not (drawn == 2).any()


def test_draws_without_replacement_are_distinct_and_as_likely_as_one_after_another():
    p = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    made = UnigramSampler.from_probabilities(p, 2, rng=np.random.default_rng(5))
    drawn = made.get_negative_sample(np.zeros(20_000, int))
    rest = p[1:] / p[1:].sum()
    pairs = list(permutations(range(1, 5), 2))
    expected = np.array([rest[a - 1] * rest[b - 1] / (1 - rest[a - 1]) for a, b in pairs]) * 20_000
    seen = np.array([((drawn == pair).all(axis=1)).sum() for pair in pairs])
    assert seen.sum() == 20_000  # two different words, never the target
    assert chi_square(seen, expected) < CHI_SQUARE[11]


def test_rows_without_replacement_hold_distinct_words():
    made = UnigramSampler(TOY + [5, 6, 6, 6, 6, 6, 6], 0.75, 5, rng=np.random.default_rng(2))
    targets = np.random.default_rng(4).integers(0, 7, 300)
    drawn = made.get_negative_sample(targets)
    assert drawn.shape == (300, 5) and drawn.dtype == np.int32
    assert all(len({*row, target}) == 6 for row, target in zip(drawn, targets, strict=True))


def test_one_word_that_is_nearly_everything_ends_the_draw():
    made = UnigramSampler.from_probabilities([1, 1e-15, 3e-15], 1, rng=np.random.default_rng(1))
    drawn = made.get_negative_sample(np.zeros(4000, int))[:, 0]
    assert (drawn == 2).mean() == pytest.approx(0.75, abs=0.03)


def test_word_without_a_share_is_never_drawn():
    made = UnigramSampler.from_counts([3, 0, 2, 4, 0], 0, 1, rng=np.random.default_rng(1))
    np.testing.assert_allclose(made.word_p, [1 / 3, 0, 1 / 3, 1 / 3, 0])
    assert set(made.get_negative_sample(np.zeros(500, int))[:, 0]) == {2, 3}


def test_same_generator_same_draws():
    a, b = (sampler([3, 2, 2, 1], k=2).get_negative_sample([0, 1, 2, 3]) for _ in range(2))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("corpus", "k", "message"), [
    ([0, 1, 5], 1, r"gap: 2 never occurs among 0 \.\.\. 5"),
    ([1, 2, 2], 1, "gap: 0 never occurs"),
    ([0, 1, 2], 2, "sample_size 2 needs more than 2 other words"),
    ([0, 1, 2], 7, "sample_size 7 needs more than 2 other words"),
    ([0, 0], 1, "needs more than 0 other words"),
    ([0, 1, 2], 0, "sample_size is at least 1, not 0"),
    ([], 1, "the corpus is empty"),
    ([0, -1], 1, "begin at 0, and -1 stands"),
    ([0.5, 1], 1, "ids are integers"),
])  # fmt: skip
def test_corpus_that_cannot_be_drawn_from_is_refused(corpus, k, message):
    with pytest.raises(ValueError, match=message):
        UnigramSampler(corpus, 0.75, k)


def test_with_replacement_any_number_can_be_drawn_from_one_other_word():
    made = UnigramSampler([0, 1], 0.75, 4, replace=True, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(made.get_negative_sample([0, 1]), [[1] * 4, [0] * 4])
    with pytest.raises(ValueError, match="needs more than 0 other words"):
        UnigramSampler([0, 0], 0.75, 4, replace=True)


@pytest.mark.parametrize("p", [[[0.5, 0.5]], [0.5, -0.1], [0, 0], [np.nan, 1], [np.inf, 1]])
def test_probabilities_that_are_none_are_refused(p):
    with pytest.raises(ValueError, match="probabilities are one row of finite numbers"):
        UnigramSampler.from_probabilities(p, 1)


def test_draw_without_a_generator_and_unknown_targets_are_refused():
    with pytest.raises(ValueError, match="needs a generator"):
        UnigramSampler([0, 1, 2], 0.75, 1).get_negative_sample([0])
    with pytest.raises(ValueError, match=r"targets are ids 0 \.\.\. 2"):
        sampler().get_negative_sample([3])
