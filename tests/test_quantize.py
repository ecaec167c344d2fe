"""Smaller models: what is coded is the definition's, small models say what large ones said, files agree."""

import numpy as np
import pytest

import omnivec
from omnivec import Classifier, FastText, Vectors, Word2Vec, extend, load, quantize
from omnivec.compress.coding import coded
from omnivec.compress.pruning import pruned
from omnivec.compress.report import _nearest
from omnivec.errors import FormatError, InputError, NotFinite, OptionError, OutputError
from omnivec.kernels import product
from omnivec.reference import product as definition
from omnivec.store import formats
from omnivec.store.product import Coder
from omnivec.store.tables import Table

WRITE = formats.named("fasttext").write
DRAW = np.random.default_rng(4)
TOPICS = {
    "pets": "cat dog paw fur tail",
    "sky": "moon sun star cloud rain",
    "food": "rice soup salt bread tea",
}


def texts(count=300):
    """Lines of a label and words of its topic."""
    draw, names = np.random.default_rng(2), sorted(TOPICS)
    for _ in range(count):
        name = names[draw.integers(len(names))]
        yield f"__label__{name} " + " ".join(draw.choice(TOPICS[name].split() + ["the", "of"], 6))


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "texts"
    path.write_text("".join(f"{line}\n" for line in texts()))
    return path


@pytest.fixture(scope="module")
def classifier(text):
    return Classifier.preset(
        "fasttext", dim=7, epochs=8, word_ngrams=2, minn=2, maxn=3, buckets=500, lr=0.5, threads=1
    ).fit(text)


@pytest.fixture(scope="module")
def words(text):
    return FastText(dim=7, epochs=2, buckets=400, min_count=1, threads=1, sample=0.1).fit(text)


@pytest.mark.parametrize(("n", "size"), [(600, 2), (600, 3), (100, 2), (256, 2)])
def test_training_is_its_definition(n, size):
    points = np.random.default_rng(n + size).normal(size=(size, n)).astype(np.float32)
    centroids = np.ascontiguousarray(points[:, :64].T)
    centroids[5:40] = centroids[0]  # most begin without a point
    codes, step = np.full(n, -1, np.int32), np.float32(1e-3)
    expected, numbers = centroids.astype(np.float64), codes.copy()
    done = definition.train(points.astype(np.float64), expected, numbers, 25, float(step))
    assert product.train(points, centroids, codes, 25, step) == done > 1
    np.testing.assert_array_equal(codes, numbers)
    np.testing.assert_allclose(centroids, expected, atol=1e-5)
    assert len(np.unique(codes)) > 40  # halves of large clusters have found points


def test_codes_are_those_of_the_definition():
    rows, centroids = DRAW.normal(size=(700, 5)).astype(np.float32), DRAW.normal(size=(3, 256, 2))
    codes = np.empty((700, 3), np.uint8)
    expected = codes.copy()
    product.encode(rows, 5, centroids.astype(np.float32), codes)
    definition.encode(rows, 5, centroids.astype(np.float32), expected)
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("norms", [False, True])
@pytest.mark.parametrize(("dim", "dsub"), [(7, 2), (7, 7), (6, 3), (5, 1)])
def test_decoded_rows_lie_near(dim, dsub, norms):
    rows = DRAW.normal(size=(2000, dim)).astype(np.float32) * DRAW.gamma(2, size=(2000, 1)).astype(np.float32)
    rows[17] = 0
    found = coded(Table(rows), dsub, norms=norms)
    assert found.stored.shape == (2000, -(-dim // dsub)) and found.dtype == "pq"
    near = found.span(0, 2000)
    error = np.square(near - rows).sum() / np.square(rows).sum()
    assert error < {1: 0.005, 2: 0.03, 3: 0.1, 7: 0.45}[dsub]
    picked = np.array([3, 17, 1999])
    np.testing.assert_array_equal(found.take(picked), near[picked])
    np.testing.assert_array_equal(found.part(slice(3, 20)).span(0, 5), near[3:8])
    np.testing.assert_array_equal(found.part(picked).span(1, 2), near[17:18])
    again = Table.named("x", found.arrays("x"), dim)
    np.testing.assert_array_equal(again.span(0, 9), near[:9])
    assert again.nbytes == sum(array.nbytes for array in found.arrays("x").values())


def test_few_rows_are_their_own_centroids():
    for rows in (DRAW.normal(size=(9, 5)), np.ones((300, 5)), np.zeros((300, 5)), np.empty((0, 5))):
        rows = rows.astype(np.float32)
        for norms in (False, True):
            np.testing.assert_allclose(coded(Table(rows), 2, norms=norms).span(0, len(rows)), rows, rtol=1e-6)


def test_the_same_rows_give_the_same_codes():
    rows = Table(DRAW.normal(size=(3000, 6)).astype(np.float32))
    one, other = coded(rows, 2, norms=True), coded(rows, 2, norms=True)
    for name, array in one.arrays("x").items():
        np.testing.assert_array_equal(array, other.arrays("x")[name])


def test_rows_that_are_not_finite_are_named():
    rows = np.ones((300, 4), np.float32)
    rows[212, 1] = np.nan
    with pytest.raises(NotFinite, match="row 212 "):
        coded(Table(rows), 2)


SMALLER = {
    "plain": {}, "norms": {"norms": True}, "pruned": {"cutoff": 90, "norms": True}, "int8": {"dtype": "int8"},
    "outputs": {"output": True, "dsub": 3}, "float16": {"dtype": "float16"},
}  # fmt: skip


@pytest.mark.parametrize("kind", SMALLER)
def test_a_smaller_classifier_is_its_folder_and_its_file(classifier, text, tmp_path, kind):
    small = quantize(classifier, **SMALLER[kind], test=text)
    asked = [line.split(" ", 1)[1] for line in texts(40)]
    found, record = small.predict(asked, 3), small.config["quantised"]
    assert record["precision_before"] == 1 and record["precision"] > 0.95
    assert record["bytes"] < record["bytes_before"]
    small.save(tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.predict(asked, 3) == found
    assert "vectors" not in again.tables and "vectors" in classifier.tables
    np.testing.assert_array_equal(again.vectors.vectors, small.vectors.vectors)
    assert not isinstance(again.tables["inputs"].base, type(None))  # mapped
    whole = load(tmp_path / "m", mapped=False)
    assert whole.predict(asked, 3) == found
    first = load(tmp_path / "m", limit=4, dtype="float16").vectors
    np.testing.assert_allclose(first.vectors, small.vectors.vectors[:4], atol=1e-2)
    with pytest.raises(OptionError, match="words alone were read; load all of it"):
        load(tmp_path / "m", limit=4).predict(asked)
    if "dtype" in SMALLER[kind]:
        return
    WRITE(tmp_path / "m.ftz", again.contents())
    file = load(tmp_path / "m.ftz")
    assert file.tables["inputs"].dtype == np.uint8
    np.testing.assert_allclose(chances(file.predict(asked, 3)), chances(found), atol=1e-6)
    np.testing.assert_allclose(file.vectors.vectors, small.vectors.vectors, atol=1e-6)
    WRITE(tmp_path / "again.ftz", file.contents())
    assert (tmp_path / "again.ftz").read_bytes() == (tmp_path / "m.ftz").read_bytes()


def chances(predictions):
    """Labels in one order, so that equal chances may change places."""
    return [[chance for _, chance in sorted(line)] for line in predictions]


@pytest.mark.parametrize("options", [{}, {"norms": True, "cutoff": 60}, {"dtype": "int8"}])
def test_a_smaller_model_of_words_composes_them_as_its_file_does(words, tmp_path, options):
    small = quantize(words, **options)
    assert list(small.keys) == list(words.keys) and "vectors" not in small.tables
    small.save(tmp_path / "m")
    again, record = load(tmp_path / "m"), small.config["quantised"]
    assert record["cosine_mean"] > (0.9 if "cutoff" in options else 0.98)
    np.testing.assert_array_equal(again.vectors["raincloud"], small.vectors["raincloud"])
    if "dtype" in options:
        return
    WRITE(tmp_path / "m.ftz", small.contents())
    file = load(tmp_path / "m.ftz")
    np.testing.assert_allclose(file.vectors.vectors, again.vectors.vectors, atol=1e-6)
    np.testing.assert_allclose(file.vectors["raincloud"], again.vectors["raincloud"], atol=1e-6)
    assert file.keys.counts.tolist() == words.keys.counts.tolist()


def test_cutoff_keeps_the_largest_rows_and_the_line_end(classifier):
    rows = classifier.tables["inputs"][:, :7]
    small, lengths = pruned(classifier, 40), np.linalg.norm(rows, axis=1)
    end = classifier.keys.row("</s>")
    order = [row for row in np.argsort(-lengths, kind="stable").tolist() if row != end][:39] + [end]
    kept = sorted(row for row in order if row < len(classifier.keys))
    assert list(small.keys) == [classifier.keys[row] for row in kept]
    grams = small.tables["pruned"]
    assert sorted((grams[:, 0] + len(classifier.keys)).tolist()) == sorted(set(order) - set(kept))
    hashed = small.tables["inputs"][len(kept) :][grams[:, 1], :7]
    np.testing.assert_array_equal(hashed, rows[len(classifier.keys) + grams[:, 0]])
    assert pruned(classifier, len(rows)) is classifier
    tiny = pruned(classifier, 1)
    assert list(tiny.keys) == ["</s>"] and tiny.predict(["cat"])[0]


def test_the_nearest_of_a_row_are_others():
    rows, asked = np.random.default_rng(5).normal(size=(30, 16)).astype(np.float32), np.array([0, 7, 29])
    assert all(
        row not in near and len(near) == 10 for row, near in zip(asked, _nearest(rows, asked), strict=True)
    )


def test_pruned_twice_is_pruned_once(classifier):
    twice, once = pruned(pruned(classifier, 100), 40), pruned(classifier, 40)
    assert list(twice.keys) == list(once.keys) and len(once.tables["pruned"])
    for name in ("inputs", "pruned"):
        np.testing.assert_array_equal(twice.tables[name], once.tables[name])


def test_a_text_of_a_pruned_classifier_is_the_mean_of_its_rows_that_are_left(classifier):
    small, words, text = pruned(classifier, 40), len(classifier.keys), "the cat of the moon soupx"
    kept = {classifier.keys.row(key) for key in small.keys}
    kept |= {words + bucket for bucket in small.tables["pruned"][:, 0].tolist()}
    rows = classifier.texts.predictor.means.rows(text).tolist()
    left = [row for row in rows if row in kept]
    assert 0 < len(left) < len(rows) and max(left) >= words
    wanted = classifier.tables["inputs"][left]
    np.testing.assert_array_equal(small.tables["inputs"][small.texts.predictor.means.rows(text)], wanted)


def test_training_again_makes_up_for_pruning(classifier, text):
    few = quantize(classifier, cutoff=4, test=text).config["quantised"]
    again = quantize(classifier, cutoff=4, retrain=text, test=text).config["quantised"]
    assert again["precision"] > few["precision"] + 0.05 and again["rows"] == 4
    labelled = [(line.split(" ", 1)[1], line.split(" ", 1)[0]) for line in texts()]
    assert quantize(classifier, cutoff=4, retrain=labelled, test=labelled).config["quantised"] == again


@pytest.mark.parametrize("loss", ["hs", "ns", "ova"])
def test_every_loss_is_made_small_and_written(text, tmp_path, loss):
    model = Classifier(dim=7, loss=loss, hash="fasttext", epochs=8, lr=0.5, threads=1).fit(text)
    small, asked = quantize(model, output=True, norms=True), ["the cat", "soup of rice", ""]
    WRITE(tmp_path / "m.ftz", small.contents())
    found = load(tmp_path / "m.ftz").predict(asked, 3)
    np.testing.assert_allclose(chances(found[:2]), chances(small.predict(asked, 3)[:2]), atol=1e-6)
    retrained = quantize(model, cutoff=9, retrain=text, test=text).config["quantised"]
    assert retrained["precision"] > 0.6


def test_vectors_alone_and_other_learners(text, tmp_path):
    matrix = DRAW.normal(size=(400, 8)).astype(np.float32)
    Vectors(map(str, range(400)), matrix).save(tmp_path / "v")
    small = quantize(tmp_path / "v", dsub=4, norms=True)
    assert small.vectors.table.dtype == "pq" and small.config["quantised"]["cosine_mean"] > 0.9
    small.save(tmp_path / "m")
    again = load(tmp_path / "m").vectors
    np.testing.assert_array_equal(again["7"], small.vectors["7"])
    for asked in ({"limit": 9}, {"dtype": "float32"}, {"limit": 9, "dtype": "int8"}, {"mapped": False}):
        part = load(tmp_path / "m", **asked).vectors
        np.testing.assert_allclose(part["7"], again["7"], atol=0.02)
    model = Word2Vec(dim=7, epochs=1, min_count=1, threads=1).fit(text)
    coded_ = quantize(model)
    assert {str(coded_.tables[name].dtype) for name in ("vectors", "output")} == {"uint8"}
    kept = quantize(model, output=False)
    assert kept.tables["output"] is model.tables["output"]
    WRITE(tmp_path / "w.ftz", coded_.contents())
    np.testing.assert_allclose(load(tmp_path / "w.ftz").vectors["cat"], coded_.vectors["cat"], atol=1e-6)


REFUSED = {
    "dsub must lie between 1 and dim, 7, got 8": {"dsub": 8},
    "dsub must lie between 1 and dim, 7, got 0": {"dsub": 0},
    "cutoff must be 1 or more, got 0": {"cutoff": 0},
    "give a cutoff too": {"retrain": ["__label__x a"]},
    "dtype must be one of": {"dtype": "int4"},
    "dtype must be float16 or int8": {"dtype": "float32"},
    "dsub, norms and output are of codes": {"dtype": "int8", "norms": True},
    "all words of this model keep their rows": {"cutoff": 3},
    "leave it out": {"test": ["__label__x a"]},
    "this model is no classifier": {"cutoff": 60, "retrain": ["__label__x a"]},
}


@pytest.mark.parametrize("told", REFUSED)
def test_what_cannot_be_is_refused(words, told):
    with pytest.raises(OptionError, match=told):
        quantize(words, **REFUSED[told])


def test_what_has_no_sense_for_a_model_is_refused(classifier, text, tmp_path):
    small = quantize(classifier)
    with pytest.raises(OptionError, match="is quantised already"):
        quantize(small)
    with pytest.raises(OptionError, match="has none; load its first rows by limit"):
        quantize(Word2Vec(dim=7, epochs=1, min_count=1, threads=1).fit(text), cutoff=5)
    with pytest.raises(InputError, match="no text has a label and a word that the model knows"):
        quantize(classifier, cutoff=30, retrain=["__label__other cat", "cat"])
    with pytest.raises(InputError, match="no such file"):
        quantize(classifier, cutoff=30, retrain=tmp_path / "none")
    small = quantize(FastText(dim=7, epochs=1, min_count=1, buckets=50, threads=1).fit(text))
    with pytest.raises(OptionError, match="this model holds pq"):
        extend(small, text)


def test_files_that_fasttext_could_not_read_are_refused(classifier, text, tmp_path):
    small = quantize(classifier)
    with pytest.raises(OutputError, match="name it m.ftz"):
        WRITE(tmp_path / "m.bin", small.contents())
    with pytest.raises(OutputError, match="omnivec quantize MODEL"):
        WRITE(tmp_path / "m.ftz", classifier.contents())
    ours = quantize(Classifier(dim=7, word_ngrams=2, buckets=50, epochs=1, threads=1).fit(text))
    with pytest.raises(OutputError, match="hashed by 'omnivec'"):
        WRITE(tmp_path / "m.ftz", ours.contents())
    with pytest.raises(OutputError, match="rows are pruned, which fastText has of quantised models alone"):
        WRITE(tmp_path / "m", quantize(classifier, cutoff=40, dtype="int8").contents())
    assert not list(tmp_path.iterdir())


DAMAGE = {
    "the centroids of the codes 'inputs' are missing": lambda t: t.pop("inputs.centroids"),
    "have 9 numbers of a row of 7": lambda t: t.update(
        {"inputs.centroids": np.zeros((1, 256, 9), np.float32)}
    ),
    r"expected float32 of shape \(4, 256, 2\) as inputs.centroids": lambda t: t.update(
        {"inputs.centroids": np.zeros((3, 256, 2), np.float32)}
    ),
    "as inputs.norms, got none": lambda t: t.pop("inputs.norms"),
    "as inputs.norm_centroids, got none": lambda t: t.pop("inputs.norm_centroids"),
    "uint8 of shape .* as inputs.norms, got float32": lambda t: t.update(
        {"inputs.norms": t["inputs.norms"].astype(np.float32)}
    ),
    "as pruned, got": lambda t: t.update({"pruned": t["pruned"][1:]}),
}


@pytest.mark.parametrize("told", DAMAGE)
@pytest.mark.parametrize("mapped", [True, False])
def test_damaged_codes_are_refused(words, tmp_path, told, mapped):
    small = quantize(words, norms=True, cutoff=60)
    DAMAGE[told](small.tables)
    small.save(tmp_path / "m")
    with pytest.raises(FormatError, match=told):
        load(tmp_path / "m", mapped=mapped)


def test_a_coder_of_a_row_counts_its_bytes():
    coder = Coder(np.zeros((2, 256, 3), np.float32), np.zeros(9, np.uint8), np.zeros(256, np.float32))
    assert coder.nbytes == 2 * 256 * 3 * 4 + 9 + 1024 and coder.size == 3


def test_the_name_is_public():
    assert omnivec.quantize is quantize and "quantize" in omnivec.__all__
