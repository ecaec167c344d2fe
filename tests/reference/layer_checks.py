"""What the tests of layers ask of every layer."""

import numpy as np

from omnivec.reference.gradient_check import gradient_check


def normal(seed, *shape, scale=1.0):
    return np.random.default_rng(seed).normal(0, scale, shape)


def summed(params, grads):
    """[(weight, sum of its gradients)]: a weight that several layers share stands in params for each."""
    collected = {}
    for param, grad in zip(params, grads, strict=True):
        weight, total = collected.get(id(param), (param, np.zeros(param.shape)))
        collected[id(param)] = weight, total + (grad.dense() if hasattr(grad, "dense") else grad)
    return list(collected.values())


def assert_gradients(layer, *inputs, moving=(0,), weights=None):
    """Every gradient of Σ r · layer(inputs) is its central difference, for random r; float64 throughout.

    moving: which of the inputs have a derivative; backward returns theirs, in this order.
    """
    out = np.asarray(layer.forward(*inputs))
    r = normal(9, *out.shape) + 2
    given = layer.backward(r if out.shape else float(r))
    given = given if isinstance(given, tuple) else (given,) if moving else ()
    given = [np.array(g) for g in given]
    trained = summed(layer.params, layer.grads)

    def loss(_):
        return float((layer.forward(*inputs) * r).sum())

    for i, gradient in zip(moving, given, strict=True):
        assert gradient.shape == inputs[i].shape
        assert gradient_check(loss, inputs[i], gradient) is None
    for weight, gradient in trained:
        assert gradient_check(loss, weight, gradient) is None
    return [weight for weight, _ in trained]
