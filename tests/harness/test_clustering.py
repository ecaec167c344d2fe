"""Clusters of texts, with everything the same but the vectors."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec import InputError, OptionError, Vectors
from omnivec.sklearn import clustering

WORDS = [f"w{number}" for number in range(60)]


def planted(count=150, seed=0):
    """Texts of five words of one of three topics, which no two texts need share."""
    draw = np.random.default_rng(seed)
    topics = draw.integers(0, 3, count)
    texts = [" ".join(WORDS[3 * word + topic] for word in draw.integers(0, 20, 5)) for topic in topics]
    return texts, [f"topic {topic}" for topic in topics]


def vectors(loud: float) -> Vectors:
    matrix = np.random.default_rng(1).normal(size=(60, 6)).astype(np.float32)
    matrix[:, :3] += loud * np.eye(3, dtype=np.float32)[np.arange(60) % 3]
    return Vectors(WORDS, matrix)


@pytest.fixture(scope="module")
def score():
    return clustering(
        {"good": vectors(5), "again": vectors(5), "poor": vectors(0.5)}, *planted(), resamples=300
    )


def differences(score, a, b):
    return {each.measure: each.difference for each in score.differences if (each.a, each.b) == (a, b)}


def test_the_same_embedding_twice_differs_by_exactly_nothing(score):
    for difference in differences(score, "good", "again").values():
        assert difference.value == 0.0 and difference.p_value == 1.0


def test_a_planted_better_embedding_wins_by_every_measure(score):
    found = differences(score, "good", "poor")
    assert set(found) == {"nmi", "ari", "purity"}
    assert all(each.p_value < 0.01 and each.interval.low > 0 for each in found.values())


def test_tf_idf_is_beside_them_and_the_best_comes_first(score):
    assert [one.name for one in score.scores][:2] == ["good", "again"]
    assert {one.name for one in score.scores} == {"good", "again", "poor", "tf-idf"}
    assert score.scores[0].nmi > 0.9 and score.clusters == score.labels == 3


def test_clusters_are_those_of_scikit_learn(score):
    """One thread and ten starts change nothing but the order of sums."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import normalize

    texts, labels = planted()
    rows = normalize(np.array([vectors(5)[text.split()].mean(axis=0) for text in texts], np.float64))
    made = KMeans(3, n_init=10, random_state=1).fit_predict(rows)
    good = next(one for one in score.scores if one.name == "good")
    assert good.ari == pytest.approx(adjusted_rand_score(labels, made), abs=1e-9)


def test_how_long_a_vector_is_makes_no_cluster():
    draw = np.random.default_rng(2)
    loud = np.eye(3, dtype=np.float32)[np.arange(60) % 3] * draw.choice([0.01, 1, 100], 60)[:, None]
    texts, labels = planted()
    words = [text.split()[0] for text in texts]  # of one word, since a mean would be that of its loudest
    score = clustering({"v": Vectors(WORDS, loud)}, words, labels, resamples=20)
    assert next(one for one in score.scores if one.name == "v").ari == 1.0


def test_more_clusters_may_be_asked_for():
    score = clustering({"good": vectors(5)}, *planted(60), clusters=9, resamples=20)
    assert score.clusters == 9 and score.labels == 3


def test_wrong_input_is_named(caplog):
    texts, labels = planted(30)
    with pytest.raises(OptionError, match="embeddings must name one or more, got none"):
        clustering({}, texts, labels)
    with pytest.raises(OptionError, match="'tf-idf' is the name of the baseline"):
        clustering({"tf-idf": vectors(1)}, texts, labels)
    with pytest.raises(OptionError, match="clusters must be 2 or more, got 1"):
        clustering({"a": vectors(1)}, texts, labels, clusters=1)
    with pytest.raises(InputError, match="31 clusters need as many texts, got 30"):
        clustering({"a": vectors(1)}, texts, labels, clusters=31)
    with pytest.raises(InputError, match="two labels or more are needed, got 1"):
        clustering({"a": vectors(1)}, texts, ["one"] * 30)
    clustering({"a": vectors(1)}, ["w1", "w2"] * 5, ["x", "y"] * 5, clusters=4, resamples=20)
    assert "a: 2 different clusters only, its texts are too alike" in caplog.text


def test_tables_and_json_say_the_same(score):
    table, differences = score.tables()
    told = score.as_json()
    assert [row[:2] for row in table.rows] == [(name, one["nmi"]) for name, one in told["scores"].items()]
    assert len(differences.rows) == len(told["differences"]) == 6 * 3
