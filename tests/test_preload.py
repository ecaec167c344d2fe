"""A folder read into memory: limits and types in all combinations, its need, and refusals beforehand."""

import itertools
import json
import tracemalloc

import numpy as np
import pytest
from large import large_model

from omnivec import FormatError, NotEnoughMemory, NotFinite, OptionError, Vectors, load
from omnivec.store import memory, preload
from omnivec.store.builder import Rounding, stored_as
from omnivec.store.folder import opened_folder, write_folder
from omnivec.store.keys import Keys
from omnivec.store.tables import Table, empty_table

ROWS, DIM = 120, 20
WORDS = [f"w{row % 7}{row}" for row in range(ROWS)]
COUNTS = np.arange(ROWS, 0, -1)
DTYPES = ["float32", "float16", "int8"]
TRAINING = {"tokens": 9, "loss": [1.0], "fingerprint": "ab", "position": [1, 2]}
CONFIG = {
    "learner": "word2vec", "options": {"dim": DIM}, "preset": None, "changed": {}, "head": None, "dim": DIM,
    "rows": ROWS, "training": TRAINING,
}  # fmt: skip


def table(rows=ROWS, seed=0):
    made = empty_table(rows, DIM)
    made[:, :DIM] = np.random.default_rng(seed).normal(size=(rows, DIM))
    return made


def tree(words):
    """Word after word: node i joins word i + 1 with what was joined before."""
    return np.array([[node + words - 1 if node else 0, node + 1] for node in range(words - 1)], np.int32)


def arrays_of(dtype, kind="output", counts=COUNTS):
    tables = {"vectors": table(), **({"output": table(seed=1)} if kind == "output" else {})}
    if kind == "tree":
        tables |= {"nodes": table(ROWS - 1, seed=1)}
    stored = {}
    for name, array in tables.items():
        stored |= stored_as(Table(array, DIM), dtype)[0].arrays(name)
    if kind == "tree":
        stored["tree"] = tree(ROWS)
    rows = decoded(stored, "vectors")
    stored["vectors.lengths"] = np.linalg.norm(rows, axis=1).astype(np.float32)
    return stored | Keys.build(WORDS, counts).tables()


def decoded(arrays, name):
    found = Table.named(name, arrays, DIM)
    return found.span(0, len(found))


def saved(path, dtype="float32", kind="output", config=(), tables=(), counts=COUNTS):
    arrays = {**arrays_of(dtype, kind, counts), **dict(tables)}
    arrays = {name: array for name, array in arrays.items() if array is not None}
    write_folder(path, {**CONFIG, **dict(config)}, arrays, "card")
    return path


@pytest.mark.parametrize(
    ("stored", "wanted", "limit"),
    [*itertools.product(DTYPES, [None, *DTYPES], [None, 1, 57, ROWS, ROWS + 1])],
)
def test_limit_and_type_in_every_combination(tmp_path, stored, wanted, limit):
    arrays = arrays_of(stored)
    model = load(saved(tmp_path / "m", stored), limit, wanted, mapped=False)
    rows = min(limit or ROWS, ROWS)
    for name, found in [("vectors", model.vectors), ("output", model.output)]:
        plain = decoded(arrays, name)[:rows]
        expected, _ = stored_as(Table(plain), wanted or stored)
        assert found.table.dtype == (wanted or stored) and found.table.dim == DIM
        np.testing.assert_array_equal(found.table.span(0, rows), expected.span(0, rows))
        assert list(found) == WORDS[:rows] and not found.mapped
    assert model.config["rows"] == len(model.keys) == rows
    assert all(not array.flags.writeable for array in model.tables.values())


def test_whatever_is_read_can_be_saved_and_opened(tmp_path):
    saved(tmp_path / "m")
    for limit, dtype in itertools.product([None, 5], DTYPES):
        model = load(tmp_path / "m", limit, dtype, mapped=False)
        model.save(tmp_path / "again", overwrite=True)
        again = load(tmp_path / "again")
        with opened_folder(tmp_path / "again") as folder:
            folder.verify()
        assert repr(again) == repr(model) and list(again.keys) == list(model.keys)
        assert again.tables.keys() == model.tables.keys() and again.vectors.mapped
        for name, array in model.tables.items():
            np.testing.assert_array_equal(again.tables[name], array)
        assert again.vectors.most_similar(WORDS[3], topn=4) == model.vectors.most_similar(WORDS[3], topn=4)


@pytest.mark.parametrize("counts", [COUNTS, None])
def test_the_keys_of_the_first_rows_are_those_and_no_others(tmp_path, counts):
    keys = load(saved(tmp_path / "m", counts=counts), 50).keys
    assert [keys.find(word) for word in WORDS] == [*range(50), *[-1] * (ROWS - 50)]
    for prefix in ("w3", "w34", ""):
        assert sorted(keys.prefix(prefix, ROWS)) == sorted(w for w in WORDS[:50] if w.startswith(prefix))
    if counts is None:
        assert keys.counts is None
    else:
        np.testing.assert_array_equal(keys.counts, counts[:50])


def test_a_cut_model_is_not_resumed_and_has_no_tree(tmp_path):
    path = saved(tmp_path / "m", kind="tree")
    whole, cut = load(path, mapped=False), load(path, 50)
    assert whole.tables.keys() == {"vectors", "nodes", "tree"} and whole.record == TRAINING
    assert load(path, ROWS).tables.keys() == whole.tables.keys() and load(path, ROWS).record == TRAINING
    assert cut.tables.keys() == {"vectors"} and cut.record == {"tokens": 9, "loss": [1.0]}
    with pytest.raises(OptionError, match="no output table"):
        _ = cut.output
    smaller = load(path, dtype="int8")
    assert {name: str(array.dtype) for name, array in smaller.tables.items()} == {
        "vectors": "int8", "vectors.scales": "float32", "nodes": "int8", "nodes.scales": "float32",
        "tree": "int32",
    }  # fmt: skip


def test_what_rounding_has_cost_is_kept_with_the_model(tmp_path):
    path, plain = saved(tmp_path / "m"), table()[:, :DIM]
    assert "rounding" not in load(path, dtype="float32").config
    for dtype in ("float16", "int8"):
        model = load(path, dtype=dtype)
        _, cost = stored_as(Table(plain), dtype)
        assert model.config["rounding"] == cost._asdict()
        model.save(tmp_path / dtype)
        assert load(tmp_path / dtype).config["rounding"] == cost._asdict()
        # Numbers that are stored in more bits again do not come back.
        assert load(tmp_path / dtype, dtype="float32").config["rounding"] == cost._asdict()
        assert load(tmp_path / dtype, 5).config["rounding"] == cost._asdict()
    twice = load(tmp_path / "float16", dtype="int8")
    told = Rounding(**twice.config["rounding"])
    there = twice.vectors.table.span(0, ROWS)
    assert abs(there - plain).max() <= told.largest
    assert told.largest > stored_as(Table(plain), "int8")[1].largest


@pytest.mark.parametrize(
    "damaged",
    [
        *(None, 5, {}, {"largest": "x"}, {"largest": None, "cosine": [1]}),
        *({"largest": 1, "cosine": -5}, {"largest": 10**400, "cosine": 1.0}),
    ],
)
def test_a_damaged_note_of_rounding_stops_nobody(tmp_path, damaged):
    path = saved(tmp_path / "m", "float16", config={"rounding": damaged})
    assert load(path, dtype="int8").config["rounding"]["largest"] > 0


def test_a_number_beyond_float16_is_refused_by_file_table_row_and_value(tmp_path):
    large = table()
    large[77, 3] = -1e6
    path = saved(tmp_path / "m", tables={"output": large})
    with pytest.raises(NotFinite, match=r"m: output: row 77 holds -1e\+06, float16 ends at 65,504"):
        load(path, dtype="float16")
    assert load(path, 77, "float16").output.table.dtype == "float16"


@pytest.mark.parametrize(("limit", "dtype"), [(None, None), (50, None), (None, "int8"), (50, "float16")])
def test_progress_rises_to_one(tmp_path, monkeypatch, limit, dtype):
    monkeypatch.setattr(preload, "_BLOCK", 1000)
    shares = []
    load(saved(tmp_path / "m"), limit, dtype, mapped=False, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1 and shares.count(1) == 1 and len(shares) > 5


def test_lengths_are_stored_and_used(tmp_path):
    plain = Vectors(WORDS, table()[:, :DIM])
    half = {"vectors.lengths": plain.index.lengths() / np.float32(2)}  # wrong: what is used shows
    path = saved(tmp_path / "m", tables=half)
    expected = dict(plain.most_similar(WORDS[0], topn=3))
    for model in (load(path), load(path, mapped=False), load(path, 50), load(path, dtype="float32")):
        for word, score in model.vectors.most_similar(WORDS[0], topn=3):
            assert score == pytest.approx(2 * plain.similarity(WORDS[0], word), rel=1e-5)
    # Of rows that are rounded they are taken anew.
    for dtype in ("float16", "int8"):
        found = load(path, dtype=dtype).vectors.most_similar(WORDS[0], topn=3)
        assert dict(found) == pytest.approx(expected, abs=1e-2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_mapped_table_of_a_smaller_type_answers_as_the_decoded_rows_do(tmp_path, dtype):
    path = saved(tmp_path / "m", dtype)
    vectors = load(path).vectors
    plain = Vectors(WORDS, decoded(arrays_of(dtype), "vectors"), counts=COUNTS)
    assert vectors.mapped and vectors.table.dtype == dtype and vectors.vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors.vectors, plain.vectors)
    np.testing.assert_array_equal(vectors[WORDS[5]], plain[WORDS[5]])
    np.testing.assert_array_equal(vectors[WORDS[3:9]], plain[WORDS[3:9]])
    np.testing.assert_allclose(vectors.get_vector("w00", norm=True), plain.get_vector("w00", norm=True))
    questions = [
        lambda v: v.most_similar(WORDS[0], topn=5),
        lambda v: v.analogy(*WORDS[:3], topn=5),
        lambda v: v.most_similar_cosmul(WORDS[:2], WORDS[2:3], topn=5),
        lambda v: v.neighbors(WORDS, topn=3)[ROWS - 1],
        lambda v: v.neighbors(WORDS[0], unit=False, topn=5),
    ]
    for ask in questions:
        found, wanted = ask(vectors), ask(plain)
        assert [key for key, _ in found] == [key for key, _ in wanted]
        np.testing.assert_allclose([score for _, score in found], [score for _, score in wanted], atol=1e-5)


@pytest.fixture
def free(monkeypatch):
    def put(size, limit="container"):
        monkeypatch.setattr(memory, "available", lambda: (size, limit))

    return put


def test_what_does_not_fit_is_refused_before_it_is_allocated(tmp_path, free):
    tables = large_model(tmp_path / "m", 340_000, 4096)  # 5.6 GB
    free(4_000_000_000)
    tracemalloc.start()
    try:
        for limit, dtype in [(None, None), (300_000, None), (None, "float32")]:
            with pytest.raises(NotEnoughMemory) as caught:
                load(tmp_path / "m", limit, dtype, mapped=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
    assert tables < caught.value.need < tables * 1.03 and caught.value.have == 4_000_000_000
    told = str(caught.value)
    assert told.startswith(f"{tmp_path / 'm'}: needs 5.6 GB (vectors 5.6 GB, ")
    assert "4.0 GB allowed by the container; map it, set limit=" in told
    assert told.endswith("or set dtype=float16 or int8")


def test_only_remedies_that_would_work_are_told(tmp_path, free):
    large_model(tmp_path / "m", 340_000, 4096)

    def told(size, limit="container", **asked):
        free(size, limit)
        with pytest.raises(NotEnoughMemory) as caught:
            load(tmp_path / "m", mapped=False, **asked)
        return str(caught.value).split("; ")[1]

    assert told(2_000_000_000).endswith(" or set dtype=int8")
    assert told(500_000_000).startswith("map it or set limit=")
    assert told(3_500_000_000, "ulimit -v").startswith("set limit=")
    assert told(3_500_000_000, "ulimit -d").startswith("map it, ")
    assert told(2_000_000_000, dtype="float16").endswith(" or set dtype=int8")
    assert told(1_000_000) == "map it"
    assert told(1_000_000, "ulimit -v") == "give it more memory"
    rows = int(told(2_000_000_000, limit="ulimit -v").split("limit=")[1].split()[0])
    with opened_folder(tmp_path / "m") as folder:
        assert 1_500_000_000 < sum(preload.need(folder, rows).values()) < 2_000_000_000


@pytest.mark.parametrize(
    ("rows", "dim", "limit", "dtype"),
    [
        *[(80_000, 64, None, None), (80_000, 64, None, "float16"), (80_000, 64, None, "int8")],
        *[(80_000, 64, 60_000, None), (80_000, 64, 60_000, "int8"), (500_000, 1, 499_999, "float16")],
    ],
)
def test_no_more_is_taken_than_was_told(tmp_path, rows, dim, limit, dtype):
    large_model(tmp_path / "m", rows, dim, output=True)
    with opened_folder(tmp_path / "m") as folder:
        need = preload.need(folder, limit, dtype)
    tracemalloc.start()
    try:
        model = load(tmp_path / "m", limit, dtype, mapped=False)
        now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    total = sum(need.values())
    assert peak < total and now > total - need["keys"] - need["buffers"]
    for name in ("vectors", "output"):
        assert getattr(model, name).table.nbytes == need[name] + need.get(f"{name}.scales", 0)


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"vectors": None}, "'vectors' is missing"),
        ({"vectors": np.zeros((), np.float32)}, r"'vectors' has shape \(\)"),
        ({"output": np.zeros((5, 32), np.float32)}, r"'output' has shape \(5, 32\), 120 rows were expected"),
        ({"output": np.zeros(ROWS, np.float32)}, r"'output' has shape \(120,\)"),
        ({"output.scales": np.zeros(5, np.float32)}, r"'output.scales' has shape \(5,\)"),
        ({"output": np.zeros((ROWS, 20), np.int8)}, "'output.scales' is missing"),
        ({"vectors.lengths": np.zeros(5, np.float32)}, r"'vectors.lengths' has shape \(5,\)"),
        ({"keys.counts": np.zeros(5, np.int64)}, r"'keys.counts' has shape \(5,\)"),
        ({"keys.offsets": np.zeros(5, np.int64)}, r"'keys.offsets' has shape \(5,\), 121 rows"),
        ({"keys.offsets": np.full(ROWS + 1, 10**9)}, "leads to byte 1,000,000,000 of the keys"),
        ({"keys.offsets": np.full(ROWS + 1, -5)}, "leads to byte -5 of the keys"),
        ({"keys.offsets": np.arange(ROWS + 1)[::-1].copy()}, "do not divide"),
        ({"keys.offsets": np.zeros(ROWS + 1, np.int64)}, "keys must differ"),
        ({"keys.bytes": None}, "'keys.bytes' is missing"),
        ({"keys.offsets": np.full(ROWS + 1, np.nan)}, "'keys.offsets' is float64, int64 was expected"),
        (
            {"vectors": np.zeros((ROWS, 32), np.int32)},
            "'vectors' is int32, float32 or float16 or int8 or uint8 was",
        ),
        ({"vectors.lengths": np.ones(ROWS, np.int32)}, "'vectors.lengths' is int32, float32 was expected"),
    ],
)
def test_a_damaged_folder_is_refused_by_file_and_table(tmp_path, tables, says):
    path = saved(tmp_path / "m", tables=tables)
    with pytest.raises(FormatError, match=rf"m/model\.safetensors: .*{says}.*; damaged"):
        load(path, 50, "float16")


def test_a_checksum_that_differs_is_found_where_it_was_recorded(tmp_path):
    path = saved(tmp_path / "m")
    with opened_folder(path) as folder:
        folder.verify()
        start = folder.arrays.entries["output"].start
    with (path / "model.safetensors").open("r+b") as file:
        file.seek(start + 100)
        file.write(b"\xff")
    shares = []
    with opened_folder(path) as folder, pytest.raises(FormatError, match=r"'output': the checksum differs"):
        folder.verify(shares.append)
    assert shares
    config = json.loads((path / "config.json").read_text())
    for damaged in ({}, [], None):
        (path / "config.json").write_text(json.dumps(config | {"checksums": damaged}))
        with opened_folder(path) as folder, pytest.raises(FormatError, match="no checksum of"):
            folder.verify()
