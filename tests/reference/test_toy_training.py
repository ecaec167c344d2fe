"""Chapter 3 of the book: the toy sentence, softmax over all words, Adam."""

import numpy as np
import pytest

from omnivec.reference import SimpleCBOW, SimpleSkipGram, convert_one_hot, create_contexts_target
from omnivec.reference.training.optimizers import Adam
from omnivec.reference.training.shared import remove_duplicate

TOY = [0, 1, 2, 3, 4, 1, 5, 6]
"""You say goodbye and I say hello ."""


def losses_of(model, rng, epochs=1000, batch=3):
    """The mean loss of each epoch; windows are shuffled before each."""
    contexts, target = (convert_one_hot(ids, 7) for ids in create_contexts_target(TOY))
    optimiser, losses = Adam(), []
    for _ in range(epochs):
        order = rng.permutation(len(target)).reshape(-1, batch)
        losses.append(0.0)
        for rows in order:
            losses[-1] += model.forward(contexts[rows], target[rows]) / len(order)
            model.backward()
            optimiser.update(*remove_duplicate(model.params, model.grads))
    return losses


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("kind", "first", "last"), [(SimpleCBOW, np.log(7), 1.0), (SimpleSkipGram, 2 * np.log(7), 2.3)]
)
def test_toy_is_learned(kind, first, last, seed):
    rng = np.random.default_rng(seed)
    losses = losses_of(kind(7, 5, rng=rng), rng)
    assert losses[0] == pytest.approx(first, abs=2e-3)
    assert np.mean(losses[-50:]) < last
