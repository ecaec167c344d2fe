"""Weights that several layers use: one parameter, one gradient."""

import numpy as np
import pytest

from omnivec.reference import CBOW, SGD, Embedding, EmbeddingDot, RowGradient, remove_duplicate


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def test_the_layers_of_cbow_collapse_to_two_weights_with_the_gradient_of_all_uses():
    """2w input layers on W_in and K + 1 output layers on W_out, w = K = 5: 16 become 2."""
    W_in, W_out = normal(0, 7, 3), normal(1, 7, 3)
    places, answers = normal(2, 4, 10), normal(3, 4, 6)
    ids, right = places.argsort(1) % 7, answers.argsort(1)
    inputs = [Embedding(W_in) for _ in range(10)]
    outputs = [EmbeddingDot(W_out) for _ in range(6)]
    h = sum(layer.forward(ids[:, i]) for i, layer in enumerate(inputs)) / 10
    scores = [layer.forward(h, right[:, i]) for i, layer in enumerate(outputs)]
    dh = sum(layer.backward(2 * score) for layer, score in zip(outputs, scores, strict=True))
    for layer in inputs:
        layer.backward(dh / 10)
    layers = [*inputs, *outputs]
    params, grads = remove_duplicate([x.params[0] for x in layers], [x.grads[0] for x in layers])
    assert len(layers) == 16 and len(params) == len(grads) == 2
    assert params[0] is W_in and params[1] is W_out

    single_in, single_out = Embedding(W_in), EmbeddingDot(W_out)
    h = single_in.forward(ids).mean(1)
    dh = single_out.backward(2 * single_out.forward(h, right))
    single_in.backward(np.repeat(dh[:, None] / 10, 10, axis=1))
    np.testing.assert_allclose(grads[0], single_in.grads[0], atol=1e-7)
    np.testing.assert_allclose(grads[1], single_out.grads[0], atol=1e-7)


def test_the_model_of_the_book_has_two_weights():
    model = CBOW(7, 3, 5, np.arange(7), rng=np.random.default_rng(0))
    assert len(remove_duplicate(model.params, model.grads)[0]) == 2


def test_a_transpose_is_the_same_weight_and_its_gradient_is_turned():
    W = normal(0, 5, 3)
    by_rows, by_columns = normal(1, 5, 3), normal(2, 3, 5)
    (p,), (g,) = remove_duplicate([W, W.T], [by_rows, by_columns])
    assert p is W
    np.testing.assert_allclose(g, by_rows + by_columns.T, atol=1e-7)
    p, (g,) = remove_duplicate([W.T, W], [by_columns, by_rows])
    assert p[0].shape == (3, 5)
    np.testing.assert_allclose(g, by_rows.T + by_columns, atol=1e-7)


def test_a_square_transpose_is_turned_too():
    W, a, b = normal(0, 3, 3), normal(1, 3, 3), normal(2, 3, 3)
    (g,) = remove_duplicate([W, W.T], [a, b])[1]
    np.testing.assert_allclose(g, a + b.T)


def test_equal_numbers_in_two_arrays_are_two_weights():
    W = normal(0, 5, 3)
    params, _ = remove_duplicate([W, W.copy(), W[:3].copy()], [W, W, W[:3]])
    assert len(params) == 3


def test_the_gradients_given_are_not_changed():
    W, a, b = normal(0, 5, 3), normal(1, 5, 3), normal(2, 5, 3)
    before = a.copy(), b.copy()
    remove_duplicate([W, W], [a, b])
    np.testing.assert_array_equal(a, before[0])
    np.testing.assert_array_equal(b, before[1])


def rows(W, ids, seed):
    grad = RowGradient(W)
    grad.put(np.array(ids), normal(seed, len(ids), W.shape[1]))
    return grad


def test_row_gradients_stay_rows_and_join_a_dense_one():
    W = normal(0, 5, 3)
    left, right, dense = rows(W, [1, 4], 1), rows(W, [4, 0], 2), normal(3, 3, 5)
    (total,) = remove_duplicate([W, W], [left, right])[1]
    assert isinstance(total, RowGradient) and list(total.rows) == [0, 1, 4]
    np.testing.assert_allclose(total.dense(), left.dense() + right.dense())
    for order in ([left, right], [right, left]):
        (mixed,) = remove_duplicate([W, W, W.T], [*order, dense])[1]
        np.testing.assert_allclose(mixed, left.dense() + right.dense() + dense.T)
    (turned,) = remove_duplicate([W.T, W], [dense, left])[1]
    np.testing.assert_allclose(turned, dense + left.dense().T)


def test_tensors_are_recognised_by_their_memory_too():
    torch = pytest.importorskip("torch")
    W = torch.tensor(normal(0, 5, 3))
    params, grads = remove_duplicate([W, W.T, W.clone()], [W, W.T, W])
    assert len(params) == 2
    np.testing.assert_allclose(grads[0].numpy(), 2 * W.numpy())


def test_a_shared_weight_takes_one_step_of_the_summed_gradient():
    W, a, b = normal(0, 5, 3), normal(1, 5, 3), normal(2, 5, 3)
    expected = W - 0.01 * (a + b)
    SGD().update(*remove_duplicate([W, W], [a, b]))
    np.testing.assert_allclose(W, expected)


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match="2 parameters, 1 gradients"):
        remove_duplicate([np.ones(2), np.ones(2)], [np.ones(2)])
