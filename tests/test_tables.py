"""Rows stored as float32, float16 or int8: decoded, encoded a part at a time, and the true cost of it."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from omnivec.errors import NotEnoughMemory, NotFinite, OptionError
from omnivec.store import builder as module
from omnivec.store import memory
from omnivec.store.builder import Builder, Rounding, stored_as
from omnivec.store.tables import ALIGNMENT, Table, checked_dtype, empty_table, padded_width, table_bytes

DTYPES = ["float32", "float16", "int8"]


def normal(rows=700, dim=20, seed=1):
    return np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)


def decoded(table):
    return table.span(0, len(table))


def test_rows_are_padded_to_sixteen_floats():
    assert [padded_width(dim) for dim in (0, 1, 15, 16, 17, 300)] == [0, 16, 16, 16, 32, 304]


@pytest.mark.parametrize(("rows", "dim"), [(0, 5), (1, 1), (7, 100), (1000, 16)])
def test_a_new_table_is_zero_aligned_and_writeable(rows, dim):
    table = empty_table(rows, dim)
    assert table.shape == (rows, padded_width(dim)) and table.dtype == np.float32
    assert table.flags.c_contiguous and table.flags.writeable
    assert rows == 0 or table.ctypes.data % ALIGNMENT == 0
    assert not table.any()


def test_a_type_is_one_of_three():
    assert [checked_dtype(dtype) for dtype in (None, *DTYPES)] == ["float32", *DTYPES]
    with pytest.raises(OptionError, match="dtype must be one of float32, float16, int8, got 'float64'"):
        checked_dtype("float64")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("rows", "dim"), [(0, 3), (1, 1), (700, 20)])
def test_a_table_has_the_bytes_that_were_told(rows, dim, dtype):
    table, _ = stored_as(Table(normal(rows, dim)), dtype)
    assert (len(table), table.dim, table.dtype) == (rows, dim, dtype)
    assert table.nbytes == table_bytes(rows, dim, dtype)
    assert sum(array.nbytes for array in table.arrays("vectors").values()) == table.nbytes


def test_float32_rows_are_a_view_padded_or_not():
    plain, padded = normal(9, 20), empty_table(9, 20)
    padded[:, :20] = plain
    for stored in (plain, padded):
        table = Table(stored, 20)
        assert table.dim == 20 and np.shares_memory(table.span(2, 5), stored)
        np.testing.assert_array_equal(table.span(2, 5), plain[2:5])
        np.testing.assert_array_equal(table.take(np.array([8, 0, 8])), plain[[8, 0, 8]])
        assert not np.shares_memory(table.take(np.array([1])), stored)
        with pytest.raises(ValueError, match="read-only"):
            table.span(0, 1)[0] = 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_and_spans_are_decoded_alike(dtype):
    table, _ = stored_as(Table(normal()), dtype)
    whole = decoded(table)
    assert whole.dtype == np.float32 and whole.shape == (700, 20)
    some = np.array([699, 0, 3, 3])
    np.testing.assert_array_equal(table.take(some), whole[some])
    np.testing.assert_array_equal(table.span(600, 700), whole[600:])
    assert table.take(np.array([], np.int64)).shape == (0, 20) and table.span(5, 5).shape == (0, 20)
    again = Table.named("v", table.arrays("v"), 20)
    np.testing.assert_array_equal(decoded(again), whole)


def true_cost(rows, stored):
    """The definitions, row by row in float64."""
    rows, stored = rows.astype(np.float64), stored.astype(np.float64)
    cosines = [
        a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-300)
        for a, b in zip(rows, stored, strict=True)
        if a.any()
    ]
    return Rounding(float(abs(rows - stored).max(initial=0)), float(min(cosines, default=1)))


@given(
    rows=arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=8),
        elements=st.floats(-60_000, 60_000, width=32),
    )
)
@pytest.mark.parametrize("dtype", DTYPES)
@example(rows=np.float32([[1e-45, 0], [3e-44, -2e-44], [1e-7, 1e-8], [0, 0]]))
@example(rows=np.float32([[2.65e-43, -1e-45]]))  # over 127 this is 1.5 of the least number that there is
def test_the_cost_is_the_true_one(rows, dtype):
    table, cost = stored_as(Table(rows), dtype)
    stored = decoded(table)
    wanted = true_cost(rows, stored)
    assert cost.largest == wanted.largest
    assert cost.cosine == pytest.approx(wanted.cosine, abs=1e-12)
    assert not stored[~rows.any(axis=1)].any()
    if dtype == "float32":
        np.testing.assert_array_equal(stored, rows)
        assert cost == Rounding(0.0, 1.0)
    if dtype == "float16":
        np.testing.assert_array_equal(stored, rows.astype(np.float16).astype(np.float32))
    if dtype == "int8":  # half a step of the row's scale, but where a scale itself has lost digits
        step = abs(rows).max(axis=1) / 127
        coarse = np.where(step < 1e-38, step + 1e-43, 0)
        assert (abs(rows - stored) <= (step * 0.5001 + coarse)[:, None]).all()


def test_int8_keeps_the_largest_number_of_a_row_and_the_sign_of_all():
    rows = np.float32([[127, -127, 1, 0], [0.5, -0.25, 0.1, 0], [-3.4028234e38, 3e38, 1, 0]])
    table, _ = stored_as(Table(rows), "int8")
    assert table.stored.tolist() == [[127, -127, 1, 0], [127, -64, 25, 0], [-127, 112, 0, 0]]
    np.testing.assert_allclose(decoded(table)[:, 0], rows[:, 0], rtol=1e-6)
    minus, _ = stored_as(Table(-rows), "int8")
    np.testing.assert_array_equal(decoded(minus), -decoded(table))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_stay_in_their_row_and_cost_nothing(dtype, odd):
    rows = normal(3, 4)
    rows[1, 2] = odd
    table, cost = stored_as(Table(rows), dtype)
    stored = decoded(table)
    assert np.isfinite(stored[[0, 2]]).all() and not np.isfinite(stored[1]).all()
    assert cost == stored_as(Table(rows[[0, 2]]), dtype)[1]
    if dtype == "int8":
        assert np.isnan(table.take(np.array([1]))).all()
    else:
        np.testing.assert_array_equal(stored[1, 2], odd)


def test_a_copy_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: (10_000, "machine"))
    assert len(stored_as(Table(normal(100, 20)), "float16")[0]) == 100
    with pytest.raises(NotEnoughMemory, match=r"needs 13 kB, 10 kB free; take fewer of them, or a smaller"):
        stored_as(Table(normal(100, 20)), "float32")


def test_float16_refuses_what_is_beyond_it_by_row_and_value(monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 4)
    rows = normal(20, 3)
    rows[3, 0] = 65_519  # is rounded to the largest
    assert stored_as(Table(rows), "float16")[0].stored[3, 0] == 65_504
    rows[13, 1] = -65_520
    with pytest.raises(NotFinite, match=r"row 13 holds -65520, float16 ends at 65,504; take int8 or float32"):
        stored_as(Table(rows), "float16")


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_put_in_any_portions_are_those_put_at_once(dtype):
    rows, builder = normal(1500, 7), Builder(7, dtype)
    for start, stop in [(0, 0), (0, 1), (1, 600), (600, 1500)]:
        builder.resize(stop)
        builder.put(start, rows[start:stop])
    wanted, cost = stored_as(Table(rows), dtype)
    np.testing.assert_array_equal(decoded(builder.table()), decoded(wanted))
    assert builder.rounding == cost
    assert builder.table(10).stored.shape[0] == 10 and len(builder) == 1500
    np.testing.assert_array_equal(decoded(builder.table(10)), decoded(wanted)[:10])


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_table_may_grow_and_shrink(dtype):
    builder = Builder(5, dtype)
    builder.resize(40)
    builder.put(0, normal(40, 5))
    before = decoded(builder.table()).copy()
    builder.resize(90)
    np.testing.assert_array_equal(decoded(builder.table(40)), before)
    assert len(builder) == 90 and not decoded(builder.table())[40:].any()
    builder.resize(10)
    assert len(builder) == 10
    np.testing.assert_array_equal(decoded(builder.table()), before[:10])


@pytest.mark.parametrize("dtype", DTYPES)
def test_kept_rows_move_up(dtype, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 16)
    rows, builder = normal(300, 5), Builder(5, dtype)
    builder.resize(300)
    builder.put(0, rows)
    before = decoded(builder.table()).copy()
    kept = np.flatnonzero(np.random.default_rng(0).random(300) < 0.7)
    builder.keep(kept)
    np.testing.assert_array_equal(decoded(builder.table(len(kept))), before[kept])


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_the_cost_is_that_of_the_worst_block(dtype, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 2)
    rows = np.ones((6, 3), np.float32)
    rows[1] = [1, 1e-3, 0.4997]  # rounded more than rows of ones, which cost nothing
    table, cost = stored_as(Table(rows), dtype)
    expected = true_cost(rows, decoded(table))
    assert cost.cosine == pytest.approx(expected.cosine, abs=1e-12) and cost.cosine < 1
    assert cost.largest == expected.largest > 0


def test_numbers_beyond_float32_are_infinite_and_those_of_another_type_are_converted():
    with np.errstate(over="raise"):
        table, _ = stored_as(Table(np.float32([[1, 2]])), "float32")
        builder = Builder(2)
        builder.resize(2)
        builder.put(0, np.array([[1e300, 2], [3, 4]]))
    assert decoded(builder.table()).tolist() == [[np.inf, 2], [3, 4]]
    assert decoded(table).tolist() == [[1, 2]]


@given(
    first=st.sampled_from(["float16", "int8"]),
    second=st.sampled_from(["float16", "int8"]),
    rows=arrays.arrays(np.float32, (5, 6), elements=st.floats(-100, 100, width=32)),
)
def test_what_two_roundings_cost_is_bounded_by_both(first, second, rows):
    one, cost = stored_as(Table(rows), first)
    other, again = stored_as(one, second)
    whole, bound = true_cost(rows, decoded(other)), again.after(cost)
    assert whole.largest <= bound.largest * (1 + 1e-9) + 1e-12
    assert whole.cosine >= bound.cosine - 1e-7
    assert Rounding(0.0, 1.0).after(cost).largest == cost.largest
