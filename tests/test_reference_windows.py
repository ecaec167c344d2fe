"""Subsampling, radius and borders, in counted draws."""

import numpy as np
import pytest

from omnivec.reference.windows import keep_thresholds, thinned, windows

KEPT = {
    "word2vec": lambda f, s: np.minimum(1, np.sqrt(s / f) + s / f),  # word2vec.c, gensim, fastText
    "paper": lambda f, s: 1 - np.maximum(0, 1 - np.sqrt(s / f)),  # Mikolov et al. 2013, CS224n
}


@pytest.mark.parametrize("sample", [1e-3, 1e-5])
@pytest.mark.parametrize("formula", KEPT)
def test_subsampling_keeps_the_stated_share(formula, sample):
    counts = np.array([60_000, 3_000, 30, 1])
    keep = keep_thresholds(counts, sample, counts.sum(), formula)
    tokens = np.repeat(range(4), counts)
    survivors = np.bincount(tokens[thinned(tokens, keep, 3)], minlength=4)
    expected = KEPT[formula](counts / counts.sum(), sample)
    spread = np.sqrt(counts * expected * (1 - expected))
    assert (np.abs(survivors - counts * expected) <= 3 * spread + 1e-9).all()
    assert survivors.sum() < counts.sum()


def test_word_is_kept_with_certainty_up_to_its_formula_s_share():
    rare = np.array([100, 261, 262, 1000])  # the thresholds of f are 2.618 s and s
    certain = 2**32 - 1
    assert [int(t) == certain for t in keep_thresholds(rare, 1e-3, 100_000)] == [True, True, False, False]
    paper = keep_thresholds(rare, 1e-3, 100_000, "paper")
    assert [int(t) == certain for t in paper] == [True, False, False, False]


def test_sample_zero_keeps_everything():
    assert len(thinned([0, 1] * 500, keep_thresholds([5, 5], 0.0, 10), 1)) == 1000


def test_radius_is_uniform_or_constant():
    n = 100_010
    keep = keep_thresholds([1], 0, 1)
    around = [len(context) for _, context in windows([0] * n, [0, n], keep, 9, 5)][5:-5]
    observed = np.bincount(around, minlength=11)
    assert not observed[1::2].any() and observed.sum() == 100_000  # as many words left as right
    assert ((observed[2::2] - 20_000) ** 2 / 20_000).sum() < 18.5  # p > .001 with four degrees of freedom
    fixed = [len(context) for _, context in windows([0] * 9, [0, 9], keep, 0, 2, "fixed")]
    assert fixed == [2, 3, 4, 4, 4, 4, 4, 3, 2]


def test_window_never_crosses_a_unit():
    keep = keep_thresholds([1] * 6, 0, 6)
    contexts = dict(windows(range(6), [0, 3, 6], keep, 0, 5, "fixed"))
    assert contexts[2] == [0, 1] and contexts[3] == [4, 5]


def test_dropped_tokens_leave_no_gap():
    keep = np.array([2**32 - 1, 2**32 - 1, 0], np.uint32)  # word 2 is always dropped
    contexts = dict(windows([0, 2, 2, 1, 2, 0], [0, 6], keep, 0, 1, "fixed"))
    assert contexts == {0: [1], 3: [0, 0], 5: [1]}
