"""Rows taken by number are one-hot · W, forwards and backwards."""

import tracemalloc

import numpy as np
import pytest
from layer_checks import normal

from omnivec.reference import Embedding, EmbeddingDot, MatMul, OneHot, one_hot

SHAPES = {
    "scalar": 3,
    "1-D": [4, 1, 0],
    "twins": [2, 2],
    "2-D": [[4, 1], [1, 0]],
    "3-D": [[[2, 2, 0]], [[1, 2, 5]]],
}


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_lookup_is_one_hot_times_matrix(shape, sparse):
    W, ids = normal(1, 6, 4), np.array(SHAPES[shape])
    rows, product, vectors = Embedding(W, sparse=sparse), MatMul(W), OneHot(6, W)
    np.testing.assert_allclose(rows.forward(ids), product.forward(vectors.forward(ids)), atol=1e-7)
    assert rows.forward(ids).shape == (*ids.shape, 4)
    dout = normal(2, *ids.shape, 4)
    assert rows.backward(dout) is None and vectors.backward(product.backward(dout)) is None
    gradient = rows.grads[0].dense() if sparse else rows.grads[0]
    np.testing.assert_allclose(gradient, product.grads[0], atol=1e-7)


def test_rows_are_counted_from_zero():
    W = normal(1, 5, 3)
    np.testing.assert_array_equal(np.array([0, 0, 0, 1, 0]) @ W, W[3])
    np.testing.assert_array_equal(Embedding(W).forward(3), W[3])
    np.testing.assert_array_equal(one_hot(3, 5, W), [0, 0, 0, 1, 0])


@pytest.mark.parametrize("sparse", [False, True])
def test_row_that_stands_twice_receives_both_gradients(sparse):
    once, twice = (Embedding(normal(1, 5, 3), sparse=sparse) for _ in range(2))
    once.forward([2]), once.backward(np.ones((1, 3)))
    twice.forward([2, 2]), twice.backward(np.ones((2, 3)))
    dense = [layer.grads[0].dense() if sparse else layer.grads[0] for layer in (once, twice)]
    np.testing.assert_array_equal(dense[1], 2 * dense[0])
    np.testing.assert_array_equal(dense[1][2], [2, 2, 2])
    assert not dense[1][[0, 1, 3, 4]].any()


@pytest.mark.parametrize("sparse", [False, True])
def test_gradient_is_one_object_and_holds_the_last_batch_alone(sparse):
    layer = Embedding(normal(1, 5, 3), sparse=sparse)
    collected = layer.grads[0]
    layer.forward([0, 1]), layer.backward(np.ones((2, 3)))
    layer.forward([4]), layer.backward(np.ones((1, 3)))
    assert layer.grads[0] is collected
    dense = collected.dense() if sparse else collected
    assert not dense[:4].any() and dense[4].all()


def test_sparse_gradient_names_each_row_once_in_order():
    layer = Embedding(normal(1, 9, 2), sparse=True)
    layer.forward([[7, 0], [7, 3]]), layer.backward(np.arange(8.0).reshape(2, 2, 2))
    gradient = layer.grads[0]
    np.testing.assert_array_equal(gradient.rows, [0, 3, 7])
    np.testing.assert_array_equal(gradient.values, [[2, 3], [6, 7], [4, 6]])
    assert gradient.shape == (9, 2) and gradient.dense().shape == (9, 2)


def test_million_words_cost_what_the_batch_costs():
    """Ids of 8 kB, where one-hot vectors would take 4 GB."""
    W, ids = np.zeros((10**6, 2), np.float32), np.random.default_rng(1).integers(0, 10**6, (100, 10))
    assert ids.size * len(W) * 4 == 4 * 10**9
    layer = Embedding(W, sparse=True)
    tracemalloc.start()
    layer.forward(ids), layer.backward(np.ones((100, 10, 2), np.float32))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6


@pytest.mark.parametrize(("ids", "message"), [
    ([1, 5], r"ids 0 \.\.\. 4, not 5"),
    ([-1], r"ids 0 \.\.\. 4, not -1"),
    ([0.5], "ids are integers, not float64"),
    ([True], "ids are integers, not bool"),
])  # fmt: skip
def test_id_that_is_no_row_is_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        Embedding(normal(1, 5, 3)).forward(ids)


@pytest.mark.parametrize("W", [[[1.0, 2.0]], np.zeros(3), np.zeros((2, 2), int)])
def test_weights_that_are_no_matrix_of_floats_are_refused(W):
    with pytest.raises(ValueError, match="W is an array of floats with 2 dimensions"):
        Embedding(W)


@pytest.mark.parametrize("sparse", [False, True])
def test_embedding_dot_is_a_loop(sparse):
    W, h, ids, dout = normal(1, 6, 4), normal(2, 5, 4), np.array([3, 0, 3, 5, 1]), normal(3, 5)
    layer = EmbeddingDot(W, sparse=sparse)
    out, dh = layer.forward(h, ids), layer.backward(dout)
    wanted = np.zeros_like(W)
    for n, row in enumerate(ids):
        assert out[n] == pytest.approx(sum(W[row, k] * h[n, k] for k in range(4)), abs=1e-7)
        np.testing.assert_allclose(dh[n], dout[n] * W[row], atol=1e-7)
        wanted[row] += dout[n] * h[n]
    assert out.shape == (5,) and dh.shape == (5, 4)
    np.testing.assert_allclose(layer.grads[0].dense() if sparse else layer.grads[0], wanted, atol=1e-7)


def test_embedding_dot_of_several_rows_each_is_one_of_each_column():
    W, h, ids, dout = normal(1, 6, 4), normal(2, 3, 4), np.array([[3, 0], [3, 3], [1, 5]]), normal(3, 3, 2)
    both = EmbeddingDot(W)
    scores, dh = both.forward(h, ids), both.backward(dout)
    total = 0
    for k in range(2):
        one = EmbeddingDot(W)
        np.testing.assert_allclose(scores[:, k], one.forward(h, ids[:, k]), atol=1e-12)
        dh = dh - one.backward(dout[:, k])
        total = total + one.grads[0]
    np.testing.assert_allclose(dh, 0, atol=1e-12)
    np.testing.assert_allclose(both.grads[0], total, atol=1e-12)


@pytest.mark.parametrize(("h", "ids", "message"), [
    ((5, 3), 5, r"h has shape \(\.\.\., 4\), not \(5, 3\)"),
    ((5, 4), 6, r"shape \(N,\) or \(N, K\) for h of shape \(N, dim\), not \(6,\) for \(5, 4\)"),
    ((4,), 4, "for h of shape"),
])  # fmt: skip
def test_embedding_dot_refuses_other_shapes(h, ids, message):
    with pytest.raises(ValueError, match=message):
        EmbeddingDot(normal(1, 6, 4)).forward(np.ones(h), np.zeros(ids, int))


def test_matmul_refuses_another_width_and_keeps_float32():
    layer = MatMul(np.ones((3, 2), np.float32))
    assert layer.forward(np.ones((4, 3), np.int32)).dtype == np.float32
    with pytest.raises(ValueError, match=r"x has shape \(\.\.\., 3\), not \(4, 2\)"):
        layer.forward(np.ones((4, 2)))
