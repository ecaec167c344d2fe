"""One function composes a vector, whatever the door, to the same printed digits; `vectors` and `output` are
two exports, and each says what it is.
"""

import json

import numpy as np
import pytest

from omnivec import Classifier, FastText, Model, OptionError, UnknownKey, Word2Vec, load
from omnivec.cli import main
from omnivec.reference import fasttext as definition
from omnivec.store import formats

LINES = ["the king rules the land", "the queen rules a land", "a stone lies by the river 안녕"] * 12
ASKED = ["king", "안녕", "kinglike", "여왕", "x"]
SMALL = {"dim": 10, "epochs": 1, "threads": 1, "min_count": 1}
EVERY = {**SMALL, "sample": 0}
NGRAMS = {"minn": 2, "maxn": 4, "buckets": 300}


@pytest.fixture(scope="module")
def words():
    return FastText(**EVERY, **NGRAMS).fit(LINES)


@pytest.fixture(scope="module")
def classifier():
    texts = [f"__label__{'royal' if 'rules' in line else 'plain'} {line}" for line in LINES]
    return Classifier(**SMALL, **NGRAMS, hash="fasttext").fit([*texts, "__label__other the land"])


@pytest.fixture(scope="module")
def doors(words, tmp_path_factory):
    """The same model behind each door that opens it."""
    folder = tmp_path_factory.mktemp("doors")
    words.save(folder / "m.omnivec")
    write(folder / "m.bin", words)
    return {
        "memory": words, "folder": load(folder / "m.omnivec"), "bin": load(folder / "m.bin"),
        "copy": load(folder / "m.omnivec", mapped=False),
    }, folder  # fmt: skip


def write(path, model, name="fasttext"):
    formats.named(name).write(path, model.contents())


def digits(rows):
    """Numbers as they are printed."""
    return [[repr(float(number)) for number in row] for row in np.atleast_2d(rows)]


def defined(model, word):
    """The mean of a word's own row and those of its n-grams."""
    rows = [model.keys.row(word)] if word in model.keys else []
    grams = definition.subwords(word, NGRAMS["minn"], NGRAMS["maxn"])
    rows += [len(model.keys) + definition.fnv(gram.encode()) % NGRAMS["buckets"] for gram in grams]
    return model.inputs.take(np.array(rows)).astype(np.float64).mean(0)


def test_a_vector_has_the_same_digits_at_every_door_of_python(doors):
    opened, _ = doors
    for word in ASKED:
        wanted = digits(opened["memory"].vectors[word])
        np.testing.assert_allclose(np.array(wanted, float)[0], defined(opened["memory"], word), atol=1e-6)
        for name, model in opened.items():
            assert digits(model.vectors[word]) == wanted, (name, word)
            assert digits(model.vectors.get_vector(word)) == wanted, (name, word)
            assert digits(model.vectors[[word, "the"]])[:1] == wanted, (name, word)
            parts = model.inputs.take(np.array([row for _, row in model.vectors.subwords(word)]))
            np.testing.assert_allclose(parts.astype(np.float64).mean(0), model.vectors[word], atol=1e-6)


@pytest.mark.parametrize("name", ["m.omnivec", "m.bin"])
def test_a_vector_has_the_same_digits_at_every_door_of_the_command_line(doors, tmp_path, capsys, name):
    opened, folder = doors
    path, words = str(folder / name), opened["memory"]
    asked = tmp_path / "words"
    asked.write_text("\n".join(ASKED) + "\n", encoding="utf-8")
    assert main(["embed", path, str(asked), "--recipe", "mean", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)["vectors"]
    assert digits(found) == [digits(words.vectors[word])[0] for word in ASKED]
    assert main(["neighbors", path, *ASKED, "--json"]) == 0
    near = json.loads(capsys.readouterr().out)
    wanted = words.vectors.neighbors(ASKED)
    for word, answers in zip(ASKED, wanted, strict=True):
        assert [[key, repr(score)] for key, score in near[word]] == [[k, repr(s)] for k, s in answers]
    for end, known in (("vec", "word2vec-text"), ("npz", "npz")):
        file = str(tmp_path / f"out.{end}")
        assert main(["convert", path, file, "-q"]) == 0
        assert digits(load(file).vectors.vectors) == digits(words.vectors.vectors), known
    table = (tmp_path / "out.vec").read_text(encoding="utf-8").splitlines()
    assert table[0] == f"{len(words.keys)} 10"
    for line in table[1:]:  # what is printed is what the vector is
        key, *numbers = line.split(" ")
        np.testing.assert_array_equal(np.array(numbers, np.float32), words.vectors[key])


@pytest.mark.parametrize("kind", ["words", "classifier", "word2vec"])
def test_vectors_inputs_and_output_are_exports_of_their_own(request, tmp_path, kind):
    if kind == "word2vec":
        model = Word2Vec(**EVERY).fit(LINES)
    else:
        model = request.getfixturevalue(kind)
    model.save(tmp_path / "m")
    for source in ["m"] if kind == "word2vec" else ["m", "m.bin"]:
        if source == "m.bin":
            write(tmp_path / "m.bin", model)
        tables = {}
        for table in ("vectors", "inputs", "output"):
            file = tmp_path / f"{source}.{table}.vec"
            assert main(["export", str(tmp_path / source), str(file), "--table", table, "-q"]) == 0
            tables[table] = load(file).vectors
        own = model.inputs.span(0, len(model.keys))
        assert digits(tables["vectors"].vectors) == digits(model.vectors.vectors)
        assert digits(tables["inputs"].vectors) == digits(own)
        assert digits(tables["output"].vectors) == digits(model.output.vectors)
        assert list(tables["vectors"].keys) == list(tables["inputs"].keys) == list(model.keys)
        names = list(model.labels) if kind == "classifier" else list(model.keys)
        assert list(tables["output"].keys) == names and len(tables["output"]) == len(names)
        with_parts = kind != "word2vec"
        assert np.array_equal(tables["inputs"].vectors, tables["vectors"].vectors) is not with_parts
        rows = min(len(names), len(own))
        assert not np.allclose(tables["output"].vectors[:rows], tables["vectors"].vectors[:rows])


def test_nodes_of_a_tree_are_never_printed_beside_words(tmp_path, capsys):
    model = FastText(**EVERY, **NGRAMS, loss="hs").fit(LINES)
    write(tmp_path / "m.bin", model)
    model.save(tmp_path / "m")
    for source in ("m", "m.bin"):
        with pytest.raises(OptionError, match="tree nodes, not words"):
            print(load(tmp_path / source).output)
        words = [str(tmp_path / source), str(tmp_path / "out.vec"), "--table", "output"]
        assert main(["export", *words]) == 2
        assert "tree nodes, not words, and have no keys" in capsys.readouterr().err
        assert not (tmp_path / "out.vec").exists()


def test_subwords_are_those_of_fasttext_with_their_rows(doors, classifier):
    opened, _ = doors
    for model in [*opened.values(), classifier]:
        for word in ASKED:
            grams = list(definition.subwords(word, NGRAMS["minn"], NGRAMS["maxn"]))
            first = [(word, model.keys.row(word))] if word in model.keys else []
            rows = [len(model.keys) + definition.fnv(gram.encode()) % NGRAMS["buckets"] for gram in grams]
            assert model.vectors.subwords(word) == [*first, *zip(grams, rows, strict=True)]
            assert model.subwords(word) == model.vectors.subwords(word)
    assert [text for text, _ in opened["bin"].vectors.subwords("a")] == ["a", "<a", "<a>", "a>"]


def test_a_word_without_parts_is_its_own_row_alone():
    model = Word2Vec(**EVERY).fit(LINES)
    assert model.vectors.subwords("king") == [("king", model.keys.row("king"))]
    np.testing.assert_array_equal(model.inputs.take(np.array([3]))[0], model.vectors[3])
    for subwords in (model.vectors.subwords, model.subwords):
        with pytest.raises(UnknownKey, match="kinglike"):
            subwords("kinglike")


def test_subwords_are_those_that_the_fasttext_package_prints(doors):
    fasttext = pytest.importorskip(
        "fasttext", reason="fasttext is no requirement: its package needs a compiler"
    )
    opened, folder = doors
    theirs, model = fasttext.load_model(str(folder / "m.bin")), opened["bin"]
    for word in [*ASKED, *model.keys]:
        texts, rows = theirs.get_subwords(word)
        assert model.vectors.subwords(word) == list(zip(texts, rows.tolist(), strict=True))
        for row in rows.tolist():
            np.testing.assert_array_equal(model.inputs.take(np.array([row]))[0], theirs.get_input_vector(row))
    np.testing.assert_array_equal(model.output.vectors, theirs.get_output_matrix())


def test_of_a_pruned_model_only_the_parts_that_are_left_are_told(words):
    grams = [row - len(words.keys) for _, row in words.vectors.subwords("king")[1:]]
    left = sorted({*grams[::2]}, reverse=True)  # some n-grams, whose rows stand in another order
    rows = np.concatenate([np.arange(len(words.keys)), len(words.keys) + np.array(left)])
    pruned = np.stack([left, np.arange(len(left))], axis=1).astype(np.int32)
    tables = {"inputs": words.tables["inputs"][rows], "pruned": pruned, "vectors": words.tables["vectors"]}
    model = Model(words.config, words.keys, tables)
    for word in ("king", "kinglike", "x"):
        whole = [(text, row) for text, row in words.vectors.subwords(word) if row in set(rows.tolist())]
        found = model.vectors.subwords(word)
        assert [text for text, _ in found] == [text for text, _ in whole]
        ours, theirs = ([row for _, row in parts] for parts in (found, whole))
        np.testing.assert_array_equal(
            model.inputs.take(np.array(ours, np.int64)), words.inputs.take(np.array(theirs, np.int64))
        )
    assert len(model.vectors.subwords("king")) < len(words.vectors.subwords("king"))
