"""What is recognised and not read: told apart by content, with what to do about it."""

import io
import json
import pickle
import sqlite3
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omnivec
from omnivec.errors import FormatError
from omnivec.store import formats
from omnivec.store.formats import fasttext_family, refused


def refusal(path, content=None):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        omnivec.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


# The fastText family


def dense(rows, dim):
    return struct.pack("<qq", rows, dim) + bytes(4 * rows * dim)


def quantised(rows, dim, norms=True, parts=2):
    size = -(-dim // parts)
    codes = struct.pack("<i", rows * parts) + bytes(rows * parts)
    coder = struct.pack("<4i", dim, parts, size, dim % size or size) + bytes(4 * dim * 256)
    lengths = bytes(rows) + struct.pack("<4i", 1, 1, 1, 1) + bytes(4 * 256) if norms else b""
    return struct.pack("<?qq", norms, rows, dim) + codes + coder + lengths


def model(
    version=12, model=2, bucket=7, more=(), before="minn", words=("the", "안녕"), labels=(), dim=3, pruned=-1,
    magic=True, rows=None, matrix=dense, output=None,
):  # fmt: skip
    """A file of the family, as its programs write it."""
    numbers = {
        "dim": dim,
        "ws": 5,
        "epoch": 1,
        "minCount": 1,
        "neg": 5,
        "wordNgrams": 1,
        "loss": 2,
        "model": model,
    }
    numbers |= {"bucket": bucket, "minn": 3, "maxn": 6, "lrUpdateRate": 100}
    names = list(numbers)
    arguments = list(numbers.values())
    arguments[names.index(before) : names.index(before)] = more
    out = struct.pack("<2i", 793712314, version) if magic else b""
    out += struct.pack(f"<{len(arguments)}id", *arguments, 1e-4)
    out += struct.pack("<3iq", len(words) + len(labels), len(words), len(labels), 50)
    out += struct.pack("<q", pruned) if magic else b""
    for kind, entries in enumerate((words, labels)):
        out += b"".join(word.encode() + struct.pack("<xqB", 5, kind) for word in entries)
    out += struct.pack("<2i", 1, 0) * max(pruned, 0)
    rows = len(words) + (pruned if pruned >= 0 else bucket) if rows is None else rows
    out += (struct.pack("<?", matrix is not dense) if magic else b"") + matrix(rows, dim)
    out += (struct.pack("<?", output is not None) if magic else b"") + (output or dense)(
        len(labels) if model == 3 else len(words), dim
    )
    return out


FAMILY = {
    "sent2vec 11, CBOW with character n-grams": model(version=11, model=5, more=(4,), rows=2 + 7 + 4),
    "floret 12, skip-gram": model(more=(2, 3), before="lrUpdateRate"),
    "floret 12, CBOW": model(model=1, more=(1, 1), before="lrUpdateRate"),
}  # fmt: skip


@pytest.mark.parametrize("told", FAMILY)
def test_the_family_of_fasttext_is_told_apart(tmp_path, told):
    message = refusal(tmp_path / "model.bin", FAMILY[told])
    assert told in message
    assert formats.detect(tmp_path / "model.bin").name == "fasttext-family"


@pytest.mark.parametrize("kind", FAMILY)
def test_a_cut_or_longer_file_of_the_family_is_damaged_at_a_named_place(tmp_path, kind):
    whole = FAMILY[kind]
    for length in range(104, len(whole), 7):
        message = refusal(tmp_path / "m", whole[:length])
        assert "damaged" in message or "truncated" in message
    assert "it should end here" in refusal(tmp_path / "m", whole + b"\0")


@settings(max_examples=300, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(FAMILY)))
def test_scrambled_files_of_the_family_are_refused(tmp_path_factory, data, kind):
    content = bytearray(FAMILY[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / "m"
    path.write_bytes(content)
    assert fasttext_family.explained(path)


# All others


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def database(tmp_path):
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("create table magnitude (key text)")
    connection.close()
    return (tmp_path / "db").read_bytes()


def tensors(**metadata):
    about = {"__metadata__": metadata} if metadata else {}
    table = {"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    header = json.dumps({**about, **table}, separators=(",", ":")).encode()
    return struct.pack("<Q", len(header)) + header + bytes(4)


TORCH = 0x1950A86A20F9469CFC6C
FILES = {
    "torch": [zipped(model__data_dot_pkl=b"\x80\x02."), pickle.dumps(TORCH, 2) + pickle.dumps(1001, 2)],
    "pickle": [pickle.dumps({"a": np.ones(3)}, protocol) for protocol in (2, 4, 5)],
    "hdf5": [b"\x89HDF\r\n\x1a\n" + bytes(100)],
    "cells": [tensors(format="omnivec cells")],
    "safetensors": [tensors(), tensors(format="pt")],
    "floret": [
        b"1000 3 3 6 2 2166136261 < >\n" + b"".join(b"%d 0.1 0.2 0.3 \n" % row for row in range(1000))
    ],
    "zip": [zipped(readme_dot_txt="x")],
    "hnswlib": [
        struct.pack("<6QiI3QdQ", 0, 100, 5, 132 + 16 + 8, 132 + 16, 132, 1, 0, 16, 32, 16, 0.36, 200)
    ],
}


@pytest.mark.parametrize("name", FILES)
def test_files_are_recognised_and_refused_with_what_to_do(tmp_path, name):
    title = next(row.title for row in refused.REFUSED if row.name == name)
    for content in FILES[name]:
        message = refusal(tmp_path / "model.bin", content)
        assert f"{title} is not read; " in message
        assert formats.detect(tmp_path / "model.bin").name == name


def test_a_database_is_recognised(tmp_path):
    assert "pymagnitude" in refusal(tmp_path / "m.magnitude", database(tmp_path))


def test_indices_of_the_libraries_are_recognised(tmp_path):
    faiss, voyager = pytest.importorskip("faiss"), pytest.importorskip("voyager")
    rows = np.random.default_rng(1).normal(0, 1, (300, 16)).astype(np.float32)
    for kind in ("Flat", "HNSW8", "IVF4,Flat", "IDMap,Flat", "SQ8"):
        index = faiss.index_factory(16, kind)
        index.train(rows)
        index.add_with_ids(rows, np.arange(300)) if kind.startswith("IDMap") else index.add(rows)
        faiss.write_index(index, str(tmp_path / "i"))
        assert "an index of faiss" in refusal(tmp_path / "i"), kind
    index = voyager.Index(voyager.Space.Cosine, 16)
    index.add_items(rows)
    index.save(str(tmp_path / "v"))
    assert "an index of voyager" in refusal(tmp_path / "v")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["vectors", "key2row", "strings.json"], "spaCy"),
        (["meta.json", "config.cfg", "vocab"], "spaCy"),
        (["config.json", "tokenizer_config.json", "vocab.txt"], "neural model"),
        (["modules.json", "1_Pooling"], "neural model"),
        (["saved_model.pb", "variables"], "TensorFlow"),
        (["checkpoint", "model.ckpt.index"], "TensorFlow"),
    ],
)
def test_folders_are_recognised_and_refused_with_what_to_do(tmp_path, names, told):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("[]")
    assert told in refusal(folder)


def test_a_transformers_folder_is_no_table_of_tokens(tmp_path):
    folder = tmp_path / "bert"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(tensors())
    (folder / "tokenizer.json").write_text("{}")
    assert "depend on the text around a word" in refusal(folder)


def test_what_is_listed_as_tried_is_what_can_be_read(tmp_path):
    message = refusal(tmp_path / "m", b"\0\1\2nothing that anybody knows")
    assert "word2vec text" in message and "faiss" not in message and "b'\\x00\\x01\\x02nothing" in message


def test_every_row_says_what_to_do_in_one_line():
    for row in refused.REFUSED:
        assert callable(row.instead) or (row.instead and "\n" not in row.instead)
