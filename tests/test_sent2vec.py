"""Vectors of sentences: what a text is the mean of, files of sent2vec, odd texts."""

from __future__ import annotations

import gzip
import math
import struct

import numpy as np
import pytest

from omnivec import FormatError, InputError, OptionError, Sent2Vec, UnknownKey, extend, load
from omnivec.data.means import Means
from omnivec.reference import classifier
from omnivec.reference import sent2vec as definition
from omnivec.store import formats

DIM, BUCKETS = 8, 500


def texts(count: int = 300) -> list[str]:
    draw = np.random.default_rng(0)
    words = [f"w{k}" for k in range(40)]
    return [" ".join(draw.choice(words, draw.integers(1, 12))) for _ in range(count)]


@pytest.fixture(scope="module")
def model():
    learner = Sent2Vec(dim=DIM, epochs=2, threads=1, min_count=2, sample=0.05, buckets=BUCKETS, word_ngrams=3)
    return learner.fit(texts())


ODD = [
    "", "   ", "zzz qqq", "w1 zzz w2", "w1\tw2", "w1 w2\r\n", "w2 w1", "w1\u00a0w2", "w3", "w1 </s> w2",
    "w5 " * 3000, "é한국 😀 w7",
]  # fmt: skip


def wanted(model, text: str) -> np.ndarray:
    """By the definitions: known words, then n-grams of them."""
    words = [token for token in text.split(" " if "\u00a0" in text else None) if token in model.keys]
    rows = [model.keys.row(word) for word in words]
    hashes = [classifier.token_hash(word.encode(), False) for word in words]
    base = len(model.keys)
    for start in range(len(words)):
        for end in range(start + 2, min(start + 3, len(words)) + 1):
            rows.append(base + definition.bucket(hashes[start:end], BUCKETS))
    inputs = model.tables["inputs"][:, :DIM].astype(np.float64)
    return inputs[rows].mean(0) if rows else np.zeros(DIM)


def test_a_text_is_the_mean_of_its_words_and_ngrams(model, monkeypatch, tmp_path):
    """By the kernel, in NumPy, as tokens, from a folder; unknown words vanish before n-grams are formed."""
    asked = [*texts(20), *ODD]
    found = model.embed(asked)
    assert model.recipe == "sent2vec"
    np.testing.assert_allclose(found, [wanted(model, text) for text in asked], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found[asked.index("w1 zzz w2")], found[asked.index("w1\tw2")])
    assert (found[asked.index("w2 w1")] != found[asked.index("w1\tw2")]).any()
    assert not found[[asked.index(text) for text in ("", "   ", "zzz qqq")]].any()
    tokens = model.embed([text.split() for text in texts(20)])
    np.testing.assert_allclose(tokens, found[:20], atol=1e-6)
    model.save(tmp_path / "m")
    again = load(tmp_path / "m")
    np.testing.assert_array_equal(again.embed(asked), found)
    monkeypatch.setattr(Means, "_plain_rows", False)
    np.testing.assert_allclose(again.embed(asked), found, rtol=1e-5, atol=1e-6)


def test_other_recipes_and_words(model):
    means = model.embed(["w1 w2"], recipe="mean")
    np.testing.assert_allclose(means[0], (model.vectors["w1"] + model.vectors["w2"]) / 2, atol=1e-6)
    np.testing.assert_allclose(model.embed(["w1"])[0], model.vectors["w1"], atol=1e-6)
    with pytest.raises(UnknownKey):
        model.vectors["zzz"]
    with pytest.raises(OptionError, match="classifier"):
        model.embed(["w1"], recipe="fasttext-supervised")
    upper = model.embed(["W1-W2"], tokenizer=lambda text: text.lower().split("-"))
    np.testing.assert_allclose(upper, model.embed(["w1 w2"]), atol=1e-6)


@pytest.mark.parametrize("unit", ["line", "paragraph", "document"])
def test_units(unit, tmp_path):
    """A lone word has no context on its line, and has in its paragraph."""
    path = tmp_path / "text"
    path.write_text("a\nb c\n\nd\ne\n\n" * 3)
    record = Sent2Vec(dim=4, epochs=1, threads=1, min_count=1, sample=0, unit=unit).fit(path).record
    assert record["pairs"] == {"line": 6, "paragraph": 15, "document": 15}[unit]
    assert record["units"] == {"line": 12, "paragraph": 6, "document": 1}[unit]


@pytest.mark.parametrize("options", [{"buckets": 1}, {"word_ngrams": 100}, {"ngram_dropout": 1000}])
def test_odd_sizes(options):
    told = {"word_ngrams": 2, "buckets": 50, **options}
    model = Sent2Vec(dim=4, epochs=2, threads=1, min_count=1, sample=0, **told).fit(texts(40))
    assert np.isfinite(model.record["loss"]).all() and np.isfinite(model.tables["inputs"]).all()
    assert model.embed(["w1 w2 w3"]).any()


def test_a_unit_of_any_length_trains_on_all_of_its_words():
    draw = np.random.default_rng(2)
    shares = 1 / np.arange(1, 2001)
    line = " ".join(f"w{k}" for k in draw.choice(2000, 60_000, p=shares / shares.sum()))
    # One thread: with two, each has the one line, of another epoch, at the same time.
    told = {"word_ngrams": 2, "buckets": 999, "dim": 4, "epochs": 2, "min_count": 1, "sample": 0.0}
    model = Sent2Vec(threads=1, **told).fit([line])
    assert model.record["pairs"] == 120_000 and model.record["loss"][1] < model.record["loss"][0]


@pytest.mark.parametrize("length", [200, 1000])
def test_long_units_of_frequent_words_do_not_overshoot(length):
    """Fifty words, each of which stands many times in a unit: without following, the loss grows for ever."""
    draw = np.random.default_rng(3)
    words = draw.zipf(1.3, 40_000) % 50
    lines = [[f"w{w}" for w in words[at : at + length]] for at in range(0, len(words), length)]
    told = {"dim": 16, "epochs": 3, "lr": 1.0, "min_count": 1, "sample": 0.0, "threads": 1}
    losses = Sent2Vec(word_ngrams=1, **told).fit(lines).record["loss"]
    assert losses[-1] < losses[0] < 11 * math.log(2)


def test_bad_bytes_and_line_ends(tmp_path):
    """Byte 0xFF ends nothing; Windows line ends are line ends; the last word needs no line end."""
    path = tmp_path / "text"
    path.write_bytes(b"a b c\r\nb \xff c\r\n" * 5 + b"a b last")
    model = Sent2Vec(dim=4, epochs=1, threads=1, min_count=1, sample=0).fit(path)
    assert model.record["tokens"] == 33 and model.record["invalid_tokens"] == 5
    assert set(model.keys) == {"a", "b", "c", "\ufffd", "last"}
    with pytest.raises(InputError, match="UTF-8"):
        Sent2Vec(dim=4, encoding_errors="strict").fit(path)


def test_one_word_units_alone_are_refused():
    with pytest.raises(InputError, match="is a single word"):
        Sent2Vec(dim=4, epochs=1, threads=1, min_count=1).fit(["a", "b", "a"])


def test_a_text_without_a_target_is_refused():
    with pytest.raises(InputError, match="the most frequent occurs 2 times.*lower target_min_count"):
        Sent2Vec(dim=4, epochs=1, min_count=1, target_min_count=3, negatives=1).fit(["a b c", "a d"])


def file_of_sent2vec(words=("<PLACEHOLDER>", "</s>", "the", "cat", "sat"), ngrams=3, bucket=50, more=1):
    """A file as the program writes it, and its rows."""
    draw = np.random.default_rng(5)
    inputs = draw.normal(size=(len(words) + bucket + more, DIM)).astype("<f4")
    outputs = draw.normal(size=(len(words), DIM)).astype("<f4")
    out = struct.pack("<14id", 793712314, 11, DIM, 5, 2, 1, 10, ngrams, 2, 4, bucket, 3, 6, 100, 1e-4)
    out += struct.pack("<3i2q", len(words), len(words), 0, 99, -1)
    for place, word in enumerate(words):
        out += word.encode() + struct.pack("<xqB", 0 if place == 0 else 10 - place, 0)
    for matrix in (inputs, outputs):
        out += struct.pack("<Bqq", 0, *matrix.shape) + matrix.tobytes()
    return out, inputs, outputs


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("more", [0, 1])
def test_a_file_of_sent2vec_embeds_as_defined(tmp_path, packed, more, monkeypatch):
    content, inputs, outputs = file_of_sent2vec(more=more)
    path = tmp_path / "model.bin"
    path.write_bytes(gzip.compress(content) if packed else content)
    model = load(path)
    ids = {word: row for row, word in enumerate(model.keys)}
    asked = [
        "the cat sat",
        "cat the",
        "the zzz cat",
        "the </s> cat",
        "",
        "zzz",
        "</s> cat",
        "<PLACEHOLDER> the",
    ]

    def mean(text: str) -> np.ndarray:
        words = [ids[t] for t in text.split("</s>")[0].split() if t in ids]
        rows = [row for _, _, row in definition.features(words, 0, 3, range(5), 5, 50, plain=True)]
        return inputs[rows].astype(np.float64).mean(0) if rows else np.zeros(DIM)

    expected = [mean(text) for text in asked]
    np.testing.assert_allclose(model.embed(asked), expected, atol=1e-6)
    model.save(tmp_path / "folder")
    np.testing.assert_allclose(load(tmp_path / "folder").embed(asked), expected, atol=1e-6)
    monkeypatch.setattr(Means, "_plain_rows", False)
    np.testing.assert_allclose(model.embed(asked), expected, atol=1e-6)
    np.testing.assert_array_equal(model.vectors["cat"], inputs[3])  # the bare row
    np.testing.assert_array_equal(model.output["cat"], outputs[3])
    assert len(load(path, limit=3).keys) == 3
    with pytest.raises(OptionError, match="sent2vec"):
        load(path, limit=3).embed(["the"])


def test_a_file_of_sent2vec_cannot_go_on(tmp_path):
    """As it is, and as a folder."""
    (tmp_path / "model.bin").write_bytes(file_of_sent2vec()[0])
    load(tmp_path / "model.bin").save(tmp_path / "folder")
    for name in ("model.bin", "folder"):
        with pytest.raises(OptionError, match="hashed by the rows of their words.*vectors as start"):
            extend(tmp_path / name, ["the cat sat"])
    started = Sent2Vec(dim=DIM, min_count=1, epochs=1, threads=1, buckets=9).fit(
        ["the cat sat"] * 9, start=tmp_path / "model.bin"
    )
    assert started.record["start"]["words"] == 3


def test_a_hash_of_another_kind_is_refused(model, tmp_path):
    """Rows by another hash would be other rows, and nothing would tell."""
    model.save(tmp_path / "m")
    other = load(tmp_path / "m")
    other.config["features"] = {**other.config["features"], "hash": "xxhash"}
    other.save(tmp_path / "other")
    with pytest.raises(
        FormatError, match="hashed by one of omnivec, fasttext, sent2vec, this model says 'xx"
    ):
        load(tmp_path / "other").embed(["w1 w2"])


def test_damaged_files_of_sent2vec_are_named(tmp_path):
    content, _, _ = file_of_sent2vec()
    path = tmp_path / "model.bin"
    for length in range(112, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError, match=r"damaged|truncated"):
            load(path)
        with pytest.raises(FormatError, match=r"damaged|truncated"):
            formats.outline(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(FormatError, match="end was expected"):
        load(path)
