"""The two ways around a softmax over all words: a few questions, and a tree."""

import numpy as np
import pytest
from layer_checks import normal, summed

from omnivec.reference import (
    BOOK_FLOOR,
    HierarchicalSoftmaxLoss,
    MatMul,
    NegativeSamplingLoss,
    SoftmaxWithLoss,
    UnigramSampler,
    losses,
)
from omnivec.reference.huffman import paths, probabilities, tree

V, DIM, N, K = 9, 4, 6, 5
SIX = [45, 16, 13, 12, 9, 5]


def sampled():
    draw = np.random.default_rng(3)
    return draw.integers(0, V, N), draw.integers(0, V, (N, K))


def binary_cross_entropy(score, label):
    y = 1 / (1 + np.exp(-score))
    return -(label * np.log(y) + (1 - label) * np.log(1 - y)).mean()


def test_loss_is_one_question_for_the_answer_and_one_for_each_column_of_negatives():
    W, h, (target, negatives) = normal(1, V, DIM), normal(2, N, DIM), sampled()
    wanted = binary_cross_entropy((h * W[target]).sum(1), 1)
    for k in range(K):
        wanted += binary_cross_entropy((h * W[negatives[:, k]]).sum(1), 0)
    assert NegativeSamplingLoss(W).forward(h, target, negatives) == pytest.approx(wanted, abs=1e-7)
    floored = NegativeSamplingLoss(W, floor=BOOK_FLOOR).forward(h, target, negatives)
    assert floored == pytest.approx(wanted, abs=1e-5) and floored < wanted


@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_are_those_of_the_window_loss(sparse):
    """`losses` is what the kernels are held against: batch means here, sums over a window there."""
    W, h, (target, negatives) = normal(1, V, DIM), normal(2, N, DIM), sampled()
    layer = NegativeSamplingLoss(W, sparse=sparse)
    loss, dh = layer.forward(h, target, negatives), layer.backward()
    signs, total, by_h, by_W = [1] + [-1] * K, 0.0, np.zeros_like(h), np.zeros_like(W)
    for n in range(N):
        rows = [target[n], *negatives[n]]
        total += losses.window_loss(h[n : n + 1], W[rows], signs) / N
        down_h, down_u = losses.window_gradient(h[n : n + 1], W[rows], signs)
        by_h[n] = down_h[0] / N
        np.add.at(by_W, rows, down_u / N)
    assert loss == pytest.approx(total, abs=1e-12)
    np.testing.assert_allclose(dh, by_h, atol=1e-12)
    ((weight, gradient),) = summed(layer.params, layer.grads)
    assert weight is W
    np.testing.assert_allclose(gradient, by_W, atol=1e-12)


def test_untrained_loss_is_ln_2_for_every_question():
    layer = NegativeSamplingLoss(np.zeros((V, DIM)), list(range(V)), rng=np.random.default_rng(1))
    assert layer.forward(normal(2, N, DIM), sampled()[0]) == pytest.approx(6 * np.log(2), abs=1e-12)


def test_drawn_negatives_are_those_of_the_sampler():
    corpus, target, h = list(range(V)) * 2, sampled()[0], normal(2, N, DIM)
    drawn = UnigramSampler(corpus, 0.75, 3, rng=np.random.default_rng(8)).get_negative_sample(target)
    layer = NegativeSamplingLoss(normal(1, V, DIM), corpus, 0.75, 3, rng=np.random.default_rng(8))
    given = NegativeSamplingLoss(normal(1, V, DIM), sample_size=3)
    assert layer.forward(h, target) == given.forward(h, target, drawn)


def test_repeated_negative_counts_as_often_as_it_is_drawn():
    W, h = normal(1, V, DIM), normal(2, 1, DIM)
    gradients = []
    for negatives in ([1, 1, 3], [1, 3]):
        layer = NegativeSamplingLoss(W, sample_size=len(negatives))
        layer.forward(h, [0], [negatives]), layer.backward()
        gradients.append(summed(layer.params, layer.grads)[0][1])
    np.testing.assert_array_equal(gradients[0][1], 2 * gradients[1][1])
    np.testing.assert_array_equal(gradients[0][3], gradients[1][3])


def test_negatives_that_are_missing_or_of_another_shape_are_refused():
    layer = NegativeSamplingLoss(normal(1, V, DIM), sample_size=2)
    with pytest.raises(ValueError, match="drawn from a corpus or a sampler, or handed to forward"):
        layer.forward(normal(2, N, DIM), sampled()[0])
    with pytest.raises(ValueError, match=r"negatives have shape \(6, 2\), not \(6, 5\)"):
        layer.forward(normal(2, N, DIM), *sampled())


@pytest.mark.parametrize(("counts", "lengths", "total"), [
    (SIX, [1, 3, 3, 3, 4, 4], 224), ([2, 1, 1, 1, 1, 1, 1], None, 22),
])  # fmt: skip
def test_chances_of_all_leaves_sum_to_one(counts, lengths, total):
    ways = [len(way) for way in paths(tree(counts))]
    assert lengths in (None, ways)
    assert np.dot(ways, counts) == total
    words = len(counts)
    W, h = normal(1, words - 1, DIM), normal(2, 1, DIM, scale=3)
    layer = HierarchicalSoftmaxLoss(W, tree(counts))
    chances = np.exp([-layer.forward(h, [word]) for word in range(words)])
    assert chances.sum() == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(chances, probabilities(tree(counts), W, h[0]), atol=1e-9)


@pytest.mark.parametrize("sparse", [False, True])
def test_tree_of_a_batch_is_the_window_loss_over_each_way(sparse):
    W, h, target = normal(1, 5, DIM), normal(2, 4, DIM), [0, 5, 3, 5]
    layer = HierarchicalSoftmaxLoss(W, tree(SIX), sparse=sparse)
    loss, dh = layer.forward(h, target), layer.backward()
    total, by_W = 0.0, np.zeros_like(W)
    for n, word in enumerate(target):
        nodes, signs = np.array(paths(tree(SIX))[word]).T
        total += losses.window_loss(h[n : n + 1], W[nodes], signs) / 4
        down_h, down_u = losses.window_gradient(h[n : n + 1], W[nodes], signs)
        np.testing.assert_allclose(dh[n], down_h[0] / 4, atol=1e-12)
        np.add.at(by_W, nodes, down_u / 4)
    assert loss == pytest.approx(total, abs=1e-12)
    np.testing.assert_allclose(summed(layer.params, layer.grads)[0][1], by_W, atol=1e-12)


def test_tree_learns():
    W, h, target = np.zeros((5, DIM)), normal(2, 6, DIM), np.arange(6)
    layer = HierarchicalSoftmaxLoss(W, tree(SIX))
    seen = []
    for _ in range(60):
        seen.append(layer.forward(h, target))
        layer.backward()
        W -= 0.5 * layer.grads[0]
    assert seen[0] == pytest.approx(np.log(2) * 18 / 6)  # 18 decisions for 6 words
    assert all(later < earlier for earlier, later in zip(seen, seen[1:], strict=False))
    assert seen[-1] < seen[0] / 2


def test_nodes_that_are_not_those_of_the_tree_are_refused():
    with pytest.raises(ValueError, match="one row for each of the 5 inner nodes, not 6"):
        HierarchicalSoftmaxLoss(np.zeros((6, DIM)), tree(SIX))
    layer = HierarchicalSoftmaxLoss(np.zeros((5, DIM)), tree(SIX))
    with pytest.raises(ValueError, match=r"ids 0 \.\.\. 5, not 6"):
        layer.forward(np.zeros((1, DIM)), [6])


def rows_that_move(loss, words):
    """How many output rows have a gradient after a batch of 50 examples."""
    draw = np.random.default_rng(words)
    h, target = draw.normal(0, 1, (50, DIM)), draw.integers(0, words, 50)
    if loss == "softmax":
        scores, out = MatMul(draw.normal(0, 1, (DIM, words))), SoftmaxWithLoss()
        out.forward(scores.forward(h), target), scores.backward(out.backward())
        return np.count_nonzero(scores.grads[0].any(axis=0))
    layer = NegativeSamplingLoss(
        draw.normal(0, 1, (words, DIM)), range(words), sample_size=K, rng=draw, sparse=True
    )
    layer.forward(h, target), layer.backward()
    return sum(len(grad.rows) for grad in layer.grads)


@pytest.mark.parametrize(("loss", "slope"), [("softmax", 1), ("negatives", 0)])
def test_softmax_moves_every_word_and_negative_sampling_a_few_per_example(loss, slope):
    sizes = [1000, 4000, 16000]
    moved = [rows_that_move(loss, words) for words in sizes]
    assert np.polyfit(np.log(sizes), np.log(moved), 1)[0] == pytest.approx(slope, abs=0.1)
    assert loss == "softmax" or max(moved) <= 50 * (K + 1)
