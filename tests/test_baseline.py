"""The honest baseline: tf-idf with a linear SVC, word vectors and the classifier on the same folds."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import numpy as np
import pytest

from omnivec import InputError, OptionError, Vectors
from omnivec.data.columns import Columns, Rows
from omnivec.sklearn.baseline import baseline, contenders

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[2] / "shared" / "data")
REVIEWS = DATA / "textclass" / "movie_reviews.tsv.xz"
TFIDF, MEANS, TREES, WEIGHED, WEIGHED_TREES, CLASSIFIER = contenders()


def planted(count: int = 150) -> tuple[list[str], list[str]]:
    """One rare word a text tells its label; a mean over many words all but loses it, tf-idf does not."""
    draw, y = np.random.default_rng(0), ["good" if number % 2 else "bad" for number in range(count)]
    common, telling = [f"c{number}" for number in range(60)], {"good": "fine", "bad": "dull"}
    return [
        " ".join(draw.permutation([*draw.choice(common, 60), *[telling[label]] * 2]).tolist()) for label in y
    ], y


@pytest.fixture(scope="module")
def scores():
    return baseline(*planted(), 3, threads=1)


def test_each_contender_is_scored_by_folds(scores):
    assert {score.name for score in scores} == {TFIDF, MEANS, TREES, WEIGHED, WEIGHED_TREES, CLASSIFIER}
    assert [score.accuracy for score in scores] == sorted((s.accuracy for s in scores), reverse=True)
    for score in scores:
        assert len(score.accuracies) == 3 and score.seconds > 0
        assert score.accuracy == pytest.approx(sum(score.accuracies) / 3)
        assert score.deviation == pytest.approx(np.std(score.accuracies, ddof=1))


def test_tf_idf_finds_the_word_that_a_mean_loses(scores):
    by = {score.name: score.accuracy for score in scores}
    assert by[TFIDF] == 1.0 and by[TFIDF] > by[MEANS] and by[TFIDF] > by[TREES]


def test_one_seed_and_one_thread_give_the_same_scores(scores):
    assert baseline(*planted(), 3, threads=1) == scores


def test_labels_without_a_reason_are_told_by_chance():
    texts, labels = planted()
    mixed = np.random.default_rng(1).permutation(labels).tolist()
    assert all(0.25 < score.accuracy < 0.75 for score in baseline(texts, mixed, 2, threads=1))


def test_given_vectors_are_taken_as_they_are():
    given = Vectors(["fine", "dull"], np.array([[1.0, 0.0], [0.0, 1.0]], np.float32))
    by = {score.name: score.accuracy for score in baseline(*planted(60), 2, threads=1, pretrained=given)}
    assert by[MEANS] == by[TREES] == by[WEIGHED] == by[WEIGHED_TREES] == 1.0


def test_idf_weighted_means_weigh_by_the_texts_that_are_learned():
    estimator = contenders(pretrained=Vectors(["a", "b"], np.eye(2)))[WEIGHED]
    estimator.fit(["a", "a", "a", "a b"], np.array(["x", "x", "y", "y"]))
    rows = estimator[0].transform(["a", "b", "a b"])
    rare = np.log(5 / 2) + 1  # 4 texts, of which 1 has b and all have a
    np.testing.assert_allclose(rows, [[1, 0], [0, rare], [0.5, rare / 2]], atol=1e-6)


def test_wrong_input_is_named(caplog):
    texts, labels = planted(20)
    with pytest.raises(OptionError, match="folds must be 2 or more, got 1"):
        baseline(texts, labels, 1)
    with pytest.raises(InputError, match="two labels or more are needed, got 1"):
        baseline(texts, ["good"] * 20)
    with pytest.raises(InputError, match="11 folds need a label that occurs 11 times, .* occurs 10 times"):
        baseline(texts, labels, 11)
    baseline([*texts, "c1 c2"], [*labels, "once"], 2, threads=1)
    assert caplog.records[0].getMessage().startswith("1 labels occur less often than there are folds")


@pytest.mark.slow
@pytest.mark.skipif(not REVIEWS.exists(), reason="needs movie_reviews.tsv.xz")
def test_movie_reviews():
    """The order of tf-idf and mean vectors, and their accuracy as known from elsewhere (T38)."""
    with lzma.open(REVIEWS) as stream:
        rows = list(Rows(stream, Columns(text="text", label="label", quotes=False)))
    by = {s.name: s.accuracy for s in baseline([text for text, _ in rows], [label[0] for _, label in rows])}
    assert by[TFIDF] > by[MEANS] > by[TREES]
    assert by[TFIDF] == pytest.approx(0.859, abs=0.02) and by[MEANS] == pytest.approx(0.781, abs=0.02)
    assert by[TREES] == pytest.approx(0.710, abs=0.02)
    assert by[WEIGHED] == pytest.approx(0.782, abs=0.02) and by[WEIGHED_TREES] == pytest.approx(
        0.714, abs=0.02
    )
