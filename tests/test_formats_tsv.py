"""Words and numbers between tabs: StarSpace and PyTorch-BigGraph; StarSpace's model; the projector."""

import errno
import json
import logging
import os
import struct

import numpy as np
import pytest

from omnivec.errors import FormatError, OutputError
from omnivec.store import formats, memory
from omnivec.store.formats import Contents, Request, starspace
from omnivec.store.tables import Table

TSV, PROJECTOR = formats.named("starspace"), formats.named("projector")
KEYS = ["the", "한국어", "new york", "naïve", "__label__a"]
MATRIX = np.random.default_rng(3).normal(0, 0.3, (5, 7)).astype(np.float32)


def put(path, content):
    path.write_bytes(content)
    return path


def plain(contents):
    return contents.table.span(0, len(contents.table))


# Lines of a word and numbers


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (b"the\t0.5\t-1.25e-05\n__label__a\t3\t4\n", ["the", "__label__a"]),  # StarSpace
        (b"Q42\t0.500000000\t-0.000012500\n0\t3.000000000\t4.000000000\n", ["Q42", "0"]),  # PyTorch-BigGraph
        (b"12\t0.5\t-1.25e-05\n13\t3\t4\n", ["12", "13"]),
        (b"new york\t0.5\t-1.25e-05\na  b \t3\t4", ["new york", "a  b "]),
        (b"\t0.5\t-1.25e-05\r\n1 2\t3\t4\r\n", ["", "1 2"]),
        ("a\u00a0\t0.5\t-1.25e-05\nb\u2028\t3\t4\n\n".encode(), ["a\u00a0", "b\u2028"]),
    ],
)
def test_lines_of_word_and_numbers_are_read(tmp_path, content, keys):
    path = put(tmp_path / "v", content)
    assert formats.detect(path) is TSV and formats.outline(path)[1].dim == 2
    found = formats.read(path)
    assert list(found.keys) == keys
    assert plain(found).tolist() == np.float32([[0.5, -1.25e-05], [3, 4]]).tolist()


def test_ours_is_word_and_numbers_between_tabs(tmp_path):
    TSV.write(tmp_path / "v", Contents(["a", "b c"], Table(np.float32([[0.5, -1], [1e-7, 3]]))))
    assert (tmp_path / "v").read_bytes() == b"a\t0.5\t-1.0\nb c\t1e-07\t3.0\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\t1\t2\nb\t3\nc\t4\t5\n", "line 2: a word and 2 numbers"),
        (b"a\t1\t2\nb\t3\t4\t5\nc\t4\t5\n", r"b'b\\t3' has more fields"),
        (b"a\t1\t2\nb\t3\t4,5\nc\t4\t5\n", "line 2: a word and 2 numbers"),
        (b"a\t1\t2\n\nc\t4\t5\n", "line 2 is blank"),
    ],
)
def test_a_line_with_other_fields_is_refused(tmp_path, content, message):
    with pytest.raises(FormatError, match=message):
        formats.read(put(tmp_path / "v", content))


def test_words_with_a_tab_are_not_written(tmp_path):
    for known in (TSV, PROJECTOR):
        with pytest.raises(
            OutputError, match=r"2 words cannot .* 'a\\tb' in row 2: it holds a tab or a line end"
        ):
            known.write(tmp_path / "v", Contents(["a", "a\tb", "\n"], Table(MATRIX[:3].copy())))
    assert not list(tmp_path.iterdir())


# StarSpace's model


def model_of(
    words, labels, left, right=None, *, ngrams=1, bucket=0, size="Q", magic=b"STARSPACE-2018-2\0", kind=0
):
    """A model as `starspace` writes it; `left` and `right` are rows of numbers as text."""
    names = (b"fastText", b"cosine")
    options = struct.pack("<9iBBc", len(left[0]), 5, 1, 1, 50, 10, ngrams, bucket, 0, right is None, 0, b":")
    texts = b"".join(struct.pack("<" + size, len(name)) + name for name in names) + struct.pack("<i", 5)
    total = len(words) + len(labels)
    dictionary = struct.pack("<iiiq", total, len(words), len(labels), 1000)
    for i, word in enumerate(words + labels):
        dictionary += word + b"\0" + struct.pack("<qb", 100 - i, i >= len(words))
    return magic + options + texts + dictionary + matrix_of(left) + (matrix_of(right) if right else b"")


def matrix_of(rows):
    body = ",".join(f"({','.join(row)})" for row in rows)
    return f"[{len(rows)},{len(rows[0])}]({body})".encode()


WORDS, LABELS = [b"the", "한국어".encode(), b"x y"], [b"__label__a"]
LEFT = [["0.5", "-1.25e-05"], ["3", "4"], ["0.000123", "nan"], ["-0", "1"]]
RIGHT = [["9", "9"]] * 4
BUCKETS = [["7", "8"]] * 3
VALUES = np.float32([[float(number) for number in row] for row in LEFT])


@pytest.mark.parametrize("size", ["Q", "I"], ids=["64-bit", "32-bit"])
@pytest.mark.parametrize("right", [None, RIGHT], ids=["shared", "two tables"])
@pytest.mark.parametrize("bucket", [0, 3])
@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_a_model_is_its_left_table_and_counts(tmp_path, monkeypatch, size, right, bucket, block):
    monkeypatch.setattr(starspace, "_BLOCK", block)
    monkeypatch.setattr("omnivec.store.formats.lines._BLOCK", block)
    more = BUCKETS[:bucket]
    right = right and right + more
    path = put(
        tmp_path / "m", model_of(WORDS, LABELS, LEFT + more, right, ngrams=2, bucket=bucket, size=size)
    )
    assert formats.detect(path).name == "starspace-model" and formats.outline(path)[1][:3] == (4, 2, True)
    found = formats.read(path)
    assert list(found.keys) == ["the", "한국어", "x y", "__label__a"]
    assert found.counts.tolist() == [100, 99, 98, 97]
    assert np.array_equal(plain(found), VALUES, equal_nan=True)
    found = formats.read(path, Request(limit=2))
    assert list(found.keys) == ["the", "한국어"] and (plain(found) == VALUES[:2]).all()
    assert found.counts.tolist() == [100, 99]


@pytest.mark.parametrize("right", [None, RIGHT], ids=["shared", "two tables"])
def test_a_model_cut_or_padded_anywhere_is_refused(tmp_path, right):
    whole = model_of(WORDS, LABELS, LEFT, right)
    for cut in range(10, len(whole)):
        with pytest.raises(FormatError, match="m: .*(byte|row|were expected|line|2018)"):
            formats.read(put(tmp_path / "m", whole[:cut]))
    with pytest.raises(FormatError, match="bytes follow"):
        formats.read(put(tmp_path / "m", whole + b"\n"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (model_of(WORDS, LABELS, LEFT, magic=b"STARSPACE-2017-2\0"), "2018-2 was expected, got b'2017-2'"),
        (
            model_of(WORDS, LABELS, LEFT, ngrams=2, bucket=3),
            r"a table \[7,2\]\(\( was expected, got b'\[4,2\]",
        ),
        (model_of(WORDS, [], LEFT), r"a table \[3,2\]\(\( was expected"),
        (
            model_of(WORDS, LABELS, [*LEFT[:3], ["1", "2", "3"]]),
            "4 rows of 2 were expected, got 4 rows and 9",
        ),
        (model_of(WORDS, LABELS, [*LEFT[:3], ["1"]]), "line 4: a word and 2 numbers"),
        (model_of(WORDS, LABELS, [*LEFT[:3], ["1", "x"]]), "line 4: a word and 2 numbers"),
        (
            model_of(WORDS, LABELS, LEFT).replace(b"fastText", b"otherOne"),
            "fastText or labelDoc was expected",
        ),
        (
            model_of(WORDS, LABELS, LEFT).replace(b"the\0" + struct.pack("<q", 100), b"the\0" + b"\xff" * 8),
            "a count",
        ),
        (
            model_of(WORDS, LABELS, LEFT).replace(
                struct.pack("<iii", 4, 3, 1), struct.pack("<iii", 2**31 - 1, 2**31 - 2, 1)
            ),
            "2,147,483,647 words and labels are announced",
        ),
        (
            model_of(WORDS, LABELS, LEFT).replace(
                struct.pack("<iii", 4, 3, 1), struct.pack("<iii", -1, -2, 1)
            ),
            "size",
        ),
        (model_of(WORDS, LABELS, LEFT).replace(b"[4,2]", b"[4,9]"), r"a table \[4,2\]"),
    ],
)
def test_what_a_model_says_wrongly_is_named(tmp_path, content, message):
    with pytest.raises(FormatError, match=message):
        formats.read(put(tmp_path / "m", content))


# TensorFlow's projector


def test_our_folder_holds_what_the_projector_loads(tmp_path):
    contents = Contents(["a", "b c"], Table(np.float32([[0.5, -1], [1e-7, 3]])))
    PROJECTOR.write(tmp_path / "out", contents)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        "vectors.tsv": b"0.5\t-1.0\n1e-07\t3.0\n",
        "metadata.tsv": b"a\nb c\n",
        "projector_config.json": (tmp_path / "out/projector_config.json").read_bytes(),
    }
    assert json.loads((tmp_path / "out/projector_config.json").read_text()) == {
        "embeddings": [
            {
                "tensorName": "vectors", "tensorShape": [2, 2],
                "tensorPath": "vectors.tsv", "metadataPath": "metadata.tsv",
            }
        ]
    }  # fmt: skip
    PROJECTOR.write(tmp_path / "counted", contents._replace(counts=np.array([2**40, 0])))
    assert (tmp_path / "counted/metadata.tsv").read_bytes() == b"word\tcount\na\t1099511627776\nb c\t0\n"


@pytest.mark.parametrize("name", ["", "projector_config.json", "vectors.tsv"])
@pytest.mark.parametrize("counts", [None, np.array([5, 4, 3, 2, 1])])
def test_the_folder_the_configuration_or_the_vectors_may_be_named(tmp_path, name, counts):
    PROJECTOR.write(tmp_path / "out", Contents(KEYS, Table(MATRIX.copy()), counts))
    path = tmp_path / "out" / name
    assert formats.detect(path) is PROJECTOR and formats.outline(path)[1][:2] == (5, 7)
    found = formats.read(path)
    assert list(found.keys) == KEYS and (plain(found) == MATRIX).all()
    assert (found.counts is None) == (counts is None)
    assert list(formats.read(path, Request(limit=2)).keys) == KEYS[:2]


def test_gensim_s_pair_is_read(tmp_path):
    script = pytest.importorskip("gensim.scripts.word2vec2tensor")
    keys = [key.replace(" ", "_") for key in KEYS]
    formats.named("word2vec").write(tmp_path / "v.bin", Contents(keys, Table(MATRIX.copy())))
    script.word2vec2tensor(str(tmp_path / "v.bin"), str(tmp_path / "v"), binary=True)
    path = tmp_path / "v_tensor.tsv"
    assert formats.detect(path) is PROJECTOR
    found = formats.read(path)
    assert list(found.keys) == keys and (plain(found) == MATRIX).all()
    (tmp_path / "other").mkdir()
    path = path.rename(tmp_path / "other" / "x")
    with pytest.raises(FormatError, match="no metadata beside them; name their file"):
        formats.read(path)
    request = Request(vocabulary=str(tmp_path / "v_metadata.tsv"))
    assert list(formats.read(path, request).keys) == keys


def projected(folder, vectors=b"1\t2\n3\t4.5\n", metadata=b"a\nb\n", **config):
    """A folder whose configuration has the given fields beside the usual ones."""
    put(folder / "vectors.tsv", vectors)
    put(folder / "metadata.tsv", metadata)
    fields = {"tensorName": "v", "tensorPath": "vectors.tsv", "metadataPath": "metadata.tsv", **config}
    (folder / "projector_config.json").write_text(json.dumps({"embeddings": [fields]}))
    return folder


@pytest.mark.parametrize(
    ("metadata", "keys", "counts"),
    [
        (b"a\nb\n", ["a", "b"], None),
        (b"a\r\nb\r\n", ["a", "b"], None),
        (b"a\nb", ["a", "b"], None),
        (b"\nb\n", ["", "b"], None),
        (b"a\nb\n\n\n", ["a", "b"], None),
        (b"id\tWord\tcount\n7\ta\t5\n8\tb\t4\n", ["a", "b"], [5, 4]),
        (b"x\ty\na\t1\nb\t2\n\n", ["a", "b"], None),
        (b"word\tcount\na\tmany\nb\t5\n", ["a", "b"], None),
    ],
)
def test_metadata_name_the_words(tmp_path, metadata, keys, counts):
    found = formats.read(projected(tmp_path, metadata=metadata))
    assert list(found.keys) == keys and plain(found).tolist() == [[1, 2], [3, 4.5]]
    assert counts == (None if found.counts is None else found.counts.tolist())


@pytest.mark.parametrize(
    ("vectors", "metadata", "message"),
    [
        (
            b"1\t2\n3\t4\n",
            b"word\na\nb\n",
            "metadata.tsv: 2 words were expected, one for each row, got 3 lines",
        ),
        (b"1\t2\n3\t4\n", b"a\n", "metadata.tsv: 2 words were expected, one for each row, got 1 lines"),
        (b"1\t2\n3\t4\n", b"w\tc\na\t1\nb\n", "metadata.tsv: line 3: 2 columns were expected"),
        (b"1\t2\n3\n", b"a\nb\n", "vectors.tsv: line 2: a word and 2 numbers"),
        (b"1\t2\n3\t4\t5\n", b"a\nb\n", "vectors.tsv: row 2: 2 numbers were expected, got also b' 3'"),
        (b"1\t2\n3\tx\n", b"a\nb\n", "vectors.tsv: line 2: a word and 2 numbers"),
        (b"1\t2\n", b"\t\n", "metadata.tsv: 1 words were expected, one for each row, got 0 lines"),
    ],
)
def test_vectors_and_metadata_that_do_not_fit_are_refused(tmp_path, vectors, metadata, message):
    with pytest.raises(FormatError, match=message):
        formats.read(projected(tmp_path, vectors, metadata))


def test_room_is_made_for_rows_that_the_file_can_hold(tmp_path, monkeypatch):
    row = "\t".join(["1"] * 1000).encode() + b"\n"
    projected(tmp_path, row * 2, b"w\n" * 10_000)  # 40 MB, if each word had a row
    monkeypatch.setattr(memory, "available", lambda: (1_000_000, "machine"))
    with pytest.raises(FormatError, match="2 words were expected, one for each row, got 10,000 lines"):
        formats.read(tmp_path)


@pytest.mark.parametrize("limit", [None, 1])
def test_raw_vectors_have_the_shape_of_the_configuration(tmp_path, limit):
    put(tmp_path / "v.bytes", np.float32([[1, 2, 3], [4, 5, 6]]).astype("<f4").tobytes())
    projected(tmp_path, tensorPath="v.bytes", tensorShape=[2, 3])
    found = formats.read(tmp_path, Request(limit=limit))
    assert list(found.keys) == ["a", "b"][:limit] and plain(found).tolist() == [[1, 2, 3], [4, 5, 6]][:limit]
    for shape in ([2, 4], [2**40, 2**20], [1, 3]):
        projected(tmp_path, tensorPath="v.bytes", tensorShape=shape)
        with pytest.raises(FormatError, match="were expected, it has 24"):
            formats.read(tmp_path)


@pytest.mark.parametrize(
    "config",
    [
        {"tensorPath": "https://example.org/v.tsv"},
        {"tensorPath": "../v.tsv"},
        {"metadataPath": "/etc/passwd"},
        {"metadataPath": "link"},
        {"metadataPath": "a\0b"},
        {"metadataPath": None},
        {"tensorPath": 7},
        {"tensorPath": "missing.tsv"},
        {"tensorPath": "."},
        {"tensorShape": [2]},
        {"tensorShape": [2, 3]},
        {"tensorShape": "many"},
        {"tensorShape": [2, 2**40]},
        {"tensorShape": [-1, 2]},
    ],
)
def test_a_configuration_that_leads_elsewhere_or_is_damaged_is_refused(tmp_path, config):
    (tmp_path / "in").mkdir()
    put(tmp_path / "v.tsv", b"1\t2\n3\t4\n")
    (tmp_path / "in/link").symlink_to(tmp_path / "v.tsv")
    with pytest.raises(FormatError, match=str(tmp_path / "in")):
        formats.read(projected(tmp_path / "in", **config))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"embeddings": []}', '{"embeddings": [1]}', "[" * 10**5]
)
def test_no_configuration_is_refused(tmp_path, text):
    (tmp_path / "projector_config.json").write_text(text)
    with pytest.raises(FormatError, match="projector_config.json"):
        formats.read(tmp_path)


def test_a_dim_that_the_vectors_do_not_have_is_refused_before_it_is_made_room_for(tmp_path):
    projected(tmp_path, tensorShape=[2, 1 << 24])
    with pytest.raises(FormatError, match="line 1: 16,777,216 numbers, as configured, were expected, got 2"):
        formats.read(tmp_path)
    projected(tmp_path, b"", b"", tensorShape=[0, 3])
    assert formats.read(tmp_path).table.dim == 3
    projected(tmp_path, b"", b"")
    with pytest.raises(FormatError, match="line 1: numbers were expected"):
        formats.read(tmp_path)


def test_several_embeddings_are_named(tmp_path):
    put(tmp_path / "projector_config.json", b'{"embeddings": [{"tensorName": "one"}, {"tensorName": "two"}]}')
    with pytest.raises(FormatError, match=r"2 embeddings \(one, two\); open the file of one"):
        formats.read(tmp_path)


def test_a_folder_with_other_files_is_not_replaced(tmp_path):
    contents = Contents(KEYS, Table(MATRIX.copy()))
    PROJECTOR.write(tmp_path / "out", contents)
    put(tmp_path / "out/notes.txt", b"mine")
    with pytest.raises(OutputError, match="holds 'notes.txt'"):
        PROJECTOR.write(tmp_path / "out", contents, overwrite=True)
    (tmp_path / "mine").mkdir()
    put(tmp_path / "mine/metadata.tsv", b"mine")
    with pytest.raises(OutputError, match="holds 'metadata.tsv'"):
        PROJECTOR.write(tmp_path / "mine", contents, overwrite=True)
    put(tmp_path / "file", b"mine")
    with pytest.raises(OutputError, match="is a file"):
        PROJECTOR.write(tmp_path / "file", contents, overwrite=True)


def test_a_full_disk_is_told_of_the_folder_that_was_asked_for(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        OutputError, match=r"/out(/vectors\.tsv)?: cannot be written: the disk is full"
    ) as told:
        formats.named("projector").write(
            tmp_path / "out", Contents(["a"], Table(np.ones((1, 2), np.float32)))
        )
    assert ".new-" not in str(told.value) and not list(tmp_path.iterdir())


def test_whole_numbers_may_be_node_ids_unless_metadata_lie_beside(tmp_path):
    path = put(tmp_path / "vectors.tsv", b"1\t2\t0.5\n2\t4\t0.5\n")
    assert formats.detect(path) is TSV
    put(tmp_path / "metadata.tsv", b"a\nb\n")
    assert formats.detect(path) is PROJECTOR


def test_values_that_are_not_finite_are_reported(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        formats.read(projected(tmp_path, b"1\t2\nnan\t4.5\n"))
    assert "1 values are NaN or infinite, first in row 2 ('b')" in caplog.text
