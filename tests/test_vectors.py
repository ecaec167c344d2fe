"""Vectors answers as gensim's KeyedVectors does, and more."""

import logging
import pickle
import sys
from subprocess import run
from types import SimpleNamespace

import numpy as np
import pytest

from omnivec.errors import MissingExtra, NotFinite, OptionError, UnknownKey
from omnivec.model import load
from omnivec.store.keys import Keys
from omnivec.store.tables import Table
from omnivec.vectors import Vectors

TOY = ["you", "say", "goodbye", "and", "i", "hello", "."]
COUNTS_BESIDE = [  # how often two words of "you say goodbye and i say hello ." stand side by side
    [0, 1, 0, 0, 0, 0, 0],
    [1, 0, 1, 0, 1, 1, 0],
    [0, 1, 0, 1, 0, 0, 0],
    [0, 0, 1, 0, 1, 0, 0],
    [0, 1, 0, 1, 0, 0, 0],
    [0, 1, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 1, 0],
]
ROWS, DIM = 400, 20


def words(rows=ROWS):
    return [f"w{number}" for number in range(rows)]


def matrix(rows=ROWS, dim=DIM):
    return np.random.default_rng(7).normal(size=(rows, dim)).astype(np.float32)


@pytest.fixture(scope="module")
def ours():
    return Vectors(words(), matrix(), counts=np.arange(ROWS, 0, -1))


@pytest.fixture(scope="module")
def theirs():
    keyed = pytest.importorskip("gensim").models.KeyedVectors(DIM)
    keyed.add_vectors(words(), matrix())
    return keyed


def same(got, wanted):
    """Equal keys in equal order, and scores that differ by less than 1e-6."""
    if isinstance(wanted, np.ndarray):
        np.testing.assert_allclose(got, wanted, atol=1e-6)
        return
    assert [key for key, _ in got] == [key for key, _ in wanted]
    np.testing.assert_allclose([score for _, score in got], [score for _, score in wanted], atol=1e-6)


VECTOR = np.random.default_rng(1).normal(size=DIM).astype(np.float32)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("most_similar", {"positive": "w3"}),
        ("most_similar", {"positive": ["w3", "w5"], "negative": ["w9"], "topn": 7}),
        ("most_similar", {"positive": ["w3"], "negative": "w4"}),
        ("most_similar", {"positive": [("w3", 2.0), "w8"], "negative": [("w1", -0.5)]}),
        ("most_similar", {"positive": [VECTOR, "w2"], "topn": 1}),
        ("most_similar", {"positive": VECTOR}),
        ("most_similar", {"positive": np.stack([VECTOR, -VECTOR * 2])}),
        ("most_similar", {"positive": [3, np.int64(5)]}),
        ("most_similar", {"positive": ["w3", "w3"]}),
        ("most_similar", {"positive": "w3", "topn": 0}),
        ("most_similar", {"positive": "w3", "topn": 10_000}),
        ("most_similar", {"positive": "w3", "topn": None}),
        ("most_similar", {"positive": "w3", "topn": None, "clip_start": 10, "clip_end": 30}),
        ("most_similar", {"positive": "w3", "clip_start": 100}),
        ("most_similar", {"positive": "w3", "clip_start": 2, "clip_end": 50, "topn": 100}),
        ("most_similar", {"positive": "w300", "restrict_vocab": 50}),
        ("similar_by_key", {"key": "w3", "topn": 4, "restrict_vocab": 30}),
        ("similar_by_word", {"word": "w3", "topn": 4}),
        ("similar_by_vector", {"vector": VECTOR}),
        ("similar_by_vector", {"vector": VECTOR, "topn": None}),
        ("most_similar_cosmul", {"positive": ["w3", "w5"], "negative": ["w9"]}),
        ("most_similar_cosmul", {"positive": "w3", "topn": 3}),
        ("most_similar_cosmul", {"positive": ["w3"], "negative": ["w1", "w2"], "topn": None}),
        ("most_similar_cosmul", {"positive": "w3", "topn": 0}),
    ],
)
@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")  # gensim 4.4 warns of itself
def test_neighbours_equal_gensim(ours, theirs, method, arguments):
    same(getattr(ours, method)(**arguments), getattr(theirs, method)(**arguments))


def test_comparisons_equal_gensim(ours, theirs):
    for a, b in [("w1", "w2"), ("w5", "w5"), ("w3", "w399")]:
        assert ours.similarity(a, b) == pytest.approx(theirs.similarity(a, b), abs=1e-6)
        assert ours.distance(a, b) == pytest.approx(theirs.distance(a, b), abs=1e-6)
    some, others = ["w1", "w2", "w3"], ["w9", "w8"]
    assert ours.n_similarity(some, others) == pytest.approx(theirs.n_similarity(some, others), abs=1e-6)
    for start in range(20):
        listed = words()[start : start + 5]
        assert ours.doesnt_match(listed) == theirs.doesnt_match(listed)


def test_look_up_equals_gensim(ours, theirs):
    np.testing.assert_array_equal(ours["w7"], theirs["w7"])
    np.testing.assert_array_equal(ours[["w7", "w1"]], theirs[["w7", "w1"]])
    np.testing.assert_array_equal(ours[7], theirs[7])
    np.testing.assert_allclose(
        ours.get_vector("w7", norm=True), theirs.get_vector("w7", norm=True), atol=1e-6
    )
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)
    assert len(ours) == len(theirs) and ours.vector_size == theirs.vector_size
    assert dict(ours.key_to_index) == theirs.key_to_index
    assert list(ours.index_to_key) == theirs.index_to_key and ours.index_to_key[:3] == ["w0", "w1", "w2"]
    assert "w7" in ours and "none" not in ours and ours.key_to_index.get("none") is None


def test_neighbours_of_the_toy():
    toy = Vectors(TOY, COUNTS_BESIDE)
    assert toy.similarity("you", "i") == pytest.approx(0.70710677, abs=1e-7)
    near = toy.most_similar("you")
    assert [key for key, _ in near[:3]] == ["goodbye", "i", "hello"]  # equal scores come by row
    assert near[0][1] == near[1][1] == near[2][1]
    with pytest.raises(UnknownKey, match="helo"):
        toy.most_similar("helo")


def test_rows_of_zeros_are_far_from_everything():
    with_zero = Vectors(["zero", "a", "b"], [[0, 0], [1, 0], [1, 1]])
    assert with_zero.most_similar("a") == [("b", pytest.approx(0.70710677)), ("zero", 0.0)]
    assert with_zero.similarity("zero", "a") == 0
    assert with_zero.get_vector("zero", norm=True).tolist() == [0, 0]


@pytest.mark.parametrize("unit", [True, False])
def test_a_batch_of_queries_is_a_loop_of_single_ones(ours, unit):
    asked = [*words()[:300], VECTOR]
    batch = ours.neighbors(asked, topn=5, unit=unit, restrict=350)
    for query, answer in zip(asked, batch, strict=True):
        same(answer, ours.neighbors(query, topn=5, unit=unit, restrict=350))
    assert ours.neighbors([]) == []


def test_neighbours_are_those_of_most_similar(ours):
    same(ours.neighbors("w3"), ours.most_similar("w3"))
    same(ours.neighbors("w300", restrict=20), ours.most_similar("w300", restrict_vocab=20))
    same(ours.neighbors(matrix()[:2])[1], ours.similar_by_vector(matrix()[1]))


def test_analogy_is_b_minus_a_plus_c_without_the_three(ours):
    same(ours.analogy("w1", "w2", "w3"), ours.most_similar(["w2", "w3"], ["w1"]))
    assert {"w1", "w2", "w3"}.isdisjoint(key for key, _ in ours.analogy("w1", "w2", "w3", topn=ROWS))


def test_raw_rows_let_long_vectors_win():
    keys, rows = ["man", "woman", "king", "queen", "crowd"], [[1, 0], [1, 1], [3, 0], [3, 1], [20, 5]]
    vectors = Vectors(keys, rows)
    assert vectors.analogy("man", "woman", "king", unit=True)[0][0] == "queen"
    raw = vectors.analogy("man", "woman", "king", unit=False)
    assert raw[0] == (
        "crowd",
        pytest.approx((20 * 3 + 5 * 1) / np.sqrt(10), rel=1e-6),
    )  # only the query is scaled


def test_scores_are_python_floats(ours):
    for key, score in [*ours.most_similar("w1"), *ours.neighbors("w1"), *ours.most_similar_cosmul("w1")]:
        assert type(key) is str and type(score) is float
    assert type(ours.similarity("w1", "w2")) is float


def test_the_vectors_are_those_given_and_read_only():
    rows = matrix()
    vectors = Vectors(words(), rows)
    assert np.shares_memory(vectors.vectors, rows) and vectors.vectors.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        vectors["w1"][0] = 1
    with pytest.raises(ValueError, match="read-only"):
        vectors.vectors[:] = 1
    rows[0, 0] = 1  # the giver's own array stays writeable


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int32, ">f4"])
def test_other_dtypes_are_converted(dtype):
    rows = (matrix() * 10).astype(dtype)
    np.testing.assert_array_equal(Vectors(words(), rows).vectors, rows.astype(np.float32))
    same(Vectors(words(), np.asfortranarray(rows)).neighbors("w1"), Vectors(words(), rows).neighbors("w1"))


def test_a_padded_table_shows_its_dim_only():
    table = np.zeros((ROWS, 32), np.float32)
    table[:, :DIM] = matrix()
    padded = Vectors._of_table(Keys.build(words()), Table(table, DIM), name="word2vec", mapped=True)
    np.testing.assert_array_equal(padded.vectors, matrix())
    same(padded.neighbors("w5"), Vectors(words(), matrix()).neighbors("w5"))
    assert repr(padded) == "Vectors(400 × 20 float32, word2vec, mapped)"
    assert table.flags.writeable


def test_the_description_is_one_line(ours):
    assert repr(ours) == "Vectors(400 × 20 float32, in memory)"


def test_counts_and_prefixes(ours):
    assert ours.get_vecattr("w0", "count") == 400 and type(ours.get_vecattr("w0", "count")) is int
    assert ours.prefix("w39", limit=3) == ["w39", "w390", "w391"]
    with pytest.raises(OptionError, match="attr must be 'count', got 'size'"):
        ours.get_vecattr("w0", "size")
    with pytest.raises(OptionError, match="without counts"):
        Vectors(words(), matrix()).get_vecattr("w0", "count")


def test_a_subset_keeps_the_order_asked_for(ours):
    part = ours.subset(["w9", "w2"])
    assert list(part) == ["w9", "w2"] and part.get_vecattr("w2", "count") == 398
    np.testing.assert_array_equal(part.vectors, matrix()[[9, 2]])
    with pytest.raises(UnknownKey):
        ours.subset(["w9", "none"])


def test_unknown_words_are_left_out_where_gensim_does_so_but_said(ours, caplog):
    with caplog.at_level(logging.WARNING, logger="omnivec"):
        assert ours.doesnt_match(["w1", "none", "w2", "w3"]) == ours.doesnt_match(["w1", "w2", "w3"])
        assert ours.n_similarity(["w1", "none"], ["w2"]) == ours.n_similarity(["w1"], ["w2"])
    assert caplog.messages == ["unknown and left out: 'none'"] * 2
    with pytest.raises(OptionError, match="none of"):
        ours.doesnt_match(["none"])
    with pytest.raises(OptionError, match="at least one key"):
        ours.n_similarity([], ["w1"])


def test_wrong_questions_are_refused(ours):
    for key in ["none", -1, ROWS]:
        with pytest.raises(KeyError) as caught:
            ours[key]
        assert isinstance(caught.value, UnknownKey)
    for wrong, message in [
        (lambda: ours.most_similar(), "at least one key or vector"),
        (lambda: ours.most_similar([1.5]), "got float"),
        (lambda: ours.similar_by_vector(np.ones(3)), r"expected a vector of 20 floats, got shape \(3,\)"),
        (lambda: ours.neighbors("w1", topn=0), "topn must be 1 or more, got 0"),
        (lambda: ours.neighbors("w1", restrict=0), "restrict must be 1 or more, got 0"),
        (lambda: ours.most_similar_cosmul(), "needs a positive key"),
        (lambda: ours.most_similar_cosmul([("w1", 2.0)]), "takes no weights"),
    ]:
        with pytest.raises(OptionError, match=message):
            wrong()
    with pytest.raises(NotFinite):
        ours.similar_by_vector(np.full(DIM, np.nan))


def test_wrong_arrays_are_refused():
    for keys, rows, message in [
        (["a"], [[1.0], [2.0]], "expected a row for each of 1 keys, got 2 rows"),
        (["a", "a"], [[1.0], [2.0]], "differ"),
        (["a"], [1.0], r"got float64 of shape \(1,\)"),
        (["a"], [["x"]], "expected real numbers"),
        (["a"], [[1j]], "expected real numbers"),
    ]:
        with pytest.raises(OptionError, match=message):
            Vectors(keys, rows)
    for value in [np.nan, np.inf, 1e39]:
        with pytest.raises(NotFinite, match="row 1 .*holds NaN or infinity"):
            Vectors(["a", "b"], [[1, 2], [3, value]])


def test_no_rows_at_all():
    empty = Vectors([], np.empty((0, 3), np.float32))
    assert len(empty) == 0 and empty.similar_by_vector(np.ones(3)) == []
    assert empty.neighbors([np.ones(3)]) == [[]]


def test_a_list_of_neighbours_becomes_a_table(ours, monkeypatch):
    near = ours.most_similar("w1", topn=2)
    assert near == list(near)
    page = Vectors(["a", "<b>"], [[1, 0], [1, 0]]).most_similar("a")._repr_html_()
    assert ">&lt;b&gt;</td>" in page and ">1.0000</td>" in page
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtra, match="pip install polars"):
        near.to_polars()


def test_frames_have_the_columns_key_and_score(ours, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=dict))
    near = ours.most_similar("w1", topn=2)
    assert near.to_pandas() == {"key": [key for key, _ in near], "score": [score for _, score in near]}


def test_vectors_travel_to_another_process(ours, tmp_path):
    same(pickle.loads(pickle.dumps(ours)).most_similar("w1"), ours.most_similar("w1"))
    ours.save(tmp_path / "m")
    mapped = load(tmp_path / "m").vectors
    copied = pickle.loads(pickle.dumps(mapped))
    same(copied.most_similar("w1"), ours.most_similar("w1"))
    assert mapped.mapped and not copied.mapped and repr(copied).endswith("in memory)")


def test_saved_vectors_open_as_they_were(ours, tmp_path):
    ours.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.learner is None and again.config["rows"] == ROWS
    assert again.tables["vectors"].shape == (ROWS, 32)  # padded to sixteen floats
    np.testing.assert_array_equal(again.vectors.vectors, ours.vectors)
    assert list(again.vectors) == list(ours) and again.vectors.get_vecattr("w3", "count") == 397
    with pytest.raises(OSError, match="exists"):
        ours.save(tmp_path / "model")
    ours.subset(["w1"]).save(tmp_path / "model", overwrite=True)
    assert load(tmp_path / "model").config["rows"] == 1


@pytest.mark.parametrize("binary", [True, False])
def test_word2vec_files_are_exchanged_with_gensim(ours, tmp_path, binary):
    keyed = pytest.importorskip("gensim").models.KeyedVectors
    ours.save_word2vec_format(tmp_path / "ours", fvocab=tmp_path / "counts", binary=binary)
    read = keyed.load_word2vec_format(str(tmp_path / "ours"), str(tmp_path / "counts"), binary=binary)
    np.testing.assert_array_equal(read.vectors, ours.vectors)
    assert read.index_to_key == list(ours) and read.get_vecattr("w3", "count") == 397
    read.save_word2vec_format(str(tmp_path / "theirs"), binary=binary)
    back = Vectors.load_word2vec_format(tmp_path / "theirs", tmp_path / "counts", binary=binary)
    np.testing.assert_array_equal(back.vectors, ours.vectors)
    assert list(back) == list(ours) and back.get_vecattr("w3", "count") == 397
    part = Vectors.load_word2vec_format(tmp_path / "ours", binary=binary, limit=7)
    assert len(part) == 7 and part.keys.counts is None


def test_a_vocabulary_file_needs_counts(tmp_path):
    with pytest.raises(OptionError, match="without counts"):
        Vectors(["a"], [[1.0]]).save_word2vec_format(tmp_path / "x", fvocab=tmp_path / "y")
    assert not list(tmp_path.iterdir())


def test_looking_up_loads_nothing_heavy():
    code = """
import sys
from omnivec.vectors import Vectors
Vectors(["a", "b"], [[1.0], [2.0]]).most_similar("a")
heavy = {"numba", "scipy", "torch", "rich", "cyclopts", "gensim", "matplotlib"} & set(sys.modules)
sys.exit(str(heavy) if heavy else 0)
"""
    done = run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
