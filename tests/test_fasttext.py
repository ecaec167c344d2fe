"""FastText: how words are cut, and what they are by their parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnivec import FastText, UnknownKey, extend, load
from omnivec.data.features import composed
from omnivec.data.ngrams import Subwords
from omnivec.kernels.hashing import subwords as of_a_vocabulary
from omnivec.reference import fasttext as definition
from omnivec.store.fnv import fnv
from omnivec.store.keys import Keys
from omnivec.store.tables import Table

HASHES = {  # of fastText's own programs
    "": 2166136261, "a": 3826002220, "the": 3020861980, "where": 90969176, "<wh": 1048167652,
    "</s>": 3617362777, "__label__a": 601031976, "é": 1023043777, "한": 2905922129, "<한국": 2209124397,
    "日本": 4164387409, "😀": 604031496,
}  # fmt: skip

GRAMS = {
    ("where", 3, 6): "<wh 167652 <whe 989715 <wher 1526707 <where 1071586 whe 420941 wher 312621 "
    "where 969176 where> 121234 her 1473420 here 1540811 here> 114991 ere 1529033 ere> 1568469 re> 867498",
    (
        "한국어",
        3,
        6,
    ): "<한국 1124397 <한국어 1000497 <한국어> 1127197 한국어 612895 한국어> 12787 국어> 803087",
    ("ab", 1, 6): "<a 1008750 <ab 209508 <ab> 621742 a 2220 ab 271946 ab> 1241756 b 335077 b> 1146561",
    ("a", 3, 6): "<a> 1087600",
    ("</s>", 3, 6): "",
}


@pytest.mark.parametrize("text", HASHES)
def test_hashes_are_those_of_fasttext(text):
    assert fnv(text.encode()) == definition.fnv(text.encode()) == HASHES[text]


@pytest.mark.parametrize("word", GRAMS)
def test_ngrams_and_their_rows_are_those_of_fasttext(word):
    text, minn, maxn = word
    fields = GRAMS[word].split()
    cut = Subwords(minn, maxn, 2_000_000)
    assert cut.ngrams(text) == list(definition.subwords(*word)) == fields[::2]
    assert cut.rows(text, 10).tolist() == [10 + int(row) for row in fields[1::2]]


words_of = st.lists(st.text(st.characters(codec="utf-8"), max_size=9), min_size=1, max_size=8, unique=True)


@settings(max_examples=60, deadline=None)
@given(words_of, st.integers(0, 4), st.integers(0, 7), st.integers(1, 50))
def test_a_vocabulary_is_cut_as_its_words_are(words, minn, maxn, buckets):
    arrays = Keys.build(words).tables()
    spans = np.zeros(len(words) + 1, np.int64)
    given_ = arrays["keys.bytes"], arrays["keys.offsets"], minn, maxn, buckets, spans
    of_a_vocabulary(*given_, None)
    parts = np.empty(spans[-1], np.int32)
    of_a_vocabulary(*given_, parts)
    for row, word in enumerate(words):
        grams = [
            len(words) + definition.fnv(gram.encode()) % buckets
            for gram in definition.subwords(word, minn, maxn)
        ]
        assert parts[spans[row] : spans[row + 1]].tolist() == [row, *grams]
        assert Subwords(minn, maxn, buckets).rows(word, len(words)).tolist() == grams


def test_a_composed_word_is_the_mean_of_its_parts():
    draw = np.random.default_rng(1)
    inputs, counts = draw.normal(size=(900, 16)).astype(np.float32), draw.integers(1, 40, 3000)
    spans = np.concatenate([[0], np.cumsum(counts)])
    parts = draw.integers(0, 900, spans[-1]).astype(np.int32)
    table = composed(Table(inputs, 10), spans, parts)
    assert table.shape == (3000, 16) and not table[:, 10:].any()
    for word in (0, 1, 1023, 1024, 2999):
        rows = inputs[parts[spans[word] : spans[word + 1]], :10]
        np.testing.assert_allclose(table[word, :10], rows.astype(np.float64).mean(0), atol=1e-6)
        np.testing.assert_allclose(table[word, :10], rows.mean(0), atol=1e-6)


TEXT = ["the kings and the queens rule the kingdom", "a king and a queen ruled the kingdoms"] * 60


@pytest.fixture(scope="module")
def model():
    return FastText(dim=10, epochs=3, min_count=1, threads=1, sample=0.0, buckets=500).fit(TEXT)


def test_unseen_words_have_vectors_and_known_ones_the_same_by_every_door(model, tmp_path):
    model.save(tmp_path / "m")
    for vectors in (model.vectors, load(tmp_path / "m").vectors):
        rows = Subwords(3, 6, 500).rows("kinglike", len(vectors))
        np.testing.assert_allclose(vectors["kinglike"], model.tables["inputs"][rows, :10].mean(0), atol=1e-7)
        own = np.concatenate([[vectors.keys.row("king")], Subwords(3, 6, 500).rows("king", len(vectors))])
        np.testing.assert_allclose(vectors["king"], model.tables["inputs"][own, :10].mean(0), atol=1e-7)
        assert "kinglike" not in vectors and vectors.similarity("kinglike", "king") > 0.5
        assert vectors[["king", "kinglike"]].shape == (2, 10)
        assert np.linalg.norm(vectors.get_vector("kinglike", norm=True)) == pytest.approx(1, abs=1e-6)
        assert vectors.most_similar("kinglike", topn=3) == vectors.neighbors("kinglike", topn=3)
        assert vectors["x"].any()  # by <x>
    assert load(tmp_path / "m").config["features"] == {
        "kind": "subwords", "hash": "fasttext", "minn": 3, "maxn": 6, "buckets": 500,
    }  # fmt: skip


def test_evaluation_while_training_sees_composed_words():
    seen = []
    learner = FastText(dim=10, epochs=1, min_count=1, threads=1, buckets=500)
    model = learner.fit(TEXT, evaluate=lambda vectors: seen.append(vectors["king"].copy()) or 1.0)
    np.testing.assert_array_equal(seen[-1], model.vectors["king"])


def test_an_extended_model_keeps_what_its_parts_learned(model):
    grown = extend(model, ["the emperors and the kings"] * 30, epochs=1, lr=1e-9, min_count=1)
    words, more = len(model.keys), len(grown.keys)
    assert more > words
    np.testing.assert_allclose(grown.tables["inputs"][more:], model.tables["inputs"][words:], atol=1e-6)
    for word in model.keys:
        np.testing.assert_allclose(grown.vectors[word], model.vectors[word], atol=1e-6)


def test_without_ngrams_a_word_is_its_row():
    model = FastText(dim=10, epochs=1, min_count=1, threads=1, maxn=0).fit(TEXT)
    assert len(model.tables["inputs"]) == len(model.keys)
    np.testing.assert_array_equal(model.tables["inputs"], model.tables["vectors"])


def test_a_question_about_a_word_that_nothing_is_known_of_is_refused(model):
    words = FastText(dim=10, epochs=1, min_count=1, threads=1, maxn=0).fit(TEXT).vectors
    for vectors, word in ((words, "kinglike"), (model.vectors, ""), (model.vectors, "</s>")):
        assert not vectors[word].any()  # as fastText has it
        for ask in (vectors.neighbors, vectors.most_similar, lambda one: words.analogy("king", one, "the")):
            with pytest.raises(UnknownKey):
                ask(word)


def test_memory_is_what_is_allocated():
    learner = FastText(dim=10, buckets=500).derived()
    need = learner.memory(100)
    assert need["inputs"] == 600 * 16 * 4 and need["output"] == 100 * 16 * 4
    assert FastText(dim=10, buckets=500, maxn=0).derived().memory(100)["inputs"] == 100 * 16 * 4
