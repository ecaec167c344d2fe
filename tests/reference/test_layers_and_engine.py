"""The layers of the textbook and the engine that trains: one window, the same negatives, the same step."""

import numpy as np
import pytest
from layer_checks import normal, summed

from omnivec.engine import tree as engine_tree
from omnivec.kernels import window as kernel
from omnivec.reference import CBOW, Embedding, HierarchicalSoftmaxLoss, NegativeSamplingLoss
from omnivec.reference import random as definitions
from omnivec.reference import word2vec as engine_definition
from omnivec.reference.huffman import tree
from omnivec.reference.negatives import negatives_at

WORDS, DIM, WINDOW, K, RATE, BASE = 12, 16, 2, 4, 0.05, 77
TEXT = np.array([0, 3, 1, 4, 1, 2, 0, 5, 0, 1, 11, 7, 6, 0, 2], np.int32)
COUNTS = np.sort(np.bincount(TEXT, minlength=WORDS) + 1)[::-1]
ALIAS = definitions.alias_table(COUNTS**0.75)
KEEP = engine_definition.keep_thresholds(COUNTS, 0, COUNTS.sum())
PLACES = {"edge": 0, "inside": 7, "a word twice around": 3}


def tables():
    return normal(1, WORDS, DIM, scale=0.4), normal(2, WORDS, DIM, scale=0.4)


def around(place):
    return TEXT[[q for q in range(place - WINDOW, place + WINDOW + 1) if 0 <= q < len(TEXT) and q != place]]


def wrong(place):
    return np.array(negatives_at(BASE, place, TEXT[place], ALIAS, K))


def by_kernel(model, loss, place, gradient):
    """(loss, input rows, output rows) after the engine's kernel has trained the window at a place."""
    inputs, outputs = (np.ascontiguousarray(table, np.float32) for table in tables())
    alias = starts = steps = None
    count = K + 1
    if loss == "hs":
        starts, steps, count = engine_tree.paths(engine_tree.grown(COUNTS))
        outputs = outputs[:-1].copy()
    else:
        alias = ALIAS
    bag = None if model == "skipgram" else kernel.MEAN | kernel.DIVIDE * (gradient == "true")
    sums = np.zeros(3)
    with np.errstate(over="ignore"):
        kernel.train(
            TEXT, np.array([0, len(TEXT)]), place, place + 1, KEEP, alias, kernel.EXCLUDE["redraw"], 0,
            starts, steps, count, inputs, None, None, outputs, None, bag, WINDOW, kernel.RADIUS["fixed"],
            RATE, 0.0, np.uint64(BASE), sums,
        )  # fmt: skip
    return sums[0], inputs, outputs


def by_definition(model, loss, place, gradient):
    """The same by the loop of `reference.word2vec`, in float64."""
    inputs, outputs = tables()
    outputs = outputs[:-1] if loss == "hs" else outputs
    total, _, _ = engine_definition.train(
        TEXT, [0, len(TEXT)], KEEP, inputs, outputs, model=model, loss=loss, alias=ALIAS, tree=tree(COUNTS),
        gradient=gradient, window=WINDOW, kind="fixed", negatives=K, rate=RATE, base=BASE,
        first=place, last=place + 1,
    )  # fmt: skip
    return total, inputs, outputs


def by_layers(model, loss, place, gradient):
    """The same by layers: a window of skip-gram is a batch of its words, and its loss their sum."""
    inputs, outputs = tables()
    context, answer = around(place), TEXT[place]
    if model == "cbow":
        bag = CBOW(WORDS, DIM, WINDOW, weights=(inputs, outputs), gradient=gradient, sample_size=K)
        padded = [*context, *[-1] * (2 * WINDOW - len(context))]
        total = bag.forward([padded], [answer], [wrong(place)])
        bag.backward()
        layers = [bag]
    else:
        rows, n = Embedding(inputs), len(context)
        if loss == "hs":
            outputs = outputs[:-1].copy()
            out = HierarchicalSoftmaxLoss(outputs, tree(COUNTS))
            total = n * out.forward(rows.forward(context), [answer] * n)
        else:
            out = NegativeSamplingLoss(outputs, sample_size=K)
            total = n * out.forward(rows.forward(context), [answer] * n, [wrong(place)] * n)
        rows.backward(out.backward(n))
        layers = [rows, out]
    params = [param for layer in layers for param in layer.params]
    grads = [grad for layer in layers for grad in layer.grads]
    for weight, total_gradient in summed(params, grads):
        weight -= RATE * total_gradient
    return total, inputs, outputs


@pytest.mark.parametrize("other", [by_definition, by_kernel])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("model", "loss", "gradient"),
    [
        ("skipgram", "ns", "true"),
        ("skipgram", "hs", "true"),
        ("cbow", "ns", "true"),
        ("cbow", "ns", "undivided"),
    ],
)
def test_layers_take_the_step_of_the_engine(model, loss, gradient, place, other):
    mine = by_layers(model, loss, PLACES[place], gradient)
    wanted = other(model, loss, PLACES[place], gradient)
    tolerance = 1e-5 if other is by_kernel else 1e-12
    assert mine[0] == pytest.approx(wanted[0], rel=tolerance)
    for table, expected, start in zip(mine[1:], wanted[1:], tables(), strict=True):
        np.testing.assert_allclose(table, expected, atol=tolerance)
        assert not np.allclose(table, start[: len(table)], atol=1e-4)
