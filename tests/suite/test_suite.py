"""A suite asks what its sets would be asked one by one, and changes no training."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from omnivec import Word2Vec, evaluate
from omnivec.data.catalogue import catalogue
from omnivec.errors import FormatError, InputError, OptionError
from omnivec.evaluate import Suite
from omnivec.vectors import Vectors

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data")
NEEDS_DATA = pytest.mark.skipif(
    not (DATA / "wordsim").is_dir(), reason=f"no data sets in {DATA}; OMNIVEC_DATA names another folder"
)


def by_name(files):
    return {kind: {kind: path} for kind, path in files.items()}


def test_it_is_what_each_file_would_be_alone(vectors, files):
    score = Suite(by_name(files)).score(vectors)
    assert score.similarity["similarity"] == evaluate.similarity(vectors, files["similarity"])
    assert score.analogies["analogies"] == evaluate.analogies(vectors, files["analogies"])
    assert score.categorisation["categorisation"] == evaluate.categorisation(vectors, files["categorisation"])
    assert score.outliers["outliers"] == evaluate.outliers(vectors, files["outliers"])
    assert score.as_json()["similarity"]["similarity"]["covered"] == 40
    assert json.dumps(score.as_json(), allow_nan=False)


def test_called_it_gives_the_numbers_of_its_summary(vectors, files):
    suite = Suite(by_name(files))
    score = suite.score(vectors)
    assert suite(vectors) == score.numbers() and [*suite(vectors)] == suite.sets == [*files]
    assert score.numbers()["categorisation"] == score.categorisation["categorisation"].purity
    summary = score.summary()
    assert [row[5:] for row in summary.rows] == [(40, 41), (30, 30), (30, 30), (3, 4)]
    assert score.tables()[0].notes == ["low to high: 95 % bootstrap interval of value"]
    assert len(score.to_pandas()) == 4 if _has("pandas") else True


def test_one_name_for_sets_of_two_kinds_names_the_kinds(vectors, files):
    named = {kind: {"mine" if kind != "outliers" else "odd": path} for kind, path in files.items()}
    score = Suite(named).score(vectors)
    assert [*score.numbers()] == ["mine (similarity)", "mine (analogies)", "mine (categorisation)", "odd"]
    assert score.numbers()["mine (similarity)"] == score.similarity["mine"].spearman
    assert score.numbers()["mine (categorisation)"] == score.categorisation["mine"].purity


@NEEDS_DATA
def test_a_set_that_is_named_twice_is_asked_once():
    assert Suite(["ap", "ap"], folder=DATA).sets == ["ap"]


def _has(package):
    from importlib.util import find_spec

    return find_spec(package) is not None


def test_what_cannot_be_said_is_no_number(files):
    strange = Vectors(["x", "y"], np.eye(2))
    suite = Suite(by_name(files))
    assert suite(strange) == {}
    assert {row[2] for row in suite.score(strange).summary().rows} == {None}


def test_it_hears_which_set_comes_next(vectors, files):
    told = []
    Suite(by_name(files)).score(vectors, told.append)
    assert told == [*files]


def test_evaluation_by_a_suite_changes_no_bit_of_a_training(files, tmp_path):
    draw = np.random.default_rng(1)
    lines = (" ".join(f"fruit{n % 10}" if n % 2 else f"tool{n % 10}" for n in draw.integers(0, 40, 12))
             for _ in range(200))  # fmt: skip
    (tmp_path / "text").write_text("\n".join(lines))
    learner = Word2Vec(dim=16, epochs=2, min_count=1, threads=1)
    plain = learner.fit(tmp_path / "text")
    judged = learner.fit(tmp_path / "text", evaluate=Suite(by_name(files)), every=0)
    for name, table in plain.tables.items():
        assert np.asarray(table).tobytes() == np.asarray(judged.tables[name]).tobytes()
    told = [row for row in judged.history if "categorisation" in row]
    assert told and told[-1]["categorisation"] == pytest.approx(
        evaluate.categorisation(judged.vectors, files["categorisation"]).purity
    )


def test_a_language_takes_what_is_there_and_says_what_is_not(tmp_path, monkeypatch, vectors):
    monkeypatch.setattr("omnivec.data.catalogue.gensim_data", lambda: None)
    monkeypatch.delenv("OMNIVEC_DATA", raising=False)
    with pytest.raises(InputError, match="OMNIVEC_DATA names no folder with ko/KO-WS-353.txt"):
        Suite("korean")
    (tmp_path / "KO-WS-353.txt").write_text("king queen 3\n")
    with pytest.raises(FormatError, match=r"KO-WS-353.txt: expected 7,350 bytes"):
        Suite("korean", folder=tmp_path)


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ("englisch", "got 'englisch'"),
        (["ws353", "stsb"], "or outliers, got 'stsb', which has sentences"),
        ({"pairs": ["x"]}, "got 'pairs'"),
    ],
)
def test_what_is_no_set_is_refused(sets, said):
    pytest.importorskip("gensim", reason="gensim carries ws353")
    with pytest.raises(OptionError, match=said):
        Suite(sets)


@NEEDS_DATA
def test_similarity_on_the_real_sets_equals_gensims():
    models = pytest.importorskip("gensim", reason="gensim is not installed").models
    suite = Suite("english", folder=DATA)
    assert {"ws353", "google", "ap", "8-8-8"} <= set(suite.sets) and not suite.absent
    paths = {name: catalogue()[name].path(folder=DATA) for name in suite.sets}
    pairs = {name: path for name, path in paths.items() if catalogue()[name].kind == "similarity"}
    words = {
        word for path in pairs.values() for line in path.read_text().splitlines() for word in line.split()[:2]
    }
    known = sorted({word.lower() for word in words})[::2] + ["Jerusalem", "jerusalem"]
    rows = np.random.default_rng(1).normal(size=(len(known), 8)).astype(np.float32)
    rows[1:] += rows[:-1]  # neighbours in the alphabet are alike
    vectors = Vectors(list(dict.fromkeys(known)), rows[: len(set(known))])
    keyed = models.KeyedVectors(8)
    keyed.add_vectors(list(vectors), vectors.vectors)
    score = Suite({"similarity": pairs}, folder=DATA).score(vectors)
    for name, path in pairs.items():
        linear, rank, unknown = keyed.evaluate_word_pairs(str(path))
        one = score.similarity[name]
        assert (one.pearson, one.spearman) == pytest.approx((linear[0], rank[0]), abs=1e-6)
        assert 100 * (1 - one.covered / one.pairs) == pytest.approx(unknown)


@NEEDS_DATA
def test_the_korean_sets_are_asked(vectors):
    score = Suite("korean", folder=DATA).score(vectors)
    assert score.similarity["ko-ws353"].pairs == 353
    assert score.analogies["ko-analogies"].total.asked == 10_000
    assert score.analogies["ko-analogies"].syntactic.asked == 5_000
    assert score.absent == ()
