"""Categories and outliers: planted groups are found, and what is unknown is said."""

import math

import numpy as np
import pytest

from omnivec.errors import InputError
from omnivec.evaluate import categorisation, outliers
from omnivec.evaluate.categorisation import majority
from omnivec.evaluate.groups import read_categories, read_groups
from omnivec.evaluate.kmeans import group
from omnivec.vectors import Vectors

TOPICS = ("fruit", "tool", "city")


def planted(noise, seed=1, size=12, dim=20):
    """Words around a direction of their topic, and some that belong nowhere."""
    draw = np.random.default_rng(seed)
    keys, rows = [], []
    for topic in TOPICS:
        centre = draw.normal(size=dim)
        keys += [f"{topic}{n}" for n in range(size)]
        rows += [centre + noise * draw.normal(size=dim) for _ in range(size)]
    keys += ["ice_cream"]
    rows += [rows[0]]
    return Vectors(keys, rows)


@pytest.fixture
def sorted_words(tmp_path):
    lines = [f"{topic}{n}\t{topic}" for topic in TOPICS for n in range(12)]
    lines += ["nobody\ttool", "ice cream\tfruit", "fruit0\ttool", "Tool1\ttool"]
    path = tmp_path / "sorted.tsv"
    path.write_text("word\tcategory\n" + "\n".join(lines) + "\n")
    return path


def test_planted_categories_are_found(sorted_words):
    score = categorisation(planted(0.1), sorted_words)
    assert (score.purity, score.categories, score.words, score.covered) == (1.0, 3, 39, 38)
    assert (score.ci.low, score.ci.high) == (1, 1) and score.name == "sorted"


def test_noise_makes_groups_less_pure_and_has_an_interval(sorted_words):
    score = categorisation(planted(2.0), sorted_words)
    assert 1 / 3 < score.ci.low < score.purity < score.ci.high < 1
    assert categorisation(planted(2.0), sorted_words) == score
    assert not categorisation(planted(2.0), sorted_words, resamples=0).ci.known


def test_purity_equals_its_definition():
    groups, labels = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 2, 2])
    assert majority(groups, labels).tolist() == [True, True, False, True, False, True]


def test_groups_of_directions_are_as_near_as_scikit_learns():
    cluster = pytest.importorskip("sklearn.cluster", reason="scikit-learn is not installed")
    draw = np.random.default_rng(2)
    units = draw.normal(size=(400, 10)) + 2 * draw.normal(size=(8, 10))[draw.integers(0, 8, 400)]
    units = (units / np.linalg.norm(units, axis=1)[:, None]).astype(np.float32)
    ours = group(units, 8)
    theirs = cluster.KMeans(8, n_init=10, random_state=1).fit_predict(units)
    sums = [np.linalg.norm(units[theirs == one].sum(axis=0)) for one in range(8)]
    assert ours.cohesion > 0.99 * sum(sums)
    assert ours.cohesion == pytest.approx(
        sum(np.linalg.norm(units[ours.groups == one].sum(axis=0)) for one in range(8)), rel=1e-5
    )


def test_groups_of_words_that_are_all_alike_are_no_error():
    units = np.ones((5, 4), np.float32) / 2
    assert sorted(group(units, 3).groups.tolist()) == [0, 0, 0, 1, 2]
    assert group(units[:2], 3).groups.max() == 1


def test_with_one_known_word_there_is_no_purity(tmp_path):
    (tmp_path / "c").write_text("fruit1\tfruit\nx\tfruit\ny\ttool\n")
    score = categorisation(planted(0.1), tmp_path / "c")
    assert (score.purity, score.covered, score.words) == (None, 1, 3)
    assert score.as_json()["ci"] is None
    assert "–" in score._repr_html_()


def test_words_in_two_categories_have_the_first(tmp_path, caplog):
    (tmp_path / "c").write_text("# a comment\na b\tx\na b\ty\nc z\n\tx\nd\te\tf\n")
    assert read_categories(tmp_path / "c") == {"a b": "x", "c": "z"}
    assert "1 lines are not WORD, CATEGORY" in caplog.text


@pytest.fixture
def odd_words(tmp_path):
    lines = [
        "fruit\tfruit0 fruit1 fruit2 fruit3 unknown1\tcity0 tool0 unknown2",
        "few\tfruit5 unknown3\tcity1",
    ]
    path = tmp_path / "odd.tsv"
    path.write_text("category\twords\toutliers\n" + "\n".join(lines) + "\n")
    return path


def test_planted_outliers_are_found(odd_words):
    score = outliers(planted(0.1), odd_words)
    assert (score.accuracy, score.position) == (1, 1)
    assert (score.questions, score.covered, score.unknown) == (4, 2, 2)


def test_the_odd_word_is_that_of_doesnt_match(tmp_path):
    keyed = pytest.importorskip("gensim").models.KeyedVectors(20)
    vectors = planted(1.5)
    keyed.add_vectors(list(vectors), vectors.vectors)
    words = [f"fruit{n}" for n in range(6)]
    others = [f"{topic}{n}" for topic in ("tool", "city") for n in range(12)]
    (tmp_path / "odd").write_text(f"fruit\t{' '.join(words)}\t{' '.join(others)}\n")
    right = sum(keyed.doesnt_match([*words, other]) == other for other in others)
    score = outliers(vectors, tmp_path / "odd")
    assert 0 < score.accuracy == right / len(others) < 1
    assert score.accuracy < score.position < 1


def test_the_position_is_the_share_of_words_that_are_more_alike(tmp_path):
    angles = {"a": 0, "b": 10, "c": 20, "odd": -30, "far": 90}
    rows = [[math.cos(math.radians(angle)), math.sin(math.radians(angle))] for angle in angles.values()]
    (tmp_path / "odd").write_text("x\ta b c far\todd\n")
    score = outliers(Vectors(list(angles), rows), tmp_path / "odd")
    assert (score.accuracy, score.position) == (0, 0.75)  # far alone is less like the others


def test_vectors_of_zeros_are_in_no_category_and_no_outliers(tmp_path):
    rows = np.array([[1, 0], [1, 0.1], [0, 0], [0, 1], [0, 0]], np.float32)
    vectors = Vectors(["a", "b", "void", "odd", "nothing"], rows)
    (tmp_path / "odd").write_text("x\ta b void\todd nothing\n")
    score = outliers(vectors, tmp_path / "odd")
    assert (score.questions, score.covered, score.unknown, score.accuracy) == (2, 1, 1, 1)
    (tmp_path / "c").write_text("a\tx\nb\tx\nodd\ty\nvoid\ty\n")
    assert categorisation(vectors, tmp_path / "c").covered == 3


@pytest.mark.parametrize(("reader", "wanted"), [(read_categories, "CATEGORY"), (read_groups, "OUTLIERS")])
@pytest.mark.parametrize("text", ["one two three four\n", "x\n", "word\tcategory\n"])
def test_a_file_without_such_lines_is_refused(tmp_path, reader, wanted, text):
    (tmp_path / "f").write_text("word\n" if reader is read_categories else text)
    with pytest.raises(InputError, match=wanted):
        reader(tmp_path / "f")
