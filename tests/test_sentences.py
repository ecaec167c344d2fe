"""Texts → vectors, by recipe: those of reference definitions, of gensim and of fastText itself."""

import logging
import unicodedata

import numpy as np
import pytest

from omnivec import Classifier, FastText, InputError, OptionError, Vectors, Word2Vec, load
from omnivec.data.idf import Idf
from omnivec.data.sentences import embed
from omnivec.data.tokenize import words_of
from omnivec.reference import classifier as bags
from omnivec.reference import fasttext as parts
from omnivec.store import formats

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


def test_a_word_without_parts_counts_no_more_than_an_unknown_one():
    model = FastText(dim=4, epochs=1, minn=5, buckets=50, min_count=1, threads=1).fit(["abcdef ghijkl"] * 9)
    alone, beside = model.embed(["abcdef", "abcdef a"], "mean")
    assert not model.vectors["a"].any()
    np.testing.assert_array_equal(alone, beside)


def test_fasttext_is_the_mean_of_unit_vectors_as_gensim_takes_it(vectors):
    gensim = pytest.importorskip("gensim.models")
    peer = gensim.KeyedVectors(8)
    peer.add_vectors(KEYS, vectors.vectors)
    found = embed(vectors, ["the king queen"], "fasttext-unsupervised")
    np.testing.assert_allclose(found[0], peer.get_mean_vector(["the", "king", "queen"]), atol=1e-6)
    with_zero = embed(vectors, ["the zero"], "fasttext-unsupervised")[
        0
    ]  # neither in the sum nor in the number
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


@pytest.mark.parametrize("recipe", ["mean", "fasttext-unsupervised"])
def test_a_batch_is_its_texts_one_by_one(vectors, recipe):
    texts = [" ".join(np.random.default_rng(seed).choice(KEYS[:3], 5)) for seed in range(9_000)]
    whole = embed(vectors, texts, recipe)
    for at in (0, 3276, 3277, 8_999):  # where blocks meet
        np.testing.assert_array_equal(whole[at], embed(vectors, [texts[at]], recipe)[0])


def test_words_end_at_ascii_white_space_alone():
    assert words_of(" a\tb\r\nc\u00a0d\u3000e\x1cf  ") == ["a", "b", "c\u00a0d\u3000e\x1cf"]


def test_what_cannot_be_asked_is_said(vectors):
    with pytest.raises(OptionError, match="recipe must be one of mean, fasttext-unsupervised, .*, got 'max'"):
        embed(vectors, ["a"], "max")
    for odd, got in [
        ("a", "str"),
        (b"a", "bytes"),
        (3, "int"),
        ([b"a"], "bytes"),
        ([None], "None"),
        ([["a", None]], "tokens are str, got None"),
    ]:
        with pytest.raises(InputError, match=got):
            embed(vectors, odd)
    for a, components, what in [
        (0, 1, "a must be above 0, got 0"),
        (1e-3, -1, "components must be 0 or more"),
        (1e-3, 4096, "leave nothing but rounding; lower components"),
    ]:
        with pytest.raises(OptionError, match=what):
            embed(vectors, ["a"], "sif", a=a, components=components)
    with pytest.raises(OptionError, match="fasttext-supervised takes what a classifier sees"):
        embed(vectors, ["a"], "fasttext-supervised")
    with pytest.raises(OptionError, match="came without"):
        embed(Vectors(["a"], [[1.0]]), ["a"], "sif")


def test_unseen_words_count_where_they_have_parts():
    model = FastText(dim=10, epochs=1, min_count=1, threads=1, buckets=200).fit(
        ["the king and the queen"] * 20
    )
    found = embed(model.vectors, ["kinglike"])
    np.testing.assert_allclose(found[0], model.vectors["kinglike"], atol=1e-7)


LINES = ["good fine day", "good day fine nice", "bad sad day", "bad awful night sad", "안녕 good day"]
ODD = ["", " \t ", "good", "unseen", "fine unseen day", "안녕 안녕", "day\tgood\r", "good " * 10_000]


@pytest.fixture(scope="module", params=["omnivec", "fasttext"])
def classifier(request):
    more = {"minn": 2, "maxn": 3, "word_ngrams": 2, "buckets": 300, "hash": request.param}
    labelled = [f"__label__{'pos' if 'good' in line else 'neg'} {line}" for line in LINES * 8]
    return Classifier(dim=10, epochs=2, threads=1, **more).fit(labelled)


def hidden(model, text):
    """The definition: the mean of the rows of words, n-grams of letters and of words, and the end."""
    features = model.config["features"]
    plain, tokens, rows = features["hash"] == "fasttext", [*text.split(), "</s>"], []
    words, buckets = len(model.keys), features["buckets"]
    for token in tokens:
        rows += [model.keys.row(token)] if token in model.keys else []
        rows += [words + parts.fnv(gram.encode()) % buckets for gram in parts.subwords(token, 2, 3)]
    hashes = [bags.token_hash(token.encode(), plain) for token in tokens]
    base = words + (0 if plain else buckets)
    rows += [base + gram for gram in bags.word_ngrams(hashes, 2, buckets, plain)]
    return model.inputs.take(np.array(rows, np.int64)).astype(np.float64).mean(0)


def test_fasttext_supervised_is_the_hidden_layer_of_the_classifier(classifier):
    assert classifier.recipe == "fasttext-supervised"
    found = classifier.embed(ODD)
    np.testing.assert_allclose(found, [hidden(classifier, text) for text in ODD], atol=1e-5)
    outputs = classifier.output.vectors
    for text, vector in zip(ODD, found, strict=True):  # and what predict takes
        scores = np.exp(outputs @ vector)
        label, chance = classifier.predict([text])[0][0]
        assert label == classifier.label_names[int(np.argmax(scores))]
        assert chance == pytest.approx(scores.max() / scores.sum(), abs=1e-5)


def test_the_default_recipe_is_that_of_the_kind_of_model(classifier):
    text = ["the king and the queen"] * 20
    plain = Word2Vec(dim=8, epochs=1, min_count=1, threads=1).fit(text)
    words = FastText(dim=8, epochs=1, min_count=1, threads=1, buckets=100).fit(text)
    for model, recipe in [(plain, "mean"), (words, "fasttext-unsupervised"), (classifier, None)]:
        assert model.recipe == (recipe or "fasttext-supervised")
        np.testing.assert_array_equal(model.embed(LINES), model.embed(LINES, model.recipe))
        assert not np.allclose(model.embed(text, "sif", components=0), model.embed(text))
    with pytest.raises(OptionError, match="choose another recipe"):
        plain.embed(LINES, "fasttext-supervised")


def test_all_recipes_take_odd_texts_one_by_one_and_together(classifier):
    words = FastText(dim=8, epochs=1, min_count=1, threads=1, buckets=100).fit(LINES * 4)
    for model in (classifier, words):
        for recipe in ("mean", "fasttext-unsupervised", "sif", model.recipe):
            whole = model.embed(ODD, recipe, components=0)
            assert whole.shape == (len(ODD), model.config["dim"]) and whole.dtype == np.float32
            alone = np.concatenate([model.embed([text], recipe, components=0) for text in ODD])
            np.testing.assert_allclose(whole, alone, atol=1e-6)
            tokens = [text.split() for text in ODD]
            np.testing.assert_allclose(model.embed(tokens, recipe, components=0), whole, atol=1e-6)
            assert model.embed([], recipe).shape == (0, model.config["dim"])
            assert model.embed(iter(ODD), recipe).shape == whole.shape


@pytest.mark.parametrize("kind", ["supervised", "unsupervised"])
def test_sentence_vectors_are_those_of_the_fasttext_package(tmp_path, kind):
    fasttext = pytest.importorskip(
        "fasttext", reason="fasttext is no requirement: its package needs a compiler"
    )
    if kind == "supervised":
        labelled = [f"__label__{'pos' if 'good' in line else 'neg'} {line}" for line in LINES * 8]
        options = {"hash": "fasttext", "minn": 2, "maxn": 3, "word_ngrams": 2, "buckets": 300}
        model = Classifier(dim=10, epochs=2, threads=1, **options).fit(labelled)
    else:
        model = FastText(dim=10, epochs=2, min_count=1, threads=1, buckets=300).fit(LINES * 8)
    formats.named("fasttext").write(tmp_path / "m.bin", model.contents())
    theirs = fasttext.load_model(str(tmp_path / "m.bin"))
    texts = ODD[:-1]  # fastText adds 20,000 float32 up and loses two digits
    for ours in (model, load(tmp_path / "m.bin")):
        found = ours.embed(texts)
        wanted = [theirs.get_sentence_vector(text) for text in texts]
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def idf_of(texts, tokens=str.split):
    """The definition: ln((1 + texts) / (1 + texts that have the word)) + 1."""
    sets = [set(tokens(text)) for text in texts]
    return lambda word: np.log((1 + len(texts)) / (1 + sum(word in some for some in sets))) + 1


@pytest.mark.parametrize("counted", [None, ["the", "the king", "a queen", "the the"]])
def test_idf_weighs_words_more_that_few_texts_have(vectors, counted):
    texts = ["the king the", "the queen", "king unknown", "", "the zero"]
    idf, given = idf_of(counted or texts), None if counted is None else Idf.of(counted, words_of)
    wanted = [
        np.mean([idf(word) * vectors[word].astype(np.float64) for word in known], axis=0)
        if known
        else np.zeros(8)
        for known in ([word for word in text.split() if word in vectors] for text in texts)
    ]
    assert idf("never") > idf("king") > idf("the") >= 1
    np.testing.assert_allclose(embed(vectors, texts, "idf", idf=given), wanted, atol=1e-6)
    np.testing.assert_allclose(embed(vectors, iter(texts), "idf", idf=given), wanted, atol=1e-6)
    tokens = [text.split() for text in texts]
    np.testing.assert_allclose(embed(vectors, tokens, "idf", idf=given), wanted, atol=1e-6)


def test_idf_is_that_of_scikit_learn():
    text = pytest.importorskip("sklearn.feature_extraction.text")
    texts = ["the king the", "the queen", "king", "", "the zero"]
    peer = text.TfidfVectorizer(tokenizer=str.split, token_pattern=None).fit(texts)
    names = peer.get_feature_names_out().tolist()
    np.testing.assert_allclose(Idf.of(texts, words_of).weights(names), peer.idf_, rtol=1e-12)


def test_idf_counts_words_that_are_no_keys_and_both_of_unicodes_spellings():
    text = ["안녕 king queen"] * 20
    model = FastText(dim=8, epochs=1, min_count=1, threads=1, buckets=100).fit(text)
    apart = unicodedata.normalize("NFD", "안녕")
    texts = ["안녕 kinglike", f"{apart} king", "kinglike", "queen"]
    idf = idf_of(texts, lambda text: unicodedata.normalize("NFC", text).split())
    words = [unicodedata.normalize("NFC", text).split() for text in texts]
    wanted = [np.mean([idf(word) * model.vectors[word] for word in some], axis=0) for some in words]
    np.testing.assert_allclose(model.embed(texts, "idf"), wanted, atol=1e-6)


def test_idf_of_other_texts_is_given():
    model = Word2Vec(dim=8, epochs=1, min_count=1, threads=1).fit(LINES * 4)
    idf = model.idf(LINES)
    one_by_one = [model.embed([text], "idf", idf=idf)[0] for text in LINES]
    np.testing.assert_allclose(model.embed(LINES, "idf"), one_by_one, atol=1e-6)
    np.testing.assert_allclose([*model.embed_batches(LINES, "idf", idf=idf)][0], one_by_one, atol=1e-6)
    assert not np.allclose(model.embed(LINES[:1], "idf"), one_by_one[:1])
    near = model.sentences(LINES, "idf")
    assert near.neighbors(["good awful"]) == near.vectors.neighbors(
        [model.embed(["good awful"], "idf", idf=idf)[0]]
    )
    with pytest.raises(OptionError, match=r"count them first: idf=model\.idf\(texts\)"):
        model.embed_batches(LINES, "idf")
    with pytest.raises(OptionError, match=r"what Model\.idf counts of texts, got list"):
        model.embed(LINES, "idf", idf=LINES)
    for wrong in (lambda: model.embed("one", "idf"), lambda: model.idf("one"), lambda: model.idf([None])):
        with pytest.raises(InputError):
            wrong()


def test_idf_splits_texts_as_embed_does():
    model = Word2Vec(dim=8, epochs=1, min_count=1, threads=1).fit(
        [line.replace("-", " ") for line in LINES * 4]
    )
    dashed = [line.replace(" ", "-") for line in LINES]
    split = lambda text: text.split("-")  # noqa: E731
    np.testing.assert_array_equal(model.embed(dashed, "idf", tokenizer=split), model.embed(LINES, "idf"))
