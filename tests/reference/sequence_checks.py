"""What the tests of the sequence layers ask of every layer and model."""

from __future__ import annotations

import numpy as np

from omnivec.reference.gradient_check import gradient_check


def normal(seed, *shape, scale=1.0):
    """Numbers of float64 for a test."""
    return scale * np.random.default_rng(seed).standard_normal(shape)


def recurrent_weights(seed, gates, D, H):
    return [
        normal((seed, i), *shape, scale=0.7)
        for i, shape in enumerate([(D, gates * H), (H, gates * H), (gates * H,)])
    ]


def wrong_gradients(layer, loss, inputs=()):
    """Where central differences contradict: the params, whose gradients are in the layer, then (x, dx) pairs.

    `loss()` runs forward alone; backward has run. A gradient that is nowhere above .01 would prove nothing.
    """
    pairs = [*zip(layer.params, [grad.copy() for grad in layer.grads], strict=True), *inputs]
    assert all(np.abs(gradient).max() > 0.01 for _, gradient in pairs)
    found = [gradient_check(lambda _: float(loss()), x, gradient, tolerance=1e-6) for x, gradient in pairs]
    return [wrong for wrong in found if wrong is not None]
