"""The whole pass: its steps are gradients, its rules hold, and it learns."""

import itertools

import numpy as np
import pytest

from omnivec.reference.cbow import handed_back, hidden
from omnivec.reference.gradient_check import gradient_check
from omnivec.reference.huffman import tree
from omnivec.reference.losses import softmax_gradient, softmax_loss
from omnivec.reference.negatives import negatives_at
from omnivec.reference.random import alias_table
from omnivec.reference.windows import keep_thresholds
from omnivec.reference.word2vec import train

ROWS, DIM = 6, 3
TOKENS = [0, 3, 1, 4, 1, 2, 5, 3, 0, 0, 2, 0]
COUNTS = np.array([9, 7, 4, 3, 2, 1])
KEEP = keep_thresholds(COUNTS, 0, 26)
SHAPES = [("skipgram", "mean", "true"), *itertools.product(["cbow"], ["mean", "sum"], ["true", "undivided"])]
LOSSES = ["ns", "hs", "softmax"]


def tables(loss, seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(0, 0.7, (ROWS, DIM)), draw.normal(0, 0.7, (ROWS - (loss == "hs"), DIM))


def passed(inputs, outputs, units=(0, 12), **options):
    """One pass over the text above, or the part that first and last name."""
    given = {
        "alias": alias_table(COUNTS**0.75),
        "tree": tree(COUNTS),
        "window": 3,
        "kind": "fixed",
        "base": 5,
    }
    return train(TOKENS, units, KEEP, inputs, outputs, **(given | {"rate": 1.0} | options))


def steps(loss, **options):
    """(What the inputs move by, what the outputs move by), against the gradient, in a pass at rate 1."""
    inputs, outputs = tables(loss)
    passed(inputs, outputs, loss=loss, **options)
    before = tables(loss)
    return before[0] - inputs, before[1] - outputs


@pytest.mark.parametrize("position", [0, 4])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("model", "reduction", "gradient"), SHAPES)
def test_step_of_a_window_is_its_gradient(model, reduction, gradient, loss, position):
    """Central differences of the loss that the pass reports, for every model, output layer and reduction.

    The undivided step is the gradient times the number of words in the context: six, or three at the edge.
    """
    options = {
        "model": model, "loss": loss, "reduction": reduction, "gradient": gradient,
        "first": position, "last": position + 1,
    }  # fmt: skip
    down = steps(**options)
    undivided = model == "cbow" and reduction == "mean" and gradient == "undivided"
    inputs, outputs = tables(loss)
    by_inputs = down[0] / (min(3, position) + 3 if undivided else 1)
    assert np.abs(by_inputs).sum() > 0.1 and np.abs(down[1]).sum() > 0.1
    cost = {**options, "rate": 0.0}
    assert gradient_check(lambda x: passed(x, outputs, **cost)[0], inputs, by_inputs) is None
    assert gradient_check(lambda x: passed(inputs, x, **cost)[0], outputs, down[1]) is None


@pytest.mark.parametrize("distinct", [False, True])
@pytest.mark.parametrize("exclude", ["redraw", "skip", "keep"])
def test_step_is_the_gradient_whatever_happens_to_a_negative_that_is_the_centre(exclude, distinct):
    options = {
        "exclude": exclude, "distinct": distinct, "negatives": 4 if distinct else 9, "first": 8, "last": 9,
    }  # fmt: skip
    down_inputs, down_outputs = steps("ns", **options)
    inputs, outputs = tables("ns")
    cost = {**options, "rate": 0.0}
    assert gradient_check(lambda x: passed(x, outputs, **cost)[0], inputs, down_inputs) is None
    assert gradient_check(lambda x: passed(inputs, x, **cost)[0], outputs, down_outputs) is None


def test_negative_that_is_the_centre_costs_nothing_when_skipped():
    inputs, outputs = np.ones((ROWS, DIM)), np.zeros((ROWS, DIM))
    options = {"negatives": 9, "first": 8, "last": 9, "rate": 0.0}
    drawn = negatives_at(5, 8, TOKENS[8], alias_table(COUNTS**0.75), 9, "keep").count(TOKENS[8])
    cost = {exclude: passed(inputs, outputs, exclude=exclude, **options)[0] for exclude in ("keep", "skip")}
    assert drawn > 0
    assert cost["keep"] == pytest.approx(6 * 10 * np.log(2), rel=1e-12)
    assert cost["skip"] == pytest.approx(6 * (10 - drawn) * np.log(2), rel=1e-12)


def test_distinct_negatives_move_as_many_rows_and_the_centre():
    _, moved = steps("ns", first=8, last=9, negatives=4, distinct=True)
    assert moved.any(1).sum() == 5


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize(("loss", "expected"), [("ns", 6 * np.log(2)), ("softmax", np.log(ROWS))])
def test_first_loss_is_that_of_zeros(model, loss, expected):
    inputs, outputs = tables(loss)
    total, predictions, _ = passed(inputs, np.zeros_like(outputs), model=model, loss=loss, rate=0.0)
    assert total / predictions == pytest.approx(expected, rel=1e-12)


def test_first_loss_of_a_tree_is_the_length_of_the_paths():
    inputs, outputs = tables("hs")
    total, _, _ = passed(inputs, np.zeros_like(outputs), model="cbow", loss="hs", rate=0.0)
    assert total == pytest.approx(sum([2, 2, 2, 3, 4, 4][word] for word in TOKENS) * np.log(2), rel=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_predictions_are_pairs_in_skipgram_and_windows_in_cbow(loss):
    """Units of 1, 2 and 9 tokens: a lone word is a centre that predicts nothing."""
    pairs = 0 + 2 * 1 + (3 + 4 + 5 + 6 + 6 + 6 + 5 + 4 + 3)
    for model, expected in (("skipgram", pairs), ("cbow", 11)):
        counted = passed(*tables(loss), [0, 1, 3, 12], model=model, loss=loss, rate=0.1)
        assert counted[1:] == (expected, 12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_text_of_lone_words_moves_nothing(model, loss):
    inputs, outputs = tables(loss)
    assert passed(inputs, outputs, range(13), model=model, loss=loss) == (0, 0, 12)
    np.testing.assert_array_equal(inputs, tables(loss)[0])
    np.testing.assert_array_equal(outputs, tables(loss)[1])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_frozen_rows_stay_and_the_others_move_as_before(model, loss):
    frozen = np.array([1, 0, 0, 1, 0, 0], np.uint8)
    free, held = (steps(loss, model=model, first=4, last=5, frozen=mask) for mask in (None, frozen))
    assert free[0][3].any() and not held[0][[0, 3]].any()
    np.testing.assert_array_equal(held[0][frozen == 0], free[0][frozen == 0])
    np.testing.assert_array_equal(held[1], free[1])
    inputs, outputs = tables(loss)
    passed(inputs, outputs, model=model, loss=loss, frozen=frozen.astype(bool), rate=0.1)
    np.testing.assert_array_equal(inputs[[0, 3]], tables(loss)[0][[0, 3]])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_parts_of_a_text_together_are_the_whole_pass(model, loss):
    """The rate of a part is that of its first token, and a window looks across the border of a part."""
    whole, parts = tables(loss), tables(loss)
    options = {"model": model, "loss": loss, "decay": 0.01}
    expected = passed(*whole, rate=0.2, **options)
    borders = itertools.pairwise([0, 5, 6, 12])
    sums = [passed(*parts, rate=0.2 - 0.01 * a, first=a, last=b, **options) for a, b in borders]
    np.testing.assert_allclose(np.sum(sums, 0), expected, rtol=1e-12)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("model", "reduction", "gradient"), SHAPES)
def test_loss_falls_while_training(model, reduction, gradient, loss):
    inputs, outputs = tables(loss)
    options = {"model": model, "loss": loss, "reduction": reduction, "gradient": gradient, "rate": 0.03}
    losses = [passed(inputs, outputs, **options)[0] for _ in range(30)]
    assert losses[0] > losses[9] > losses[19] > losses[29]


class Adam:
    """Kingma, Ba 2015, as "Deep Learning from Scratch 2" writes it."""

    def __init__(self, *tables):
        self.tables, self.t = tables, 0
        self.m, self.v = [np.zeros_like(x) for x in tables], [np.zeros_like(x) for x in tables]

    def step(self, *gradients):
        self.t += 1
        rate = 0.001 * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        for x, m, v, g in zip(self.tables, self.m, self.v, gradients, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            x -= rate * m / (np.sqrt(v) + 1e-7)


TOY = [0, 1, 2, 3, 4, 1, 5, 6]
"""You say goodbye and I say hello."""


def toy_window(model, place, inputs, outputs):
    """(Loss, gradients) of one window of the book's models; in its skip-gram the centre predicts both."""
    down_in, down_out, cost = np.zeros_like(inputs), np.zeros_like(outputs), 0.0
    around, centre = [TOY[place - 1], TOY[place + 1]], TOY[place]
    for left, targets in [(around, [centre])] if model == "cbow" else [([centre], around)]:
        h = hidden(inputs[left])
        for target in targets:
            cost += softmax_loss(h, outputs, target)
            down_h, down_u = softmax_gradient(h, outputs, target)
            np.add.at(down_in, left, handed_back(down_h, len(left)))
            down_out += down_u
    return cost, down_in, down_out


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("model", "first", "below"), [("cbow", 1, 1.0), ("skipgram", 2, 2.3)])
def test_toy_text_is_learnt_with_full_softmax(model, first, below, seed):
    """Window 1, five dimensions, batches of 3, Adam, 1000 epochs; the first loss is ln 7 a target."""
    draw = np.random.default_rng(seed)
    inputs, outputs = draw.normal(0, 0.01, (2, 7, 5))
    adam, losses = Adam(inputs, outputs), []
    for _ in range(1000):
        for batch in draw.permutation(range(1, 7)).reshape(2, 3):
            windows = [toy_window(model, place, inputs, outputs) for place in batch]
            cost, *down = (sum(parts) / 3 for parts in zip(*windows, strict=True))
            adam.step(*down)
            losses.append(cost)
    assert losses[0] == pytest.approx(first * np.log(7), abs=1e-3)
    points = np.array(losses).reshape(-1, 20).mean(1)  # the book plots one point for 20 batches
    assert points[-50:].mean() < below
