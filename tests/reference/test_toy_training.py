"""Chapter 3 of the book: the toy sentence, softmax over all words, Adam. And chapter 4, on a small text."""

import numpy as np
import pytest

from omnivec.reference import (
    CBOW,
    SimpleCBOW,
    SimpleSkipGram,
    SkipGram,
    convert_one_hot,
    create_contexts_target,
)
from omnivec.reference.training.optimizers import Adam
from omnivec.reference.training.trainer import Trainer

TOY = [0, 1, 2, 3, 4, 1, 5, 6]
"""You say goodbye and I say hello ."""


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("kind", "first", "last"), [(SimpleCBOW, np.log(7), 1.0), (SimpleSkipGram, 2 * np.log(7), 2.3)]
)
def test_toy_is_learned(kind, first, last, seed):
    rng = np.random.default_rng(seed)
    contexts, target = (convert_one_hot(ids, 7) for ids in create_contexts_target(TOY))
    trainer = Trainer(kind(7, 5, rng=rng), Adam(), rng=rng)
    trainer.fit(contexts, target, max_epoch=1000, batch_size=3)
    assert trainer.loss_list[0] == pytest.approx(first, abs=2e-3)
    assert np.mean(trainer.loss_list[-50:]) < last


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("kind", [CBOW, SkipGram])
def test_words_of_a_group_become_neighbours(kind, sparse):
    """Groups of three words follow one another; which word of a group stands there is free."""
    rng = np.random.default_rng(3)
    corpus = np.arange(1500) % 5 * 3 + rng.integers(0, 3, 1500)
    model = kind(15, 8, 1, corpus, sample_size=3, rng=rng, sparse=sparse)
    trainer = Trainer(model, Adam(0.01), rng=rng)
    trainer.fit(*create_contexts_target(corpus), max_epoch=4, batch_size=25)
    assert trainer.loss_list[-1] < 0.8 * trainer.loss_list[0]
    rows = model.word_vecs / np.linalg.norm(model.word_vecs, axis=1, keepdims=True)
    nearest = np.argsort(-(rows @ rows.T), axis=1)[:, 1:3]
    assert (nearest // 3 == np.arange(15)[:, None] // 3).all()
