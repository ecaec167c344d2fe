"""Kernels for many texts give what NumPy gives for each of them."""

import subprocess
import sys
import unicodedata

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.data import many_sentences, sentences
from omnivec.data.composing import Composer
from omnivec.data.ngrams import Subwords
from omnivec.data.phrase import Phrase
from omnivec.data.phrases import Phrases
from omnivec.data.tokenize import Splitting, words_of
from omnivec.store.builder import stored_as
from omnivec.store.keys import Keys
from omnivec.store.tables import Table

WORDS = ["good", "fine", "day", "nice", "각", "bad", "sad", "café", "안녕", "</s>", "zero", "nbsp\u00a0word"]
ODD = [
    "", " \t ", "\n", "good", "unseen", "fine\nunseen day", "안녕 안녕", "day\tgood\r\n", "</s>", "zero good",
    "\x00good\x00", "good " * 10_000, unicodedata.normalize("NFD", "각 café"), "nbsp\u00a0word good",
    "x" * 5_000, "a\udcffb day",
]  # fmt: skip
DRAWN = np.random.default_rng(1).choice(" ".join(ODD[:8]).split(), (300, 5))
MANY = ODD + [" ".join(words) for words in DRAWN]


def drawn(rows):
    table = np.zeros((rows, 16), np.float32)
    table[:, :10] = np.random.default_rng(2).normal(size=(rows, 10))
    return table


@pytest.fixture(params=["words", "parts", "pruned", "half"])
def vectors(request):
    keys = Keys.build(WORDS, np.arange(len(WORDS), 0, -1))
    table = Table(drawn(len(WORDS)), 10)
    table.stored[WORDS.index("zero")] = 0
    if request.param in ("words", "half"):
        return Vectors(keys, table if request.param == "words" else stored_as(table, "float16")[0])
    kept = np.array([[gram, at] for at, gram in enumerate(range(0, 200, 3))], np.int32)
    pruned = kept if request.param == "pruned" else None
    parts = Composer(Table(drawn(len(WORDS) + 200), 10), len(WORDS), Subwords(3, 6, 200), pruned)
    return Vectors._of_table(keys, table, parts=parts)


@pytest.mark.parametrize("recipe", ["mean", "fasttext-unsupervised", "sif", "idf"])
def test_kernels_and_numpy_agree(vectors, recipe, monkeypatch):
    found = sentences.embed(vectors, MANY, recipe, components=0)
    assert found.dtype == np.float32 and found.shape == (len(MANY), 10)
    monkeypatch.setattr(many_sentences.Many, "takes", lambda *_: False)
    np.testing.assert_allclose(found, sentences.embed(vectors, MANY, recipe, components=0), atol=2e-7)


def test_every_block_keeps_its_texts(vectors, monkeypatch):
    one_by_one = np.concatenate([sentences.embed(vectors, [text]) for text in MANY])
    for module in (many_sentences, sentences):
        monkeypatch.setattr(module, "LINES", 7)
    monkeypatch.setattr(sentences, "_CHUNK", 100)
    np.testing.assert_allclose(sentences.embed(vectors, MANY), one_by_one, atol=2e-7)
    np.testing.assert_allclose(sentences.embed(vectors, iter(MANY)), one_by_one, atol=2e-7)
    np.testing.assert_allclose(sentences.embed(vectors, [words_of(t) for t in MANY]), one_by_one, atol=2e-7)
    sif = sentences.embed(vectors, MANY, "sif", components=2)
    monkeypatch.setattr(sentences, "LINES", 1 << 12)
    np.testing.assert_allclose(sif, sentences.embed(vectors, MANY, "sif", components=2), atol=1e-5)


JOINED = Phrases((Phrase(("fine", "day"), 1, 1.0), Phrase(("good", "안녕"), 1, 1.0)))


@pytest.mark.parametrize(
    "splitting",
    [Splitting(whitespace="unicode"), Splitting(normalize="nfc", phrases=(JOINED,))],
    ids=["unicode", "phrases"],
)
def test_texts_that_are_split_otherwise_have_the_vectors_of_their_words(vectors, splitting):
    found = sentences.embed(vectors, MANY, tokenizer=splitting)
    assert np.abs(found - sentences.embed(vectors, MANY)).max() > 1e-3
    words = sentences.embed(vectors, [splitting(text) for text in MANY])
    np.testing.assert_allclose(found, words, atol=2e-7)


def test_the_kernels_are_for_many_texts_as_words_without_spaces(vectors, monkeypatch):
    many = many_sentences.Many(vectors)
    plain = vectors.table.dtype == "float32"
    for tokenizer in (words_of, Splitting(), Splitting(whitespace="unicode"), Splitting(phrases=(JOINED,))):
        assert many.takes(MANY, tokenizer) == plain
    assert not many.takes(MANY, str.split)
    assert not many.takes([*MANY, ["token"]], words_of)
    monkeypatch.delitem(sys.modules, "numba")
    assert not many.takes(MANY[:199], words_of)
    monkeypatch.setattr(many_sentences, "find_spec", lambda _: None)
    assert not many.takes(MANY, words_of)


@pytest.mark.parametrize("jamo", ["none", "simple"])
def test_many_unseen_words_have_the_vectors_of_each(jamo):
    parts = Composer(Table(drawn(200), 10), 0, Subwords(3, 6, 200, jamo, "nfc"))
    words = ["good", "안녕히", "", "</s>", "unseen", "x", "가\u1100", unicodedata.normalize("NFD", "각 café")]
    wanted = [parts.unseen(word) for word in words]
    np.testing.assert_allclose(parts.unseen_words(words), wanted, atol=1e-6)
    assert parts.unseen_words(words)[1].any() and not parts.unseen_words(words)[2].any()
    assert parts.unseen_words([]).shape == (0, 10)


def test_a_list_of_keys_and_other_words_is_each_of_them(vectors):
    words = ["good", "unseen", "good", "café"] if vectors.composes else ["good", "café"]
    np.testing.assert_allclose(vectors[words], [vectors[word] for word in words], atol=1e-6)
    assert vectors[[]].shape == (0, 10)


def test_without_numba_numpy_answers_all(tmp_path):
    Vectors(WORDS, drawn(len(WORDS))[:, :10]).save(tmp_path / "m")
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import importlib.util as util; find = util.find_spec\n"
        "util.find_spec = lambda name: None if name == 'numba' else find(name)\n"
        "from omnivec import load\n"
        f"print(load({str(tmp_path / 'm')!r}).embed(['good day'] * 5000).any(axis=1).sum())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "5000"


def test_texts_between_bytes_of_white_space_are_taken_as_they_are():
    texts = ["a  b\tc", "d\u00a0e"]
    assert Splitting().spaced(texts) is texts
    assert Splitting(whitespace="unicode").spaced(texts) == ["a b c", "d e"]
