"""Drawing by weights, and the wrong answers of a window, in counted draws."""

import itertools

import numpy as np
import pytest

from omnivec.reference.negatives import negatives_at, signs_of
from omnivec.reference.random import alias_table, drawn, mixed

BOOK = np.array([0.7, 0.29, 0.01])
"""The example of "Deep Learning from Scratch 2", chapter 4."""

POWERED = {
    0.75: [0.641969, 0.331504, 0.026527],
    0.5: [0.567159, 0.365052, 0.067788],
    0.0: [1 / 3, 1 / 3, 1 / 3],
}


def share(draws, rows):
    return np.bincount(draws, minlength=rows) / len(draws)


@pytest.mark.parametrize("power", POWERED)
def test_alias_draws_follow_their_weights(power):
    alias, n = alias_table(BOOK**power), 20_000
    observed = share([drawn(mixed(k), alias) for k in range(n)], 3)
    expected = np.array(POWERED[power])
    chi = (n * (observed - expected) ** 2 / expected).sum()
    assert chi < 13.8  # p > .001 with two degrees of freedom


@pytest.mark.parametrize("power", POWERED)
def test_powered_shares_are_the_book_s(power):
    weights = BOOK**power
    np.testing.assert_allclose(weights / weights.sum(), POWERED[power], atol=1e-6)


def test_powered_shares_of_the_book_s_toy_corpus():
    weights = np.bincount([0, 1, 2, 3, 4, 1, 2, 3]) ** 0.75
    expected = [0.141937, 0.238709, 0.238709, 0.238709, 0.141937]
    np.testing.assert_allclose(weights / weights.sum(), expected, atol=1e-6)


def test_redrawn_negatives_are_never_the_centre_and_follow_the_rest():
    alias = alias_table(BOOK**0.75)
    draws = [row for p in range(2000) for row in negatives_at(5, p, 0, alias, 10, "redraw")]
    assert 0 not in draws
    assert share(draws, 3)[1] == pytest.approx(0.9259, abs=0.006)


def test_kept_negatives_include_the_centre():
    alias = alias_table(BOOK**0.75)
    draws = [row for p in range(2000) for row in negatives_at(5, p, 0, alias, 10, "keep")]
    assert share(draws, 3)[0] == pytest.approx(0.642, abs=0.012)


def test_skipped_negatives_are_the_kept_ones_without_a_sign():
    alias = alias_table(BOOK)
    rows = negatives_at(5, 0, 0, alias, 12, "skip")
    assert rows == negatives_at(5, 0, 0, alias, 12, "keep") and 0 in rows and 1 in rows
    assert signs_of(0, rows, "skip") == [1] + [0 if row == 0 else -1 for row in rows]
    assert signs_of(0, rows, "keep") == [1] + [-1] * 12


@pytest.mark.parametrize(("exclude", "among"), [("redraw", 6), ("skip", 7), ("keep", 7)])
def test_distinct_negatives_all_differ(exclude, among):
    alias = alias_table([9, 5, 4, 3, 2, 1, 1])
    for position in range(200):
        for centre in (0, 6):
            rows = negatives_at(8, position, centre, alias, 5, exclude, distinct=True)
            assert len(set(rows)) == 5 and set(rows) <= set(range(7))
            assert exclude != "redraw" or centre not in rows
    seen = {row for p in range(200) for row in negatives_at(8, p, 0, alias, 5, exclude, distinct=True)}
    assert len(seen) == among


def test_distinct_negatives_follow_the_weights_of_those_that_are_left():
    """P(i, then j) = p(i) p(j) / (1 − p(i)), as when each row that was drawn is taken out of the bag."""
    p, n = np.array([0.5, 0.25, 0.15, 0.1]), 20_000
    alias = alias_table(p)
    pairs = list(itertools.permutations(range(4), 2))
    observed = dict.fromkeys(pairs, 0)
    for position in range(n):
        observed[tuple(negatives_at(3, position, 0, alias, 2, "keep", distinct=True))] += 1
    expected = np.array([n * p[i] * p[j] / (1 - p[i]) for i, j in pairs])
    chi = ((np.array(list(observed.values())) - expected) ** 2 / expected).sum()
    assert chi < 31.3  # p > .001 with eleven degrees of freedom


def test_distinct_draws_are_the_plain_ones_until_one_repeats():
    alias = alias_table([9, 5, 4, 3, 2, 1, 1])
    repeated = 0
    for position in range(300):
        plain = negatives_at(4, position, 2, alias, 4)
        distinct = negatives_at(4, position, 2, alias, 4, distinct=True)
        repeats = [row in plain[:k] for k, row in enumerate(plain)]
        same = repeats.index(True) if any(repeats) else 4
        assert distinct[:same] == plain[:same]
        repeated += same < 4
    assert 0 < repeated < 300


@pytest.mark.parametrize("exclude", ["redraw", "skip", "keep"])
def test_word_that_is_nearly_every_draw_ends_in_the_others(exclude):
    """All rows but one would be drawn once in 10^9 times: the redraws end, and what is left is taken."""
    alias = alias_table([1, 1e-9, 1e-9, 1e-9])
    for position in range(5):
        three = negatives_at(1, position, 0, alias, 3, exclude, distinct=True)
        assert len(set(three)) == 3 and (0 in three) == (exclude != "redraw")
        others = negatives_at(1, position, 0, alias, 3, exclude)
        assert (0 in others) == (exclude != "redraw")
    everything = negatives_at(1, 0, 2, alias, 4, "keep", distinct=True)
    assert sorted(everything) == [0, 1, 2, 3]
