"""Folders of StaticEmbedding and model2vec: read as those libraries mean them, written for them."""

import json
import logging
import os
import shutil
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omnivec
from omnivec.errors import FormatError, NotEnoughMemory, OmnivecError, OutputError
from omnivec.store import formats, memory
from omnivec.store.builder import stored_as
from omnivec.store.formats import static_embedding
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.tables import Table

KEYS = ["king", "naïve", "[UNK]", "안녕", "new york", "a\u00a0b", 'quo"te\\', ""]
TEXTS = [
    "king naïve 안녕",
    'quo"te\\',
    "king zzz zzz",
    "zzz",
    "",
    "  naïve\tking\nking ",
    "[UNK]",
    "new york",
]


ROWS = len(KEYS)


def vectors(rows=ROWS, dim=5):
    return np.random.default_rng(2).normal(0, 1, (rows, dim)).astype(np.float32)


def write(path, keys=KEYS, matrix=None, **options):
    table = Table(vectors(len(keys)) if matrix is None else matrix)
    static_embedding.write(path, Contents(keys, table), **options)
    return path


def mean(text):
    """What the library is to give for a text: the mean of rows, unknown words being zeros."""
    rows = {**dict(zip(KEYS, vectors(), strict=True))}
    words = [rows.get(word, np.zeros(5)) for word in text.split()]
    return np.mean(words, axis=0) if words else np.zeros(5)


THEIRS = """
import json, sys
import numpy as np, torch
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer
try:
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
except ImportError:  # before release 5
    from sentence_transformers.models import StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers

folder, texts = sys.argv[1], json.loads(sys.argv[2])
ours = SentenceTransformer(folder + "/ours", device="cpu").encode(texts)
words = {word: row for row, word in enumerate(["[UNK]", "a", "b", "##c", "d"])}
tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.add_tokens(["added"])
rows = np.random.default_rng(4).normal(0, 1, (6, 3)).astype(np.float32)
for name, kind in {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}.items():
    module = StaticEmbedding(tokenizer, embedding_weights=torch.from_numpy(rows).to(kind))
    SentenceTransformer(modules=[module], device="cpu").save(f"{folder}/{name}")
StaticModel(rows, tokenizer).save_pretrained(f"{folder}/plain")
StaticModel((rows * 40).astype(np.int8), tokenizer).save_pretrained(f"{folder}/int8")
weights, mapping = np.array([1, 2, 3, 4, 5, 6], np.float32), np.array([0, 1, 2, 2, 1, 0])
shared = StaticModel(rows[:3], tokenizer, weights=weights, token_mapping=mapping, normalize=False)
shared.save_pretrained(f"{folder}/shared")
means = shared.encode(["a", "b d", "added"], use_multiprocessing=False)
print(json.dumps({"ours": ours.tolist(), "rows": rows.tolist(), "means": means.tolist()}))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A folder of what the libraries wrote, and what they make of ours.

    They run once, in a process of their own: it takes them 8 seconds to be imported.
    """
    folder = tmp_path_factory.mktemp("library")
    write(folder / "ours")
    command = [sys.executable, "-c", THEIRS, str(folder), json.dumps(TEXTS)]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=offline, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    return folder, {name: np.array(value) for name, value in json.loads(run.stdout).items()}


# With the real libraries


def test_the_real_library_opens_ours_and_gives_the_mean_of_rows(library):
    for text, found in zip(TEXTS, library[1]["ours"], strict=True):
        expected = mean(text if text != "new york" else "new zzz")  # the tokenizer splits there
        np.testing.assert_allclose(found, expected, atol=1e-6, err_msg=repr(text))


@pytest.mark.parametrize(("name", "error"), [("f32", 0), ("f16", 2**-11), ("bf16", 2**-8), ("plain", 0)])
def test_what_the_libraries_write_is_read(library, name, error):
    folder, theirs = library
    model = omnivec.load(folder / name)
    assert list(model.keys) == ["[UNK]", "a", "b", "##c", "d", "added"]
    np.testing.assert_allclose(model.vectors.vectors, theirs["rows"], rtol=error)
    assert formats.detect(folder / name).name == "static-embedding"
    assert formats.outline(folder / name)[1][:3] == (6, 3, False)


def test_int8_of_model2vec_is_read_as_the_numbers_it_is(library):
    folder, theirs = library
    found = omnivec.load(folder / "int8").vectors.vectors
    np.testing.assert_array_equal(found, (theirs["rows"].astype(np.float32) * 40).astype(np.int8))


def test_weights_and_mapping_of_model2vec_are_applied(library):
    folder, theirs = library
    found = omnivec.load(folder / "shared").vectors
    np.testing.assert_allclose(found["d"], theirs["rows"][1] * 5, rtol=1e-6)
    means = [found["a"], (found["b"] + found["d"]) / 2, found["added"]]
    np.testing.assert_allclose(means, theirs["means"], rtol=1e-5)


# Ours


@pytest.mark.parametrize("stored", ["float32", "float16", "int8"])
def test_what_is_written_comes_back(tmp_path, stored):
    table = stored_as(Table(vectors()), stored)[0]
    static_embedding.write(tmp_path / "se", Contents(KEYS, table))
    model = omnivec.load(tmp_path / "se")
    assert list(model.keys) == KEYS
    np.testing.assert_array_equal(model.vectors.vectors, table.span(0, len(KEYS)))


@settings(max_examples=40)
@given(keys=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), unique=True, max_size=9))
def test_any_keys_come_back(tmp_path_factory, keys):
    path = write(tmp_path_factory.mktemp("se") / "se", keys)
    found = formats.read(path)
    assert list(found.keys) == keys
    np.testing.assert_array_equal(found.table.span(0, len(keys)), vectors(len(keys)))


def test_limit_dtype_and_progress_are_heeded(tmp_path):
    heard = []
    model = omnivec.load(write(tmp_path / "se"), limit=2, dtype="float16", progress=heard.append)
    assert list(model.keys) == KEYS[:2] and model.vectors.table.dtype == "float16" and heard[-1] == 1


def test_keys_that_no_text_reaches_are_counted(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "omnivec"):
        write(tmp_path / "se")
    assert "3 keys hold white space or nothing (first 'new york')" in caplog.text


def test_the_tensor_starts_aligned_and_the_folder_is_plain_json(tmp_path):
    path = write(tmp_path / "se")
    tensors = (path / "0_StaticEmbedding/model.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", tensors)
    assert (8 + length) % 64 == 0 and len(tensors) == 8 + length + (len(KEYS) + 1) * 5 * 4
    model = json.loads((path / "0_StaticEmbedding/tokenizer.json").read_text())["model"]
    assert model["unk_token"] == "[[UNK]]" and model["vocab"]["[[UNK]]"] == len(KEYS)
    assert json.loads((path / "modules.json").read_text())[0]["path"] == "0_StaticEmbedding"


def test_only_such_a_folder_is_replaced(tmp_path):
    path = write(tmp_path / "se")
    with pytest.raises(OutputError, match="exists"):
        write(path)
    write(path, ["one"], overwrite=True)
    assert list(omnivec.load(path).keys) == ["one"]
    (path / "notes.txt").touch()
    with pytest.raises(OutputError, match="holds 'notes.txt'"):
        write(path, overwrite=True)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        write(tmp_path / "file", overwrite=True)
    with pytest.raises(OutputError, match="half a character"):
        write(tmp_path / "half", ["\ud800"])
    assert list(omnivec.load(path).keys) == ["one"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "se"]


# Damaged and foreign


def tensors(path, arrays):
    """Write a safetensors file without padding, as the library does: arrays lie where they come to lie."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (kind, array) in arrays.items():
        raw = array.tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def model2vec(path, vocabulary, **arrays):
    path.mkdir()
    tensors(path / "model.safetensors", arrays)
    (path / "tokenizer.json").write_text(json.dumps({"model": {"type": "BPE", "vocab": vocabulary}}))
    return path


def test_tensors_that_are_not_aligned_are_read(tmp_path):
    rows = vectors(3, 2)
    path = model2vec(
        tmp_path / "m",
        {"a": 0, "b": 1, "c": 2},
        weights=("F16", np.ones(3, np.float16)),
        embeddings=("F32", rows),
    )
    np.testing.assert_array_equal(omnivec.load(path).vectors.vectors, rows)


def test_a_unigram_vocabulary_and_added_tokens_are_read(tmp_path):
    path = model2vec(tmp_path / "m", {}, embeddings=("F32", vectors(3, 2)))
    tokenizer = {
        "model": {"type": "Unigram", "vocab": [["a", -1.5], ["▁b", -2]]},
        "added_tokens": [{"id": 2, "content": "<pad>"}, {"id": 0, "content": "a"}],
    }
    (path / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert list(omnivec.load(path).keys) == ["a", "▁b", "<pad>"]


def test_tokens_without_rows_and_rows_without_tokens_are_left_out_and_counted(tmp_path, caplog):
    rows = vectors(4, 2)
    path = model2vec(tmp_path / "m", {"c": 3, "a": 0, "far": 10**30}, embeddings=("F32", rows))
    with caplog.at_level(logging.WARNING, "omnivec"):
        model = omnivec.load(path)
    assert list(model.keys) == ["a", "c"]
    np.testing.assert_array_equal(model.vectors.vectors, rows[[0, 3]])
    assert "1 tokens have no row" in caplog.text and "2 rows have no token" in caplog.text


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"embeddings": ("F32", np.zeros(3, np.float32))}, r"\(tokens, dim\) was expected"),
        ({"embeddings": ("I64", np.zeros((3, 2), np.int64))}, r"\(tokens, dim\) was expected"),
        ({"embeddings": ("F32", np.zeros((3, 0), np.float32))}, r"\(tokens, dim\) was expected"),
        ({"embeddings": ("F8_E4M3", np.zeros((3, 2), np.uint8))}, "type 'F8_E4M3'"),
        ({"mapping": ("I64", np.array([0, 1, 3]))}, "'mapping' does not lead to the 3 rows"),
        ({"mapping": ("I64", np.array([0, 1, -1]))}, "'mapping' does not lead to the 3 rows"),
        ({"mapping": ("F32", np.zeros(3, np.float32))}, "'mapping' does not lead to the 3 rows"),
        ({"weights": ("F32", np.zeros(2, np.float32))}, "a number for each of 3 tokens"),
        ({"weights": ("BOOL", np.zeros(3, np.bool_))}, "a number for each of 3 tokens"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(tmp_path, arrays, message):
    arrays = {"embeddings": ("F32", np.zeros((3, 2), np.float32)), **arrays}
    path = model2vec(tmp_path / "m", {"a": 0}, **arrays)
    with pytest.raises(FormatError, match=message):
        omnivec.load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "damaged, not JSON"),
        ("[" * 100_000, "damaged, not JSON"),
        ("[]", "no vocabulary"),
        ('{"model": {"vocab": 3}}', "no vocabulary"),
        ('{"model": {"vocab": {"a": -1}}}', "got 'a' with -1"),
        ('{"model": {"vocab": {"a": "0"}}}', "got 'a' with a str"),
        ('{"model": {"vocab": [[[[[]]], 1]]}}', "got a list with 0"),
        ('{"model": {"vocab": {}}, "added_tokens": [{}]}', "got a NoneType"),
    ],
)
def test_a_damaged_tokenizer_is_refused(tmp_path, text, message):
    path = model2vec(tmp_path / "m", {}, embeddings=("F32", vectors(3, 2)))
    (path / "tokenizer.json").write_text(text)
    with pytest.raises(FormatError, match=message):
        omnivec.load(path)


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ([{"path": "../se", "type": "x.StaticEmbedding"}], "leads out of the folder"),
        ([{"path": "/se", "type": "x.StaticEmbedding"}], "leads out of the folder"),
        ([{"path": "gone", "type": "x.StaticEmbedding"}], "No such file"),
        (
            [{"path": "", "type": "x.Transformer"}, {"type": "x.StaticEmbedding"}],
            "a first module of the type",
        ),
        ({"type": ".StaticEmbedding"}, "a first module of the type"),
    ],
)
def test_modules_that_lead_elsewhere_are_refused(tmp_path, modules, message):
    path = write(tmp_path / "se")
    (path / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(FormatError, match=message):
        omnivec.load(path)


def test_weights_in_a_pickle_are_refused_with_what_to_do(tmp_path):
    path = write(tmp_path / "se")
    inner = path / "0_StaticEmbedding"
    (inner / "model.safetensors").rename(inner / "pytorch_model.bin")
    with pytest.raises(FormatError, match=r"pytorch_model\.bin: is a pickle.*save it anew"):
        omnivec.load(path)


def test_a_pipe_in_the_place_of_a_file_is_refused(tmp_path):
    path = write(tmp_path / "se")
    for name in ["modules.json", "0_StaticEmbedding/model.safetensors", "0_StaticEmbedding/tokenizer.json"]:
        copy = shutil.copytree(path, tmp_path / "copy")
        (copy / name).unlink()
        os.mkfifo(copy / name)
        with pytest.raises(FormatError, match="not a plain file"):
            omnivec.load(copy)
        shutil.rmtree(copy)


def test_what_does_not_fit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = write(tmp_path / "se")
    monkeypatch.setattr(memory, "available", lambda: (10, "container"))
    with pytest.raises(NotEnoughMemory, match="se"):
        static_embedding.read(path, Request())


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_cut_and_scrambled_files_end_in_a_typed_error_or_load(tmp_path_factory, data):
    path = write(tmp_path_factory.mktemp("fuzz") / "se", ["a", "b"])
    names = ["modules.json", "0_StaticEmbedding/model.safetensors", "0_StaticEmbedding/tokenizer.json"]
    file = path / data.draw(st.sampled_from(names))
    content = bytearray(file.read_bytes())
    content = content[: data.draw(st.integers(0, len(content)))]
    for _ in range(data.draw(st.integers(0, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(content)
    try:
        formats.read(path)
    except OmnivecError as error:
        assert str(path) in str(error)
