"""GloVe's files: text with and without header, parameters with their vocabulary, co-occurrences by name."""

import gzip
import logging
import struct

import numpy as np
import pytest

import omnivec
from omnivec.errors import FormatError, OptionError, OutputError
from omnivec.store import formats
from omnivec.store.formats import Contents, Request, headless
from omnivec.store.tables import Table

GLOVE = formats.named("glove")
KEYS = ["the", "한국어", "new york", "naïve", "."]
MATRIX = np.random.default_rng(3).normal(0, 0.3, (5, 7)).astype(np.float32)


def put(path, content):
    path.write_bytes(content)
    return path


def plain(contents):
    return contents.table.span(0, len(contents.table))


# Text


def test_six_decimals_and_unk_at_the_end_are_read(tmp_path):
    content = b"the 0.418000 -0.249680 1.000000\nof -0.000001 12.500000 0.000000\n<unk> 0.1 0.2 0.3\n"
    path = put(tmp_path / "v", content)
    assert formats.detect(path) is GLOVE and formats.outline(path)[1][:3] == (3, 3, True)
    found = formats.read(path)
    assert list(found.keys) == ["the", "of", "<unk>"] and found.counts is None
    assert plain(found)[:2].tolist() == np.float32([[0.418, -0.24968, 1], [-1e-6, 12.5, 0]]).tolist()


def test_ours_is_word_space_numbers_and_nothing_else(tmp_path):
    GLOVE.write(tmp_path / "v", Contents(["a", "b c"], Table(np.float32([[0.5, -1], [1e-7, 3]]))))
    assert (tmp_path / "v").read_bytes() == b"a 0.5 -1.0\nb c 1e-07 3.0\n"


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_gensim_reads_ours_and_we_read_gensim_s(tmp_path):
    gensim = pytest.importorskip("gensim.models")
    keys = [key.replace(" ", "_") for key in KEYS]  # gensim splits at every space
    GLOVE.write(tmp_path / "ours", Contents(keys, Table(MATRIX.copy())))
    # gensim 4.4 opens such a file twice and closes it once, hence the warnings.
    theirs = gensim.KeyedVectors.load_word2vec_format(tmp_path / "ours", no_header=True)
    assert theirs.index_to_key == keys and (theirs.vectors == MATRIX).all()
    theirs.save_word2vec_format(tmp_path / "theirs", write_header=False)
    assert (tmp_path / "theirs").read_bytes() == (tmp_path / "ours").read_bytes()


@pytest.mark.parametrize(
    ("content", "keys", "dim"),
    [
        (b"a 1 2\nb 3 4", ["a", "b"], 2),
        (b"a 1 2\r\nb 3 4\r\n", ["a", "b"], 2),
        (b"a 1 2\nb 3 4\n\n\n", ["a", "b"], 2),
        (b"a 1 2 \nb 3 4 \n", ["a", "b"], 2),
        (b"\xef\xbb\xbfa 1 2\nb 3 4\n", ["a", "b"], 2),
        (b". . . 1 2\nat name@domain.com 3 4\n1 5 6\n", [". . .", "at name@domain.com", "1"], 2),
        (b"channel 4 1 2\na 3 4\nb 5 6\n", ["channel 4", "a", "b"], 2),
        (b"1 0.5 2\n2 3 4\n", ["1", "2"], 2),
        (b" 0.5 2\nb 3 4\n", ["", "b"], 2),
        ("a\u00a0b\u3000\u2028\u0085 7 8\nc 1 2\n".encode(), ["a\u00a0b\u3000\u2028\u0085", "c"], 2),
    ],
)
def test_unusual_text_is_read(tmp_path, content, keys, dim):
    path = put(tmp_path / "v", content)
    assert formats.detect(path) is GLOVE and formats.outline(path)[1].dim == dim
    found = formats.read(path)
    assert list(found.keys) == keys and found.table.dim == dim


@pytest.mark.parametrize("announced", [2, 3], ids=["rows", "one too few, as glove writes"])
def test_a_header_makes_it_word2vec_text_and_is_no_row_when_read_by_name(tmp_path, announced):
    path = put(tmp_path / "v", b"%d 3\na 1 2 3\nb 4 5 6\n<unk> 7 8 9\n" % announced)
    assert formats.detect(path).name == "word2vec-text"
    for name in ("word2vec-text", "glove"):
        assert list(formats.read(path, format=name).keys) == ["a", "b", "<unk>"]


def test_both_vectors_and_biases_stay_one_row_though_the_header_names_one_vector_s_dim(tmp_path):
    rows = b"".join(b"%b %b\n" % (word, b" ".join([b"0.5"] * 8)) for word in (b"a", b"b", b"<unk>"))
    for content in (rows, b"2 3\n" + rows):
        path = put(tmp_path / "v", content)
        assert formats.detect(path) is GLOVE
        found = formats.read(path)
        assert list(found.keys) == ["a", "b", "<unk>"] and found.table.dim == 8


def test_a_first_row_like_a_header_is_one_when_the_next_has_as_many_numbers(tmp_path):
    path = put(tmp_path / "v", b"2 3\n3 4\nthe 5\n")  # words "2", "3", "the" of one number
    assert list(formats.read(path, format="glove").keys) == ["2", "3", "the"]
    path = put(tmp_path / "v", b"2 3\n3 4 5 6\nthe 5 6 7\n")
    assert list(formats.read(path, format="glove").keys) == ["3", "the"]


@pytest.mark.parametrize(
    "content",
    [
        b"the 1061396\nof 593677\n",  # a vocabulary
        b"0.5 1.5 2.5\n3.5 4.5 5.5\n",  # a matrix
        b"8 2\na 1 2 3\nb 4 5 6\n",  # word2vec text with a wrong header, which its reader names
        b"king queen 0.7\nman woman 0.8 0.5\nx\ny\n",
        b"",
        b"\n\n",
    ],
)
def test_what_is_no_glove_text_is_not_taken_for_it(tmp_path, content):
    assert formats.recognised(put(tmp_path / "v", content)) is not GLOVE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1 2\nb 3 4\nc 5\nd 6 7\n", "line 3: a word and 2 numbers"),
        (b"a 1 2\nb 3 4\nc 5 6,5\nd 6 7\n", "line 3: a word and 2 numbers"),
        (b"a 1 2\n\nb 3 4\n", "line 2 is blank"),
        (b"2 2\na 1 2\nb 3\n", "line 3: a word and 2 numbers"),
        (b"a b c\n", "line 1: a word and numbers"),
        (b"", "line 1: a word and numbers"),
        (b"x" * (1 << 19), "line 1 does not end"),
    ],
)
def test_a_bad_line_is_named(tmp_path, content, message):
    with pytest.raises(FormatError, match=message):
        formats.read(put(tmp_path / "v", content), format="glove")


def test_odd_words_and_numbers_are_reported_once(tmp_path, caplog):
    path = put(tmp_path / "v", b"a 1 2\na 3 4\n\xff 5 nan\nb inf 7\n")
    with caplog.at_level(logging.WARNING):
        found = formats.read(path)
    assert list(found.keys) == ["a", "\ufffd", "b"] and plain(found)[0].tolist() == [1, 2]
    said = " | ".join(caplog.messages)
    assert "1 words are not utf-8" in said and "1 words occur again" in said
    assert "2 values are NaN or infinite, first in row 3" in said
    with pytest.raises(FormatError, match="row 3 is not utf-8"):
        formats.read(path, Request(errors="strict"))
    assert list(formats.read(path, Request(encoding="latin-1")).keys) == ["a", "ÿ", "b"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_long_file_is_estimated_and_read_whole(tmp_path, pack, monkeypatch):
    monkeypatch.setattr(headless, "HEAD", 1 << 12)
    keys = [f"word{'x' * (i % 40)} {i}x" for i in range(3000)]
    matrix = np.random.default_rng(1).normal(0, 100, (3000, 9)).astype(np.float32)
    GLOVE.write(tmp_path / "v", Contents(["the", *keys[1:]], Table(matrix)))
    path = put(tmp_path / "w", pack((tmp_path / "v").read_bytes()))
    _, outline = formats.outline(path)
    assert outline.dim == 9 and not outline.exact and 1500 < outline.rows < 6000
    told = []
    found = formats.read(path, Request(told=told.append))
    assert list(found.keys)[1:] == keys[1:] and (plain(found) == matrix).all()
    assert told[-1] == 1 and told == sorted(told)


def test_a_tab_behind_every_word_swallows_no_number(tmp_path):
    path = put(tmp_path / "v", b"a\t1 2 3\nb\t4 5 6\n")
    for read in (formats.read, formats.outline, omnivec.load):
        with pytest.raises(FormatError, match=r"line 1: a space behind the word .* got a tab: b'a\\t1 2 3'"):
            read(path)
    path = put(tmp_path / "v", b"a\t1 2 3\nb 4 5\n")
    assert list(formats.read(path).keys) == ["a\t1", "b"]


@pytest.mark.parametrize("keys", [["channel 4", "canal 5"], [], ["\ufeffa", "b"], ["a\t1", "b\t2"]])
def test_what_a_text_without_header_cannot_tell_is_not_written(tmp_path, keys):
    with pytest.raises(OutputError, match="does not tell that rows have 7 numbers"):
        GLOVE.write(tmp_path / "v", Contents(keys, Table(MATRIX[: len(keys)].copy())))
    assert not list(tmp_path.iterdir())


# Parameters


def parameters(tmp_path, words=4, dim=3):
    values = np.random.default_rng(0).normal(size=(2 * words, dim + 1))
    counts = b"".join(b"w%d %d\n" % (i, 1000 - i) for i in range(words))
    return put(tmp_path / "v.bin", values.astype("<f8").tobytes()), put(tmp_path / "vocab", counts), values


@pytest.mark.parametrize("limit", [None, 2])
def test_parameters_are_sums_of_word_and_context_vectors(tmp_path, limit):
    path, vocabulary, values = parameters(tmp_path)
    request = Request(vocabulary=str(vocabulary), limit=limit)
    found = formats.read(path, request, "glove-binary")
    assert list(found.keys) == ["w0", "w1", "w2", "w3"][:limit]
    assert found.counts.tolist() == [1000, 999, 998, 997][:limit]
    assert (plain(found) == (values[:4, :3] + values[4:, :3]).astype(np.float32)[:limit]).all()
    assert formats.outline(path, request, "glove-binary")[1][:3] == (4, 3, True)


def test_many_blocks_of_parameters_make_one_matrix(tmp_path, monkeypatch):
    monkeypatch.setattr("omnivec.store.formats.glove_binary._BLOCK", 100)
    path, vocabulary, values = parameters(tmp_path, words=50)
    found = formats.read(path, Request(vocabulary=str(vocabulary)), "glove-binary")
    assert (plain(found) == (values[:50, :3] + values[50:, :3]).astype(np.float32)).all()


def test_parameters_are_never_guessed(tmp_path):
    path, vocabulary, _ = parameters(tmp_path)
    assert formats.recognised(path) is None
    with pytest.raises(OptionError, match="name its vocabulary"):
        formats.read(path, format="glove-binary")


def test_counts_follow_their_words_when_a_word_occurs_again(tmp_path):
    path, vocabulary, values = parameters(tmp_path)
    put(vocabulary, b"a 9\nb 8\na 7\nnew york 6\n")
    found = formats.read(path, Request(vocabulary=str(vocabulary)), "glove-binary")
    assert list(found.keys) == ["a", "b", "new york"] and found.counts.tolist() == [9, 8, 6]
    assert (plain(found)[2] == (values[3, :3] + values[7, :3]).astype(np.float32)).all()


@pytest.mark.parametrize(
    ("content", "counts", "message"),
    [
        (bytes(255), b"a 1\nb 1\n", "a multiple of 32 bytes for the 2 words of .*, got 255"),
        (bytes(32), b"a 1\nb 1\n", "a multiple of 32 bytes"),
        (b"", b"a 1\n", "a multiple of 16 bytes"),
        (bytes(256), b"", "a multiple of 0 bytes for the 0 words"),
        (bytes(256), b"a 1\nb\n", "line 2: a word and its count"),
        (gzip.compress(bytes(256), mtime=0), b"a 1\nb 1\n", "decompress it first"),
    ],
)
def test_parameters_that_do_not_fit_the_vocabulary_are_refused(tmp_path, content, counts, message):
    path, vocabulary = put(tmp_path / "v", content), put(tmp_path / "vocab", counts)
    with pytest.raises(FormatError, match=message):
        formats.read(path, Request(vocabulary=str(vocabulary)), "glove-binary")


# Co-occurrences


@pytest.mark.parametrize("first", [b"", struct.pack("<iid", 0, 0, 0.0)], ids=["plain", "zeros"])
def test_cooccurrences_are_recognised_and_refused(tmp_path, first):
    records = b"".join(struct.pack("<iid", i, j, 1 / j) for i in range(1, 30) for j in range(1, 30))
    path = put(tmp_path / "v.bin", first + records)
    assert formats.detect(path).name == "glove-cooccurrence"
    with pytest.raises(FormatError, match="GloVe co-occurrences is not read; they count pairs"):
        formats.read(path)
    assert formats.recognised(put(path, records[:-1])) is None
    for record in ((1, -5, 1.0), (1, 5, -1.0), (1, 5, float("nan")), (2**30, 1, 1.0)):
        assert formats.recognised(put(path, records + struct.pack("<iid", *record))) is None
