"""fastText's model files: read to the last byte, composed as it composes, written as the same bytes again."""

import importlib
import struct

import gensim
import numpy as np
import pytest
from gensim.models.fasttext import load_facebook_vectors, save_facebook_model
from hypothesis import given, settings
from hypothesis import strategies as st

import omnivec
from omnivec import Classifier, FastText, Word2Vec, load
from omnivec.data.ngrams import Subwords, cut
from omnivec.errors import FormatError, NotEnoughMemory, OutputError
from omnivec.reference import fasttext as definition
from omnivec.store import formats, memory
from omnivec.store.formats.fasttext_tree import huffman, rows_of_nodes
from omnivec.store.keys import Keys

WORDS, LABELS = ["</s>", "where", "안녕", "a"], ["__label__x", "__label__y", "__label__z"]
DIM, BUCKETS = 5, 40
WRITE = formats.named("fasttext").write


def dense(rows):
    return struct.pack("<qq", *rows.shape) + rows.astype("<f4").tobytes()


def quantised(codes, centroids, size, dim=DIM, norms=None):
    """A matrix as fastText quantises one; norms: codes and values."""
    rows, parts = codes.shape
    out = struct.pack("<?qqi", norms is not None, rows, dim, rows * parts) + codes.tobytes()
    out += struct.pack("<4i", dim, parts, size, dim % size or size) + centroids.astype("<f4").tobytes()
    if norms is not None:
        out += norms[0].tobytes() + struct.pack("<4i", 1, 1, 1, 1) + norms[1].astype("<f4").tobytes()
    return out


def rows_of(seed, rows, dim=DIM):
    return np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)


HEADER = {
    "dim": DIM, "window": 4, "epoch": 3, "min_count": 2, "negatives": 6, "word_ngrams": 1, "loss": 2,
    "model": 2, "bucket": BUCKETS, "minn": 3, "maxn": 6, "rate_update": 100,
}  # fmt: skip


def file(
    words=WORDS, labels=(), pairs=None, inputs=None, output=None, marks=(0, 0), version=12, sample=1e-3,
    counts=None, tail=b"", **header,
):  # fmt: skip
    """A file as fastText writes it; version 0 is of before the magic number."""
    arguments = {**HEADER, **header}
    raw = [word if isinstance(word, bytes) else word.encode() for word in (*words, *labels)]
    counts = counts or range(100, 100 - len(raw), -1)
    out = struct.pack("<2i", 793712314, version) if version else b""
    out += struct.pack("<12id", *arguments.values(), sample)
    out += struct.pack("<3iq", len(raw), len(words), len(labels), 4321)
    out += struct.pack("<q", -1 if pairs is None else len(pairs)) if version else b""
    for row, (word, count) in enumerate(zip(raw, counts, strict=True)):
        out += word + struct.pack("<xqB", count, row >= len(words))
    out += np.array([] if pairs is None else pairs, "<i4").tobytes()
    more = arguments["bucket"] if pairs is None else len(pairs)
    targets = len(labels) if arguments["model"] == 3 else len(words)
    inputs = dense(rows_of(1, len(words) + more)) if inputs is None else inputs
    output = dense(rows_of(2, targets)) if output is None else output
    if not version:
        return out + inputs + output
    return out + struct.pack("<B", marks[0]) + inputs + struct.pack("<B", marks[1]) + output + tail


def small(rows, parts=3, size=2, norms=False, seed=5):
    """Codes and centroids, the matrix of a file, and its rows decoded one number after another."""
    draw = np.random.default_rng(seed)
    codes = draw.integers(0, 256, (rows, parts)).astype(np.uint8)
    centroids, values = draw.normal(size=256 * DIM).astype(np.float32), draw.random(256).astype(np.float32)
    lengths = draw.integers(0, 256, rows).astype(np.uint8)
    plain = np.empty((rows, DIM), np.float32)
    for row in range(rows):
        for column in range(DIM):
            part = column // size
            width = min(size, DIM - part * size)
            start = part * size * 256 + int(codes[row, part]) * width
            plain[row, column] = centroids[start + column % size]
            plain[row, column] *= values[lengths[row]] if norms else 1
    return quantised(codes, centroids, size, norms=(lengths, values) if norms else None), plain


SUPERVISED = {"labels": LABELS, "model": 3, "loss": 3, "word_ngrams": 2, "minn": 2, "maxn": 3}
PAIRS = [(7, 2), (3, 0), (39, 1)]
FILES = {
    "skip-gram": file(),
    "CBOW": file(model=1),
    "version 11": file(version=11),
    "words alone": file(maxn=0, bucket=0),
    "softmax": file(loss=3),
    "hs": file(loss=1, output=dense(np.vstack([rows_of(2, 3), np.zeros((1, DIM))]))),
    "labels in a text": file(labels=LABELS),
    "supervised": file(**SUPERVISED),
    "supervised, hs": file(
        **{**SUPERVISED, "loss": 1}, output=dense(np.vstack([rows_of(2, 2), np.zeros((1, DIM))]))
    ),
    "one-vs-all": file(**{**SUPERVISED, "loss": 4}),
    "quantised": file(**SUPERVISED, inputs=small(44)[0], marks=(1, 0)),
    "norms": file(**SUPERVISED, inputs=small(44, norms=True)[0], marks=(1, 0)),
    "pruned": file(**SUPERVISED, pairs=PAIRS, inputs=small(7, norms=True)[0], marks=(1, 0)),
    "no n-gram left": file(**SUPERVISED, pairs=[], inputs=small(4)[0], marks=(1, 0)),
    "outputs": file(**SUPERVISED, inputs=small(44)[0], marks=(1, 1), output=small(3, norms=True)[0]),
    "unsupervised, quantised": file(inputs=small(44, parts=1, size=5)[0], marks=(1, 0)),
    "bytes": file(words=["</s>", b"\xff\xfe", b"\xfe\xff", "a"], labels=[b"__label__\xff"], model=3, loss=4),
}  # fmt: skip


def opened(tmp_path, content, **options):
    (tmp_path / "m.bin").write_bytes(content)
    return load(tmp_path / "m.bin", **options)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_becomes_the_same_bytes_again(tmp_path, kind):
    model = opened(tmp_path, FILES[kind])
    WRITE(tmp_path / "again", model.contents())
    assert (tmp_path / "again").read_bytes() == FILES[kind]
    model.save(tmp_path / "m")
    for way in ({}, {"mapped": False}):
        WRITE(tmp_path / "again", load(tmp_path / "m", **way).contents(), overwrite=True)
        assert (tmp_path / "again").read_bytes() == FILES[kind]


def composed(word, inputs, minn, maxn, row=None, pairs=None):
    """The definition: the mean of a word's own row and those of its n-grams."""
    hashes = [definition.fnv(gram.encode()) % BUCKETS for gram in definition.subwords(word, minn, maxn)]
    left = range(BUCKETS) if pairs is None else dict(pairs)
    rows = [len(WORDS) + left[h] for h in hashes if pairs is None or h in left]
    rows = rows if row is None else [row, *rows]
    return inputs[rows].astype(np.float64).mean(0) if rows else np.zeros(DIM)


@pytest.mark.parametrize(
    "kind", ["skip-gram", "words alone", "supervised", "pruned", "no n-gram left", "norms"]
)
def test_words_are_composed_as_fasttext_composes_them(tmp_path, kind):
    model = opened(tmp_path, FILES[kind])
    sizes = model.config["features"]["minn"], model.config["features"]["maxn"]
    pairs = {"pruned": PAIRS, "no n-gram left": []}.get(kind)
    inputs = {
        "pruned": small(7, norms=True)[1],
        "no n-gram left": small(4)[1],
        "norms": small(44, norms=True)[1],
    }
    rows = inputs.get(kind, rows_of(1, 4 + model.config["features"]["buckets"]))
    for row, word in enumerate(WORDS):
        expected = composed(word, rows, *sizes, row, pairs)
        np.testing.assert_allclose(model.vectors[word], expected, atol=1e-6)
    for word in ("wherever", "é", "한국어", "x"):
        expected = composed(word, rows, *sizes, None, pairs)
        np.testing.assert_allclose(model.vectors[word], expected, atol=1e-6)
    model.save(tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").vectors["wherever"], model.vectors["wherever"])


def test_words_that_are_cut_together_are_cut_as_each_alone():
    words = ["", "a", "</s>", "where", "한국어", "<>", "😀é", "where"]
    raw = [word.encode() for word in words] + [b"\x80\xffa\x80"]
    offsets = np.concatenate([[0], np.cumsum([len(word) for word in raw])])
    text = np.frombuffer(b"".join(raw), np.uint8)
    for sizes in ((3, 6), (1, 2), (0, 1), (2, 0), (5, 4), (1, 9)):
        subwords = Subwords(*sizes, 1000)
        counts, hashes = cut(text, offsets, subwords)
        at = 0
        for word, count in zip(words, counts.tolist(), strict=False):
            assert hashes[at : at + count].tolist() == subwords.rows(word, 0).tolist(), (word, sizes)
            at += count
    # letters begin where no byte of one goes on: <\x80, \xff, a\x80 and >; only the middle ones stand alone
    assert counts[-1] == 2 + 3 + 2 + 1 and len(hashes) == counts.sum()


def test_options_are_told_in_our_words(tmp_path):
    model = opened(tmp_path, FILES["CBOW"])
    assert model.learner == "fasttext" and model.options == {
        "dim": 5, "epochs": 3, "min_count": 2, "negatives": 6, "loss": "ns", "minn": 3, "maxn": 6,
        "buckets": 40, "model": "cbow", "window": 4, "sample": 1e-3, "lr": None, "line_end": "</s>",
    }  # fmt: skip
    FastText(**model.options)
    assert model.keys.counts.tolist() == [100, 99, 98, 97] and model.config["head"] is None
    np.testing.assert_array_equal(model.output["where"], rows_of(2, 4)[1])
    model = opened(tmp_path, FILES["one-vs-all"])
    assert model.learner == "classifier" and model.config["head"] == {
        "kind": "labels", "loss": "ova", "prefix": "__label__",
    }  # fmt: skip
    assert model.config["features"] == {
        "kind": "bag", "hash": "fasttext", "minn": 2, "maxn": 3, "buckets": 40, "word_ngrams": 2,
        "shared": True, "line_end": "</s>",
    }  # fmt: skip
    assert list(model.labels) == LABELS and model.labels.counts.tolist() == [96, 95, 94]
    np.testing.assert_array_equal(model.output["__label__y"], rows_of(2, 3)[1])


def test_a_model_goes_on_learning(tmp_path):
    grown = omnivec.extend(opened(tmp_path, FILES["skip-gram"]), ["where a b"] * 40, epochs=1, lr=0.01)
    assert "b" in grown.keys and len(grown.tables["inputs"]) == len(grown.keys) + BUCKETS


def test_a_file_of_before_the_magic_number_is_read_and_written_as_a_new_one(tmp_path):
    model = opened(tmp_path, file(version=0, words=["</s>", "krásně".encode("cp852"), "a"]), encoding="cp852")
    assert list(model.keys) == ["</s>", "krásně", "a"]
    WRITE(tmp_path / "new", model.contents())
    assert (tmp_path / "new").read_bytes() == file(words=["</s>", "krásně".encode("cp852"), "a"])


def test_old_classifiers_have_no_ngrams_of_letters(tmp_path):
    model = opened(tmp_path, file(**SUPERVISED, version=11))
    assert model.config["features"]["maxn"] == 0
    np.testing.assert_array_equal(model.vectors["where"], rows_of(1, 44)[1])


def test_bytes_that_are_no_text_are_told_and_words_stay_apart(tmp_path, caplog):
    model = opened(tmp_path, FILES["bytes"])
    assert list(model.keys) == ["</s>", "��", "�� (row 2)", "a"]
    assert "2 words are not utf-8" in caplog.text and "occur again" in caplog.text
    model = opened(tmp_path, FILES["bytes"], errors="backslashreplace")
    assert list(model.keys)[1:3] == ["\\xff\\xfe", "\\xfe\\xff"]
    with pytest.raises(FormatError, match="row 2 is not utf-8"):
        opened(tmp_path, FILES["bytes"], errors="strict")


def test_the_first_words_alone_are_read_with_their_vectors(tmp_path):
    for kind, tables in (("skip-gram", {"vectors", "output"}), ("supervised", {"vectors"})):
        model, first = opened(tmp_path, FILES[kind]), opened(tmp_path, FILES[kind], limit=2)
        assert list(first.keys) == WORDS[:2] and {*first.tables} == tables
        np.testing.assert_array_equal(first.vectors.vectors, model.vectors.vectors[:2])
        model.save(tmp_path / kind)
        again = load(tmp_path / kind, limit=2)
        assert all(
            np.array_equal(again.tables[name], first.tables[name]) for name in tables | {*again.tables}
        )
        with pytest.raises(OutputError, match="n-grams are missing"):
            WRITE(tmp_path / "x", first.contents())


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_smaller_numbers_leave_the_rows_that_train_as_they_are(tmp_path, dtype):
    model, exact = opened(tmp_path, FILES["skip-gram"], dtype=dtype), opened(tmp_path, FILES["skip-gram"])
    assert model.vectors.table.dtype == model.output.table.dtype == dtype
    np.testing.assert_allclose(model.vectors["where"], exact.vectors["where"], atol=0.02)
    np.testing.assert_array_equal(model.vectors["unseen"], exact.vectors["unseen"])
    model.save(tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").vectors["where"], model.vectors["where"])
    exact.save(tmp_path / "e")
    again = load(tmp_path / "e", dtype=dtype).vectors["where"]
    np.testing.assert_array_equal(again, model.vectors["where"])


def test_memory_is_asked_for_before_rows_are_read(tmp_path, monkeypatch):
    for kind, have in (("skip-gram", 900), ("quantised", 900), ("skip-gram", 2000)):
        monkeypatch.setattr(memory, "available", lambda have=have: (have, "machine"))
        with pytest.raises(NotEnoughMemory):
            opened(tmp_path, FILES[kind], mapped=have < 1000)


def test_progress_rises_to_one(tmp_path):
    told = []
    opened(tmp_path, FILES["supervised"], progress=told.append)
    assert told == sorted(told) and told[-1] == 1


# Trees


def test_of_equal_weights_the_node_goes_before_the_leaf():
    # a 2, b 1, c 1: fastText joins c and b to 2, and then takes this node before a
    assert huffman(np.array([2, 1, 1])).tolist() == [[1, 2], [0, 3]]
    assert huffman(np.array([5])).shape == (0, 2)


counts_of = st.lists(st.integers(1, 30), min_size=2, max_size=20).map(lambda counts: sorted(counts)[::-1])


@settings(max_examples=60, deadline=None)
@given(counts_of, st.data())
def test_a_tree_with_sides_changed_is_the_same_tree(counts, data):
    counts = np.array(counts)
    tree = huffman(counts)
    swapped = np.array([data.draw(st.booleans()) for _ in tree])
    ours = np.where(swapped[:, None], tree[:, ::-1], tree).astype(np.int32)
    rows, signs = rows_of_nodes(counts, ours)
    assert rows.tolist() == list(range(len(tree))) and (signs == np.where(swapped, -1, 1)).all()


def test_another_tree_is_not_that_of_fasttext():
    assert rows_of_nodes(np.array([4, 3, 2, 1]), np.array([[0, 1], [2, 3], [4, 5]], np.int32)) is None


TEXT = ["the kings and the queens rule the kingdom", "a king and a queen ruled the kingdoms"] * 60


def test_a_tree_of_ours_is_built_by_fasttext_from_counts_that_were_made_for_it(tmp_path, caplog):
    model = FastText(dim=10, epochs=1, min_count=1, threads=1, sample=0.0, buckets=500, loss="hs").fit(
        ["aa aa bb bb cc dd"] * 60  # after cc and dd are joined, all three weigh the same
    )
    WRITE(tmp_path / "m.bin", model.contents())
    assert "times what they are" in caplog.text
    again = load(tmp_path / "m.bin")

    def leaves(tables, word):
        """The probability of every word after another."""
        tree, hidden = tables["tree"], model.vectors[word]
        chance = np.ones(2 * len(tree) + 1)
        right = 1 / (1 + np.exp(-tables["nodes"][:, :10] @ hidden))
        for node in reversed(range(len(tree))):
            left, other = tree[node]
            chance[left] = chance[len(tree) + 1 + node] * right[node]
            chance[other] = chance[len(tree) + 1 + node] * (1 - right[node])
        return chance[: len(tree) + 1]

    np.testing.assert_allclose(leaves(model.tables, "aa"), leaves(again.tables, "aa"), atol=1e-6)
    assert leaves(model.tables, "aa").sum() == pytest.approx(1)


# What is written, and what is not


@pytest.mark.parametrize("learner", [
    FastText(dim=10, epochs=1, min_count=1, threads=1, buckets=500),
    FastText(dim=10, epochs=1, min_count=1, threads=1, buckets=500, model="cbow", minn=1, maxn=2),
    FastText(dim=10, epochs=1, min_count=1, threads=1, maxn=0),
    Word2Vec(dim=10, epochs=1, min_count=1, threads=1),
], ids=["skip-gram", "CBOW", "words alone", "word2vec"])  # fmt: skip
def test_a_model_that_was_trained_here_comes_back(tmp_path, learner):
    model = learner.fit(TEXT)
    WRITE(tmp_path / "m.bin", model.contents())
    assert formats.detect(tmp_path / "m.bin").name == "fasttext"
    again = load(tmp_path / "m.bin")
    assert list(again.keys) == list(model.keys)
    np.testing.assert_allclose(again.vectors.vectors, model.vectors.vectors, atol=1e-7)
    np.testing.assert_array_equal(again.output.vectors, model.output.vectors)
    if model.learner == "fasttext":
        np.testing.assert_array_equal(again.vectors["kinglike"], model.vectors["kinglike"])


@pytest.mark.parametrize("maxn", [0, 3], ids=["words alone", "words and letters"])
def test_a_classifier_without_word_ngrams_is_written_whatever_would_have_hashed_them(tmp_path, maxn):
    model = Classifier(dim=10, epochs=2, threads=1, minn=2, maxn=maxn, buckets=500).fit(
        [("a king rules", "good"), ("a stone falls", "bad")] * 20
    )
    assert model.config["features"]["hash"] == "omnivec"
    WRITE(tmp_path / "m.bin", model.contents())
    texts = ["a king falls", "kinglike stone", "", "unseen"]
    for ours, again in zip(model.predict(texts, 2), load(tmp_path / "m.bin").predict(texts, 2), strict=True):
        assert dict(again) == pytest.approx(dict(ours), abs=1e-6)


def test_what_a_file_cannot_hold_is_refused_with_the_reason(tmp_path):
    model = opened(tmp_path, FILES["supervised"])
    cases = {
        "hashed by 'mixed'": {"hash": "mixed"}, "tables of their own": {"shared": False},
        "cuts Hangul": {"jamo": True}, "texts end in None": {"line_end": None},
        "rows of n-grams": {"buckets": 41},
    }  # fmt: skip
    for reason, change in cases.items():
        changed = {**model.config, "features": {**model.config["features"], **change}}
        odd = model.contents()._replace(whole=model.contents().whole._replace(config=changed))
        with pytest.raises(OutputError, match=rf"{reason}.*\.vec"):
            WRITE(tmp_path / "x", odd)
    tables = {name: table for name, table in model.tables.items() if name != "output"}
    with pytest.raises(OutputError, match="rows that predict are missing"):
        WRITE(tmp_path / "x", model.contents()._replace(whole=model.contents().whole._replace(tables=tables)))
    with pytest.raises(OutputError, match="vectors alone"):
        WRITE(tmp_path / "x", model.vectors.contents())
    spaced = Keys.build(["</s>", "new york", "b", "c"], model.keys.counts)
    with pytest.raises(OutputError, match="a space"):
        WRITE(tmp_path / "x", model.contents()._replace(keys=spaced))
    assert not (tmp_path / "x").exists()


# Other programs


@pytest.mark.parametrize("bucket", [0, 100])
def test_what_gensim_writes_is_opened_and_the_other_way_round(tmp_path, bucket):
    path = str(tmp_path / "m.bin")
    trained = gensim.models.FastText(
        [["a", "b", "안녕"] * 9], vector_size=4, min_count=1, bucket=bucket, max_n=6 * (bucket > 0), epochs=1
    )
    save_facebook_model(trained, path)
    model = load(path)
    for word in trained.wv.index_to_key:
        np.testing.assert_allclose(model.vectors[word], trained.wv[word], atol=1e-6)
    WRITE(path, model.contents(), overwrite=True)
    again = load_facebook_vectors(path)
    for word in (*model.keys, *(["안녕하세요"] if bucket else [])):
        np.testing.assert_allclose(model.vectors[word], again[word], atol=1e-6)


TRAINED = {
    "skip-gram": {}, "CBOW": {"model": "cbow", "minn": 1, "maxn": 2}, "hs": {"loss": "hs"},
    "supervised": {"wordNgrams": 3, "minn": 2, "maxn": 4}, "ova": {"loss": "ova"},
    "supervised, hs": {"loss": "hs"}, "quantised": {"wordNgrams": 2},
}  # fmt: skip


@pytest.mark.parametrize("kind", TRAINED)
def test_what_fasttext_writes_is_opened_and_the_other_way_round(tmp_path, kind):
    fasttext = pytest.importorskip(
        "fasttext", reason="fasttext is no requirement: its package needs a compiler"
    )
    text, file = tmp_path / "text", tmp_path / ("m.ftz" if kind == "quantised" else "m.bin")
    path = str(file)
    draw = np.random.default_rng(1)
    lines = [" ".join(draw.choice(["king", "queen", "안녕", "rule", "stone"], 8)) for _ in range(400)]
    text.write_text("\n".join(f"__label__{line[:4].strip()} {line}" for line in lines) + "\n")
    learner = {"supervised": "supervised", "ova": "supervised", "quantised": "supervised"}.get(
        kind.split(",")[0]
    )
    train = getattr(fasttext, f"train_{learner or 'unsupervised'}")
    options = {"dim": 10, "epoch": 2, "minCount": 1, "bucket": 500, "thread": 10, "verbose": 0}
    trained = train(str(text), **{**options, **TRAINED[kind]})
    if kind == "quantised":
        trained.quantize(input=str(text), qnorm=True, cutoff=300)
    trained.save_model(path)
    content, model = file.read_bytes(), load(path)
    for word in (*trained.get_words(), "kinglike", "x"):
        np.testing.assert_allclose(model.vectors[word], trained.get_word_vector(word), atol=1e-6)
    if learner:  # fastText adds 1e-5 at each node, and looks up what one-vs-all says in a table
        for line in lines[:20]:
            ours = dict(model.predict([line], k=-1)[0])
            for chance, label in trained.f.predict(line + "\n", -1, 0.0, "strict"):
                error = 8e-3 if kind == "ova" else 5e-5
                assert ours[label.removeprefix("__label__")] == pytest.approx(chance, abs=error)
    WRITE(path, model.contents(), overwrite=True)
    assert file.read_bytes() == content


def test_what_was_trained_here_is_opened_by_fasttext(tmp_path):
    fasttext = pytest.importorskip(
        "fasttext", reason="fasttext is no requirement: its package needs a compiler"
    )
    model = FastText(dim=10, epochs=1, min_count=1, threads=1, buckets=500).fit(TEXT)
    WRITE(tmp_path / "m.bin", model.contents())
    theirs = fasttext.load_model(str(tmp_path / "m.bin"))
    for word in (*model.keys, "kinglike", "x"):
        np.testing.assert_allclose(model.vectors[word], theirs.get_word_vector(word), atol=1e-6)
    np.testing.assert_array_equal(theirs.get_input_matrix(), model.tables["inputs"][:, :10])


# Damage


def refusal(path, content):
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


@pytest.mark.parametrize("kind", ["skip-gram", "supervised, hs", "pruned", "outputs"])
def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path, kind):
    whole = FILES[kind]
    for length in (*range(4, 200), *range(200, len(whole), 61), len(whole) - 1):
        message = refusal(tmp_path / "m", whole[:length])
        assert "byte " in message, (length, message)
    assert "the end was expected" in refusal(tmp_path / "m", whole + b"\0")


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("field", range(16))
def test_no_number_of_the_header_is_believed(tmp_path, field, number):
    at = 8 + 4 * field + (8 if field > 11 else 0)
    for kind in ("skip-gram", "supervised", "pruned"):
        content = bytearray(FILES[kind])
        content[at : at + 4] = struct.pack("<i", number)
        (tmp_path / "m").write_bytes(content)
        try:
            load(tmp_path / "m")
        except FormatError as error:
            assert "byte " in str(error) or "no words" in str(error) or "not a known format" in str(error)


DAMAGE = {
    "byte 4: it has version 13": (4, struct.pack("<i", 13)),
    "byte 8: dim is 0": (8, struct.pack("<i", 0)),
    "byte 40: bucket is -1": (40, struct.pack("<i", -1)),
    "byte 64: size is 5": (64, struct.pack("<i", 5)),
    "byte 84: pruned is 9.2": (84, struct.pack("<q", 2**63 - 1)),
    "byte 56: sample is nan": (56, struct.pack("<d", np.nan)),
    "a count from 0 on and type 0 or 1 were expected, got count -1": (97, struct.pack("<q", -1)),
    "type 0 or 1 were expected, got count 100, type 2": (105, b"\2"),
}  # fmt: skip


@pytest.mark.parametrize("told", DAMAGE)
def test_damage_is_named_with_its_byte(tmp_path, told):
    at, new = DAMAGE[told]
    content = bytearray(FILES["skip-gram"])
    content[at : at + len(new)] = new
    assert told in refusal(tmp_path / "m", content)


def test_what_does_not_fit_in_matrices_is_named(tmp_path):
    path, wrong = tmp_path / "m", small(44)[0]
    assert "0 or 1 was expected (whether the rows" in refusal(path, file(marks=(2, 0)))
    assert "rows of 44 × 5 were expected, got 43 × 5" in refusal(path, file(inputs=dense(rows_of(1, 43))))
    assert "outputs of 4 × 5 were expected, got 4 × 6" in refusal(path, file(output=dense(rows_of(1, 4, 6))))
    assert "must be quantised" in refusal(path, file(pairs=PAIRS))
    pruned = {**SUPERVISED, "inputs": small(7)[0], "marks": (1, 0)}
    assert "below 40 was expected, got 40" in refusal(path, file(**pruned, pairs=[(40, 2), (3, 0), (1, 1)]))
    assert "each row of 3" in refusal(path, file(**pruned, pairs=[(4, 0), (3, 0), (1, 1)]))
    assert "each n-gram of 3" in refusal(path, file(**pruned, pairs=[(3, 2), (3, 0), (1, 1)]))
    start = 1 + 8 + 8
    many = wrong[:start] + struct.pack("<i", -5) + wrong[start + 4 :]
    assert "got -5 of them" in refusal(path, file(inputs=many, marks=(1, 0)))
    at = start + 4 + 44 * 3
    other = wrong[:at] + struct.pack("<4i", 5, 3, 0, 1) + wrong[at + 16 :]
    assert "a coder of dim 5 in 3 parts was expected, got 5, 3, 0, 1" in refusal(
        path, file(inputs=other, marks=(1, 0))
    )
    odd = wrong[: at + 16] + struct.pack("<f", np.inf) + wrong[at + 20 :]
    assert "a finite number was expected" in refusal(path, file(inputs=odd, marks=(1, 0)))
    assert "too many for a tree" in refusal(path, file(loss=1, counts=[10**15, 3, 2, 1]))
    assert "holds no words" in refusal(path, file(words=[], bucket=3))


def test_entries_in_another_order_are_told(tmp_path, caplog):
    content = bytearray(FILES["supervised"])
    content[105] = 1  # the first word has the type of a label
    assert list(opened(tmp_path, content).keys) == WORDS
    assert "1 entries are of another type" in caplog.text


@settings(max_examples=200, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(FILES)))
def test_scrambled_files_are_opened_or_refused(tmp_path_factory, data, kind):
    content = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(content), 400) - 1) | st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / "m"
    path.write_bytes(content)
    try:
        load(path)
    except FormatError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("kind", ["skip-gram", "supervised", "pruned"])
@pytest.mark.parametrize("pack", ["gzip", "lzma"])
def test_a_packed_file_is_read_into_memory(tmp_path, kind, pack):
    packed = importlib.import_module(pack).compress(FILES[kind])
    (tmp_path / "m.bin.packed").write_bytes(packed)
    model, plain = load(tmp_path / "m.bin.packed"), opened(tmp_path, FILES[kind])
    assert list(model.keys) == list(plain.keys) and model.options == plain.options
    np.testing.assert_array_equal(model.vectors.vectors, plain.vectors.vectors)
    np.testing.assert_array_equal(model.output.vectors, plain.output.vectors)
    found = formats.outline(tmp_path / "m.bin.packed")[1]
    assert (found.rows, found.dim) == (len(WORDS), DIM)
    (tmp_path / "cut.gz").write_bytes(importlib.import_module(pack).compress(FILES[kind][:-1]))
    with pytest.raises(FormatError, match="truncated"):
        load(tmp_path / "cut.gz")


def test_the_rows_of_a_file_stay_where_they_lie(tmp_path, monkeypatch):
    for at, kind in enumerate(("skip-gram", "supervised", "hs", "supervised, hs")):
        path = tmp_path / f"{at}.bin"
        path.write_bytes(FILES[kind])
        monkeypatch.setattr(memory, "available", lambda: (5_000, "machine"))  # what words take, not rows
        model = load(path)
        assert "vectors" not in model.tables
        for name in ("inputs", "nodes" if "hs" in kind else "output"):
            rows = model.tables[name]
            assert rows.shape[1] == DIM and not rows.flags.owndata and not rows.flags.writeable
            start = FILES[kind].index(np.ascontiguousarray(rows).tobytes())
            assert start > 0
        monkeypatch.undo()
        copied = load(path, mapped=False)
        assert copied.tables["inputs"].shape[1] == 16 and copied.tables["inputs"].flags.aligned
        np.testing.assert_array_equal(model.vectors.vectors, copied.vectors.vectors)
        np.testing.assert_array_equal(model.inputs.take(np.arange(9)), copied.inputs.take(np.arange(9)))
        model.save(tmp_path / f"{at}")
        again = load(tmp_path / f"{at}")
        assert {name: table.shape for name, table in again.tables.items()} == {
            name: table.shape for name, table in copied.tables.items()
        }
        for name, table in again.tables.items():
            np.testing.assert_array_equal(table, copied.tables[name])
        if "supervised" in kind:  # as NumPy reads them, and as the kernel
            texts = ["where a 안녕", "", "a a", "unseen"] * 60
            few = [model.predict([text], k=-1)[0] for text in texts[:4]]
            for one, many in zip(few, model.predict(texts, k=-1)[4:8], strict=True):
                assert [label for label, _ in one] == [label for label, _ in many]
                np.testing.assert_allclose([p for _, p in one], [p for _, p in many], atol=1e-6)


@pytest.mark.parametrize("kind", ["skip-gram", "supervised, hs", "pruned", "outputs"])
def test_a_look_at_a_file_that_is_cut_refuses_it_as_reading_does(tmp_path, kind):
    whole = FILES[kind]
    for length in (300, len(whole) // 2, len(whole) - 1):
        message = refusal(tmp_path / "m", whole[:length])
        with pytest.raises(FormatError) as caught:
            formats.outline(tmp_path / "m", format="fasttext")
        assert str(caught.value) == message and "truncated" in message
    (tmp_path / "m").write_bytes(whole + b"\0")
    with pytest.raises(FormatError, match="the end was expected"):
        formats.outline(tmp_path / "m")


def test_a_look_at_the_header_tells_words_options_and_what_is_loaded(tmp_path):
    (tmp_path / "m").write_bytes(FILES["supervised, hs"])
    known, found = formats.outline(tmp_path / "m")
    assert known.name == "fasttext" and (found.rows, found.dim, found.exact) == (4, DIM, True)
    assert found.config["options"]["loss"] == "hs" and not found.beside
    found = formats.outline(tmp_path / "m", formats.Request(dtype="float16"))[1]
    assert set(found.beside) == {"inputs", "nodes"}
