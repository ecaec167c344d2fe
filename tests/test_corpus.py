"""Text as rows of a vocabulary: the same from every source, in memory and on disk, however bad the bytes."""

import errno
import gzip
import io
import lzma
import tempfile
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnivec.data import corpus as corpus_module
from omnivec.data import numbering, sources, tokenize
from omnivec.data import spool as spool_module
from omnivec.data.corpus import Reading
from omnivec.data.spool import Spool
from omnivec.data.vocabulary import Vocabulary
from omnivec.errors import InputError, OptionError, OutputError
from omnivec.reference import scan as reference

# As plain Python (NUMBA_DISABLE_JIT=1) a hash that wraps around warns.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")

ALL = Reading(min_count=1)
DOCUMENTS = ["the cat sat\non the mat\r\n\nthe end", "a cat\n", "one more line: mät"]
ERRORS = ["replace", "ignore", "strict"]


def units(corpus):
    """The corpus as words, unit by unit."""
    words = [corpus.vocabulary.keys[row] for row in corpus.tokens]
    return [words[a:b] for a, b in zip(corpus.units, corpus.units[1:], strict=False)]


def same(a, b):
    assert units(a) == units(b)
    assert list(a.vocabulary.keys) == list(b.vocabulary.keys)
    assert a.vocabulary.counts.tolist() == b.vocabulary.counts.tolist()
    assert (a.total, a.invalid, a.vocabulary.types) == (b.total, b.invalid, b.vocabulary.types)


def refusal(source, reading=ALL, **options):
    with pytest.raises(InputError) as caught:
        reading.corpus(source, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    for number, document in enumerate(DOCUMENTS):
        (tmp_path / f"{number}.txt").write_bytes(document.encode())
    return tmp_path


@pytest.mark.parametrize("unit", numbering.UNITS)
def test_every_kind_of_source_gives_the_same_corpus(unit, folder, tmp_path_factory):
    reading, files = Reading(unit=unit, min_count=2), sorted(folder.iterdir())
    wanted = reading.corpus(DOCUMENTS)
    packed = tmp_path_factory.mktemp("packed")
    (packed / "0.gz").write_bytes(gzip.compress(files[0].read_bytes()))
    (packed / "1.txt.xz").write_bytes(lzma.compress(files[1].read_bytes()))
    (packed / "2").write_bytes(b"\xef\xbb\xbf" + files[2].read_bytes())
    for source in (
        folder,
        str(folder),
        files,
        packed,
        tuple(DOCUMENTS),
        iter(DOCUMENTS),
        (d for d in DOCUMENTS),
    ):
        same(reading.corpus(source), wanted)
    same(reading.corpus([files[0], DOCUMENTS[1], files[2]]), wanted)
    same(reading.corpus(DOCUMENTS, tokenizer=str.split), wanted)
    same(reading.corpus(folder, tokenizer=lambda line: iter(line.split())), wanted)


def test_lines_as_texts_as_lists_and_as_a_stream_give_the_same_corpus():
    lines = "\n".join(DOCUMENTS).splitlines()
    wanted = ALL.corpus(lines)
    same(ALL.corpus([line.split() for line in lines]), wanted)
    same(ALL.corpus(tuple(line.split()) for line in lines), wanted)
    same(ALL.corpus(io.BytesIO("\n".join(lines).encode())), wanted)


def test_units_are_lines_paragraphs_or_documents():
    text = "a b\r\nc\n \t\r\n\r\nd\n"
    for unit, wanted in [
        ("line", ["ab", "c", "d", "e"]),
        ("paragraph", ["abc", "d", "e"]),
        ("document", ["abcd", "e"]),
    ]:
        for tokenizer in (None, str.split):
            corpus = Reading(unit=unit, min_count=1).corpus([text, "e"], tokenizer=tokenizer)
            assert ["".join(words) for words in units(corpus)] == wanted, (unit, tokenizer)


def test_list_is_one_unit_and_its_tokens_are_taken_as_they_are():
    found = ALL.corpus([["New York", "a\nb", ""], [], ["\t"]])
    assert units(found) == [["New York", "a\nb"], ["\t"]]


def test_dropped_words_leave_no_gap_and_no_empty_unit():
    found = Reading(min_count=2).corpus(["a x b", "y", "b a z a", ""])
    assert units(found) == [["a", "b"], ["b", "a", "a"]]
    assert (found.total, found.vocabulary.total, found.vocabulary.types) == (8, 8, 5)
    assert (found.tokens.dtype, found.units.dtype) == (np.int32, np.int64)
    assert found.tokens.flags.c_contiguous and found.tokens.flags.writeable


def test_counts_are_exact_behind_a_cut():
    found = Reading(min_count=1, max_size=1).corpus(["b a b c b"])
    assert (list(found.vocabulary.keys), found.vocabulary.counts.tolist(), len(found.tokens)) == (
        ["b"],
        [3],
        3,
    )


def test_given_vocabulary_keeps_its_rows_and_counts():
    given_one = Vocabulary.of({"mat": 9, "cat": 5, "gone": 1})
    found = Reading(min_count=50).corpus(DOCUMENTS, vocabulary=given_one)
    assert found.vocabulary is given_one
    assert units(found) == [["cat"], ["mat"], ["cat"]]
    assert found.total == 14


def test_given_vocabulary_that_the_text_lacks_is_refused():
    message = refusal(["a b a"], vocabulary=Vocabulary.of({"c": 1}))
    assert message == "Python list: none of its 2 different words is in the given vocabulary"


@pytest.mark.parametrize("on_disk", [False, True])
@settings(max_examples=40, deadline=None)
@given(text=st.text(alphabet="ab \n\té\xa0", max_size=80), unit=st.sampled_from(list(numbering.UNITS)))
def test_corpus_is_its_definition(on_disk, text, unit):
    words, counts, wanted = reference.scan(text.encode(), unit)
    if not words:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool_module, "IN_MEMORY", 0 if on_disk else 0.25)
        found = Reading(unit=unit, min_count=1).corpus([text])
    assert units(found) == [[words[number].decode() for number in numbers] for numbers in wanted]
    assert dict(zip(found.vocabulary.keys, found.vocabulary.counts.tolist(), strict=True)) == dict(
        zip([word.decode() for word in words], counts, strict=True)
    )


@pytest.mark.parametrize("limit", [0, 40, 400, 10**9])
def test_spool_is_the_same_in_memory_and_on_disk(limit):
    pieces = [np.arange(k, dtype=np.int32) for k in (3, 0, 70, 1, 500)]
    spool = Spool(limit)
    for piece in pieces:
        spool.append(piece)
    assert (spool.length, spool.on_disk) == (574, limit < 4 * 574)
    numbers = spool.taken()
    spool.close()
    assert numbers.tolist() == np.concatenate(pieces).tolist()
    assert numbers.dtype == np.int32 and numbers.flags.writeable and type(numbers) is np.ndarray


def test_spool_keeps_a_copy():
    piece, spool = np.zeros(3, np.int32), Spool(10**6)
    spool.append(piece)
    piece[:] = 1
    assert spool.taken().tolist() == [0, 0, 0]


@pytest.mark.parametrize("call", ["write", "flush"])
def test_full_disk_is_an_error_that_names_the_folder(call, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    # What waits to be written makes closing fail, too.
    full = type("Full", (io.BytesIO,), {call: refuse, "close": refuse})
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: full())
    with (
        pytest.raises(OutputError, match=r"No space left on device\); set TMPDIR"),
        closing(Spool(0)) as spool,
    ):
        spool.append(np.zeros(3, np.int32))
        monkeypatch.undo()
        spool.taken()


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ZeroDivisionError])
def test_reading_that_breaks_off_leaves_no_file(fault, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spool_module, "IN_MEMORY", 0)
    monkeypatch.setattr(numbering, "ENOUGH", 1)
    seen = []

    def texts():
        yield "a b"
        yield "c d"
        seen.extend(tmp_path.iterdir())
        raise fault

    with pytest.raises(fault):
        ALL.corpus(texts())
    assert seen == [] and not list(tmp_path.iterdir())


def test_line_of_a_million_tokens_is_read_completely():
    line = " ".join(["a", "b"] * 500_000)
    for options in ({}, {"tokenizer": str.split}):
        found = ALL.corpus([line], **options)
        assert (len(found.tokens), found.units.tolist()) == (1_000_000, [0, 1_000_000])
    assert len(ALL.corpus([line.split()]).tokens) == 1_000_000


@pytest.mark.parametrize("block", [3, 7])
def test_tokenizer_sees_whole_lines_whatever_the_blocks(block, monkeypatch, tmp_path):
    monkeypatch.setattr(sources, "BLOCK", block)
    lines = []

    def tokenizer(line):
        lines.append(line)
        return line.split()

    (tmp_path / "text").write_bytes("eine längere Zeile\r\n\n\nzwei\nohne Ende".encode())
    ALL.corpus(tmp_path / "text", tokenizer=tokenizer)
    assert lines == ["eine längere Zeile", "", "", "zwei", "ohne Ende"]


def test_unicode_white_space_is_an_option():
    text = "a\xa0b\u3000c d"
    assert units(ALL.corpus([text])) == [["a\xa0b\u3000c", "d"]]
    assert units(Reading(min_count=1, whitespace="unicode").corpus([text, ["e f"]])) == [
        list("abcd"),
        ["e f"],
    ]


def test_unicode_white_space_is_what_python_splits_at():
    everything = "".join(map(chr, [*range(1, 0xD800), *range(0xE000, 0x110000)]))
    [found, *_] = tokenize.unicode_whitespace([everything.encode()])
    assert found.split() == [part.encode() for part in everything.split()]


@settings(max_examples=60, deadline=None)
@given(
    text=st.text("a\xa0\x85é\u3000\u2003\u2028〇😀 \n"),
    block=st.integers(1, 5),
    unit=st.sampled_from(list(numbering.UNITS)),
)
def test_unicode_white_space_may_be_cut_by_blocks(text, block, unit):
    reading = Reading(min_count=1, whitespace="unicode", unit=unit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "BLOCK", block)
        found = reading.corpus(io.BytesIO(b"first " + text.encode()))
    same(found, Reading(min_count=1, unit=unit).corpus(["first " + text], tokenizer=str.split))


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (lambda line: line, "a tokenizer returns the tokens of a line as str, got str"),
        (lambda line: None, "got NoneType"),
        (lambda line: [line, 3], r"tokens are str, got 3 (int)"),
        (lambda line: ["a\0b"], "zero byte, got 'a\\x00b'"),
    ],
)
def test_tokenizer_that_returns_something_else_is_told(tokenizer, message):
    assert message in refusal(["a b"], tokenizer=tokenizer)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "Python list: the corpus is empty"),
        (iter([]), "Python list_iterator: the corpus is empty"),
        ([""], "Python list: the corpus is empty"),
        ([[]], "Python list: the corpus is empty"),
        ([" \n\t"], "Python list: the corpus holds no words"),
        ([["", ""]], "Python list: the corpus holds no words"),
        (io.BytesIO(b""), "a stream: the corpus is empty"),
        (io.BytesIO(b"\xef\xbb\xbf"), "a stream: the corpus is empty"),
    ],
)
@pytest.mark.parametrize("tokenizer", [None, str.split])
def test_corpus_without_words_is_refused(source, message, tokenizer):
    source = io.BytesIO(source.getvalue()) if isinstance(source, io.BytesIO) else source
    assert refusal(source, tokenizer=tokenizer) == message


def test_empty_file_is_named(tmp_path):
    (tmp_path / "empty.txt").touch()
    assert refusal(tmp_path / "empty.txt") == "empty.txt: the corpus is empty"


BAD = b"caf\xe9 ok caf\xe9 caf\xe8\nok \xff \xed\xa0\x80x\n"


@pytest.mark.parametrize("tokenizer", [None, str.split])
def test_invalid_bytes_are_replaced_and_counted(tokenizer):
    found = ALL.corpus(io.BytesIO(BAD), tokenizer=tokenizer)
    bad = "caf\ufffd"
    assert units(found) == [[bad, "ok", bad, bad], ["ok", "\ufffd", "\ufffd\ufffd\ufffdx"]]
    assert found.vocabulary.counts[0] == 3  # two byte strings that became one word are one
    assert (found.invalid, found.total, found.vocabulary.types) == (5, 7, 4)


@pytest.mark.parametrize("tokenizer", [None, str.split])
def test_invalid_bytes_may_be_ignored_and_a_word_of_nothing_else_is_none(tokenizer):
    found = Reading(min_count=1, encoding_errors="ignore").corpus(io.BytesIO(BAD), tokenizer=tokenizer)
    assert units(found) == [["caf", "ok", "caf", "caf"], ["ok", "x"]]
    assert (found.invalid, found.total) == (5, 6)


def test_text_of_ignored_bytes_alone_holds_no_words():
    reading = Reading(min_count=1, encoding_errors="ignore")
    assert refusal(io.BytesIO(b"\xff \xfe\xff"), reading) == "a stream: the corpus holds no words"


@pytest.mark.parametrize("tokenizer", [None, str.split])
def test_invalid_bytes_may_be_refused(tokenizer, tmp_path):
    (tmp_path / "text.txt").write_bytes(BAD)
    message = refusal(tmp_path / "text.txt", Reading(encoding_errors="strict"), tokenizer=tokenizer)
    assert message.startswith("text.txt: expected UTF-8, got ") and message.endswith("; see encoding_errors")
    assert r"caf\xe9" in message


@pytest.mark.parametrize("errors", ERRORS)
def test_valid_text_is_never_touched(errors):
    found = Reading(min_count=1, encoding_errors=errors).corpus(["äöü \ufffd 😀"])
    assert (units(found), found.invalid) == ([["äöü", "\ufffd", "😀"]], 0)


@pytest.mark.parametrize("errors", ["replace", "ignore"])
@settings(max_examples=100, deadline=None)
@given(
    text=st.lists(
        st.sampled_from([b"a", b"\xff", b"\xe2\x82", b"\xc3\xa9", b"\xed\xa0\x80", b" ", b"\n"])
    ).map(b"".join)
)
def test_bad_bytes_fare_alike_with_and_without_a_tokenizer(errors, text):
    reading = Reading(min_count=1, encoding_errors=errors)
    text = b"first " + text
    same(reading.corpus(io.BytesIO(text)), reading.corpus(io.BytesIO(text), tokenizer=str.split))


def test_lone_surrogates_of_a_text_count_as_invalid():
    found = ALL.corpus(["a \ud800", ["\udcff"]])
    assert found.invalid == 2 and set(found.vocabulary.keys) == {"a", "\ufffd\ufffd\ufffd"}


def test_reading_is_reported_with_tokens_and_bytes(monkeypatch):
    monkeypatch.setattr(corpus_module, "BLOCK", 10)
    monkeypatch.setattr(numbering, "ENOUGH", 1)
    reports = []
    ALL.corpus(["a b c d e f\n"] * 10, report=lambda tokens, size: reports.append((tokens, size)))
    assert reports == sorted(reports) and reports[-1] == (60, 120) and len(reports) > 5


def with_ends(text, unit):
    """What a text with line ends is: its lines, each with the token, paragraphs divided as they were."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return "\n".join(
        f"{line} <eos>" if unit != "paragraph" or line.strip(" \t\v\f\r") else line for line in lines
    )


@pytest.mark.parametrize("unit", numbering.UNITS)
@settings(max_examples=80, deadline=None)
@given(text=st.text(alphabet="ab \n\r\té", max_size=40), block=st.integers(1, 9), enough=st.integers(1, 40))
def test_line_end_is_a_token_behind_every_line_whatever_the_blocks(unit, text, block, enough):
    text = "first\n" + text
    wanted = Reading(unit=unit, min_count=1).corpus([with_ends(text, unit)])
    reading = Reading(unit=unit, min_count=1, line_end="<eos>")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "BLOCK", block)
        patch.setattr(numbering, "ENOUGH", enough)
        same(reading.corpus(io.BytesIO(text.encode())), wanted)
        same(reading.corpus([text]), wanted)
        same(reading.corpus([text], tokenizer=str.split), wanted)
        spaced = Reading(unit=unit, min_count=1, line_end="<eos>", whitespace="unicode")
        same(spaced.corpus([text]), wanted)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            ["a b\r\n\nc"],
            ["ab<eos>", "<eos>", "c<eos>"],
        ),  # CR LF is one end, a blank line has one, so has the last
        (["a b\n", "c"], ["ab<eos>", "c<eos>"]),
        (["a", "", "b"], ["a<eos>", "b<eos>"]),  # an empty text has no line
        ([["a", "b"], [], ["c"]], ["ab<eos>", "<eos>", "c<eos>"]),  # a list is a line
        ([["a\nb"], "c"], ["a\nb<eos>", "c<eos>"]),
    ],
)
def test_line_ends_of_lines(source, wanted):
    found = Reading(min_count=1, line_end="<eos>").corpus(source)
    assert ["".join(words) for words in units(found)] == wanted
    assert found.vocabulary.counts[list(found.vocabulary.keys).index("<eos>")] == len(wanted)


def test_line_ends_of_other_units():
    text = "a\nb\n \n\nc\n"
    for source in ([text], [line.split() for line in text.splitlines()]):
        found = Reading(unit="paragraph", min_count=1, line_end="</s>").corpus(source)
        # A list is a document, so only a text shows paragraphs of several lines.
        wanted = ["a</s>b</s>", "c</s>"] if isinstance(source[0], str) else ["a</s>", "b</s>", "c</s>"]
        assert ["".join(words) for words in units(found)] == wanted
    found = Reading(unit="document", min_count=1, line_end="</s>").corpus([text, "d"])
    assert ["".join(words) for words in units(found)] == ["a</s>b</s></s></s>c</s>", "d</s>"]


def test_line_end_is_a_word_like_any_other():
    found = Reading(min_count=2, line_end="x").corpus(["x a\na b"])
    assert (units(found), found.total) == ([["x", "a", "x"], ["a", "x"]], 6)
    assert units(Reading(min_count=3, line_end="x").corpus(["a a\na b"])) == [["a", "a"], ["a"]]


@pytest.mark.parametrize("token", ["", " ", "a b", "a\n", "\0", "a\0b", "\xa0", "\u3000x", "\ud800"])
def test_line_end_that_is_no_word_is_refused(token):
    with pytest.raises(
        OptionError, match="line_end must be a word without white space, such as '<eos>', got "
    ):
        Reading(line_end=token)


@pytest.mark.parametrize("tokenizer", [None, str.split])
@pytest.mark.parametrize(
    ("source", "what"),
    [([], "is empty"), ([""], "is empty"), (["\n \n"], "no words"), ([["", ""]], "no words")],
)
def test_line_ends_alone_are_no_corpus(source, what, tokenizer):
    message = refusal(source, Reading(line_end="<eos>", min_count=1), tokenizer=tokenizer)
    assert message.startswith("Python list: the corpus") and message.endswith(what)


KNOWN = Vocabulary.of({"mat": 9, "cat": 5, "gone": 1})


def test_known_words_stay_and_their_counts_add_up():
    found = Reading(min_count=2).corpus(DOCUMENTS, known=KNOWN)
    words = found.vocabulary
    assert list(words.keys) == ["mat", "cat", "the", "gone"]
    assert words.counts.tolist() == [10, 7, 3, 1]
    assert (words.total, words.types, found.total) == (15 + 14, 11, 14)
    # "cat" and "mat" occur less often than a new word must, and are read all the same.
    assert units(found) == [["the", "cat"], ["the", "mat"], ["the"], ["cat"]]
    assert (KNOWN.counts.tolist(), list(KNOWN.keys)) == ([9, 5, 1], ["mat", "cat", "gone"])


def test_words_that_come_to_known_ones_are_ordered_by_count_and_bytes():
    found = Reading(min_count=1).corpus(["b a gone gone gone gone b b b b"], known=KNOWN)
    assert list(found.vocabulary.keys) == ["mat", "b", "cat", "gone", "a"]
    assert found.vocabulary.counts.tolist() == [9, 5, 5, 5, 1]


def test_limits_choose_among_new_words_alone():
    text = ["a a a b b c"]
    for reading, rule, wanted in [
        (Reading(min_count=1, max_size=4), None, {"a"}),
        (Reading(min_count=1, max_size=2), None, set()),
        (Reading(min_count=2), None, {"a", "b"}),
        (Reading(min_count=2), lambda word, count: {"a": False, "c": True}.get(word), {"b", "c"}),
    ]:
        found = reading.corpus([*text, "mat"], known=KNOWN, rule=rule)
        assert set(found.vocabulary.keys) == {"mat", "cat", "gone"} | wanted


def test_text_without_known_or_new_words_is_refused():
    message = refusal(["a b a"], Reading(min_count=3), known=KNOWN)
    assert message == (
        "Python list: none of its 2 different words is known, and no other occurs 3 times; lower min_count"
    )


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1),
    st.lists(st.sampled_from("defghi"), min_size=1, max_size=40),
)
def test_known_words_and_a_text_are_one_text(counts, text):
    """The merged vocabulary is that of both texts read together, when every word may come in."""
    found = ALL.corpus([text], known=Vocabulary.of(counts))
    together = ALL.corpus([[word for word, count in counts.items() for _ in range(count)], text])
    assert list(found.vocabulary.keys) == list(together.vocabulary.keys)
    assert found.vocabulary.counts.tolist() == together.vocabulary.counts.tolist()
    assert (found.vocabulary.total, units(found)) == (together.vocabulary.total, [text])
