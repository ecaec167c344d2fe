"""The book's float16 pickle: read without running it, refused when it is anything else, and written."""

import gzip
import os
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omnivec
from omnivec.errors import FormatError, NotEnoughMemory, NotFinite, OmnivecError, OutputError
from omnivec.store import formats, memory
from omnivec.store.builder import stored_as
from omnivec.store.formats import book_pickle, pickles
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.tables import Table

WORDS = [
    "you",
    "say",
    "goodbye",
    "and",
    "안녕",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
]


@pytest.fixture
def matrix():
    return np.random.default_rng(5).normal(0, 2, (len(WORDS), 3)).astype(np.float16)


def params(matrix, words=WORDS):
    return {
        "word_vecs": matrix,
        "word_to_id": {word: row for row, word in enumerate(words)},
        "id_to_word": dict(enumerate(words)),
    }


def put(path, thing, protocol=4):
    path.write_bytes(thing if isinstance(thing, bytes) else pickle.dumps(thing, protocol))
    return path


# What is read


@pytest.mark.parametrize("dtype", ["<f2", ">f2", "<f4", "<f8"])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol_and_float_type_is_read(tmp_path, matrix, protocol, dtype):
    path = put(tmp_path / "cbow_params.pkl", params(matrix.astype(dtype)), protocol)
    model = omnivec.load(path)
    assert list(model.keys) == WORDS
    np.testing.assert_array_equal(model.vectors.vectors, matrix.astype(np.float32))
    assert formats.detect(path).name == "book-pickle"
    assert formats.outline(path)[1][:3] == (6, 3, True)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_columns_first_and_the_names_of_numpy_1_are_read(tmp_path, matrix, protocol):
    content = pickle.dumps(params(np.asfortranarray(matrix)), protocol)
    if protocol == 2:  # names that end with a line may change their length
        content = content.replace(b"numpy._core.", b"numpy.core.")
        assert b"numpy.core." in content
    found = book_pickle.read(put(tmp_path / "p", content), Request())
    np.testing.assert_array_equal(found.table.span(0, 6), matrix.astype(np.float32))


def test_ids_that_are_numbers_of_numpy_are_read(tmp_path, matrix):
    made = params(matrix)
    made["word_to_id"] = {word: np.int64(row) for row, word in enumerate(WORDS)}
    assert list(omnivec.load(put(tmp_path / "p", made)).keys) == WORDS


def test_keys_stand_in_the_order_of_their_ids_not_of_the_file(tmp_path, matrix):
    made = params(matrix)
    made["word_to_id"] = dict(reversed(made["word_to_id"].items()))
    made["id_to_word"] = dict(reversed(made["id_to_word"].items()))
    assert list(omnivec.load(put(tmp_path / "p", made)).keys) == WORDS


def test_limit_dtype_and_compression_are_heeded(tmp_path, matrix):
    (tmp_path / "p.gz").write_bytes(gzip.compress(pickle.dumps(params(matrix), 4)))
    model = omnivec.load(tmp_path / "p.gz", limit=2, dtype="float16")
    assert list(model.keys) == WORDS[:2] and model.vectors.table.dtype == "float16"
    np.testing.assert_array_equal(model.vectors.table.stored, matrix[:2])


def test_as_many_words_as_a_pickler_splits_over_batches_and_memos(tmp_path):
    words = [f"word{row}" for row in range(70_000)]
    made = params(np.zeros((len(words), 1), np.float16), words)
    heard = []
    assert list(book_pickle.read(put(tmp_path / "p", made), Request(told=heard.append)).keys) == words
    assert len(heard) > 3 and heard == sorted(heard) and heard[-1] == 1


def test_what_does_not_fit_is_refused_before_it_is_read(tmp_path, matrix, monkeypatch):
    path = put(tmp_path / "p", params(matrix))
    monkeypatch.setattr(memory, "available", lambda: (10, "container"))
    with pytest.raises(NotEnoughMemory, match="p"):
        book_pickle.read(path, Request())


# What is written


@pytest.mark.parametrize("stored", ["float32", "float16", "int8"])
def test_what_is_written_is_the_books_to_plain_pickle(tmp_path, matrix, stored):
    table = stored_as(Table(matrix.astype(np.float32)), stored)[0]
    book_pickle.write(tmp_path / "p.pkl", Contents(WORDS, table))
    with (tmp_path / "p.pkl").open("rb") as file:
        found = pickle.load(file)
    assert list(found) == ["word_vecs", "word_to_id", "id_to_word"]
    assert found["word_to_id"] == {word: row for row, word in enumerate(WORDS)}
    assert found["id_to_word"] == dict(enumerate(WORDS))
    assert found["word_vecs"].dtype == np.float16 and found["word_vecs"].flags.c_contiguous
    np.testing.assert_array_equal(found["word_vecs"], table.span(0, 6).astype(np.float16))


@given(keys=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), unique=True, max_size=9))
def test_what_is_written_comes_back(tmp_path_factory, keys):
    path = tmp_path_factory.mktemp("book") / "p"
    rows = np.arange(3 * len(keys), dtype=np.float32).reshape(-1, 3)
    book_pickle.write(path, Contents(keys, Table(rows)))
    found = formats.read(path)
    assert list(found.keys) == keys
    np.testing.assert_array_equal(found.table.span(0, len(keys)), rows)


def test_a_number_beyond_float16_and_an_existing_file_are_refused(tmp_path):
    path = tmp_path / "p"
    with pytest.raises(NotFinite, match="row 0 holds 70000, float16 ends at 65,504"):
        book_pickle.write(path, Contents(["a"], Table(np.full((1, 2), 7e4, np.float32))))
    assert not path.exists()
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists"):
        book_pickle.write(path, Contents(["a"], Table(np.ones((1, 2), np.float32))))
    with pytest.raises(OutputError, match="half a character"):
        book_pickle.write(path, Contents(["\ud800"], Table(np.ones((1, 2), np.float32))), overwrite=True)
    assert path.read_bytes() == b"mine"


# What is refused: nothing of it may run


class Runs:
    """Would write a file when it is unpickled."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def attacks(mark):
    touch = f"touch {mark}"
    array = pickle.dumps(np.zeros((1, 1), np.float16), 4)
    return {
        "os.system": Runs(os.system, touch),
        "eval": Runs(eval, f"open({str(mark)!r}, 'w')"),
        "in a value": {"word_vecs": Runs(os.system, touch), "word_to_id": {}, "id_to_word": {}},
        "getattr": Runs(getattr, "x", "upper"),
        "a chain": Runs(eval, Runs(str, Runs(bytes, b"1"))),
        "codecs": Runs(__import__("codecs").encode, "x" * 99, "zip"),
        "inst": b"\x80\x02(S'" + touch.encode() + b"'\nios\nsystem\n.",
        "obj": b"\x80\x02(cos\nsystem\nX\x01\0\0\0xo.",
        "new": b"\x80\x02cnumpy\nndarray\n)\x81.",
        "called array": b"\x80\x02cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85R.",
        "build of a name": b"\x80\x02cnumpy\nndarray\n}X\x01\0\0\0xK\x01sb.",
        "build of a type": array.replace(b"f2", b"O8"),
        "a type of fields": b"\x80\x02cnumpy\ndtype\nX\2\0\0\0f2\x85R(K\x03X\1\0\0\0<NX\1\0\0\0a}tb.",
        "extension": b"\x80\x02\x82\x01.",
        "persistent": b"\x80\x02Pid\n.",
        "binary persistent": b"\x80\x04\x8c\x01xQ.",
        "out of band": b"\x80\x05\x97.",
        "nested lists": b"\x80\x04" + b"]" * 10**6 + b"a" * (10**6 - 1) + b".",
        "nested tuples": b"\x80\x04)" + b"\x85" * 10**6 + b".",
        "nested key": b"\x80\x04})" + b"\x85" * 10**6 + b"K\0s.",
        "many marks": b"\x80\x04" + b"}" * 10**6,
        "huge frame": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"}.",
        "huge bytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b"}.",
        "huge text": b"\x80\x04\x8d" + struct.pack("<Q", 2**63) + b"}.",
        "huge bytearray": b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b"}.",
        "huge memo": b"\x80\x04}r\xff\xff\xff\xff.",
        "recalled too early": b"\x80\x04h\x05.",
        "newer": b"\x80\x06}.",
        "no end": b"\x80\x04}",
        "two things": b"\x80\x04}}.",
        "something behind": b"\x80\x04}.}",
        "empty": b"",
    }  # fmt: skip


@pytest.mark.parametrize("name", attacks(""))
def test_an_attack_is_refused_without_effect(tmp_path, name):
    mark = tmp_path / "ran"
    attack = attacks(mark)[name]
    for protocol in (2, 4) if not isinstance(attack, bytes) else (4,):
        path = put(tmp_path / "params.pkl", attack, protocol)
        with pytest.raises(FormatError, match=r"params\.pkl"):
            book_pickle.read(path, Request())
        with pytest.raises(FormatError, match=r"params\.pkl"):
            omnivec.load(path)
    assert not mark.exists()


def test_the_name_that_is_refused_and_its_byte_are_told(tmp_path):
    path = put(tmp_path / "p", Runs(os.system, "true"), 2)
    with pytest.raises(
        FormatError, match=r"p: byte \d+: the pickle asks for 'posix.system': which could run"
    ):
        book_pickle.read(path, Request())


def test_a_stack_without_end_is_refused_long_before_the_end_of_the_file(tmp_path):
    path = put(tmp_path / "p", attacks("")["many marks"])
    with pytest.raises(FormatError, match=r"byte 65,5\d\d: a damaged pickle: too many things"):
        book_pickle.read(path, Request())


def test_an_array_of_cupy_is_refused_with_what_to_do(tmp_path, matrix):
    content = pickle.dumps({"word_vecs": 0}, 4)
    content = content.replace(b"K\0", b"ccupy._core.core\narray\nK\0\x85R")
    path = put(tmp_path / "p", content.replace(b"\x95", b"\x95", 1))
    with pytest.raises(FormatError, match=r"CuPy.*cupy\.asnumpy"):
        book_pickle.read(path, Request())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"more": 1}, "another pickle"),
        ({"word_vecs": 3}, "an array, word_vecs"),
        ({"word_vecs": np.zeros(6, np.float16)}, r"shape \(6,\), not \(words, dim\)"),
        ({"word_vecs": np.zeros((6, 2), np.int16)}, "no matrix of floats"),
        ({"word_vecs": np.zeros((6, 0), np.float16)}, "damaged"),
        ({"word_vecs": np.zeros((5, 2), np.float16)}, "6 words, 6 ids and 5 vectors"),
        ({"word_to_id": {}}, "0 words, 6 ids and 6 vectors"),
        ({"id_to_word": {row + 1: word for row, word in enumerate(WORDS)}}, "disagree about id 0"),
        ({"id_to_word": {row: str(row) for row in range(6)}}, "disagree about id 0"),
        ({"word_to_id": {word: 0 for word in WORDS}}, "disagree about id 1"),
        ({"word_to_id": dict.fromkeys(range(6), 0), "id_to_word": dict(enumerate(range(6)))}, "disagree"),
    ],
)
def test_parts_that_do_not_fit_are_refused(tmp_path, matrix, change, message):
    with pytest.raises(FormatError, match=message):
        book_pickle.read(put(tmp_path / "p", params(matrix) | change), Request())


def test_an_array_that_claims_more_than_its_bytes_is_refused(tmp_path, matrix):
    content = pickle.dumps(params(matrix), 4)
    shape = b"K\x06K\x03\x86"
    assert content.count(shape) == 1
    wrong = content.replace(shape, b"K\xffK\xff\x86")
    with pytest.raises(FormatError, match=r"float16 of shape \(255, 255\) in 36 bytes"):
        book_pickle.read(put(tmp_path / "p", wrong), Request())


@settings(max_examples=300, deadline=None)
@given(data=st.data(), protocol=st.sampled_from([2, 4, 5]))
def test_cut_and_scrambled_files_end_in_a_typed_error_or_load(tmp_path_factory, data, protocol):
    whole = pickle.dumps(params(np.ones((6, 3), np.float16)), protocol)
    content = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / "p"
    path.write_bytes(content)
    for look in (lambda: book_pickle.read(path, Request()), lambda: formats.detect(path)):
        try:
            look()
        except OmnivecError as error:
            assert str(path) in str(error)


def test_a_glimpse_names_what_would_be_imported_and_runs_nothing():
    found = pickles.glimpse(pickle.dumps(Runs(os.system, "true"), 4))
    assert found.names == ["posix.system"] and found.texts[-1] == "true"
    assert pickles.glimpse(b"\x80\x04") is None and pickles.glimpse(b"80 2\n") is None


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_weights_of_a_network_are_a_list_of_arrays(tmp_path, protocol):
    arrays = [np.arange(6, dtype=np.float16).reshape(2, 3), np.ones(3, np.float16), np.zeros((2, 1, 2))]
    path = put(tmp_path / "weights.pkl", pickle.dumps(arrays, protocol))
    for found, array in zip(book_pickle.weights(path), arrays, strict=True):
        np.testing.assert_array_equal(found, array)
        assert found.dtype == array.dtype


@pytest.mark.parametrize("thing", [{"a": 1}, [1, 2], [[np.ones(2)]], (np.ones(2),)])
def test_what_is_no_list_of_arrays_is_refused(tmp_path, thing):
    with pytest.raises(FormatError, match="a list of arrays was expected"):
        book_pickle.weights(put(tmp_path / "p", pickle.dumps(thing, 4)))


def test_a_list_of_calls_is_refused_and_runs_nothing(tmp_path):
    with pytest.raises(FormatError, match="could run code"):
        book_pickle.weights(put(tmp_path / "p", pickle.dumps([print], 4)))
