"""gensim's own files: opened by gensim alone, and only by those who name the format."""

import os
import pickle
from pathlib import Path

import gensim
import numpy as np
import pytest
from gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument

import omnivec
from omnivec.errors import FormatError, MissingExtra, NotEnoughMemory
from omnivec.store import formats, memory
from omnivec.store.formats import gensim_native
from omnivec.store.formats.contents import Request

TEXT = [["the", "king", "and", "the", "queen"], ["the", "queen", "안녕", "king"]] * 5
SMALL = {"vector_size": 6, "min_count": 1, "workers": 1, "epochs": 1, "seed": 3}
OLD = Path(gensim.__file__).parent / "test" / "test_data"


def saved(path, thing, **options):
    thing.save(str(path), **options)
    return path


MODELS = {
    "Word2Vec": lambda: Word2Vec(TEXT, **SMALL),
    "FastText": lambda: FastText(TEXT, bucket=50, **SMALL),
    "Doc2Vec": lambda: Doc2Vec([TaggedDocument(words, [row]) for row, words in enumerate(TEXT)], **SMALL),
}


@pytest.mark.parametrize("separately", [None, ["vectors", "vectors_vocab", "vectors_ngrams"]])
@pytest.mark.parametrize("part", ["model", "vectors"])
@pytest.mark.parametrize("kind", MODELS)
def test_models_and_their_vectors_are_read_with_counts(tmp_path, kind, part, separately):
    model = MODELS[kind]()
    path = saved(tmp_path / "m", model if part == "model" else model.wv, separately=separately)
    found = omnivec.load(path, format="gensim")
    assert list(found.keys) == model.wv.index_to_key
    np.testing.assert_allclose(found.vectors.vectors, model.wv.vectors, rtol=1e-6)
    assert found.keys.counts.tolist() == [model.wv.get_vecattr(key, "count") for key in model.wv.index_to_key]
    assert formats.outline(path, format="gensim")[1][:3] == (len(model.wv), 6, True)


def test_a_compressed_file_is_read(tmp_path):
    vectors = MODELS["Word2Vec"]().wv
    path = saved(tmp_path / "m.gz", vectors, separately=["vectors"])
    assert (tmp_path / "m.gz.vectors.npz").exists()
    np.testing.assert_array_equal(omnivec.load(path, format="gensim").vectors.vectors, vectors.vectors)


def test_limit_and_dtype_are_heeded_and_counts_may_be_missing(tmp_path):
    vectors = KeyedVectors(3)
    vectors.add_vectors(["b", "a", "c"], np.eye(3, dtype=np.float64))
    assert "count" not in vectors.expandos
    found = omnivec.load(saved(tmp_path / "m", vectors), 2, "float16", format="gensim")
    assert list(found.keys) == ["b", "a"] and found.keys.counts is None
    np.testing.assert_array_equal(found.vectors.table.stored, np.eye(3, dtype=np.float16)[:2])


@pytest.mark.parametrize("name", ["word2vec_3.3", "word2vec_old", "word2vec_old_sep"])
def test_models_of_older_releases_are_read(name):
    if not (OLD / name).exists():
        pytest.skip("this gensim was installed without its test data")
    model = Word2Vec.load(str(OLD / name)) if name != "word2vec_3.3" else None
    found = omnivec.load(OLD / name, format="gensim")
    assert found.vectors.vector_size == 100 and (found.keys.counts > 0).all()
    if model is not None:
        np.testing.assert_array_equal(found.vectors.vectors, model.wv.vectors)


def test_a_model_that_gensim_itself_no_longer_opens_is_refused_with_what_to_do():
    if not (OLD / "word2vec_pre_kv_py3").exists():
        pytest.skip("this gensim was installed without its test data")
    with pytest.raises(FormatError, match="save it anew with the release that wrote it|no keys with vectors"):
        omnivec.load(OLD / "word2vec_pre_kv_py3", format="gensim")


@pytest.mark.parametrize("kind", MODELS)
def test_without_its_name_it_is_recognised_and_not_opened(tmp_path, kind):
    path = saved(tmp_path / "m.model", MODELS[kind]())
    with pytest.raises(FormatError, match=r"m\.model: .*runs code.*format=\"gensim\".*--from gensim"):
        omnivec.load(path)


class Runs:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def test_no_pickle_runs_before_the_format_is_named(tmp_path):
    # It claims to be gensim's, and makes a folder.
    body = pickle.dumps((KeyedVectors, Runs(tmp_path / "ran")), 4)
    (tmp_path / "m").write_bytes(body)
    for look in (omnivec.load, formats.detect, formats.outline):
        try:
            look(tmp_path / "m")
        except FormatError:
            pass
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "thing", [{}, [1], KeyedVectors, {"a": 1}], ids=["dictionary", "list", "class", "other dictionary"]
)
def test_other_pickles_are_refused(tmp_path, thing):
    (tmp_path / "m").write_bytes(pickle.dumps(thing))
    with pytest.raises(FormatError, match="m: "):
        omnivec.load(tmp_path / "m", format="gensim")


def test_vectors_and_keys_that_do_not_fit_are_refused(tmp_path):
    vectors = KeyedVectors(3)
    vectors.add_vectors(["a", "b"], np.eye(3)[:2])
    vectors.vectors = vectors.vectors[:1]
    with pytest.raises(FormatError, match="for 2 keys; damaged"):
        omnivec.load(saved(tmp_path / "m", vectors), format="gensim")
    numbered = KeyedVectors(3)
    numbered.add_vectors([7], np.eye(3)[:1])
    with pytest.raises(FormatError, match="keys must be text, some are int"):
        omnivec.load(saved(tmp_path / "n", numbered), format="gensim")
    with pytest.raises(FormatError, match="keys must be text, some are NoneType"):
        omnivec.load(saved(tmp_path / "room", KeyedVectors(3, 2)), format="gensim")


def test_cut_files_and_missing_arrays_are_refused(tmp_path):
    path = saved(tmp_path / "m", MODELS["Word2Vec"]().wv, separately=["vectors"])
    whole = path.read_bytes()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(FormatError, match=r"m: gensim .* cannot open it"):
            omnivec.load(path, format="gensim")
    path.write_bytes(whole)
    (tmp_path / "m.vectors.npy").unlink()
    with pytest.raises(FormatError, match=r"cannot open it \(FileNotFoundError"):
        omnivec.load(path, format="gensim")
    with pytest.raises(FormatError, match="No such file"):
        omnivec.load(tmp_path / "gone", format="gensim")


def test_without_gensim_the_pip_command_is_told(tmp_path, monkeypatch):
    path = saved(tmp_path / "m", MODELS["Word2Vec"]().wv)
    monkeypatch.setitem(__import__("sys").modules, "gensim", None)
    with pytest.raises(MissingExtra, match=r"pip install 'omnivec\[gensim\]'"):
        omnivec.load(path, format="gensim")


def test_what_does_not_fit_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    path = saved(tmp_path / "m", MODELS["Word2Vec"]().wv)
    monkeypatch.setattr(memory, "available", lambda: (10, "container"))
    with pytest.raises(NotEnoughMemory, match="gensim's objects"):
        gensim_native.read(path, Request())
