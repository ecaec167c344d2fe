"""What each format of the table promises: it comes back, is known by its content, is refused when damaged."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from omnivec.errors import FormatError, NotEnoughMemory, OmnivecError, OptionError, OutputError
from omnivec.store import formats, memory
from omnivec.store.builder import stored_as
from omnivec.store.formats import Contents, Request
from omnivec.store.formats.matrix import gathered
from omnivec.store.tables import Table

WRITTEN = [known for known in formats.FORMATS if known.write is not None and "output rows" not in known.holds]
FORBIDDEN = {"word2vec": " ", "starspace": "\t", "projector": "\t"}
CONTROL = re.compile("[\x00-\x1f]")
HEADERLESS = {"glove", "starspace"}
"""One number a row passes for a count there."""
ROWLESS = HEADERLESS | {"parquet", "arrow"}
"""What has no rows has no dim there."""

KEYS = ["the", "한국어", "naïve", "a\u00a0b", ".", "x\u2028y\u0085"]
MATRIX = np.random.default_rng(3).normal(0, 0.3, (6, 7)).astype(np.float32)
COUNTS = np.array([2**40, 50, 4, 3, 3, 0])

every = pytest.mark.parametrize("known", WRITTEN, ids=lambda known: known.name)
quiet = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)


def plain(contents):
    return contents.table.span(0, len(contents.table))


def kept(known, matrix):
    """What a format makes of float32 numbers."""
    return matrix if known.rounds is None else matrix.astype(known.rounds).astype(np.float32)


def models(known):
    """Up to eight different words and a matrix, of sizes that a float16 holds."""
    bound = 60_000 if known.rounds == "float16" else 2.0**126
    numbers = st.floats(-bound, bound, width=32)
    # A letter first: what is more like a number or a header than a word is tested by itself.
    text = st.characters(exclude_categories=["Cs"], exclude_characters="\0\n" + FORBIDDEN.get(known.name, ""))
    words = st.text(text, max_size=9).map("w".__add__)
    keys = st.lists(words, unique=True, min_size=known.name in ROWLESS, max_size=8)
    return st.tuples(keys, st.integers(1, 5)).flatmap(
        lambda sizes: st.tuples(
            st.just(sizes[0]),
            arrays.arrays(np.float32, (len(sizes[0]), sizes[1]), elements=numbers),
        )
    )


@every
@given(data=st.data())
@quiet
def test_what_is_written_comes_back(tmp_path_factory, known, data):
    keys, matrix = data.draw(models(known))
    counts = np.arange(len(keys))
    path = tmp_path_factory.mktemp("models") / "model.any"
    try:
        known.write(path, Contents(keys, Table(matrix), counts))
    except OutputError as error:
        assume("does not tell" not in str(error) and "carriage return" not in str(error))
        raise
    sure = keys and not CONTROL.search("".join(keys))  # which only floats in a binary file are sure to hold
    if sure and (known.name not in HEADERLESS or matrix.shape[1] > 1):
        assert formats.detect(path) is known
    found = formats.read(path, format=known.name)
    assert list(found.keys) == keys
    assert plain(found).tobytes() == kept(known, matrix).tobytes()
    assert (found.counts.tolist() if "counts" in known.holds else found.counts) == (
        counts.tolist() if "counts" in known.holds else None
    )


@every
@pytest.mark.parametrize(
    "name", ["model.bin", "model.txt.npy", "vectors", "model.pkl", "m.tsv", "m.npz", "m.json"]
)
def test_a_format_is_known_by_its_content_under_any_name(tmp_path, known, name):
    known.write(tmp_path / name, Contents(KEYS, Table(MATRIX)) if known.name != "word2vec" else ascii_model())
    assert formats.detect(tmp_path / name) is known
    assert formats.outline(tmp_path / name)[1].dim == 7
    assert abs(formats.outline(tmp_path / name)[1].rows - 6) <= (
        not formats.outline(tmp_path / name)[1].exact
    )


def ascii_model():
    return Contents(["a", "b", "c", "d", "e", "한"], Table(MATRIX))


@every
@pytest.mark.parametrize("limit", [1, 4, 6, 100])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_the_first_rows_are_read_into_any_type(tmp_path, known, limit, dtype):
    known.write(tmp_path / "model", Contents(ascii_model().keys, Table(MATRIX)))
    found = formats.read(tmp_path / "model", Request(limit=limit, dtype=dtype))
    rows = kept(known, MATRIX)[:limit]
    assert list(found.keys) == ascii_model().keys[:limit]
    table, rounding = stored_as(Table(rows.copy()), dtype)
    assert found.table.dtype == dtype and (plain(found) == table.span(0, len(table))).all()
    assert found.rounding == rounding


@every
@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_smaller_tables_are_written_as_they_are_decoded(tmp_path, known, dtype):
    table, _ = stored_as(Table(MATRIX.copy()), dtype)
    known.write(tmp_path / "model", Contents(ascii_model().keys, table))
    found = plain(formats.read(tmp_path / "model"))
    assert (found == kept(known, table.span(0, len(table)))).all()


@every
def test_what_does_not_fit_into_memory_is_refused_before_it_is_read(tmp_path, known, monkeypatch):
    known.write(tmp_path / "model", Contents(ascii_model().keys, Table(MATRIX)))
    monkeypatch.setattr(memory, "available", lambda: (100, "machine"))
    with pytest.raises(NotEnoughMemory, match="model"):
        formats.read(tmp_path / "model")


@every
def test_nothing_is_overwritten_unless_it_is_asked_for(tmp_path, known):
    path, told = tmp_path / "model", []
    known.write(path, ascii_model())
    other = Contents(["z"], Table(np.ones((1, 3), np.float32)))
    with pytest.raises(OutputError, match="exists"):
        known.write(path, other)
    assert list(formats.read(path).keys) == ascii_model().keys
    known.write(path, other, overwrite=True, told=told.append)
    assert list(formats.read(path).keys) == ["z"] and told[-1] == 1
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(".")]


@every
def test_words_that_cannot_be_written_are_counted(tmp_path, known):
    keys = ["a", "b\ud800c", "d\udfff"]
    with pytest.raises(OutputError, match=r"2 words cannot be written .* 'b\\ud800c' in row 2"):
        known.write(tmp_path / "model", Contents(keys, Table(MATRIX[:3])))
    assert not list(tmp_path.iterdir())


def files_of(path):
    return [file for file in path.parent.rglob("*") if file.is_file()]


def assert_refused_or_begun(path, known, request=Request()):  # noqa: B008
    """A typed error, or the first rows as they were; of the last one a part may be gone unnoticed."""
    try:
        found = formats.read(path, request)
    except OmnivecError as error:
        assert "\n" not in str(error)
        return False
    keys = list(found.keys)
    assert keys[:-1] == ascii_model().keys[: max(len(keys) - 1, 0)] and len(keys) <= 6
    if len(keys) > 1:
        assert (plain(found)[:-1] == kept(known, MATRIX)[: len(keys) - 1]).all()
    return True


@every
def test_a_file_cut_anywhere_is_refused_or_read_to_the_cut(tmp_path, known, caplog):
    path = tmp_path / "model"
    known.write(path, Contents(ascii_model().keys, Table(MATRIX), COUNTS))
    refused = 0
    for file in files_of(path):
        whole = file.read_bytes()
        for cut in range(0, len(whole), max(1, len(whole) // 80)):
            file.write_bytes(whole[:cut])
            refused += not assert_refused_or_begun(path, known)
        file.write_bytes(whole)
    assert refused


@every
@given(data=st.data())
@quiet
def test_damaged_bytes_never_end_in_another_error(tmp_path_factory, known, data):
    path = tmp_path_factory.mktemp("models") / "model"
    known.write(path, Contents(ascii_model().keys, Table(MATRIX), COUNTS))
    file = data.draw(st.sampled_from(sorted(files_of(path))))
    content = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at : at + data.draw(st.integers(0, 4))] = data.draw(
        st.one_of(
            st.binary(max_size=4), st.sampled_from([b"\xff" * 4, b"-", b"9" * 30, b"\n", b"\t ", b"nan"])
        )
    )
    file.write_bytes(content)
    for format in (None, known.name):
        try:
            formats.read(path, format=format)
        except OmnivecError as error:
            assert "\n" not in str(error)


@every
@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\0", b"\xff" * 100, b"a\tb\n" * 9, b"1 2\n", b"{}", b"[" * 10**5]
)
def test_what_is_something_else_is_refused_by_every_reader(tmp_path, known, content):
    (tmp_path / "model").write_bytes(content)
    for look in (formats.read, formats.outline):
        try:
            look(tmp_path / "model", Request(), known.name)
        except OmnivecError as error:
            assert str(tmp_path) in str(error)
    with pytest.raises(OmnivecError, match="model"):
        formats.read(tmp_path / "missing" / "model", format=known.name)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files where Linux lists them")
def test_a_folder_in_place_of_a_file_leaves_nothing_open(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(FormatError, match="directory"):
            formats.read(tmp_path, format="glove")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_what_cannot_be_a_path_is_refused(tmp_path, name):
    with pytest.raises(FormatError, match="cannot be a path"):
        formats.read(tmp_path / name)
    (tmp_path / "modules.json").write_text(json.dumps([{"type": "x.StaticEmbedding", "path": name}]))
    with pytest.raises(FormatError, match="cannot be a path"):
        formats.read(tmp_path)


def test_a_container_is_cut_with_its_counts(tmp_path):
    rows = np.float32([[1, 2], [3, 4], [5, 6]])
    counts, asked = np.array([9, 8, 7]), Request(limit=2)
    found = gathered(tmp_path, ["a", "b", "c"], 2, lambda start, stop: rows[start:stop], asked, counts)
    assert list(found.keys) == ["a", "b"] and found.counts.tolist() == [9, 8]


def test_a_character_that_is_cut_in_two_words_is_none(tmp_path):
    (tmp_path / "v").write_bytes(b"2 2\n\xc3 1 2\n\xa9 3 4\n")
    with pytest.raises(FormatError, match="row 1 is not utf-8"):
        formats.read(tmp_path / "v", Request(errors="strict"))


def test_what_is_packed_again_and_again_is_not_unpacked_for_ever(tmp_path):
    content = b"1 2\na 1 2\n"
    for layers in range(1, 5):
        content = gzip.compress(content)
        (tmp_path / "v").write_bytes(content)
        if layers < 4:
            assert list(formats.read(tmp_path / "v").keys) == ["a"]
    with pytest.raises(FormatError):
        formats.read(tmp_path / "v")


def test_a_limit_below_zero_is_refused():
    with pytest.raises(OptionError, match="limit must be 0 or more, got -1"):
        Request(limit=-1)


def test_names_and_suffixes_are_each_of_one_format():
    names = [known.name for known in formats.FORMATS]
    assert len(names) == len(set(names))
    for known in formats.FORMATS:
        assert known.read or known.instead, f"{known.name} says neither what it reads nor what does"
        assert known.outline or not known.read
    with pytest.raises(OptionError, match="glove, "):
        formats.named("glov")


def test_text_that_is_no_format_is_told_what_was_tried(tmp_path):
    (tmp_path / "corpus").write_text("the king of the hill\nand 3 4 5 more words\n")
    with pytest.raises(FormatError, match="GloVe text, "):
        formats.detect(tmp_path / "corpus")
    assert formats.recognised(tmp_path / "corpus") is None
