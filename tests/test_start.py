"""Where training starts: rows drawn from a seed, or vectors that somebody has, matched by key."""

import tracemalloc

import numpy as np
import pytest

from omnivec import FormatError, NotFinite, OptionError, Vectors, Word2Vec
from omnivec.engine import start, warm
from omnivec.engine.progress import silent

# As plain Python (NUMBA_DISABLE_JIT=1) a hash that wraps around warns.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")

INITS = ["uniform", "wide", "normal"]
DIM = 20
TEXT = ["the king and the queen sat", "the cat and the dog ate", "a king ate a cat"] * 40
LEARNER = Word2Vec(dim=DIM, min_count=1, sample=0, threads=1, epochs=2)


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("make", [start.initial_table, start.initial_outputs])
def test_rows_are_the_same_for_every_number_of_rows(make, init):
    many = make(9_001, DIM, 1, init)
    assert many.shape == (9_001, 32) and many.dtype == np.float32 and not many[:, DIM:].any()
    for rows in (0, 1, 7, 4_095, 4_096, 4_097):
        np.testing.assert_array_equal(make(rows, DIM, 1, init), many[:rows])


@pytest.mark.parametrize("init", INITS)
def test_inputs_differ_by_seed(init):
    assert (start.initial_table(9, DIM, 2, init) != start.initial_table(9, DIM, 1, init))[:, :DIM].all()


@pytest.mark.parametrize(("init", "limit"), [("uniform", 0.5 / DIM), ("wide", 1 / DIM)])
def test_uniform_rows_fill_their_interval(init, limit):
    rows = start.initial_table(9_000, DIM, 1, init)[:, :DIM]
    assert 0.999 * limit < rows.max() <= limit and -limit <= rows.min() < -0.999 * limit
    assert rows.mean() == pytest.approx(0, abs=limit / 100)
    assert rows.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)


def test_normal_rows_are_normal_on_both_sides_and_independent():
    inputs, outputs = (
        make(9_000, DIM, 1, "normal")[:, :DIM] for make in (start.initial_table, start.initial_outputs)
    )
    for rows in (inputs, outputs):
        assert rows.std() == pytest.approx(0.01, rel=0.01) and rows.mean() == pytest.approx(0, abs=1e-4)
        assert 0.67 < (np.abs(rows) < 0.01).mean() < 0.70  # within one σ
    assert abs(np.corrcoef(inputs.ravel(), outputs.ravel())[0, 1]) < 0.01


@pytest.mark.parametrize("init", ["uniform", "wide"])
def test_outputs_start_at_zero_unless_normal(init):
    assert not start.initial_outputs(50, DIM, 1, init).any()


@pytest.mark.parametrize("init", INITS)
def test_no_second_matrix_is_made(init):
    table = 40_000 * 64 * 4
    tracemalloc.start()
    try:
        start.initial_table(40_000, 64, 1, init)
        assert tracemalloc.get_traced_memory()[1] < 1.5 * table
    finally:
        tracemalloc.stop()


def given(*words: str, dim: int = DIM) -> Vectors:
    rows = np.random.default_rng(len(words)).normal(size=(len(words), dim))
    return Vectors(words, rows)


def test_rows_are_matched_by_key():
    vectors, keys = given("queen", "king", "unknown"), ["the", "king", "queen"]
    table, records = start.initial_table(3, DIM, 1), []
    before = table.copy()
    rows = warm.Given(vectors, "old.vec", False).into(table, keys, records.append)
    assert rows.tolist() == [0, 1, 1] and rows.dtype == np.uint8
    np.testing.assert_array_equal(table[0], before[0])
    np.testing.assert_array_equal(table[1:, :DIM], vectors[["king", "queen"]])
    assert not table[:, DIM:].any()
    assert [record.text for record in records] == ["2 of 3 words from old.vec"]


def test_many_rows_are_matched_in_pieces():
    words = [f"w{k}" for k in range(10_000)]
    vectors, table = given(*reversed(words)), start.initial_table(10_000, DIM, 1)
    assert warm.Given(vectors, "v", False).into(table, words, silent).all()
    np.testing.assert_array_equal(table[:, :DIM], vectors.vectors[::-1])


@pytest.mark.parametrize("kind", ["vectors", "model", "folder", "text file"])
def test_training_starts_from_anything_that_holds_vectors(kind, tmp_path):
    model = LEARNER.fit(TEXT)
    if kind == "folder":
        model.save(tmp_path / "old")
    if kind == "text file":
        model.vectors.save_word2vec_format(tmp_path / "old")
    source = {"vectors": model.vectors, "model": model}.get(kind, tmp_path / "old")
    # A rate of nearly nothing: what training starts from is what it gives back.
    started = LEARNER.replaced(lr=1e-9, seed=5).fit(TEXT, start=source)
    np.testing.assert_allclose(started.vectors.vectors, model.vectors.vectors, atol=1e-6)
    name = {"vectors": "vectors in memory", "model": "a model"}.get(kind, "old")
    assert started.record["start"] == {"source": name, "words": len(model.keys), "frozen": False}


def test_words_without_a_given_vector_start_as_ever_and_others_are_not_added():
    vectors = given("king", "queen", "absent")
    started = LEARNER.replaced(lr=1e-9).fit(TEXT, start=vectors).vectors
    assert "absent" not in started and len(started) == 9
    np.testing.assert_allclose(started["king"], vectors["king"], atol=1e-6)
    table = start.initial_table(9, DIM, LEARNER.seed)[:, :DIM]
    rows = [row for row, key in enumerate(started) if key not in ("king", "queen")]
    np.testing.assert_allclose(started.vectors[rows], table[rows], atol=1e-6)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
def test_frozen_rows_keep_every_bit_and_the_others_learn(model, loss):
    vectors = given("king", "queen", "absent")
    learner = LEARNER.replaced(model=model, loss=loss)
    stays, moves = (learner.fit(TEXT, start=vectors, frozen=frozen) for frozen in (True, False))
    pair = ["king", "queen"]
    np.testing.assert_array_equal(stays.vectors[pair], vectors[pair])
    assert (moves.vectors[pair] != vectors[pair]).any(axis=1).all()
    others = [key for key in stays.keys if key not in pair]
    table = start.initial_table(9, DIM, LEARNER.seed)[stays.keys.rows(others), :DIM]
    assert (stays.vectors[others] != table).any(axis=1).all()
    assert stays.record["start"] == {"source": "vectors in memory", "words": 2, "frozen": True}
    side = "nodes" if loss == "hs" else "output"
    assert np.abs(stays.tables[side]).sum() > 0


def test_a_start_is_a_line_of_progress():
    records = []
    LEARNER.fit(TEXT, start=given("king", "absent"), frozen=True, progress=records.append)
    lines = [record.text for record in records if record.phase == "start"]
    assert lines == ["1 of 9 words from vectors in memory, which stay"]


def refused(error, **options):
    def text():
        raise AssertionError("the text was read")
        yield

    with pytest.raises(error) as caught:
        LEARNER.fit(options.pop("text", text()), **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_other_dim_is_refused_before_the_text_is_read():
    message = refused(OptionError, start=given("king", dim=25))
    assert message == (
        "start (vectors in memory) has vectors of dim 25, the learner's dim is 20; set dim to 25, or give "
        "other vectors"
    )


def test_a_smaller_dim_is_refused_too():
    assert "vectors of dim 12, the learner's dim is 20" in refused(OptionError, start=given("king", dim=12))


def test_vectors_that_share_no_word_are_refused_with_examples():
    message = refused(OptionError, text=TEXT, start=given("KING", "Queen", "The", "Cat"))
    assert message == (
        "start (vectors in memory) shares no word with the text: it has 'KING', 'Queen', 'The' …, the text "
        "'the', 'a', 'and' …; are both written alike?"
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_vector_that_is_not_finite_is_named(bad, tmp_path):
    vectors = given("king", "queen", "cat")
    vectors.save(tmp_path / "good")
    rows = vectors.vectors.copy()
    rows[1, 7] = bad
    damaged = Vectors(vectors.keys, rows, mapped=True)  # what lies in a file is not read to be checked
    message = refused(NotFinite, text=TEXT, start=damaged)
    assert message == (
        "start (vectors in memory) holds NaN or infinity in the vector of 'queen'; leave that word out"
    )


def test_vector_that_is_not_finite_but_not_needed_does_no_harm():
    rows = np.ones((2, DIM), np.float32)
    rows[1] = np.nan
    model = LEARNER.fit(TEXT, start=Vectors(["king", "absent"], rows, mapped=True))
    assert np.isfinite(model.vectors.vectors).all()


def test_frozen_without_a_start_is_refused():
    assert refused(OptionError, frozen=True) == (
        "frozen keeps the vectors of start, got none; give start, or leave frozen out"
    )


def test_start_that_is_no_vectors_is_refused(tmp_path):
    assert "start must be Vectors, a Model or a path, got dict" in refused(OptionError, start={"king": [1.0]})
    assert "gone" in refused(FormatError, start=tmp_path / "gone")
