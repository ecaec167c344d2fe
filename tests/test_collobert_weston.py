"""Collobert and Weston: real windows outrank spoilt ones, those that keep the margin move nothing."""

from __future__ import annotations

import os

import numpy as np
import pytest

from omnivec import CollobertWeston, OptionError, load
from omnivec.engine.start import alias_table
from omnivec.kernels import scorer
from omnivec.reference.collobert_weston import scorer as opened

TOPICS, SLOTS, EACH = 10, 5, 4
WORDS = TOPICS * SLOTS * EACH


def grammar(seed: int, lines: int) -> list[str]:
    """A sentence keeps to a topic, and each of its places to a class of words; which one of them is free."""
    draw = np.random.default_rng(seed)
    found = []
    for topic in draw.integers(0, TOPICS, lines):
        found.append(" ".join(f"t{topic}p{slot}w{draw.integers(EACH)}" for slot in range(SLOTS)))
    return found


@pytest.fixture(scope="module")
def model():
    learner = CollobertWeston(
        dim=16, window=2, hidden=30, epochs=30, lr=0.05, min_count=1, threads=1, power=0.0, sample=0.0
    )
    return learner.fit(grammar(1, 1500))


def definition(model):
    """The definition of the score, with the numbers of a model."""
    names = ("vectors", "padding", "hidden", "bias", "score")
    dim, known = model.config["dim"], [model.tables[name] for name in names]
    return opened(*(table if table.ndim == 1 else table[:, :dim] for table in known))


def ranks(model, texts: list[str]) -> np.ndarray:
    """The rank of each middle word among all words, 1 for the best."""
    window, found = definition(model), []
    for text in texts:
        ids = np.array([model.keys.row(word) for word in text.split()])
        rivals = np.tile(ids, (WORDS, 1))
        rivals[:, SLOTS // 2] = np.arange(WORDS)
        scores = window.predict(rivals)
        found.append((scores > scores[ids[SLOTS // 2]]).sum() + 1)
    return np.array(found)


def test_the_true_centre_outranks_all_but_a_twentieth_of_the_words(model):
    untrained = CollobertWeston(dim=16, window=2, hidden=30, epochs=1, lr=1e-9, min_count=1, threads=1)
    texts = grammar(2, 60)
    assert len(model.keys) == WORDS
    assert ranks(model, texts).mean() < 0.05 * WORDS
    assert ranks(untrained.fit(grammar(1, 1500)), texts).mean() > 0.3 * WORDS


def test_words_of_one_class_are_neighbours(model):
    near = {word for word, _ in model.vectors.most_similar("t3p2w0", topn=EACH - 1)}
    assert near == {f"t3p2w{k}" for k in range(1, EACH)}


def test_where_all_words_spoil_alike_the_score_is_the_frequency_of_the_centre():
    """In a text without order nothing but frequency tells words apart, and only where rare ones spoil."""
    draw, share = np.random.default_rng(3), 1 / np.arange(1, 101)
    words = np.array([f"w{k}" for k in range(100)])
    text = [" ".join(draw.choice(words, 10, p=share / share.sum())) for _ in range(2000)]
    alike, frequent = (
        CollobertWeston(
            dim=16, hidden=30, epochs=3, lr=0.05, min_count=1, threads=1, power=power, sample=0.0
        ).fit(text)
        for power in (0.0, 1.0)
    )
    assert alike.record["loss"][-1] < 0.5 and frequent.record["loss"][-1] > 0.9
    rivals = np.repeat(draw.integers(0, 100, (50, 1, 5)), 100, axis=1)
    rivals[:, :, 2] = np.arange(100)
    scores = definition(alike).predict(rivals.reshape(-1, 5)).reshape(50, 100).mean(axis=0)
    assert np.corrcoef(scores, np.log(alike.keys.counts))[0, 1] > 0.9


def test_a_window_that_keeps_the_margin_moves_nothing():
    """Scores of ±1, by the centre alone: the word 0 is right, the word 1 is wrong."""
    tables = {
        "vectors": np.zeros((2, 16), np.float32), "padding": np.zeros((1, 16), np.float32),
        "hidden": np.zeros((3, 16), np.float32), "bias": np.zeros(1, np.float32),
        "score": np.ones(1, np.float32),
    }  # fmt: skip
    tables["vectors"][:, 0], tables["hidden"][1, 0] = (0.9, -0.9), 1
    still = {name: table.copy() for name, table in tables.items()}

    def passed(word: int) -> np.ndarray:
        sums, text = np.zeros(3), np.full(20, word, np.int32)
        scorer.train(
            text, np.array([0, 20]), 0, 20, np.full(2, 2**32 - 1, np.uint32),
            alias_table(np.array([5, 5]), 0.0), *tables.values(), np.zeros(0, np.uint8), 4, scorer.HARD_TANH,
            1, 0.01, 1.0, 0.0, np.uint64(1), sums,
        )  # fmt: skip
        return sums

    np.testing.assert_array_equal(passed(0), [0, 20, 20])
    for name, table in tables.items():
        np.testing.assert_array_equal(table, still[name])
    assert passed(1)[0] == pytest.approx(20 * 2.8)
    assert all((tables[name] != still[name]).any() for name in ("vectors", "hidden", "score"))


def test_units_shorter_than_the_window_are_filled_up_with_padding():
    texts = ["a b", "b a", "c", "c d e"] * 50
    learner = CollobertWeston(
        dim=8, hidden=6, window=10, min_count=1, threads=1, epochs=9, lr=0.3, sample=0.0
    )
    model = learner.fit(texts)
    assert model.record["pairs"] == 9 * 8 * 50
    still = learner.replaced(lr=1e-9).fit(texts)
    assert (model.tables["padding"] != still.tables["padding"]).any()


def test_centres_are_spoilt_by_frequent_words_or_by_all_alike():
    """A word that hardly stands in the text moves as often as it spoils."""
    texts = [*["a b a b a b a b"] * 100, "c d"]
    moved = {}
    for power in (0.0, 1.0):
        learner = CollobertWeston(dim=8, hidden=6, min_count=1, threads=1, epochs=1, power=power, sample=0.0)
        model, start = learner.fit(texts), learner.replaced(lr=1e-9).fit(texts)
        moved[power] = np.abs(model.vectors["d"] - start.vectors["d"]).sum()
    assert moved[0.0] > 5 * moved[1.0]


def test_a_saved_model_scores_as_before(model, tmp_path):
    model.save(tmp_path / "model")
    texts = grammar(3, 10)
    np.testing.assert_array_equal(ranks(load(tmp_path / "model"), texts), ranks(model, texts))


def test_a_plan_foretells_windows_and_disk(tmp_path):
    learner = CollobertWeston(dim=20, hidden=30, epochs=4, threads=1, min_count=1, sample=0.01)
    plan, fitted = learner.plan(grammar(1, 300)), learner.fit(grammar(1, 300))
    assert plan.predictions * 4 == pytest.approx(fitted.record["pairs"], rel=0.02)
    fitted.save(tmp_path / "model")
    assert plan.disk == os.path.getsize(tmp_path / "model" / "model.safetensors")  # noqa: PTH202


def test_the_rate_of_the_hidden_layer_follows_from_that_of_the_rows():
    narrow, wide = CollobertWeston(window=1).derived(), CollobertWeston(window=4).derived()
    assert narrow.hidden_lr == pytest.approx(3 * wide.hidden_lr)
    assert CollobertWeston(hidden_lr=0.5).derived().hidden_lr == 0.5
    with pytest.raises(OptionError, match="hidden must lie between"):
        CollobertWeston(hidden=0)
