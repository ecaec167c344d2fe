"""Attention: its definition, its gradients, and questions of different lengths."""

from __future__ import annotations

import numpy as np
import pytest
from sequence_checks import normal, wrong_gradients

from omnivec.reference import Attention, AttentionWeight, TimeAttention, WeightSum

N, T, S, H = 2, 4, 3, 3


def test_weights_are_the_softmax_of_the_dot_products():
    hs, h = normal(0, N, T, H), normal(1, N, H)
    a = AttentionWeight().forward(hs, h)
    for n in range(N):
        shares = np.exp([hs[n, t] @ h[n] for t in range(T)])
        np.testing.assert_allclose(a[n], shares / shares.sum())


def test_context_is_the_weighted_sum():
    hs, a = normal(0, N, T, H), normal(1, N, T)
    c = WeightSum().forward(hs, a)
    for n in range(N):
        np.testing.assert_allclose(c[n], sum(a[n, t] * hs[n, t] for t in range(T)))


@pytest.mark.parametrize(
    ("layer", "shapes", "out"),
    [
        (WeightSum(), [(N, T, H), (N, T)], (N, H)),
        (AttentionWeight(), [(N, T, H), (N, H)], (N, T)),
        (Attention(), [(N, T, H), (N, H)], (N, H)),
        (TimeAttention(), [(N, T, H), (N, S, H)], (N, S, H)),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "forward") else None,
)
def test_gradients(layer, shapes, out):
    inputs, pull = [normal((0, i), *shape) for i, shape in enumerate(shapes)], normal(9, *out)

    def loss():
        return (layer.forward(*inputs) * pull).sum()

    loss()
    given = layer.backward(pull)
    assert wrong_gradients(layer, loss, list(zip(inputs, given, strict=True))) == []


def test_nothing_beyond_the_length_is_looked_at():
    layer, enc, dec = TimeAttention(), normal(0, N, T, H), normal(1, N, S, H)
    out, pull = layer.forward(enc, dec, [2, 4]), normal(2, N, S, H)
    denc, ddec = layer.backward(pull)
    assert all(not a[0, 2:].any() and a[1].all() for a in layer.attention_weights)
    alone = TimeAttention()
    np.testing.assert_allclose(out[:1], alone.forward(enc[:1, :2], dec[:1]))
    denc_alone, ddec_alone = alone.backward(pull[:1])
    np.testing.assert_allclose(denc[:1, :2], denc_alone)
    np.testing.assert_allclose(ddec[:1], ddec_alone)
    assert not denc[0, 2:].any()


def test_weights_of_every_step_are_kept():
    layer = TimeAttention()
    layer.forward(normal(0, N, T, H), normal(1, N, S, H))
    assert [a.shape for a in layer.attention_weights] == [(N, T)] * S
    np.testing.assert_allclose(np.sum(layer.attention_weights, axis=2), 1)
