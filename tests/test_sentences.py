"""Texts → vectors, by recipe."""

import logging

import numpy as np
import pytest

from omnivec import FastText, OptionError, Vectors
from omnivec.data.sentences import embed
from omnivec.data.tokenize import words_of

KEYS = ["the", "king", "queen", "zero", "nbsp\u00a0word"]
COUNTS = np.array([900, 60, 30, 9, 1])


@pytest.fixture(scope="module")
def vectors():
    matrix = np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32)
    matrix[3] = 0
    return Vectors(KEYS, matrix, counts=COUNTS)


def test_mean_is_that_of_known_words(vectors):
    found = embed(vectors, ["the king  the", "queen unknown"])
    the, king, queen = (vectors[word].astype(np.float64) for word in KEYS[:3])
    np.testing.assert_allclose(found[0], (2 * the + king) / 3, atol=1e-6)
    np.testing.assert_allclose(found[1], queen, atol=1e-6)
    assert found.dtype == np.float32


def test_fasttext_is_the_mean_of_unit_vectors_as_gensim_takes_it(vectors):
    gensim = pytest.importorskip("gensim.models")
    peer = gensim.KeyedVectors(8)
    peer.add_vectors(KEYS, vectors.vectors)
    found = embed(vectors, ["the king queen"], "fasttext")
    np.testing.assert_allclose(found[0], peer.get_mean_vector(["the", "king", "queen"]), atol=1e-6)
    with_zero = embed(vectors, ["the zero"], "fasttext")[0]  # neither in the sum nor in the number
    np.testing.assert_allclose(with_zero, vectors.get_vector("the", norm=True), atol=1e-6)


def test_sif_weighs_rare_words_more_and_drops_what_all_texts_share(vectors):
    texts = ["the king", "the queen", "king queen", "the king queen"]
    shares = dict(zip(KEYS, COUNTS / COUNTS.sum(), strict=True))
    weighted = [
        [1e-3 / (1e-3 + shares[word]) * vectors[word].astype(np.float64) for word in text.split()]
        for text in texts
    ]
    plain = np.array([np.mean(some, axis=0) for some in weighted])
    np.testing.assert_allclose(embed(vectors, texts, "sif", components=0), plain, atol=1e-6)
    first = np.linalg.svd(plain)[2][0]
    np.testing.assert_allclose(
        embed(vectors, texts, "sif"), plain - np.outer(plain @ first, first), atol=1e-5
    )


def test_odd_texts_are_zeros_and_counted(vectors, caplog):
    long = " ".join(["the", "king"] * 20_000)
    with caplog.at_level(logging.WARNING, "omnivec"):
        found = embed(vectors, ["", "  \t", "nothing known", "king", long, "nbsp\u00a0word"])
    assert not found[:3].any() and found[3:].any(axis=1).all()
    np.testing.assert_allclose(found[4], (vectors["the"] + vectors["king"]) / 2, atol=1e-5)
    assert "3 of 6 texts" in caplog.text
    assert embed(vectors, []).shape == (0, 8)


@pytest.mark.parametrize("recipe", ["mean", "fasttext"])
def test_a_batch_is_its_texts_one_by_one(vectors, recipe):
    texts = [" ".join(np.random.default_rng(seed).choice(KEYS[:3], 5)) for seed in range(9_000)]
    whole = embed(vectors, texts, recipe)
    for at in (0, 3276, 3277, 8_999):  # where blocks meet
        np.testing.assert_array_equal(whole[at], embed(vectors, [texts[at]], recipe)[0])


def test_words_end_at_ascii_white_space_alone():
    assert words_of(" a\tb\r\nc\u00a0d\u3000e\x1cf  ") == ["a", "b", "c\u00a0d\u3000e\x1cf"]


def test_what_cannot_be_asked_is_said(vectors):
    with pytest.raises(OptionError, match="recipe must be one of mean, fasttext, sif, got 'max'"):
        embed(vectors, ["a"], "max")
    with pytest.raises(OptionError, match="many texts"):
        embed(vectors, "a")
    with pytest.raises(OptionError, match="came without"):
        embed(Vectors(["a"], [[1.0]]), ["a"], "sif")


def test_unseen_words_count_where_they_have_parts():
    model = FastText(dim=10, epochs=1, min_count=1, threads=1, buckets=200).fit(
        ["the king and the queen"] * 20
    )
    found = embed(model.vectors, ["kinglike"])
    np.testing.assert_allclose(found[0], model.vectors["kinglike"], atol=1e-7)
