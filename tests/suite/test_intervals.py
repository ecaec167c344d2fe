"""Bootstrap intervals and paired tests, beside their definitions and SciPy."""

import math

import numpy as np
import pytest

from omnivec.errors import InputError, OptionError
from omnivec.evaluate.intervals import Interval, bootstrap, paired
from omnivec.evaluate.statistics import pearson, sign_flips, spearman

draw = np.random.default_rng(3)
SCORES = draw.integers(0, 20, 120).astype(float)  # with ties
COSINES = SCORES + draw.normal(0, 6, 120).round()
HITS = draw.random(400) < 0.7
PLAIN = {
    "mean": (np.mean, (SCORES,)),
    "pearson": (lambda x, y: pearson(x, y).statistic, (SCORES, COSINES)),
    "spearman": (lambda x, y: spearman(x, y).statistic, (SCORES, COSINES)),
}


@pytest.mark.parametrize("name", PLAIN)
def test_the_quick_way_draws_what_the_plain_loop_draws(name):
    function, columns = PLAIN[name]
    quick, plain = bootstrap(name, *columns, resamples=300), bootstrap(function, *columns, resamples=300)
    assert (quick.low, quick.high) == pytest.approx((plain.low, plain.high), abs=1e-12)
    assert quick.low < function(*columns) < quick.high


def test_hits_have_the_interval_of_a_binomial():
    interval = bootstrap("mean", HITS, resamples=20_000)
    half = 1.96 * math.sqrt(HITS.mean() * (1 - HITS.mean()) / len(HITS))
    assert (interval.low, interval.high) == pytest.approx((HITS.mean() - half, HITS.mean() + half), abs=4e-3)


def test_a_wider_level_is_a_wider_interval_and_a_seed_decides_it():
    wide, narrow = (bootstrap("spearman", SCORES, COSINES, level=level) for level in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert bootstrap("mean", SCORES, seed=4) == bootstrap("mean", SCORES, seed=4)
    assert bootstrap("mean", SCORES, seed=4) != bootstrap("mean", SCORES, seed=5)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    covered = 0
    for seed in range(300):
        sample = np.random.default_rng(seed).exponential(1.0, 80)
        interval = bootstrap("mean", sample, resamples=200, level=0.9, seed=seed)
        covered += interval.low <= 1.0 <= interval.high
    assert 0.84 < covered / 300 < 0.95


@pytest.mark.parametrize("columns", [([], []), ([1.0], [2.0]), ([1, 1, 1], [1, 2, 3])])
def test_where_nothing_can_be_said_there_are_no_bounds(columns):
    interval = bootstrap("spearman", *columns)
    assert not interval.known and str(interval) == "–"
    assert interval.as_json() is None


def test_resamples_without_a_correlation_are_left_out():
    interval = bootstrap("pearson", [0, 0, 0, 1], [1, 2, 3, 5])  # a third of them never draws the 1
    assert interval.known and interval.high <= 1 + 1e-12


def test_paired_differences_are_those_of_the_two_sides():
    found = paired(SCORES, COSINES)
    assert found.value == pytest.approx(SCORES.mean() - COSINES.mean())
    assert found.interval.low < found.value < found.interval.high
    assert found.as_json()["ci"] == found.interval.as_json()


def test_the_test_of_few_differences_counts_every_way():
    stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed")
    a, b = draw.normal(0.4, 1, (2, 9))
    wanted = stats.permutation_test(
        (a, b), lambda u, v: np.mean(u - v), permutation_type="samples", n_resamples=np.inf
    )
    assert paired(a, b).p_value == pytest.approx(wanted.pvalue)


def test_the_test_of_many_differences_agrees_with_students():
    stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed")
    a, b = draw.normal(0, 1, (2, 200))
    a += 0.2
    assert paired(a, b, resamples=20_000).p_value == pytest.approx(stats.ttest_rel(a, b).pvalue, abs=0.02)


def test_the_test_of_right_and_wrong_answers_is_mcnemars():
    stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed")
    a, b = draw.random(300) < 0.6, draw.random(300) < 0.5
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    assert paired(a, b).p_value == pytest.approx(stats.binomtest(only_a, only_a + only_b).pvalue)


def test_a_correlation_that_is_better_is_told_from_one_that_is_not():
    gold = draw.normal(size=300)
    near, far = gold + draw.normal(0, 0.5, 300), gold + draw.normal(0, 2, 300)
    better = paired(near, far, gold, statistic="spearman")
    assert better.p_value < 0.01 and better.interval.low > 0
    assert paired(near, near, gold, statistic="spearman").p_value == 1


def test_no_difference_is_impossible_by_chance():
    assert 0 < paired(np.ones(5000, bool), np.zeros(5000, bool)).p_value < 1e-300


def test_equal_sides_differ_by_chance_alone():
    assert sign_flips(np.zeros(5), 100, 1) == 1
    assert paired(HITS, HITS).p_value == 1


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: bootstrap("mean", [1, 2], resamples=0), OptionError, "resamples must be 1 or more"),
        (lambda: bootstrap("mean", [1, 2], level=95), OptionError, "level must lie between 0 and 1"),
        (lambda: bootstrap("median", [1, 2]), OptionError, "statistic must be"),
        (lambda: bootstrap("pearson", [1, 2], [1]), InputError, "columns of one length"),
        (lambda: paired([1, 2], [1, 2, 3]), InputError, "the same units"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_an_interval_reads_well():
    assert str(Interval(0.1234, 0.5)) == "0.123 to 0.500"
