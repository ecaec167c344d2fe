"""NumPy's arrays with words: `.npy` and a text beside it, `.npz`; no Python objects, no unchecked number."""

import gzip
import io
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from omnivec.errors import FormatError, NotEnoughMemory, OutputError
from omnivec.store import formats, memory
from omnivec.store.builder import stored_as
from omnivec.store.formats import Contents, Request, npy
from omnivec.store.tables import Table

NPY, NPZ = formats.named("numpy"), formats.named("npz")
KEYS = ["the", "한국어", "new york", "naïve", "."]
TEXT = "\n".join([*KEYS, ""])
MATRIX = np.random.default_rng(3).normal(0, 0.3, (5, 7)).astype(np.float32)


def plain(contents):
    return contents.table.span(0, len(contents.table))


def pair(folder, matrix=MATRIX, words=TEXT):
    """An array and its words as NumPy and a text editor write them."""
    np.save(folder / "v.npy", matrix, allow_pickle=True)
    (folder / "v.txt").write_text(words, encoding="utf-8", newline="")
    return folder / "v.npy"


def zipped(folder, pack=np.savez, **arrays):
    pack(folder / "v.npz", **({"vectors": MATRIX, "words": np.array(KEYS)} | arrays))
    return folder / "v.npz"


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", ">f2"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("limit", [None, 3])
def test_what_numpy_saves_is_read(tmp_path, monkeypatch, kind, order, limit):
    monkeypatch.setattr(npy, "_BLOCK", 64)
    matrix = np.array(MATRIX, kind, order=order)
    for path in (
        pair(tmp_path, matrix),
        zipped(tmp_path, vectors=matrix),
        zipped(tmp_path, np.savez_compressed),
    ):
        found = formats.read(path, Request(limit=limit))
        assert list(found.keys) == KEYS[:limit] and found.counts is None
        assert np.allclose(plain(found), matrix.astype(np.float32)[:limit], atol=1e-3 if kind == ">f2" else 0)
        assert formats.outline(path)[1][:3] == (5, 7, True)


def test_numpy_loads_what_is_written(tmp_path):
    contents = Contents(KEYS, Table(MATRIX.copy()), np.array([9, 8, 7, 2**40, 0]))
    NPY.write(tmp_path / "v.npy", contents)
    assert (np.load(tmp_path / "v.npy") == MATRIX).all()
    assert (tmp_path / "v.txt").read_bytes() == "\n".join([*KEYS, ""]).encode()
    np.save(tmp_path / "theirs.npy", MATRIX)
    assert (tmp_path / "v.npy").read_bytes() == (tmp_path / "theirs.npy").read_bytes()
    NPZ.write(tmp_path / "v.npz", contents)
    with np.load(tmp_path / "v.npz") as found:
        assert (found["vectors"] == MATRIX).all() and found["words"].tolist() == KEYS
        assert found["counts"].tolist() == [9, 8, 7, 2**40, 0]
    assert formats.read(tmp_path / "v.npz").counts.tolist() == [9, 8, 7, 2**40, 0]


def test_the_first_row_that_is_not_finite_is_named_across_blocks(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(npy, "_BLOCK", 64)
    matrix = MATRIX.copy()
    matrix[3, 1] = matrix[4, 0] = np.nan
    formats.read(pair(tmp_path, matrix))
    assert f"2 values are NaN or infinite, first in row 4 ({KEYS[3]!r})" in caplog.text


def test_bytes_behind_a_packed_array_are_refused(tmp_path):
    path = tmp_path / "v.npy"
    path.write_bytes(gzip.compress(pair(tmp_path).read_bytes() + b"x"))
    with pytest.raises(FormatError, match="bytes follow the array"):
        formats.read(path)
    assert len(formats.read(path, Request(limit=4)).keys) == 4


def test_bytes_behind_counts_are_refused(tmp_path):
    path = zipped(tmp_path)
    file = io.BytesIO()
    np.save(file, np.arange(5))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("counts.npy", file.getvalue() + b"x")
    with pytest.raises(FormatError, match=r"counts\.npy: byte 128: 40 bytes were expected .*, 41 follow"):
        formats.read(path)


def test_float16_tables_are_written_as_float16(tmp_path):
    table, _ = stored_as(Table(MATRIX.copy()), "float16")
    for known, path in ((NPY, tmp_path / "v.npy"), (NPZ, tmp_path / "v.npz")):
        known.write(path, Contents(KEYS, table))
        found = formats.read(path, Request(dtype="float16"))
        assert (found.table.stored == table.stored).all() and found.rounding.largest == 0
    assert np.load(tmp_path / "v.npy").dtype == np.float16


def test_the_same_model_is_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        NPZ.write(tmp_path / name, Contents(KEYS, Table(MATRIX.copy())))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("a\r\nb\r\nc\r\nd\r\ne\r\n", ["a", "b", "c", "d", "e"]),
        ("a\r\nb\nc\nd\ne", ["a\r", "b", "c", "d", "e"]),
        ("\nb\u2028\n c \n\x0b\ne\u0085\n\n \n", ["", "b\u2028", " c ", "\x0b", "e\u0085"]),
    ],
)
def test_words_end_at_line_feeds_alone(tmp_path, words, keys):
    assert list(formats.read(pair(tmp_path, words=words)).keys) == keys


def test_words_may_be_named(tmp_path):
    path = pair(tmp_path)
    (tmp_path / "v.txt").rename(tmp_path / "vocabulary")
    with pytest.raises(
        FormatError, match=r"its words were expected in v.txt; name their file \(vocabulary\)"
    ):
        formats.read(path)
    assert list(formats.read(path, Request(vocabulary=str(tmp_path / "vocabulary"))).keys) == KEYS


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros((4, 7), np.float32), "4 words were expected, one for each row, got 5 lines"),
        (np.zeros((6, 7), np.float32), "6 words were expected, one for each row, got 5 lines"),
        (np.zeros(5, np.float32), r"an array of floats \(rows, dim\) was expected, got float32 \(5,\)"),
        (np.zeros((5, 7), np.int32), "an array of floats"),
        (np.zeros((5, 0), np.float32), "an array of floats"),
        (np.array([[None]]), "Python objects could run code"),
        (np.zeros(5, [("a", "<f4")]), "numbers or text were expected, got"),
    ],
)
def test_an_array_of_another_kind_is_refused(tmp_path, matrix, message):
    with pytest.raises(FormatError, match=message):
        formats.read(pair(tmp_path, matrix))


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was run",))


@pytest.mark.parametrize("name", ["vectors", "words", "counts"])
def test_objects_are_refused_before_they_are_made(tmp_path, name):
    with pytest.raises(FormatError, match=f"{name}.npy: .*Python objects could run code"):
        formats.read(zipped(tmp_path, **{name: np.array([Bomb()], object)}))


def header(text):
    text = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1048576)}"),
            "bytes were expected",
        ),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}") + bytes(9),
            "8 bytes were expected .*, 9",
        ),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}") + bytes(7),
            "8 bytes were expected .*, 7",
        ),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -2)}"), "shape is"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (1e3, 2)}"), "damaged"),
        (header("{'descr': '<f4', 'fortran_order': False}"), "damaged"),
        (header("__import__('os').system('false')"), "damaged"),
        (header("(" * 9000), "damaged"),
        (header("{'descr': 'f99999', 'fortran_order': False, 'shape': (1, 2)}"), "damaged"),
        (b"\x93NUMPY\x09\x00" + bytes(99), "an array of NumPy's was expected"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "truncated"),
        (b"\x93NUMPY\x01", "an array of NumPy's was expected"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path, content, message):
    pair(tmp_path)
    (tmp_path / "v.npy").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        formats.read(tmp_path / "v.npy")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"words": np.array(KEYS[:4])}, "4 words, but 5 rows"),
        ({"words": np.arange(5)}, "words.npy: an array of words of fixed width"),
        ({"words": np.array([KEYS])}, "words.npy: an array of words of fixed width"),
        ({"counts": np.arange(4)}, "counts.npy: an array of 5 whole numbers"),
        ({"counts": np.arange(5.0)}, "counts.npy: an array of 5 whole numbers"),
    ],
)
def test_members_that_do_not_fit_are_refused(tmp_path, arrays, message):
    with pytest.raises(FormatError, match=message):
        formats.read(zipped(tmp_path, **arrays))


def test_other_arrays_are_named(tmp_path):
    np.savez(tmp_path / "v.npz", x=MATRIX, words=np.array(KEYS))
    with pytest.raises(FormatError, match=r"'vectors' and 'words' were expected, got words\.npy, x\.npy"):
        formats.read(tmp_path / "v.npz")


def test_characters_that_are_none_are_refused(tmp_path):
    words = np.array(KEYS)
    words.view(np.uint32)[0] = 0xFFFFFFFF
    for kind in (words.dtype, words.dtype.newbyteorder(">")):
        with pytest.raises(FormatError, match="words.npy: behind word 0: a number that is no character"):
            formats.read(zipped(tmp_path, words=words.view(np.uint32).astype(kind.str[0] + "u4").view(kind)))


@pytest.mark.parametrize("pack", [np.savez, np.savez_compressed])
def test_a_wrong_checksum_is_refused(tmp_path, pack):
    path = zipped(tmp_path, pack)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 16] ^= 1  # the checksum of the vectors, in the zip's directory
    path.write_bytes(content)
    with pytest.raises(FormatError, match="the zip is cut or damaged: Bad CRC-32"):
        formats.read(path)


def bomb(size):
    """A zip whose `words` say that they unpack to `size` words, of few bytes packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("vectors.npy", "w") as member:
            member.write(
                header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({size}, 1)}}") + bytes(4 * size)
            )
        with archive.open("words.npy", "w") as member:
            member.write(
                header(f"{{'descr': '<U1', 'fortran_order': False, 'shape': ({size},)}}") + bytes(4 * size)
            )
    return file.getvalue()


def test_what_unpacks_to_more_than_there_is_memory_is_refused_first(tmp_path, monkeypatch):
    (tmp_path / "v.npz").write_bytes(bomb(1_000_000))
    assert len((tmp_path / "v.npz").read_bytes()) < 20_000
    monkeypatch.setattr(memory, "available", lambda: (50_000_000, "machine"))
    with pytest.raises(NotEnoughMemory, match="needs .*v.npz"):
        formats.read(tmp_path / "v.npz")


def test_the_first_rows_take_no_more_than_themselves(tmp_path):
    size = 1_000_000
    path = zipped(
        tmp_path, np.savez_compressed, vectors=np.zeros((size, 1), np.float32),
        words=np.zeros(size, "<U1"), counts=np.arange(size),
    )  # fmt: skip
    tracemalloc.start()
    try:
        found = formats.read(path, Request(limit=1))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert found.counts.tolist() == [0] and len(found.keys) == 1


def test_a_word_list_beyond_memory_is_refused_first(tmp_path, monkeypatch):
    path = pair(tmp_path, words="word\n" * 5)
    monkeypatch.setattr(memory, "available", lambda: (50, "machine"))
    with pytest.raises(NotEnoughMemory, match="is this a file of words"):
        formats.read(path)


def test_a_packed_word_list_is_not_unpacked_beyond_memory(tmp_path, monkeypatch):
    path = pair(tmp_path)
    path.with_suffix(".txt").write_bytes(gzip.compress(b"word\n" * 20_000_000))
    monkeypatch.setattr(memory, "available", lambda: (50_000_000, "machine"))
    tracemalloc.start()
    try:
        with pytest.raises(NotEnoughMemory, match="is this a file of words"):
            formats.read(path)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_a_zip_of_pytorch_is_no_numpy(tmp_path):
    with zipfile.ZipFile(tmp_path / "v.npz", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}))
    assert formats.recognised(tmp_path / "v.npz") is not NPZ


def test_words_that_numpy_would_cut_are_not_written(tmp_path):
    with pytest.raises(OutputError, match=r"1 words cannot be written as NumPy's text .* 'a\\x00'"):
        NPZ.write(tmp_path / "v.npz", Contents(["a\0"], Table(MATRIX[:1].copy())))
    with pytest.raises(OutputError, match="all words end in a carriage return"):
        NPY.write(tmp_path / "v.npy", Contents(["a\r"], Table(MATRIX[:1].copy())))
    assert not list(tmp_path.iterdir())


def test_a_zip_is_not_written_packed_as_a_whole(tmp_path):
    with pytest.raises(OutputError, match=r"not packed as a whole; leave \.gz out of the name"):
        NPZ.write(tmp_path / "v.npz.gz", Contents(["a"], Table(MATRIX[:1].copy())))
    assert not list(tmp_path.iterdir())


def test_neither_file_of_a_pair_is_overwritten_unasked(tmp_path):
    (tmp_path / "v.txt").write_text("mine")
    with pytest.raises(OutputError, match="v.txt exists"):
        NPY.write(tmp_path / "v.npy", Contents(KEYS, Table(MATRIX.copy())))
    assert [path.name for path in tmp_path.iterdir()] == ["v.txt"]
