"""Counting: the toy of the book, PPMI, SVD, neighbours and analogies."""

import os
from pathlib import Path

import numpy as np
import pytest

from omnivec.reference import (
    analogy,
    cos_similarity,
    create_co_matrix,
    most_similar,
    normalize,
    ppmi,
    preprocess,
    svd_vectors,
    truncated_svd,
)
from omnivec.reference.counts.pmi import pmi
from omnivec.reference.cs224n import mean_cosine

TOY = "You say goodbye and I say hello."
SINGULAR = [3.168045, 3.168045, 2.702987, 2.702987, 1.514481, 1.514481, 0]


@pytest.fixture
def toy():
    corpus, word_to_id, id_to_word = preprocess(TOY)
    return create_co_matrix(corpus, 7), word_to_id, id_to_word


def test_the_toy_is_numbered_by_first_appearance():
    corpus, word_to_id, id_to_word = preprocess(TOY)
    assert corpus.tolist() == [0, 1, 2, 3, 4, 1, 5, 6]
    assert list(word_to_id) == ["you", "say", "goodbye", "and", "i", "hello", "."]
    assert id_to_word == {row: word for word, row in word_to_id.items()}
    assert preprocess("")[0].shape == (0,)


def test_the_toy_has_the_counts_of_the_book(toy):
    C = toy[0]
    assert C.dtype == np.int32
    assert C.tolist() == [
        [0, 1, 0, 0, 0, 0, 0],
        [1, 0, 1, 0, 1, 1, 0],
        [0, 1, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 1, 0, 0],
        [0, 1, 0, 1, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 1, 0],
    ]


@pytest.mark.parametrize("window", [1, 2, 5, 100])
def test_counts_are_those_of_a_loop(window):
    ids = np.random.default_rng(0).integers(0, 6, 30)
    expected = np.zeros((6, 6), int)
    for i in range(30):
        for j in range(30):
            expected[ids[i], ids[j]] += 0 < abs(i - j) <= window
    np.testing.assert_array_equal(create_co_matrix(ids, 6, window), expected)


def test_the_toy_has_the_information_of_the_book(toy):
    M = ppmi(toy[0])
    a, b, c = np.log2(7 / 2), np.log2(7 / 4), np.log2(7)
    expected = np.zeros((7, 7))
    for i, j, value in [(0, 1, a), (1, 2, b), (1, 4, b), (1, 5, b), (2, 3, a), (3, 4, a), (5, 6, c)]:
        expected[i, j] = expected[j, i] = value
    assert M.dtype == np.float32
    np.testing.assert_allclose(M, expected, atol=1e-6)
    assert [round(float(x), 6) for x in (M[0, 1], M[1, 2], M[5, 6])] == [1.807355, 0.807355, 2.807355]


def test_the_toy_has_the_singular_values_of_the_book_and_its_products(toy):
    """Every value is double, so U is one of many: values and products are compared, never coordinates."""
    M = ppmi(toy[0], dtype=np.float64)
    _, s, _ = truncated_svd(M, 7)
    np.testing.assert_allclose(s, SINGULAR, atol=1e-6)
    for k in (2, 4, 6):
        vectors = svd_vectors(M, k)
        values, axes = np.linalg.eigh(M @ M.T)
        best = axes[:, -k:] * values[-k:] @ axes[:, -k:].T
        np.testing.assert_allclose(vectors @ vectors.T, best, atol=1e-9)


def test_truncated_svd_is_the_nearest_matrix_of_its_rank():
    M = np.random.default_rng(0).normal(size=(8, 5))
    u, s, vt = truncated_svd(M, 3)
    assert u.shape == (8, 3) and s.shape == (3,) and vt.shape == (3, 5)
    left = np.linalg.norm(M - u * s @ vt)
    assert left == pytest.approx(np.sqrt((np.linalg.svd(M)[1][3:] ** 2).sum()))
    assert (u[np.abs(u).argmax(0), range(3)] > 0).all()
    np.testing.assert_allclose(svd_vectors(M, 3, power=0.5), u * np.sqrt(s))
    np.testing.assert_allclose(svd_vectors(M, 3, power=0), u)


def test_information_is_its_definition_with_smoothing_shift_and_base():
    C = np.random.default_rng(0).integers(0, 4, (5, 6))
    C[0], C[:, 0] = 0, 0
    value = pmi(C, power=0.75, shift=5, base=np.e)
    total, smooth = C.sum(), (C.sum(0) ** 0.75).sum()
    for w in range(5):
        for c in range(6):
            if C[w, c]:
                joint, word, context = C[w, c] / total, C[w].sum() / total, C[:, c].sum() ** 0.75 / smooth
                assert value[w, c] == pytest.approx(np.log(joint / (word * context)) - np.log(5))
            else:
                assert value[w, c] == -np.inf
    np.testing.assert_allclose(ppmi(C, power=0.75, shift=5, base=np.e), np.maximum(value, 0), atol=1e-6)


def test_no_counts_are_no_information():
    assert not ppmi(np.zeros((3, 3), int)).any()


def test_cosine_of_the_toy(toy):
    C = toy[0]
    assert cos_similarity(C[0], C[4]) == pytest.approx(0.7071067691, abs=1e-9)
    assert np.float32(cos_similarity(C[0], C[4], eps=0)) == np.float32(0.70710677)
    assert cos_similarity(np.zeros(3), np.ones(3)) == 0


def test_neighbours_of_the_toy_stand_by_id_where_they_are_equal(toy):
    C, word_to_id, id_to_word = toy
    found = most_similar("you", word_to_id, id_to_word, C)
    assert [word for word, _ in found] == ["goodbye", "i", "hello", "say", "and"]
    assert [score for _, score in found] == [pytest.approx(0.7071067691, abs=1e-9)] * 3 + [0, 0]
    assert len(most_similar("you", word_to_id, id_to_word, C, top=99)) == 6


def test_unknown_words_are_an_error(toy):
    C, word_to_id, id_to_word = toy
    with pytest.raises(ValueError, match="unknown word 'they': it is not among the 7 words"):
        most_similar("they", word_to_id, id_to_word, C)
    with pytest.raises(ValueError, match="unknown word 'they'"):
        analogy("you", "they", "i", word_to_id, id_to_word, C)


def test_analogies_say_by_which_rows_they_were_scored():
    """A long row wins by its length among raw rows, the right direction among unit rows."""
    words = ["man", "king", "woman", "queen", "long"]
    rows = np.array([[1.0, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [0, 9, 1]])
    known = {word: row for row, word in enumerate(words)}, dict(enumerate(words))
    raw = analogy("man", "king", "woman", *known, rows)
    unit = analogy("man", "king", "woman", *known, rows, rows="unit")
    assert raw.rows == "raw" and [word for word, _ in raw.answers] == ["long", "queen"]
    assert unit.rows == "unit" and [word for word, _ in unit.answers] == ["queen", "long"]
    assert raw.answers[0][1] == pytest.approx(10 / 2**0.5)
    wanted = rows[1] / 2**0.5 - rows[0] + rows[2]
    assert unit.answers[0][1] == pytest.approx(cos_similarity(wanted, rows[3], eps=0))
    with pytest.raises(ValueError, match="'raw' or 'unit', got 'long'"):
        analogy("man", "king", "woman", *known, rows, rows="long")


def test_rows_that_are_no_numbers_are_no_answers():
    rows = np.array([[1.0, 0], [np.nan, 0], [0, 1]])
    known = {"a": 0, "b": 1, "c": 2}, {0: "a", 1: "b", 2: "c"}
    assert [word for word, _ in most_similar("a", *known, rows)] == ["c"]


def test_small_floats_are_counted_in_float64():
    rows = np.random.default_rng(0).normal(size=(50, 20)).astype(np.float16)
    known = {str(i): i for i in range(50)}, {i: str(i) for i in range(50)}
    wide = most_similar("3", *known, rows.astype(np.float64), top=49)
    assert most_similar("3", *known, rows, top=49) == wide


def test_normalize_makes_unit_rows_guards_zeros_and_leaves_what_it_got():
    x = np.array([[3.0, 4], [0, 0]])
    np.testing.assert_allclose(normalize(x), [[0.6, 0.8], [0, 0]])
    np.testing.assert_allclose(normalize(np.array([3.0, 4])), [0.6, 0.8])
    np.testing.assert_array_equal(x, [[3, 4], [0, 0]])


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="at least one word on each side, got 0"):
        create_co_matrix([0, 1], 2, 0)
    with pytest.raises(ValueError, match="between 0 and 1, got 0 … 2"):
        create_co_matrix([0, 2], 2)
    with pytest.raises(ValueError, match=r"k lies between 1 and 2 for a matrix \(3, 2\), got 3"):
        truncated_svd(np.ones((3, 2)), 3)
    with pytest.raises(ValueError, match="numbers from 0 up"):
        ppmi(np.array([[1, -1], [0, 2]]))
    with pytest.raises(ValueError, match=r"one length have a cosine, got shapes \(2,\) and \(3,\)"):
        cos_similarity(np.ones(2), np.ones(3))


@pytest.fixture(scope="module")
def published():
    """The book's vectors: (word_to_id, id_to_word, rows), from the folder that OMNIVEC_BOOK names."""
    folder = os.environ.get("OMNIVEC_BOOK")
    found = sorted(Path(folder).rglob("cbow_params.pkl")) if folder else []
    if not found:
        pytest.skip("cbow_params.pkl of the book: OMNIVEC_BOOK names no folder that has it")
    from omnivec import load

    vectors = load(str(found[0])).vectors
    return vectors.key_to_index, dict(enumerate(vectors.index_to_key)), np.asarray(vectors.vectors)


NEIGHBOURS = {
    "you": "we .610 someone .592 i .554 something .490 anyone .473",
    "year": "month .718 week .652 spring .627 summer .626 decade .603",
    "car": "luxury .497 arabia .478 auto .471 disk-drive .451 travel .409",
    "toyota": "ford .551 instrumentation .510 mazda .494 bethlehem .475 nissan .475",
}
ANALOGIES = {
    ("king", "man", "queen"): (
        "woman 5.161 veto 4.928 ounce 4.690",
        "arabs .459 downside .455 predecessor .444 solution .435 woman .433",
    ),
    ("take", "took", "go"): ("went 4.549 points 4.249 began 4.091", "went .474"),
    ("car", "cars", "child"): ("children 5.218 average 4.726 yield 4.208", "children .507"),
    ("good", "better", "bad"): ("more 6.648 less 6.064 rather 5.221", "slower .495 more .483"),
}


def table(text):
    fields = text.split()
    return list(zip(fields[::2], map(float, fields[1::2]), strict=True))


def check(found, expected, tolerance):
    assert [word for word, _ in found] == [word for word, _ in expected]
    for (word, score), (_, value) in zip(found, expected, strict=True):
        assert score == pytest.approx(value, abs=tolerance), word


@pytest.mark.parametrize("query", NEIGHBOURS)
def test_the_neighbours_of_the_book(published, query):
    check(most_similar(query, *published), table(NEIGHBOURS[query]), 0.002)


def test_the_vectors_of_the_book_do_not_point_one_way(published):
    assert mean_cosine(published[2]) == pytest.approx(0.104, abs=5e-4)


@pytest.mark.parametrize("question", ANALOGIES, ids=":".join)
def test_the_analogies_of_the_book_by_both_scorings(published, question):
    for rows, text in zip(("raw", "unit"), ANALOGIES[question], strict=True):
        expected = table(text)
        found = analogy(*question, *published, top=len(expected), rows=rows)
        check(found.answers, expected, 0.002)
        assert not {word for word, _ in found.answers} & set(question)
