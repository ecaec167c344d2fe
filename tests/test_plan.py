"""`plan`: what it foretells is what training then does."""

import itertools
import os
import random

import numpy as np
import pytest

from omnivec import Classifier, InputError, Sent2Vec, Word2Vec
from omnivec.engine.plan import whole_ngrams, windows
from omnivec.store import memory
from omnivec.store.tables import padded_width


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """Twenty thousand tokens in lines of very different lengths."""
    draw = np.random.default_rng(1)
    lines = [" ".join(f"w{n}" for n in draw.zipf(1.3, draw.integers(1, 60)) if n < 300) for _ in range(700)]
    path = tmp_path_factory.mktemp("plan") / "text.txt"
    path.write_text("\n".join(lines))
    return path


def counted(units, share, window, chance):
    """The definition of `windows`: every unit, every set of survivors, every pair."""
    centres = contexts = 0.0
    for n in np.diff(units):
        for kept in range(2**n):
            places = range(kept.bit_count())
            weight = share ** len(places) * (1 - share) ** (n - len(places))
            centres += weight * (len(places) if len(places) > 1 else 0)
            pairs = itertools.permutations(places, 2)
            contexts += weight * sum(chance[abs(a - b)] for a, b in pairs if abs(a - b) <= window)
    return centres, contexts


@pytest.mark.parametrize("window", [1, 3, 12])
@pytest.mark.parametrize("share", [1.0, 0.6, 0.01])
@pytest.mark.parametrize("dynamic", [True, False])
def test_expected_windows_are_those_counted_one_by_one(window, share, dynamic):
    units = np.array([0, 0, 1, 3, 6, 10, 19])
    chance = {d: (window - d + 1) / window if dynamic else 1 for d in range(1, window + 1)}
    found = windows(units, share, window, dynamic=dynamic)
    np.testing.assert_allclose(found, counted(units, share, window, chance), rtol=1e-9, atol=1e-9)


def test_a_unit_of_a_million_tokens_is_no_matter():
    centres, contexts = windows(np.array([0, 10**6]), 0.5, 1000, dynamic=False)
    # Each of the thousand distances d loses d of the survivors at either end.
    assert (centres, contexts) == pytest.approx((5e5, 2 * (5e8 - 500_500)), rel=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"model": "cbow"},
        {"window_kind": "fixed", "window": 9},
        {"sample": 0.0},
        {"sample": 1e-3, "sample_formula": "paper", "sample_total": "all"},
        {"unit": "document"},
        {"loss": "hs"},
        {"model": "cbow", "loss": "hs"},
    ],
)
def test_training_makes_as_many_predictions_as_were_planned(text, options):
    learner = Word2Vec(dim=16, epochs=4, threads=1, **options)
    plan, record = learner.plan(text), learner.fit(text).record
    assert plan.predictions * plan.epochs == pytest.approx(record["pairs"], rel=0.02)
    assert (plan.tokens, plan.tokens_in_vocabulary) == (record["tokens"], record["tokens_in_vocabulary"])


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
def test_the_disk_is_foretold_to_the_byte(text, tmp_path, loss):
    learner = Word2Vec(dim=20, epochs=1, loss=loss)
    learner.fit(text).save(tmp_path / "model")
    assert learner.plan(text).disk == os.path.getsize(tmp_path / "model" / "model.safetensors")  # noqa: PTH202


def test_rows_and_floats_follow_from_the_loss(text):
    plans = {
        loss: Word2Vec(dim=20, negatives=7, loss=loss, model="cbow").plan(text)
        for loss in ("ns", "hs", "softmax")
    }
    inputs = Word2Vec(dim=20).plan(text).predictions  # skip-gram predicts from each input row
    outputs = {loss: (plan.rows_moved - inputs) / plan.predictions for loss, plan in plans.items()}
    assert outputs["ns"] == pytest.approx(8)
    assert outputs["softmax"] == pytest.approx(plans["ns"].words)
    assert 2 < outputs["hs"] < np.log2(plans["ns"].words) + 2
    assert all(plan.floats_moved == plan.rows_moved * padded_width(20) for plan in plans.values())


def test_the_length_of_a_path_is_the_mean_over_the_tokens_that_stay():
    text = ["a " * 45 + "b " * 16 + "c " * 13 + "d " * 12 + "e " * 9 + "f " * 5]
    plan = Word2Vec(model="cbow", loss="hs", sample=0, window_kind="fixed", window=1, dim=16).plan(text)
    inputs, centres = 2 * 100 - 2, 100
    assert plan.rows_moved == pytest.approx(inputs + centres * 224 / 100)  # 224: Σ count × code length


def test_a_plan_derives_options_as_fit_does(text):
    plan = Word2Vec.preset("word2vec", model="skipgram").plan(text)
    assert plan.options["lr"] == 0.025 and plan.options["threads"] >= 1


def test_scores_of_a_softmax_are_foretold_for_each_thread_that_trains():
    def scores(**options):
        return Word2Vec(loss="softmax", **options).derived().memory(6_000)["scores"]

    assert scores(threads=4) == 4 * scores(threads=1) == 4 * scores(threads=4, deterministic=True)
    # Rows of scores are as many as a window has inputs, two for a bag: 32 bytes for six words in each.
    assert scores(threads=1, window=50) - scores(threads=1, window=5) == 90 * 1001 * 32
    bag = {"model": "cbow", "threads": 1}
    assert scores(**bag, window=50) == scores(**bag) < scores(threads=1) - 9 * 1001 * 32


def test_too_little_memory_is_said_not_raised(text, monkeypatch):
    assert Word2Vec().plan(text).fits
    monkeypatch.setattr(memory, "available", lambda: (1000, "container"))
    plan = Word2Vec().plan(text)
    assert not plan.fits and (plan.memory_free, plan.memory_limit) == (1000, "container")
    assert plan.memory_total == sum(Word2Vec().derived().memory(plan.words).values())


def test_a_plan_of_nothing_is_refused(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(InputError, match="empty"):
        Word2Vec().plan(tmp_path / "empty.txt")


@pytest.mark.parametrize("dropout", [0, 1, 4, 9])
def test_expected_ngrams_are_those_counted_one_by_one(dropout):
    lengths = np.array([2, 3, 3, 5, 8])
    found = 0.0
    for n in lengths:
        sets = list(itertools.combinations(range(n), max(min(dropout, n - 2), 0)))
        whole = [
            1
            for m in (2, 3, 4)
            for at in range(n - m + 1)
            for holes in sets
            if not {*range(at, at + m)} & {*holes}
        ]
        found += len(whole) / len(sets)
    assert whole_ngrams(lengths, 4, dropout) == pytest.approx(found, rel=1e-12)
    assert whole_ngrams(lengths, 1, dropout) == 0


def test_a_plan_of_units_is_what_their_targets_and_rows_are(text, tmp_path):
    """Units of one word teach nothing; the rows of a unit move once, the outputs for each target."""
    learner = Sent2Vec(word_ngrams=2, dim=20, epochs=4, threads=1, buckets=1000, sample=1e-3, ngram_dropout=0)
    plan, model = learner.plan(text), learner.fit(text)
    assert plan.predictions * plan.epochs == pytest.approx(model.record["pairs"], rel=0.02)
    assert (plan.tokens, plan.tokens_in_vocabulary) == (
        model.record["tokens"],
        model.record["tokens_in_vocabulary"],
    )
    model.save(tmp_path / "model")
    assert plan.disk == os.path.getsize(tmp_path / "model" / "model.safetensors")  # noqa: PTH202
    small = learner.replaced(min_count=1, sample=0.0, negatives=3).plan(["a b a c", "a", "b b"] * 2)
    assert (small.tokens, small.tokens_kept, small.predictions) == (14, 12, 12)
    assert small.rows_moved == 2 * (4 + 3 + 2 + 1) + 12 * 4 and small.labels is None
    few = learner.replaced(min_count=1, sample=0.0, target_min_count=3)
    assert few.plan(["a b", "a a c"]).predictions == pytest.approx(3, abs=1e-6)
    with pytest.raises(InputError, match="no word can be a target"):
        few.replaced(target_min_count=4).plan(["a b", "a a c"])


TOLD = ["__label__x a b", "__label__y a a b c", "__label__x __label__y __label__x a", "a b", "__label__z", ""]


@pytest.mark.parametrize(
    ("options", "outputs"),
    [
        ({}, 3 * 3),
        ({"loss": "ova"}, 3 * 3),
        ({"loss": "ns", "labels": "all", "negatives": 2}, 1 + 1 + 2 + 3 * 2),
        ({"loss": "ns", "labels": "one", "negatives": 2}, 3 + 3 * 2),
        # x and y occur three and two times, z once, so that its path is of two steps, and so is y's.
        ({"loss": "hs", "labels": "all"}, 1 + 2 + 3),
        ({"loss": "hs", "labels": "one"}, 1 + 2 + 1.5),
        ({"word_ngrams": 2}, 3 * 3 + 1 + 3),
        ({"minn": 1, "maxn": 1}, 3 * 3 + 2 + 4 + 1),  # one letter each, edges alone are none
    ],
)
def test_a_plan_of_lines_is_what_their_features_and_labels_are(options, outputs, tmp_path):
    learner = Classifier(dim=20, threads=1, buckets=100, line_end="", epochs=3, **options)
    plan, model = learner.plan(TOLD), learner.fit(TOLD)
    assert (plan.labels, plan.words, plan.predictions) == (3, 3, 3)
    assert plan.predictions * 3 == model.record["pairs"]
    assert plan.rows_moved == pytest.approx((2 + 4 + 1) + outputs)
    assert plan.tokens == model.record["tokens"] and plan.tokens_kept == 3 + 5 + 4
    model.save(tmp_path / "model")
    assert plan.disk == os.path.getsize(tmp_path / "model" / "model.safetensors")  # noqa: PTH202


def test_lines_are_counted_in_pieces(monkeypatch):
    draw = random.Random(1)
    lines = [f"__label__{draw.choice('xyz')} " + "w " * draw.randint(0, 3) for _ in range(50)]
    learner = Classifier(threads=1, buckets=100, line_end="", word_ngrams=2)
    whole = learner.plan(lines)
    monkeypatch.setattr("omnivec.engine.plan.LINES", 7)
    pieces = learner.plan(lines)
    for name in ("predictions", "rows_moved", "tokens_kept"):
        assert getattr(pieces, name) == getattr(whole, name) > 0
