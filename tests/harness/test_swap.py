"""The swap-only experiment: everything the same but the vectors, a paired test, tf-idf always beside them."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import numpy as np
import pytest

from omnivec import InputError, OptionError, Vectors
from omnivec.data.columns import Columns, Rows
from omnivec.data.idf import Idf
from omnivec.data.sentences import embed, principal, without
from omnivec.sklearn import clustering, swap
from omnivec.sklearn import embedded as embedding
from omnivec.sklearn.embedded import embedded
from omnivec.sklearn.tfidf import BASELINE

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data")
REVIEWS = DATA / "textclass" / "movie_reviews.tsv.xz"

WORDS = [f"w{number}" for number in range(200)]
TOPICS = np.arange(200) % 2  # of each word


def planted(count: int = 200, seed: int = 0) -> tuple[list[str], list[str]]:
    """Texts whose words are mostly of their topic; each word is rare, so that tf-idf learns it slowly."""
    draw, labels = np.random.default_rng(seed), ["even", "odd"]
    topics = draw.integers(0, 2, count)
    texts = [
        " ".join(WORDS[2 * word + (topic if draw.random() < 0.7 else 1 - topic)]
                 for word in draw.integers(0, 100, 9))
        for topic in topics
    ]  # fmt: skip
    return texts, [labels[topic] for topic in topics]


def vectors(topical: float, seed: int = 0) -> Vectors:
    """Words whose first number tells their topic, as loud as asked; the other numbers are noise."""
    matrix = np.random.default_rng(seed).normal(size=(200, 8)).astype(np.float32)
    matrix[:, 0] += topical * (2 * TOPICS - 1)
    return Vectors(WORDS, matrix)


@pytest.fixture(scope="module")
def score():
    good, poor = vectors(3), vectors(0.0)
    return swap({"good": good, "again": good, "poor": poor}, *planted(), folds=4)


def found(score, a, b):
    return next(each for each in score.differences if (each.a, each.b) == (a, b))


def test_the_same_embedding_twice_differs_by_exactly_nothing(score):
    same = found(score, "good", "again")
    assert same.difference.value == 0.0 and same.difference.p_value == 1.0
    assert (same.difference.interval.low, same.difference.interval.high) == (0.0, 0.0)
    assert same.only_a == same.only_b == 0


def test_a_planted_better_embedding_wins(score):
    better = found(score, "good", "poor")
    assert better.difference.p_value < 0.01 and better.difference.interval.low > 0
    by = {one.name: one for one in score.scores}
    assert better.difference.value == pytest.approx(by["good"].accuracy - by["poor"].accuracy)
    assert (better.only_a - better.only_b) / 200 == pytest.approx(better.difference.value)


def test_the_baseline_is_always_beside_them_and_the_best_comes_first(score):
    assert {one.name for one in score.scores} == {"good", "again", "poor", BASELINE}
    accuracies = [one.accuracy for one in score.scores]
    assert accuracies == sorted(accuracies, reverse=True)
    assert sum(each.b == BASELINE for each in score.differences) == 3 and len(score.differences) == 6


def test_accuracy_is_of_all_texts_and_lies_in_its_interval(score):
    for one in score.scores:
        assert one.interval.low <= one.accuracy <= one.interval.high
        assert len(one.folds) == 4 and one.accuracy == pytest.approx(np.mean(one.folds))  # of equal size
        assert one.deviation == pytest.approx(np.std(one.folds, ddof=1))


def test_it_repeats(score):
    again = swap({"good": vectors(3), "again": vectors(3), "poor": vectors(0.0)}, *planted(), folds=4)
    assert again.scores == score.scores and again.differences == score.differences


def test_coverage_counts_words_and_texts_without_a_known_one():
    half = vectors(3).subset(WORDS[:100])
    texts, labels = planted(40)
    known = sum(word in half for text in texts for word in text.split())
    one = next(
        one for one in swap({"half": half}, [*texts, "of none"], [*labels, "odd"], folds=2).scores
        if one.name == "half"
    )  # fmt: skip
    assert (one.coverage.words, one.coverage.known) == (40 * 9 + 2, known)
    assert one.coverage.unknown == 1 + sum(
        not any(word in half for word in text.split()) for text in texts
    )  # fmt: skip


def test_coverage_counts_words_that_parts_make(monkeypatch):
    from omnivec import FastText
    from omnivec.sklearn import embedded as module

    monkeypatch.setattr(module, "_AT_ONCE", 2)
    model = FastText(dim=4, epochs=1, min_count=1, threads=1, buckets=100, minn=3, maxn=3).fit(
        ["river lake"] * 9
    )
    texts = ["river rivers", "lakes x rivers", "x", "laken lakes"]
    found = module.embedded(model, texts, "mean")
    rows, coverage = found.learning(np.arange(4))(np.arange(4)), found.coverage
    made = sum(bool(model.vectors[word].any()) for text in texts for word in text.split())
    assert (coverage.words, coverage.known) == (8, made)
    assert coverage.unknown == (~rows.any(axis=1)).sum()


def test_punctuation_and_capitals_are_as_running_text_has_them():
    texts, labels = planted(60)
    loud = [text.upper().replace(" ", ", ") + "!" for text in texts]
    plain, other = (
        next(one for one in swap({"v": vectors(3)}, some, labels, folds=2).scores if one.name == "v")
        for some in (texts, loud)
    )
    assert plain.accuracy == other.accuracy and other.coverage.share == 1.0
    raw = swap({"v": vectors(3)}, loud, labels, folds=2, fold_case=False, punctuation=True)
    assert next(one for one in raw.scores if one.name == "v").coverage.known == 0


def test_a_file_of_tests_is_judged_once():
    texts, labels = planted()
    tests, wanted = planted(50, seed=9)
    score = swap({"good": vectors(3)}, texts, labels, (tests, wanted))
    assert score.tested == 50 and score.folds is None
    assert all(len(one.folds) == 1 and one.deviation is None for one in score.scores)
    assert next(one for one in score.scores if one.name == "good").accuracy > 0.8


def test_what_sif_removes_is_learned_from_the_learned_part_alone():
    counted = Vectors(WORDS, vectors(3).vectors, counts=np.full(200, 5))
    texts, labels = planted(60)
    learned, asked = np.arange(40), np.arange(40, 60)
    rows = embedded(counted, texts, "sif").learning(learned)
    plain = embed(counted, texts, "sif", components=0)
    common = principal(plain[:40], 1)
    assert np.allclose(rows(asked), without(plain[40:], common), atol=1e-6)
    assert not np.allclose(rows(asked), without(plain[40:], principal(plain, 1)), atol=1e-6)
    score = swap({"v": counted}, texts, labels, folds=2, recipe="sif")
    assert score.recipe == "sif" and score.scores[0].accuracy > 0.6


def test_what_idf_counts_is_the_learned_part_alone():
    given, (texts, labels) = vectors(3), planted(60)
    learned, asked = np.arange(40), np.arange(40, 60)
    rows = embedded(given, texts, "idf").learning(learned)
    idf = Idf.of(texts[:40], str.split)
    for places in (learned, asked):
        wanted = embed(given, [texts[place] for place in places], "idf", idf=idf)
        assert np.allclose(rows(places), wanted, atol=1e-6)
    assert not np.allclose(rows(asked), embed(given, texts[40:], "idf"), atol=1e-6)
    score = swap({"v": given}, texts, labels, folds=2, recipe="idf")
    assert score.recipe == "idf" and score.scores[0].accuracy > 0.6


def test_texts_that_are_embedded_are_not_embedded_again(monkeypatch):
    given, (texts, labels) = vectors(3), planted(60)
    made = embedded(given, texts, "mean")
    wanted = swap({"v": made}, texts, labels, folds=2)
    monkeypatch.setattr(embedding, "rows_of", None)
    assert swap({"v": made}, texts, labels, folds=2) == wanted
    assert clustering({"v": made}, texts, labels).scores[0].coverage is not None
    monkeypatch.undo()
    assert swap({"v": given}, texts, labels, folds=2) == wanted
    for others, recipe in ((texts[1:], "mean"), (texts, "sif")):
        with pytest.raises(OptionError, match="embed the texts that are asked for"):
            swap({"v": made}, others, labels[-len(others) :], folds=2, recipe=recipe)


def test_nodes_with_labels_are_texts_of_one_word():
    """Keys of a graph: tf-idf has nothing to go by, and is shown all the same; a digit is a word."""
    keys = [str(number) for number in range(10)]
    matrix = np.array([[1, 0]] * 5 + [[0, 1]] * 5, np.float32) + 0.01
    score = swap({"graph": Vectors(keys, matrix)}, keys, ["a"] * 5 + ["b"] * 5, folds=5)
    by = {one.name: one.accuracy for one in score.scores}
    assert by["graph"] == 1.0 and by[BASELINE] <= 0.5


def test_a_part_without_a_word_of_two_letters_is_learned_from_all_the_same():
    texts, labels = ["a", "b"] * 10 + ["word"], ["x", "y"] * 10 + ["x"]
    letters = Vectors(["a", "b"], np.eye(2))
    score = swap({"letters": letters}, texts, labels, folds=3)
    by = {one.name: one.accuracy for one in score.scores}
    assert by["letters"] > 0.9 and by[BASELINE] > 0.9


def test_equal_rows_are_learned_as_one_and_nothing_else_changes():
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    from omnivec.sklearn.svc import ScaledSVC, distinct

    draw = np.random.default_rng(1)
    X = draw.normal(size=(400, 6)).astype(np.float32)
    X[draw.random(400) < 0.8] = 0  # texts of which nothing is known
    y = np.where(X[:, 0] + draw.normal(size=400) > 0.2, "a", "b")
    rows, labels, times = distinct(X, y)
    assert times.sum() == 400 and len(rows) == len(labels) == X.any(axis=1).sum() + 2
    assert all(np.array_equal(X[(y == label)][(X[y == label] == row).all(axis=1)], [row] * int(n))
               for row, label, n in zip(rows, labels, times, strict=True))  # fmt: skip
    plain = make_pipeline(StandardScaler(), LinearSVC(dual=False, tol=1e-8)).fit(X, y)
    ours = ScaledSVC().fit(X, y)
    assert np.allclose(ours.svc_.coef_, plain[-1].coef_, atol=2e-3)
    assert (ours.predict(X) == plain.predict(X)).mean() > 0.99


def test_wrong_input_is_named():
    texts, labels = planted(20)
    good = vectors(3)
    with pytest.raises(OptionError, match="embeddings must name one or more, got none"):
        swap({}, texts, labels)
    with pytest.raises(OptionError, match="is the name of the baseline"):
        swap({BASELINE: good}, texts, labels)
    with pytest.raises(OptionError, match="a path, a Model or Vectors, got int"):
        swap({"a": 3}, texts, labels)
    with pytest.raises(OptionError, match="folds must be 2 or more, got 1"):
        swap({"a": good}, texts, labels, folds=1)
    with pytest.raises(InputError, match="two labels or more are needed, got 1"):
        swap({"a": good}, texts, ["x"] * 20)
    with pytest.raises(InputError, match="a label for each text is needed, got 20 texts, 19 labels"):
        swap({"a": good}, texts, labels[1:])
    with pytest.raises(InputError, match=r"none of the labels to be judged by \('z', ...\) is among"):
        swap({"a": good}, texts, labels, (["w1"], ["z"]))
    with pytest.raises(OptionError, match="sif weighs words by their counts"):
        swap({"a": good}, texts, labels, folds=2, recipe="sif")
    with pytest.raises(InputError, match="no text has a word"):
        swap({"a": good}, [" "] * 20, labels, folds=2)


def test_texts_to_be_judged_by_with_a_label_that_is_not_learned_are_wrong(caplog):
    score = swap({"a": vectors(3)}, *planted(40), (["w1 w3 w5", "w1"], ["odd", "new"]))
    assert score.tested == 2 and all(one.accuracy <= 0.5 for one in score.scores)
    assert "1 texts to be judged by have labels that are not learned" in caplog.text


def test_tables_and_json_say_the_same(score):
    table, differences = score.tables()
    told = score.as_json()
    assert [row[0] for row in table.rows] == [*told["scores"]]
    assert [row[1] for row in table.rows] == [one["accuracy"] for one in told["scores"].values()]
    assert [row[-1] for row in differences.rows] == [each["p_value"] for each in told["differences"]]
    assert "of 6 made" in differences.notes[-1]
    assert "<table>" in score._repr_html_()


@pytest.mark.slow
@pytest.mark.skipif(not REVIEWS.exists(), reason="needs movie_reviews.tsv.xz")
def test_movie_reviews_beside_words_learned_from_them():
    """Vectors of these very reviews lose to tf-idf, by more than chance."""
    from omnivec import Word2Vec

    with lzma.open(REVIEWS) as stream:
        rows = list(Rows(stream, Columns(text="text", label="label", quotes=False)))
    texts, labels = [text for text, _ in rows], [label[0] for _, label in rows]
    model = Word2Vec(seed=1).fit(texts)
    score = swap({"reviews": model}, texts, labels, folds=5)
    by = {one.name: one.accuracy for one in score.scores}
    assert by[BASELINE] == pytest.approx(0.859, abs=0.02) and by["reviews"] == pytest.approx(0.781, abs=0.02)
    assert score.differences[0].difference.p_value < 0.01
