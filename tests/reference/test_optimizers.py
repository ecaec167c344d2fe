"""Optimisers against their closed forms and PyTorch, sparse against dense; clipping."""

import math

import numpy as np
import pytest

from omnivec.reference import (
    SGD,
    AdaGrad,
    Adam,
    Embedding,
    Momentum,
    Nesterov,
    RMSprop,
    RowGradient,
    clip_grads,
)

ALL = [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam]


def gradients(steps=10, shape=(4, 3), seed=1):
    return np.random.default_rng(seed).normal(size=(steps, *shape))


def trained(optimizer, p, grads):
    p = p.copy()
    for g in grads:
        optimizer.update([p], [g])
    return p


def closed_forms(lr=0.01, mu=0.9, rho=0.99, b1=0.9, b2=0.999, eps=1e-7):
    """Name: p after the gradients g (steps, ...), from sums over all of them instead of a running state."""

    def velocity(g, t):
        return sum(mu ** (t - i) * g[i] for i in range(t + 1))

    def mean(beta, x, t):
        return (1 - beta) * sum(beta ** (t - i) * x[i] for i in range(t + 1))

    def adam(g, t):
        c1, c2 = 1 - b1 ** (t + 1), 1 - b2 ** (t + 1)
        root = np.sqrt(mean(b2, g**2, t))
        return 0.1 * mean(b1, g, t) * math.sqrt(c2) / c1 / (root + eps)  # lr of Adam is a tenth

    steps = {
        SGD: lambda g, t: g[t],
        Momentum: velocity,
        Nesterov: lambda g, t: mu * velocity(g, t) + g[t],
        AdaGrad: lambda g, t: g[t] / (np.sqrt((g[: t + 1] ** 2).sum(0)) + eps),
        RMSprop: lambda g, t: g[t] / (np.sqrt(mean(rho, g**2, t)) + eps),
        Adam: adam,
    }
    return {rule: lambda p, g, f=f: p - lr * sum(f(g, t) for t in range(len(g))) for rule, f in steps.items()}


@pytest.mark.parametrize("rule", ALL)
@pytest.mark.parametrize("steps", [1, 10])
def test_defaults_give_the_closed_form(rule, steps):
    p, g = gradients(1)[0], gradients(steps)
    np.testing.assert_allclose(trained(rule(), p, g), closed_forms()[rule](p, g), rtol=0, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 10])
@pytest.mark.parametrize(
    ("ours", "name", "options"),
    [
        (SGD(), "SGD", {"lr": 0.01}),
        (Momentum(), "SGD", {"lr": 0.01, "momentum": 0.9}),
        (Nesterov(), "SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
        (AdaGrad(), "Adagrad", {"lr": 0.01, "eps": 1e-7}),
        (RMSprop(), "RMSprop", {"lr": 0.01, "eps": 1e-7}),
        (Adam(), "Adam", {"lr": 0.001}),
        (Adam(eps=0.01, epsilon="corrected"), "Adam", {"lr": 0.001, "eps": 0.01}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pytorch_takes_the_same_steps(ours, name, options, steps):
    torch = pytest.importorskip("torch")
    p, grads = gradients(1)[0], gradients(steps)
    tensor = torch.tensor(p, requires_grad=True)
    theirs = getattr(torch.optim, name)([tensor], **options)
    for g in grads:
        tensor.grad = torch.tensor(g)
        theirs.step()
    ours = type(ours)(**{k: v for k, v in vars(ours).items() if k not in ("steps", "state")})
    np.testing.assert_allclose(trained(ours, p, grads), tensor.detach().numpy(), rtol=0, atol=1e-6)


def test_folded_epsilon_is_the_corrected_one_divided_by_the_root_of_the_bias():
    p, (g,) = gradients(1)[0], gradients(1)
    folded = trained(Adam(eps=0.01), p, [g])
    corrected = trained(Adam(eps=0.01 / math.sqrt(1 - 0.999), epsilon="corrected"), p, [g])
    np.testing.assert_allclose(folded, corrected, atol=1e-12)
    assert np.abs(folded - trained(Adam(eps=0.01, epsilon="corrected"), p, [g])).max() > 1e-5


@pytest.mark.parametrize("rule", ALL)
def test_tensors_take_the_same_steps(rule):
    torch = pytest.importorskip("torch")
    p, grads = gradients(1)[0], gradients(5)
    tensor = torch.tensor(p)
    optimizer = rule()
    for g in grads:
        optimizer.update([tensor], [torch.tensor(g)])
    np.testing.assert_allclose(tensor.numpy(), trained(rule(), p, grads), atol=1e-12)


@pytest.mark.parametrize("rule", ALL)
def test_float32_stays_float32_and_the_array_its_own(rule):
    p = gradients(1)[0].astype(np.float32)
    before, optimizer = p.copy(), rule()
    optimizer.update([p], [np.ones_like(p)])
    assert p.dtype == np.float32 and not np.allclose(p, before)
    assert all(memory.dtype == np.float32 for memory in optimizer.state[0])


def sparse_steps(seed=3, steps=100, n=20, dim=4):
    """(rows, values) with rows that stand several times, and the same as a dense array."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        rows, values = rng.integers(0, n, 7), rng.normal(size=(7, dim))
        dense = np.zeros((n, dim))
        np.add.at(dense, rows, values)
        yield rows, values, dense


@pytest.mark.parametrize("rule", [SGD, AdaGrad])
def test_a_hundred_sparse_steps_are_the_dense_ones(rule):
    p = gradients(1, (20, 4))[0]
    sparse, dense, pair, whole = p.copy(), p.copy(), rule(), rule()
    for rows, values, full in sparse_steps():
        pair.update([sparse], [(rows, values)])
        whole.update([dense], [full])
    np.testing.assert_allclose(sparse, dense, rtol=0, atol=1e-6)
    assert np.abs(sparse - p).max() > 0.01


@pytest.mark.parametrize("rule", [Momentum, Nesterov, RMSprop, Adam])
def test_rules_that_remember_a_row_are_lazy_when_sparse(rule):
    p = gradients(1, (20, 4))[0]
    sparse, dense, pair, whole = p.copy(), p.copy(), rule(), rule()
    for rows, values, full in sparse_steps(steps=20):
        before = sparse.copy()
        pair.update([sparse], [(rows, values)])
        untouched = np.setdiff1d(np.arange(20), rows)
        np.testing.assert_array_equal(sparse[untouched], before[untouched])
        whole.update([dense], [full])
    assert np.abs(sparse - dense).max() > 1e-3


def test_a_sparse_embedding_trains_as_a_dense_one():
    W = gradients(1, (9, 3))[0]
    dense, sparse = Embedding(W.copy()), Embedding(W.copy(), sparse=True)
    for layer in (dense, sparse):
        optimizer = AdaGrad()
        for seed in range(5):
            ids = np.random.default_rng(seed).integers(0, 9, (4, 2))
            layer.backward(layer.forward(ids) - 1)
            optimizer.update(layer.params, layer.grads)
    np.testing.assert_allclose(dense.params[0], sparse.params[0], atol=1e-12)


def test_sparse_rows_on_tensors_are_the_same():
    torch = pytest.importorskip("torch")
    p = gradients(1, (20, 4))[0]
    ours, tensor, left, right = p.copy(), torch.tensor(p), Adam(), Adam()
    for rows, values, _ in sparse_steps(steps=5):
        left.update([ours], [(rows, values)])
        right.update([tensor], [(torch.tensor(rows), torch.tensor(values))])
    np.testing.assert_allclose(tensor.numpy(), ours, atol=1e-12)


@pytest.mark.parametrize("norm", [1.0, 100.0])
def test_clipping_shortens_all_gradients_by_one_rate(norm):
    grads = list(gradients(2))
    before = [g.copy() for g in grads]
    length = np.sqrt(sum((g**2).sum() for g in grads))
    assert clip_grads(grads, norm) == pytest.approx(length)
    rate = min(1, norm / (length + 1e-6))
    for g, b in zip(grads, before, strict=True):
        np.testing.assert_allclose(g, rate * b, atol=1e-12)


def test_clipping_a_row_gradient_is_clipping_its_dense_twin():
    p = np.zeros((5, 2))
    sparse, dense = RowGradient(p), np.zeros((5, 2))
    sparse.put(np.array([1, 1, 3]), np.arange(6.0).reshape(3, 2))
    np.add.at(dense, [1, 1, 3], np.arange(6.0).reshape(3, 2))
    assert clip_grads([sparse], 0.5) == clip_grads([dense], 0.5)
    np.testing.assert_allclose(sparse.dense(), dense)


def test_what_does_not_fit_is_named():
    p = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"its parameter's shape \(3, 2\), got \(2,\)"):
        SGD().update([p], [np.ones(2)])
    with pytest.raises(ValueError, match="1 parameters, 2 gradients"):
        SGD().update([p], [p, p])
    with pytest.raises(ValueError, match="began with 1 parameters, got 2"):
        optimizer = SGD()
        optimizer.update([p], [p])
        optimizer.update([p, p], [p, p])
    with pytest.raises(ValueError, match="rows lie between 0 and 2, got 1 … 7"):
        SGD().update([p], [(np.array([1, 7]), np.ones((2, 2)))])
    with pytest.raises(ValueError, match="learning rate, is above 0, got 0"):
        Adam(0)
    with pytest.raises(ValueError, match="'folded' or 'corrected', got 'inside'"):
        Adam(epsilon="inside")
    with pytest.raises(ValueError, match="above 0, got 0"):
        clip_grads([p], 0)
