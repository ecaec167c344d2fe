"""Parquet and Arrow: columns of keys, vectors and counts, as others write and read them."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omnivec
from omnivec.errors import FormatError, MissingExtra, NotEnoughMemory, NotFinite, OmnivecError, OutputError
from omnivec.store import formats, memory
from omnivec.store.builder import stored_as
from omnivec.store.formats import arrow
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.tables import Table

KEYS = ["the", "안녕", "new york", "a\nb", "", "x"]
ROWS = np.random.default_rng(8).normal(0, 1, (6, 3)).astype(np.float32)
COUNTS = np.array([9, 5, 2**40, 1, 1, 0])
KINDS = ["parquet", "arrow"]


def fixed(rows, kind=None):
    values = pa.array(np.ascontiguousarray(rows).ravel(), kind)
    return pa.FixedSizeListArray.from_arrays(values, rows.shape[1])


def save(path, kind, batch_rows=None, **columns):
    table = pa.table(columns)
    if kind == "parquet":
        pyarrow.parquet.write_table(table, path, row_group_size=batch_rows)
    else:
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table, max_chunksize=batch_rows)
    return path


LISTS = {
    "fixed": lambda: fixed(ROWS),
    "doubles": lambda: fixed(ROWS.astype(np.float64)),
    "halves": lambda: fixed(ROWS.astype(np.float16)),
    "list": lambda: pa.array(list(ROWS.tolist()), pa.list_(pa.float32())),
    "large list": lambda: pa.array(list(ROWS.tolist()), pa.large_list(pa.float32())),
}
TEXTS = {
    "string": pa.string(),
    "large string": pa.large_string(),
    "dictionary": pa.dictionary(pa.int32(), pa.string()),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("vectors", LISTS)
def test_lists_of_any_float_are_read_over_batches(tmp_path, kind, vectors):
    path = save(
        tmp_path / "v", kind, 4, other=pa.array(range(6)), vector=LISTS[vectors](), key=pa.array(KEYS)
    )
    model = omnivec.load(path)
    assert list(model.keys) == KEYS and model.keys.counts is None
    error = 2**-10 if vectors == "halves" else 0
    np.testing.assert_allclose(model.vectors.vectors, ROWS, rtol=error)
    assert formats.detect(path).name == kind and formats.outline(path)[1][:3] == (6, 3, True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_of_any_type_and_counts_are_read(tmp_path, kind, text):
    keys = pa.array(KEYS).cast(TEXTS[text])
    path = save(tmp_path / "v", kind, 4, key=keys, vector=fixed(ROWS), count=pa.array(COUNTS))
    model = omnivec.load(path)
    assert list(model.keys) == KEYS and model.keys.counts.tolist() == COUNTS.tolist()


@pytest.mark.parametrize("compression", ["lz4", "zstd", "uncompressed"])
def test_feather_is_read(tmp_path, compression):
    table = pa.table({"key": KEYS, "vector": fixed(ROWS)})
    pyarrow.feather.write_feather(table, str(tmp_path / "v"), compression=compression)
    np.testing.assert_array_equal(omnivec.load(tmp_path / "v").vectors.vectors, ROWS)


@pytest.mark.parametrize("kind", KINDS)
def test_limit_dtype_and_progress_are_heeded_and_duplicates_keep_their_counts(tmp_path, kind):
    keys = ["a", "b", "a", "c", "d", "e"]
    path = save(tmp_path / "v", kind, 2, key=keys, vector=fixed(ROWS), count=COUNTS)
    heard = []
    model = omnivec.load(path, limit=5, dtype="float16", progress=heard.append)
    assert list(model.keys) == ["a", "b", "c", "d"] and heard[-1] == 1
    assert model.keys.counts.tolist() == [9, 5, 1, 1]
    np.testing.assert_array_equal(model.vectors.table.stored, ROWS[[0, 1, 3, 4]].astype(np.float16))


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_that_is_packed_tightly_grows(tmp_path, kind):
    rows = np.zeros((40_000, 8), np.float32)
    keys = [str(row) for row in range(len(rows))]
    save(tmp_path / "v", kind, 10_000, key=keys, vector=fixed(rows))
    model = omnivec.load(tmp_path / "v")
    assert list(model.keys) == keys and not model.vectors.vectors.any()


# Written


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stored", ["float32", "float16", "int8"])
@pytest.mark.parametrize("counts", [None, COUNTS], ids=["plain", "counted"])
def test_what_is_written_is_what_pyarrow_reads_and_comes_back(tmp_path, kind, stored, counts):
    table = stored_as(Table(ROWS), stored)[0]
    path = tmp_path / f"v.{kind}"
    formats.named(kind).write(path, Contents(KEYS, table, counts))
    found = pyarrow.parquet.read_table(path) if kind == "parquet" else pa.ipc.open_file(path).read_all()
    number = pa.float16() if stored == "float16" else pa.float32()
    assert found.schema.field("vector").type == pa.list_(number, 3)
    assert found["key"].to_pylist() == KEYS
    assert found.column_names == ["key", "vector", *(["count"] if counts is not None else [])]
    back = formats.read(path)
    assert list(back.keys) == KEYS
    np.testing.assert_array_equal(back.table.span(0, 6), table.span(0, 6))
    assert back.counts is None if counts is None else (back.counts == counts).all()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(keys=st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True, min_size=1, max_size=9))
def test_any_keys_come_back(tmp_path_factory, kind, keys):
    path = tmp_path_factory.mktemp("any") / "v"
    rows = np.arange(2 * len(keys), dtype=np.float32).reshape(-1, 2)
    formats.named(kind).write(path, Contents(keys, Table(rows)))
    found = formats.read(path)
    assert list(found.keys) == keys
    np.testing.assert_array_equal(found.table.span(0, len(keys)), rows)


@pytest.mark.parametrize("kind", KINDS)
def test_more_rows_than_a_group_come_back(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(arrow, "_BATCH", 2)
    monkeypatch.setattr(arrow, "_GROUP", 4)
    heard = []
    formats.named(kind).write(tmp_path / "v", Contents(KEYS, Table(ROWS)), told=heard.append)
    assert list(formats.read(tmp_path / "v").keys) == KEYS and heard[-1] == 1 and len(heard) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows_come_back_with_their_dim(tmp_path, kind):
    formats.named(kind).write(tmp_path / "v", Contents([], Table(np.ones((0, 3), np.float32))))
    contents = formats.read(tmp_path / "v")
    assert len(contents.table) == 0 and contents.table.dim == 3
    assert formats.outline(tmp_path / "v")[1][:2] == (0, 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_a_file_is_not_written_packed_as_a_whole(tmp_path, kind, ending):
    with pytest.raises(OutputError, match=f"leave {ending} out of the name"):
        formats.named(kind).write(tmp_path / f"v{ending}", Contents(KEYS, Table(ROWS)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_what_exists_stays_whole(tmp_path, kind):
    path = tmp_path / "v"
    path.write_bytes(b"mine")
    contents = Contents(["\ud800"], Table(np.ones((1, 2), np.float32)))
    with pytest.raises(OutputError, match="exists"):
        formats.named(kind).write(path, contents)
    with pytest.raises(OutputError, match="half a character"):
        formats.named(kind).write(path, contents, overwrite=True)
    assert path.read_bytes() == b"mine" and list(tmp_path.iterdir()) == [path]


# Refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"word": KEYS, "vector": fixed(ROWS)}, "columns key and vector were expected, it has word, vector"),
        ({"key": list(range(6)), "vector": fixed(ROWS)}, "the column key is int64, text was expected"),
        ({"key": KEYS, "vector": ROWS[:, 0]}, "the column vector is float, a list of floats"),
        ({"key": KEYS, "vector": fixed(ROWS.astype(np.int32))}, "a list of floats was expected"),
        ({"key": [None, *KEYS[1:]], "vector": fixed(ROWS)}, "a key behind row 0 is missing"),
        ({"key": ["a"], "vector": pa.array([None], pa.list_(pa.float32(), 2))}, "a vector, or a number"),
        ({"key": ["a"], "vector": pa.array([[None, 1.0]], pa.list_(pa.float32()))}, "a vector, or a number"),
        ({"key": ["a", "b"], "vector": pa.array([[1.0, 2.0], [3.0]])}, "vectors of 1 to 2 numbers"),
        ({"key": ["a", "b"], "vector": pa.array([[], []], pa.list_(pa.float32()))}, "vectors of 0 to 0"),
        ({"key": pa.array([], pa.string()), "vector": pa.array([], pa.list_(pa.float32()))}, "has no rows"),
    ],
)  # fmt: skip
def test_other_columns_are_refused(tmp_path, kind, columns, message):
    with pytest.raises(FormatError, match=message):
        omnivec.load(save(tmp_path / "v", kind, **columns))


@pytest.mark.parametrize("kind", KINDS)
def test_dims_that_change_between_batches_are_named(tmp_path, kind):
    vectors = pa.array([[1.0, 2.0]] * 2 + [[1.0]] * 2, pa.list_(pa.float32()))
    path = save(tmp_path / "v", kind, 2, key=["a", "b", "c", "d"], vector=vectors)
    with pytest.raises(FormatError, match=r"row 3 has 1 numbers, others have 2|vectors of 1 to 2 numbers"):
        omnivec.load(path)


def test_a_number_beyond_float16_is_named(tmp_path):
    path = save(tmp_path / "v", "arrow", key=["a"], vector=fixed(np.full((1, 2), 7e4, np.float32)))
    with pytest.raises(NotFinite, match="v: row 0 holds 70000"):
        omnivec.load(path, dtype="float16")


def test_a_file_that_is_compressed_as_a_whole_is_refused(tmp_path):
    whole = save(tmp_path / "v", "parquet", key=KEYS, vector=fixed(ROWS)).read_bytes()
    (tmp_path / "v.gz").write_bytes(gzip.compress(whole))
    with pytest.raises(FormatError, match="decompress it first"):
        omnivec.load(tmp_path / "v.gz")


def test_without_pyarrow_the_pip_command_is_told(tmp_path, monkeypatch):
    path = save(tmp_path / "v", "arrow", key=KEYS, vector=fixed(ROWS))
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'omnivec\[arrow\]'"):
        omnivec.load(path)


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_fit_is_refused(tmp_path, kind, monkeypatch):
    path = save(tmp_path / "v", kind, key=KEYS, vector=fixed(ROWS))
    monkeypatch.setattr(memory, "available", lambda: (10, "container"))
    with pytest.raises(NotEnoughMemory, match="v"):
        formats.named(kind).read(path, Request())


@settings(max_examples=150, deadline=None)
@given(data=st.data(), kind=st.sampled_from(KINDS))
def test_cut_and_scrambled_files_end_in_a_typed_error_or_load(tmp_path_factory, data, kind):
    path = save(tmp_path_factory.mktemp("fuzz") / "v", kind, 4, key=KEYS, vector=fixed(ROWS), count=COUNTS)
    content = bytearray(path.read_bytes())
    content = content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))]
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    for look in (
        lambda: formats.named(kind).read(path, Request()),
        lambda: formats.outline(path, format=kind),
    ):
        try:
            look()
        except OmnivecError as error:
            assert str(path) in str(error)


def test_offsets_that_lead_anywhere_are_refused(tmp_path):
    arrow.write_arrow(tmp_path / "v", Contents(["abcabc", "defdef"], Table(np.ones((2, 3), np.float32))))
    content, offsets = (tmp_path / "v").read_bytes(), np.int32([0, 6, 12]).tobytes()
    assert content.count(offsets) == 1
    (tmp_path / "v").write_bytes(content.replace(offsets, np.int32([0, 10**8, 12]).tobytes()))
    with pytest.raises(FormatError, match="pyarrow cannot read it"):
        formats.read(tmp_path / "v")
