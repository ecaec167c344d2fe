"""Every layer and every loss against central differences: float64, step 1e-4, 1e-5."""

import numpy as np
import pytest
from layer_checks import assert_gradients, normal

from omnivec.reference import (
    BOOK_FLOOR,
    Affine,
    Dropout,
    Embedding,
    EmbeddingDot,
    HardTanh,
    HierarchicalSoftmaxLoss,
    HingeLoss,
    MatMul,
    NegativeSamplingLoss,
    Relu,
    Sigmoid,
    SigmoidWithLoss,
    Softmax,
    SoftmaxWithLoss,
    Tanh,
)
from omnivec.reference.gradient_check import Wrong, gradient_check
from omnivec.reference.huffman import tree
from omnivec.reference.layers.activations import Elementwise

IDS = np.array([4, 1, 1, 0])
COUNTS = [9, 5, 3, 2, 2, 1]


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3)])
@pytest.mark.parametrize("layer", ["matmul", "affine"])
def test_products(layer, shape):
    W = normal(1, 3, 5)
    made = MatMul(W) if layer == "matmul" else Affine(W, normal(2, 5))
    weights = assert_gradients(made, normal(3, *shape))
    assert len(weights) == (1 if layer == "matmul" else 2)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("ids", [3, [4, 1, 1, 0], [[4, 1], [1, 0]], [[[2, 2, 2]]]])
def test_embedding(ids, sparse):
    assert_gradients(Embedding(normal(1, 6, 3), sparse=sparse), ids, moving=())


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("ids", [IDS, np.stack([IDS, IDS, 5 - IDS], axis=1)])
def test_embedding_dot(ids, sparse):
    assert_gradients(EmbeddingDot(normal(1, 6, 3), sparse=sparse), normal(2, 4, 3), ids)


@pytest.mark.parametrize("layer", [Sigmoid, Tanh, HardTanh, Relu, Softmax])
@pytest.mark.parametrize("shape", [(7,), (4, 3), (2, 4, 3)])
def test_activations(layer, shape):
    assert_gradients(layer(), 2 * normal(1, *shape))


@pytest.mark.parametrize("inverted", [True, False])
def test_dropout(inverted):
    mask = np.array([[1, 0, 1], [0, 1, 1]])
    assert_gradients(Dropout(0.3, inverted=inverted), normal(1, 2, 3), True, mask)
    assert_gradients(Dropout(0.3, inverted=inverted), normal(1, 2, 3), False)


@pytest.mark.parametrize("floor", [0, BOOK_FLOOR])
@pytest.mark.parametrize("answers", [IDS, np.eye(6)[IDS]], ids=["ids", "one-hot"])
def test_softmax_with_loss(answers, floor):
    assert_gradients(SoftmaxWithLoss(floor), normal(1, 4, 6), answers)


def test_softmax_with_loss_of_one_row():
    assert_gradients(SoftmaxWithLoss(), normal(1, 6), np.array(2))


@pytest.mark.parametrize("floor", [0, BOOK_FLOOR])
def test_sigmoid_with_loss(floor):
    assert_gradients(SigmoidWithLoss(floor), normal(1, 4), np.array([1, 0, 0, 1]))
    assert_gradients(SigmoidWithLoss(floor), normal(1, 2, 2), np.array([[1, 0], [0, 1]]))


def test_hinge():
    right, wrong = normal(1, 8), normal(2, 8)
    assert 0 < (right - wrong > 1).sum() < 8  # pairs that keep the margin, and pairs that do not
    assert_gradients(HingeLoss(), right, wrong, moving=(0, 1))


@pytest.mark.parametrize("sparse", [False, True])
def test_negative_sampling(sparse):
    negatives = np.array([[1, 1, 2], [0, 4, 5], [1, 3, 3], [2, 5, 0]])  # among them an answer, and twins
    layer = NegativeSamplingLoss(normal(1, 6, 3), sample_size=3, sparse=sparse)
    weights = assert_gradients(layer, normal(2, 4, 3), IDS, negatives)
    assert len(weights) == 1 and len(layer.params) == 4


@pytest.mark.parametrize("sparse", [False, True])
def test_hierarchical_softmax(sparse):
    layer = HierarchicalSoftmaxLoss(normal(1, 5, 3), tree(COUNTS), sparse=sparse)
    assert_gradients(layer, normal(2, 4, 3), IDS)


class Cube(Elementwise):
    """A layer of a user."""

    def value(self, x):
        return x**3

    def slope(self):
        return 3 * self.x**2


def test_layer_of_a_user():
    assert_gradients(Cube(), normal(1, 3, 2))


def test_first_wrong_index_of_a_broken_function_is_named():
    x = normal(1, 3, 4)
    gradient = 3 * x**2
    assert gradient_check(lambda x: float((x**3).sum()), x, gradient) is None
    broken = gradient.copy()
    broken[1, 2] += 0.01
    broken[2, 0] += 1
    found = gradient_check(lambda x: float((x**3).sum()), x, broken)
    assert isinstance(found, Wrong)
    assert found.place == (1, 2)
    assert found.given == broken[1, 2]
    assert found.expected == pytest.approx(gradient[1, 2], rel=1e-6)


def test_repeated_negative_added_in_place_is_found():
    """The mistake of a public solution of CS224n's assignment 2: W[ids] += … keeps one of two equal ids."""
    W, h, ids = normal(1, 6, 3), normal(2, 3), np.array([1, 1, 3])

    def loss(W):
        return float(np.logaddexp(0, W[ids] @ h).sum())

    error = 1 / (1 + np.exp(-W[ids] @ h))[:, None] * h
    lost, kept = np.zeros_like(W), np.zeros_like(W)
    lost[ids] += error
    np.add.at(kept, ids, error)
    assert gradient_check(loss, W, kept) is None
    found = gradient_check(loss, W, lost)
    assert found is not None and found.place == (1, 0)
    assert found.expected == pytest.approx(2 * found.given)
