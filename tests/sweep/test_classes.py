"""Word classes: planted groups are found, the file is word2vec's, what cannot be grouped is refused."""

import gzip
import json

import numpy as np
import pytest

from omnivec import InputError, OptionError, OutputError, Vectors
from omnivec.errors import MissingExtra
from omnivec.explore.classes import word_classes

pytest.importorskip("sklearn")

GROUPS = 4


def planted(rows=80, seed=1, zeros=()):
    """Rows near to one of four directions, in turn: row n belongs to n mod 4."""
    draw = np.random.default_rng(seed)
    centres = np.eye(GROUPS, 6)
    matrix = centres[np.arange(rows) % GROUPS] + draw.normal(scale=0.05, size=(rows, 6))
    matrix *= draw.uniform(0.1, 10, (rows, 1))  # lengths say nothing of the group
    matrix[list(zeros)] = 0
    return Vectors([f"w{n}" for n in range(rows)], matrix)


def test_planted_groups_are_found_and_numbered_by_their_first_word():
    found = word_classes(planted(), GROUPS)
    assert found.numbers.tolist() == [n % GROUPS for n in range(80)]
    assert found.members(2, 3) == ["w2", "w6", "w10"]
    assert all(one.cosine > 0.95 and len(one.rows) == 20 for one in found.classes)


def test_the_same_seed_and_thread_give_the_same_classes():
    draw = np.random.default_rng(5)
    vectors = Vectors([str(n) for n in range(300)], draw.normal(size=(300, 8)))
    one, again = (word_classes(vectors, 12, seed=3, threads=1).numbers for _ in range(2))
    assert one.tolist() == again.tolist()
    assert one.tolist() != word_classes(vectors, 12, seed=4, threads=1).numbers.tolist()


def test_classes_are_those_of_scikit_learn():
    from sklearn.cluster import KMeans, kmeans_plusplus

    draw = np.random.default_rng(5)
    vectors = Vectors([str(n) for n in range(150)], draw.normal(size=(150, 8)))
    units = vectors.index.unit(np.arange(150))
    start = kmeans_plusplus(units, 9, random_state=1)[0]  # of few rows all are asked where to begin
    theirs = KMeans(n_clusters=9, init=start, n_init=1, max_iter=100).fit(units).labels_
    ours = word_classes(vectors, 9, iterations=100, threads=1).numbers
    pairs = set(zip(theirs.tolist(), ours.tolist(), strict=True))
    assert len(pairs) == 9  # the same groups by other numbers


def test_raw_rows_are_grouped_by_distance():
    vectors = Vectors(["a", "b", "c", "d"], [[1.0, 0], [1.1, 0], [9, 0], [9.1, 0]])
    assert word_classes(vectors, 2, unit=False).numbers.tolist() == [0, 0, 1, 1]


def test_minibatch_finds_planted_groups():
    found = word_classes(planted(400), GROUPS, method="minibatch", seed=2)
    assert len({(n % GROUPS, number) for n, number in enumerate(found.numbers.tolist())}) == GROUPS


def test_zeros_have_no_class_and_are_left_out_of_the_file(tmp_path):
    found = word_classes(planted(zeros=[1, 40]), GROUPS)
    assert found.numbers[[1, 40]].tolist() == [-1, -1] and found.without == 2
    assert sorted({*found.numbers.tolist()}) == [-1, 0, 1, 2, 3]
    found.save(tmp_path / "classes.txt")
    words = [line.split()[0] for line in (tmp_path / "classes.txt").read_text().splitlines()]
    assert len(words) == 78 and "w1" not in words
    assert any("2 words have vectors of zeros" in note for note in found.tables()[0].notes)


def test_the_file_has_a_line_for_each_word_in_the_order_of_the_vocabulary(tmp_path):
    found = word_classes(planted(), GROUPS)
    found.save(tmp_path / "classes.txt")
    lines = (tmp_path / "classes.txt").read_bytes().split(b"\n")
    assert (
        lines[:5] == [b"w0 0", b"w1 1", b"w2 2", b"w3 3", b"w4 0"] and lines[-1] == b"" and len(lines) == 81
    )
    found.save(tmp_path / "classes.txt.gz")
    assert gzip.open(tmp_path / "classes.txt.gz").read() == b"\n".join(lines)


def test_a_word_with_a_space_cannot_be_written(tmp_path):
    vectors = Vectors(["two words", "b", "c"], np.eye(3))
    with pytest.raises(OutputError, match="two words"):
        word_classes(vectors, 2).save(tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_fewer_different_rows_than_classes_make_fewer():
    found = word_classes(Vectors(list("abcd"), [[1.0, 0], [1, 0], [0, 1], [0, 1]]), 3)
    assert found.numbers.tolist() == [0, 0, 1, 1] and len(found.classes) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"k": 0}, "k must be 1 or more"),
        ({"k": 81}, "at most the 80 words"),
        ({"k": 11, "restrict": 10}, "at most the 10 words"),
        ({"restrict": 0}, "restrict must be 1 or more"),
        ({"iterations": 0}, "iterations must be 1 or more"),
        ({"method": "best"}, "'lloyd' or 'minibatch'"),
    ],
)
def test_what_cannot_be_grouped_so_is_refused(given, said):
    with pytest.raises(OptionError, match=said):
        word_classes(planted(), **{"k": 4, **given})


def test_zeros_alone_are_refused():
    with pytest.raises(InputError, match="all vectors are zeros"):
        word_classes(Vectors(["a", "b"], np.zeros((2, 2))), 1)


def test_a_class_that_is_none_is_named():
    with pytest.raises(OptionError, match="from 0 to 3, got 4"):
        word_classes(planted(), GROUPS).members(4)


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.cluster", None)
    with pytest.raises(MissingExtra, match=r"pip install 'omnivec\[sklearn\]'"):
        word_classes(planted(), GROUPS)


def test_the_verb_prints_and_writes(call, tmp_path):
    planted(zeros=[7]).save(tmp_path / "m")
    words = ("classes", tmp_path / "m", "-k", "4", "-o", tmp_path / "c.txt")
    code, out, _ = call(*words, "--html", tmp_path / "c.html")
    assert code == 0 and out.splitlines()[0].startswith("Class") and "Saved" in out.splitlines()[-1]
    assert len((tmp_path / "c.txt").read_text().splitlines()) == 79
    assert "most frequent" in (tmp_path / "c.html").read_text(encoding="utf-8")
    code, _, err = call(*words)
    assert code == 1 and "exists" in err
    said = json.loads(call(*words, "--overwrite", "--json")[1])
    assert [one["words"] for one in said["classes"]] == [20, 20, 20, 19] and said["without"] == 1


def test_the_verb_refuses_more_classes_than_words(call, tmp_path):
    planted().save(tmp_path / "m")
    code, _, err = call("classes", tmp_path / "m")
    assert code == 2 and "k must be at most the 80 words that have a direction, got 500" in err
