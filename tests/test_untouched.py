"""Rows that training never moved: of which models that is known."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec import CollobertWeston, FastText, GloVe, Word2Vec, load
from omnivec.learners.untouched import untouched

SMALL = {"dim": 8, "epochs": 1, "threads": 1, "min_count": 1}
TEXT = ["the king rules the land", "the queen rules the sea"] * 20
ALONE = "nobody"  # a line of its own, and so without context


@pytest.mark.parametrize("learner", [Word2Vec, CollobertWeston])
def test_of_a_model_as_it_was_trained(learner):
    model = learner(**SMALL, sample=0).fit([*TEXT, ALONE])
    marks = untouched(model)["vectors"]
    still = [model.keys[row] for row in np.flatnonzero(marks)]
    assert still == ([ALONE] if learner is Word2Vec else [])  # a window of one word has borders


def test_not_of_a_file_that_says_nothing_of_a_training(tmp_path):
    model = FastText(**SMALL, buckets=50).fit(TEXT)
    assert untouched(model) is not None
    from omnivec.store import formats

    formats.named("fasttext").write(tmp_path / "model.bin", model.contents())
    assert untouched(load(tmp_path / "model.bin")) is None


def test_not_of_debiased_vectors():
    from omnivec.explore.debias import debias

    words = ["he", "she", "man", "woman", *(f"w{n}" for n in range(40))]
    text = [" ".join(np.random.default_rng(n).permutation(words)) for n in range(20)]
    model = Word2Vec(**SMALL).fit(text)
    assert untouched(model) is not None
    after = debias(model, [("he", "she"), ("man", "woman")]).model
    assert untouched(after) is None


def test_not_of_learners_that_keep_other_tables_than_learn():
    assert untouched(GloVe(**SMALL).fit(TEXT)) is None
