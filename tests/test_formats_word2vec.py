"""word2vec text and binary: read as others write them, written as they read, refused when damaged."""

import gzip
import logging
import lzma
import os
import resource
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from omnivec.errors import FormatError, MissingExtra, NotEnoughMemory, OptionError, OutputError
from omnivec.store import formats, memory, packing
from omnivec.store.builder import stored_as
from omnivec.store.formats import Contents, Request, decimals, lines, word2vec
from omnivec.store.tables import Table

TEXT, BINARY = KNOWN = formats.named("word2vec-text"), formats.named("word2vec")
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n"), max_size=12)


def models(words):
    """Up to eight different words and a matrix."""
    return st.lists(words, unique=True, max_size=8).flatmap(
        lambda keys: st.tuples(
            st.just(keys),
            st.integers(1, 5).flatmap(
                lambda dim: arrays.arrays(np.float32, (len(keys), dim), elements=FLOATS)
            ),
        )
    )


def put(path, content):
    path.write_bytes(content)
    return path


def write(known, path, keys, matrix, **how):
    known.write(path, Contents(keys, Table(np.asarray(matrix, np.float32))), **how)


def read(known, path, **asked):
    """Keys and matrix as a format, or whatever recognises the file, reads them."""
    found = (formats if known is None else known).read(path, Request(**asked))
    assert found.counts is None
    return found.keys, found.table.span(0, len(found.table))


def text_of(words, values, end=b""):
    header = f"{len(words)} {len(values[0])}\n".encode()
    rows = [
        word + b" " + b" ".join(map(str.encode, row)) + end + b"\n"
        for word, row in zip(words, values, strict=True)
    ]
    return header + b"".join(rows)


def binary_of(words, matrix, end=b"\n"):
    header = f"{matrix.shape[0]} {matrix.shape[1]}\n".encode()
    return header + b"".join(
        w + b" " + row.astype("<f4").tobytes() + end for w, row in zip(words, matrix, strict=True)
    )


@pytest.fixture
def matrix():
    return np.random.default_rng(3).normal(0, 0.3, (5, 7)).astype(np.float32)


KEYS = ["the", "한국어", "naïve", "a", "."]
RAW = [key.encode() for key in KEYS]


# Round trips


@given(model=models(WORDS))
@example(model=(["new york", " ", "", "a\tb", "x\r", "\x85\u2028", "1 2", "a "], np.ones((8, 2), np.float32)))
def test_text_comes_back_bit_for_bit(tmp_path_factory, model):
    keys, matrix = model
    path = tmp_path_factory.mktemp("text") / "v"
    write(TEXT, path, keys, matrix)
    found, values = read(TEXT, path)
    assert found == keys
    assert values.dtype == np.float32 and values.tobytes() == matrix.tobytes()
    if keys and all(keys):
        assert formats.detect(path) is TEXT


@given(model=models(WORDS.filter(lambda word: " " not in word)))
def test_binary_comes_back_bit_for_bit(tmp_path_factory, model):
    keys, matrix = model
    path = tmp_path_factory.mktemp("binary") / "v"
    write(BINARY, path, keys, matrix)
    found, values = read(BINARY, path)
    assert found == keys and values.tobytes() == matrix.tobytes()


@given(number=st.one_of(FLOATS, st.floats(0, 10, width=32), st.decimals(-9, 9, places=14), st.integers()))
def test_a_number_is_read_as_python_reads_it(number):
    text = f"{number}".encode()
    values, odd = decimals.parse(b"w " + text + b"\n", np.array([2]), np.array([2 + len(text)]))
    assert odd[0] or values[0] == float(text)


@given(text=st.text("0123456789.-+e,xn :/", min_size=1, max_size=20))
@example(text="0.:")
@example(text="0./")
@example(text="x.5")
@example(text="--.5")
@example(text="0.12345678x")
@example(text="0.x2345678")
def test_a_number_is_never_read_where_there_is_none(text):
    values, odd = decimals.parse(text.encode(), np.array([0]), np.array([len(text)]))
    if not odd[0]:
        assert values[0] == float(text)


def test_usual_numbers_take_the_quick_way():
    texts = [b"0.133423", b"-0.037719067", b"9.00000000000001", b"-0.1", b"1.0"]
    block = b" ".join(texts)
    stops = np.cumsum([len(text) + 1 for text in texts]) - 1
    values, odd = decimals.parse(block, stops - [len(text) for text in texts], stops)
    assert not odd.any() and values.tolist() == [float(text) for text in texts]


@pytest.mark.parametrize(
    "content",
    [
        *[b"2 2\na 0.5 -0.25 \nb 0.5 1.5 \n", b"2 2\r\na 0.5 -0.25\r\nb 0.5 1.5\r\n"],
        *[b"2 2\na b 0.5 -0.25\nb 0.5 1.5\n", b"2 2\na 5e-1 -.25\nb nan 12\n", b"2 2\na 0.5 -0.25\nb 1 2"],
    ],
)
def test_usual_lines_take_the_quick_way(tmp_path, monkeypatch, content):
    monkeypatch.setattr(lines, "_slowly", lambda *_: pytest.fail("read line by line"))
    _, values = read(TEXT, put(tmp_path / "v", content))
    assert values[0].tolist() == [0.5, -0.25]


def test_many_blocks_make_one_matrix(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "_BLOCK", 100)
    monkeypatch.setattr(word2vec, "_BLOCK", 100)
    keys = [f"w {i}" if i % 7 else f"w{i}" for i in range(500)]
    matrix = np.random.default_rng(1).normal(0, 100, (500, 9)).astype(np.float32)
    write(TEXT, tmp_path / "t", keys, matrix)
    assert read(TEXT, tmp_path / "t")[0] == keys
    keys = [key.replace(" ", "_") for key in keys]
    write(BINARY, tmp_path / "b", keys, matrix)
    for known, path in ((TEXT, "t"), (BINARY, "b")):
        found, values = read(known, tmp_path / path)
        assert len(found) == 500 and (values == matrix).all()
    assert found == keys


def test_the_matrix_is_a_view_of_aligned_padded_rows(tmp_path, matrix):
    write(BINARY, tmp_path / "v", KEYS, matrix)
    _, values = read(None, tmp_path / "v")
    assert values.strides == (64, 4) and values.ctypes.data % 64 == 0


# Beside gensim


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_gensim_reads_ours_and_we_read_gensim_s(tmp_path, matrix, known):
    gensim = pytest.importorskip("gensim.models")
    binary = known is BINARY
    write(known, tmp_path / "ours", KEYS, matrix)
    theirs = gensim.KeyedVectors.load_word2vec_format(tmp_path / "ours", binary=binary)
    assert theirs.index_to_key == KEYS and (theirs.vectors == matrix).all()
    theirs.save_word2vec_format(tmp_path / "theirs", binary=binary)
    assert formats.detect(tmp_path / "theirs") is known
    found, values = read(None, tmp_path / "theirs")
    assert found == KEYS and values.tobytes() == matrix.tobytes()
    if not binary:
        assert (tmp_path / "theirs").read_bytes() == (tmp_path / "ours").read_bytes()


def test_counts_go_both_ways_with_gensim(tmp_path, matrix):
    gensim = pytest.importorskip("gensim.models")
    counts = np.array([2**40, 5, 4, 3, 0])
    write(TEXT, tmp_path / "v", KEYS, matrix)
    word2vec.write_counts(tmp_path / "c", KEYS, counts)
    theirs = gensim.KeyedVectors.load_word2vec_format(tmp_path / "v", fvocab=str(tmp_path / "c"))
    assert [theirs.get_vecattr(key, "count") for key in KEYS] == counts.tolist()
    theirs.save_word2vec_format(tmp_path / "v2", fvocab=str(tmp_path / "c2"))
    assert list(word2vec.read_counts(tmp_path / "c2").items()) == list(
        zip(KEYS, counts.tolist(), strict=True)
    )


@pytest.mark.parametrize("line", [b"word", b"word x", b"word -1", b"word 1e3", b"word " + b"9" * 30, b""])
def test_a_vocabulary_line_without_a_count_is_named(tmp_path, line):
    with pytest.raises(FormatError, match="c: line 2: a word and its count"):
        word2vec.read_counts(put(tmp_path / "c", b"new york 5\n" + line + b"\n"))


# What real files look like


def test_word2vec_c_s_text_is_read(tmp_path):
    content = b"2 3\n</s> 0.133423 0.147313 -0.127675 \na 0.000000 -1.000000 10.500000 \n"
    keys, values = read(None, put(tmp_path / "v", content))
    assert keys == ["</s>", "a"]
    assert values.tolist() == np.float32([[0.133423, 0.147313, -0.127675], [0, -1, 10.5]]).tolist()


@pytest.mark.parametrize("end", [b"", b"\n"], ids=["gensim", "word2vec.c"])
def test_binary_rows_may_end_in_a_line_end(tmp_path, matrix, end):
    path = put(tmp_path / "v", binary_of(RAW, matrix, end))
    assert formats.detect(path) is BINARY
    keys, values = read(None, path)
    assert keys == KEYS and (values == matrix).all()


def zstd(data):
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    module = pytest.importorskip(name)
    return module.compress(data, options={module.CompressionParameter.checksum_flag: 1})


@pytest.mark.parametrize(
    "pack", [gzip.compress, lzma.compress, zstd, lambda data: gzip.compress(gzip.compress(data))]
)
@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_compressed_files_are_read_by_content(tmp_path, matrix, known, pack):
    write(known, tmp_path / "v", KEYS, matrix)
    path = put(tmp_path / "no.suffix", pack((tmp_path / "v").read_bytes()))
    assert formats.detect(path) is known
    keys, values = read(None, path)
    assert keys == KEYS and (values == matrix).all()


@pytest.mark.parametrize(
    ("content", "keys", "first"),
    [
        (b"2 2\r\na 1.5 2\r\nb 3 4\r\n", ["a", "b"], [1.5, 2]),
        (b"2 2\na 1.5 2\nb 3 4", ["a", "b"], [1.5, 2]),
        (b"2 2\na 1.5 2\nb 3 4" + b"\n" * 10, ["a", "b"], [1.5, 2]),
        (b"2 2\na 1.5 2\nb 3 4\n \r\n\n", ["a", "b"], [1.5, 2]),
        (b"2 2\na\t1.5 2\nb\t3 4\n", ["a", "b"], [1.5, 2]),
        (b"2 2\na 1.5  2 \nb 3 4\n", ["a", "b"], [1.5, 2]),
        (b"1 2\n1 2 0.1 0.2\n", ["1 2"], [0.1, 0.2]),
        (b"1 2\n 0.1 0.2\n", [""], [0.1, 0.2]),
        (b"1 2\n. . . 0.1 0.2\n", [". . ."], [0.1, 0.2]),
        (b"1 2\na 1e-05 -2.5E+3\n", ["a"], [1e-5, -2500]),
        (b"1 2\na -0 .5\n", ["a"], [0, 0.5]),
        ("1 1\na\u00a0b\u3000\u2028\u0085 7\n".encode(), ["a\u00a0b\u3000\u2028\u0085"], [7]),
        (b"1 1\n\xff 0.123456789012345678\n", ["\ufffd"], [0.123456789012345678]),
        (b"1 1\n" + b"w" * 1_000_000 + b" 1\n", ["w" * 1_000_000], [1]),
    ],
)
def test_unusual_text_is_read(tmp_path, content, keys, first):
    found, values = read(TEXT, put(tmp_path / "v", content))
    assert found == keys and values[0].tolist() == np.float32(first).tolist()


def test_no_rows_keep_the_dim(tmp_path):
    for known in (*KNOWN, None):
        keys, values = read(known, put(tmp_path / "v", b"0 100\n"))
        assert keys == [] and values.shape == (0, 100)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
@pytest.mark.parametrize("limit", [0, 1, 3, 5, 9])
def test_a_limit_gives_the_first_rows(tmp_path, matrix, known, limit):
    write(known, tmp_path / "v", KEYS, matrix)
    keys, values = read(known, tmp_path / "v", limit=limit)
    assert keys == KEYS[:limit] and (values == matrix[:limit]).all() and values.shape[1] == 7


def test_a_limit_does_not_read_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "_BLOCK", 8)
    keys, _ = read(TEXT, put(tmp_path / "v", b"3 1\na 1\nb 2\nbroken\n"), limit=1)
    assert keys == ["a"]


@given(model=models(WORDS.filter(lambda word: " " not in word and word.isprintable() and word)))
def test_binary_is_told_from_text_however_small(tmp_path_factory, model):
    path = tmp_path_factory.getbasetemp() / "small"
    write(BINARY, path, *model, overwrite=True)
    if model[0]:
        assert formats.detect(path) is BINARY


def test_rows_of_float64_are_not_taken_for_binary(tmp_path):
    matrix = np.random.default_rng(1).normal(0, 1, (50, 20))
    rows = b"".join(b"w%d %b\n" % (i, row.tobytes()) for i, row in enumerate(matrix))
    with pytest.raises(FormatError, match="not a known format"):
        formats.detect(put(tmp_path / "v", b"50 20\n" + rows))


# What is reported, once


@pytest.fixture
def warned(caplog):
    caplog.set_level(logging.WARNING, logger="omnivec")
    return lambda: [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_of_equal_words_the_first_is_kept_and_the_rest_reported(tmp_path, warned, known):
    write(known, tmp_path / "v", ["a", "b", "a", "c", "b", "a"], np.arange(12).reshape(6, 2) + 1)
    keys, values = read(known, tmp_path / "v")
    assert keys == ["a", "b", "c"] and values.tolist() == [[1, 2], [3, 4], [7, 8]]
    (message,) = warned()
    assert "3 words occur again (first 'a' in row 3)" in message and "the first of each is kept" in message


def test_invalid_utf8_is_replaced_reported_or_refused(tmp_path, warned):
    path = put(tmp_path / "v", text_of([b"a", b"b\xff", b"b\xfe", b"\xed\x95"], [["1"], ["2"], ["3"], ["4"]]))
    keys, values = read(TEXT, path)
    assert keys == ["a", "b\ufffd", "\ufffd"] and values[:, 0].tolist() == [1, 2, 4]
    assert any("3 words are not utf-8" in message for message in warned())
    assert any("1 words occur again" in message for message in warned())
    assert read(TEXT, path, errors="backslashreplace")[0] == ["a", "b\\xff", "b\\xfe", "\\xed\\x95"]
    assert read(TEXT, path, encoding="latin-1")[0] == ["a", "bÿ", "bþ", "í\x95"]
    with pytest.raises(FormatError, match=r"b'b\\xff' of row 2 is not utf-8"):
        read(TEXT, path, errors="strict")


@pytest.mark.parametrize("asked", [{"encoding": "utf-9"}, {"errors": "repair"}])
def test_an_encoding_that_nobody_knows_is_an_option_error(tmp_path, asked):
    with pytest.raises(OptionError, match="encoding and errors must be ones that Python knows"):
        read(TEXT, put(tmp_path / "v", b"1 1\n\xff 1\n"), **asked)


def test_a_text_with_other_rows_than_announced_is_read_and_reported(tmp_path, warned):
    for announced, found in ((5, 2), (1, 2), (2**31, 2), (0, 2)):
        content = f"{announced} 1\na 1\nb 2\n".encode()
        assert len(read(TEXT, put(tmp_path / "v", content))[0]) == found
        assert f"2 rows, the header announces {announced:,}" in warned()[-1]


def test_nan_and_infinity_are_read_and_reported(tmp_path, warned):
    path = put(tmp_path / "v", b"3 2\na 1 2\nb nan -inf\nc -nan(0x1) 1e60\n")
    _, values = read(TEXT, path)
    assert (
        np.isnan(values[1, 0])
        and values[1, 1] == -np.inf
        and np.isnan(values[2, 0])
        and np.isinf(values[2, 1])
    )
    assert "4 values are NaN or infinite, first in row 2 ('b')" in warned()[0]


def test_a_byte_order_mark_is_skipped_and_reported(tmp_path, warned):
    path = put(tmp_path / "v", b"\xef\xbb\xbf1 1\na 1\n")
    assert read(None, path)[0] == ["a"] and "byte-order mark" in warned()[0]


@pytest.mark.parametrize("tail", [b"\0" * 50, b"\n\n", b"x"])
def test_bytes_behind_a_binary_are_reported(tmp_path, matrix, warned, tail):
    keys, _ = read(BINARY, put(tmp_path / "v", binary_of(RAW, matrix) + tail))
    assert keys == KEYS and "bytes follow the last of the 5 rows" in warned()[0]


def test_a_clean_file_reports_nothing(tmp_path, matrix, warned):
    for known in KNOWN:
        write(known, tmp_path / "v", KEYS, matrix, overwrite=True)
        read(None, tmp_path / "v")
    assert warned() == []


# Smaller dtypes, progress, and a cheap look


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_numbers_are_stored_as_asked_and_the_cost_is_told(tmp_path, matrix, known, dtype):
    write(known, tmp_path / "v", KEYS, matrix)
    expected, cost = stored_as(Table(matrix), dtype)
    found = known.read(tmp_path / "v", Request(dtype=dtype))
    assert found.table.dtype == dtype and found.rounding == cost and cost.largest > 0
    assert (found.table.span(0, 5) == expected.span(0, 5)).all()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_progress_rises_to_the_whole(tmp_path, known, pack):
    matrix = np.random.default_rng(2).normal(0, 1, (30_000, 10))
    heard = []
    write(known, tmp_path / "plain", [f"w{i}" for i in range(30_000)], matrix, told=heard.append)
    assert len(heard) > 3 and heard == sorted(heard) and heard[-1] == 1
    path, heard = put(tmp_path / "v", pack((tmp_path / "plain").read_bytes())), []
    read(known, path, told=heard.append)
    assert heard == sorted(heard) and heard[-1] == 1 and all(0 < share <= 1 for share in heard)


def test_an_outline_needs_the_header_alone(tmp_path):
    for pack in (bytes, gzip.compress):
        path = put(tmp_path / "v", pack(b"3000000 300\n</s> 0.1 "))
        assert word2vec.outline_text(path, Request())[:3] == (3_000_000, 300, True)


def test_an_outline_of_a_binary_file_that_is_cut_is_refused(tmp_path):
    row = b"w " + bytes(4 * 30) + b"\n"
    for pack, rows in ((bytes, 100), (gzip.compress, 100), (gzip.compress, 50)):  # packed, nobody knows
        path = put(tmp_path / "v", pack(b"100 30\n" + rows * row))
        assert word2vec.outline_binary(path, Request())[:3] == (100, 30, True)
    path = put(tmp_path / "v", b"100 30\n" + 90 * row)
    with pytest.raises(
        FormatError, match="announces 100 rows of 30 floats, at least 12,100 bytes; 11,070 follow"
    ):
        word2vec.outline_binary(path, Request())
    assert formats.named("word2vec").outline is word2vec.outline_binary


# Damaged and hostile files

NUMBERS = ["-1", "1e3", "0x10", "1.0", "", "10" * 20, "١"]


@pytest.mark.parametrize(
    "header", [*[f"{n} 2" for n in NUMBERS], *[f"2 {n}" for n in NUMBERS], "2 2 2", "2", "2 0"]
)
def test_a_header_that_is_none_is_refused(tmp_path, header):
    path = put(tmp_path / "v", f"{header}\na 1 2\nb 3 4\n".encode())
    for known in KNOWN:
        with pytest.raises(FormatError, match=r"v: line 1: "):
            read(known, path)
    assert formats.recognised(path) not in KNOWN


BIG = [2**31 - 1, 2**31, 2**62, 2**63 - 1, 10**18]


@pytest.mark.parametrize("big", BIG)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_huge_numbers_in_a_header_allocate_nothing(tmp_path, matrix, big, pack):
    row = b"a " + struct.pack("<3f", 1, 2, 3)
    for header in (f"{big} 3\n", f"3 {big}\n", f"{big} {big}\n"):
        path = put(tmp_path / "v", pack(header.encode() + row * 3))
        with pytest.raises(FormatError, match=r"v: (line 1|byte \d)"):
            read(BINARY, path)
        if not header.startswith(f"{big} 3"):
            with pytest.raises(FormatError, match="dim must lie between"):
                read(TEXT, path)


def test_a_binary_cut_anywhere_is_refused(tmp_path, matrix):
    whole = binary_of(RAW, matrix, b"")
    for length in range(len(whole)):
        path = put(tmp_path / "v", whole[:length])
        with pytest.raises(FormatError, match=r"v: (line 1|byte \d)"):
            read(BINARY, path)
        if length > 20:
            assert formats.detect(path) is BINARY
    for length in range(0, len(whole), 3):
        with pytest.raises(FormatError, match=r"v: (line 1|byte \d|the compressed)"):
            read(BINARY, put(tmp_path / "v", gzip.compress(whole[:length])))


def test_a_text_cut_anywhere_is_refused_or_whole_rows(tmp_path, matrix):
    write(TEXT, tmp_path / "whole", KEYS, matrix)
    whole = (tmp_path / "whole").read_bytes()
    for length in range(len(whole)):
        path = put(tmp_path / "v", whole[:length])
        try:
            keys, values = read(TEXT, path)
        except FormatError as error:
            assert "line" in str(error)
        else:
            # Cut between rows, or within the last number of one: shorter, but still a number.
            assert keys == KEYS[: len(keys)]
            assert (values[:-1] == matrix[: max(0, len(keys) - 1)]).all()


def test_cut_compressed_data_is_refused(tmp_path, matrix):
    for pack in (gzip.compress, lzma.compress, zstd):
        whole = pack(binary_of(RAW, matrix))
        for content in (whole[:-1], whole[:-9], whole[:20], whole[:-6] + b"\1\2\3\4\5\6"):
            with pytest.raises(FormatError, match="compressed data is cut or damaged"):
                read(None, put(tmp_path / "v", content))


@given(content=st.binary(max_size=300), rows=st.integers(0, 4), dim=st.integers(1, 4))
@settings(max_examples=300)
def test_any_bytes_end_in_a_result_or_a_typed_error(tmp_path_factory, content, rows, dim):
    path = put(tmp_path_factory.getbasetemp() / "noise", f"{rows} {dim}\n".encode() + content)
    for known in (*KNOWN, None):
        try:
            keys, values = read(known, path)
        except FormatError as error:
            assert "noise" in str(error)
        else:
            assert values.shape == (len(keys), dim) and len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b"c 1\n", "line 4: a word and 2 numbers were expected, got b'c 1'"),
        (b"5 6\n", "line 4: a word and 2 numbers were expected, got b'5 6'"),
        (b"c 1,5 2\n", "line 4: "),
        (b"c 1_0 2\n", "line 4: "),
        (b"c 0x10 2\n", "line 4: "),
        (b"c 1 x 2\n", "line 4: "),
        (b"\nc 1 2\n", "line 4 is blank"),
        (b"\0" * 100, "line 4: "),
        (b"c " + b"9" * 2_000_000, "line 4 does not end"),
    ],
)
def test_a_bad_line_is_named(tmp_path, row, says):
    with pytest.raises(FormatError, match=says):
        read(None, put(tmp_path / "v", b"3 2\na 1 2\nb 3 4\n" + row))


@pytest.mark.parametrize("dim", [2, 4])
def test_a_wrong_dim_in_the_header_invents_no_words(tmp_path, dim):
    content = f"20 {dim}\n".encode() + b"".join(b"w%d 0.1 0.2 0.3\n" % i for i in range(20))
    with pytest.raises(FormatError, match=f"line 1 announces {dim} numbers a row, the rows have 3"):
        read(TEXT, put(tmp_path / "v", content))


def test_a_word_that_never_ends_is_refused(tmp_path):
    path = put(tmp_path / "v", b"2 1\n" + b"w" * 5_000_000)
    with pytest.raises(FormatError, match="no space ends a word"):
        read(BINARY, path)


def test_a_matrix_that_does_not_fit_the_memory_is_refused_before_it_is_made(tmp_path, matrix, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: (200, "container"))
    for known in KNOWN:
        write(known, tmp_path / "v", KEYS, matrix, overwrite=True)
        with pytest.raises(
            NotEnoughMemory, match=r"needs 920 bytes .*, 200 bytes allowed by the container; .*limit"
        ):
            read(known, tmp_path / "v")
        assert read(known, tmp_path / "v", limit=1)[0] == KEYS[:1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what is used under RLIMIT_AS")
def test_a_file_larger_than_ulimit_allows_is_refused_by_both_numbers(tmp_path):
    path = put(tmp_path / "v", b"13750000 100\n")
    os.truncate(path, 5_600_000_000)  # sparse: it never touches the disk
    code = f"""
from omnivec.errors import NotEnoughMemory
from omnivec.store.formats.word2vec import read_binary
try:
    read_binary({str(path)!r})
except NotEnoughMemory as error:
    print(error, error.exit_code)
"""
    most = 4_000_000_000
    done = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "vectors 6.2 GB" in done.stdout and "allowed by ulimit -v" in done.stdout
    assert done.stdout.endswith(" 3\n")


def test_other_files_are_refused_by_name(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    for name, content, says in (
        ("empty", b"", "not a known format of vectors, it is empty"),
        ("prose", b"It was a dark night\n", "it starts with b'It was a dark ni'"),
        ("pickle", b"\x80\x04\x95\x00", "not a known format"),
        ("folder", None, "a folder with nothing in it"),
        ("fifo", None, "not a plain file"),
        ("none", None, "No such file"),
    ):
        if content is not None:
            put(tmp_path / name, content)
        with pytest.raises(FormatError, match=says):
            formats.detect(tmp_path / name)


# Writing


@pytest.mark.parametrize(
    ("known", "word"),
    [
        (BINARY, "new york"),
        *[(known, word) for known in KNOWN for word in ("a\nb", "a\0b", "\ud800")],
    ],
)
def test_a_word_that_cannot_be_written_is_refused(tmp_path, known, word):
    with pytest.raises(
        OutputError, match="2 words cannot be written as word2vec .* in row 2.*; choose another"
    ):
        write(known, tmp_path / "v", ["a", word, word + "x"], np.ones((3, 2)))
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_unless_asked(tmp_path, matrix):
    for known in KNOWN:
        path = put(tmp_path / "v", b"mine")
        with pytest.raises(OutputError, match="exists"):
            write(known, path, KEYS, matrix)
        assert path.read_bytes() == b"mine"
        write(known, path, KEYS, matrix, overwrite=True)
        assert read(None, path)[0] == KEYS


def test_binary_has_the_bytes_of_word2vec_c(tmp_path):
    write(BINARY, tmp_path / "v", ["</s>", "a"], np.zeros((2, 3)))
    zeros = b"\0" * 12
    assert (tmp_path / "v").read_bytes() == b"2 3\n</s> " + zeros + b"\na " + zeros + b"\n"


def test_other_floats_are_written_as_float32(tmp_path):
    for known in KNOWN:
        for dtype in ("float16", "int8"):
            table, _ = stored_as(Table(np.array([[0.1, -2]], np.float32)), dtype)
            known.write(tmp_path / "v", Contents(["a"], table), overwrite=True)
            assert (read(None, tmp_path / "v")[1] == table.span(0, 1)).all()


@pytest.mark.parametrize("name", ["v.txt.gz", "v.txt.XZ", "v.zst"])
@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_name_that_promises_packing_is_kept(tmp_path, name, known):
    write(known, tmp_path / "plain", ["a", "b"], np.eye(2))
    write(known, tmp_path / name, ["a", "b"], np.eye(2))
    packed, plain = (tmp_path / name).read_bytes(), (tmp_path / "plain").read_bytes()
    unpack = packing.unpacker(packed)
    assert unpack is not None and unpack(tmp_path / name).read() == plain
    word2vec.write_counts(tmp_path / "counts.gz", ["a", "b"], np.array([2, 1]))
    assert gzip.decompress((tmp_path / "counts.gz").read_bytes()) == b"a 2\nb 1\n"
    assert word2vec.read_counts(tmp_path / "counts.gz") == {"a": 2, "b": 1}


def test_zstd_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "_ZSTD", "backports.not_there")
    path = put(tmp_path / "v", b"\x28\xb5\x2f\xfd1234")
    with pytest.raises(MissingExtra, match=r"pip install 'omnivec\[zstd\]'"):
        formats.detect(path)
    with pytest.raises(MissingExtra):
        write(TEXT, tmp_path / "new.zst", ["a"], np.eye(1))
    assert not (tmp_path / "new.zst").exists()


def test_packing_is_the_same_bytes_every_time(tmp_path):
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        write(TEXT, tmp_path / place / "v.gz", ["a"], np.eye(1))
    assert (tmp_path / "one" / "v.gz").read_bytes() == (tmp_path / "two" / "v.gz").read_bytes()
