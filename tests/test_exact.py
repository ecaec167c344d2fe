"""Exact search equals its definition: sort all scores."""

import threading

import numpy as np
import pytest

from omnivec.errors import FormatError, NotFinite, OptionError
from omnivec.index import Exact, blas, candidates, exact, few, many
from omnivec.index.select import largest
from omnivec.store.builder import stored_as
from omnivec.store.tables import Table


@pytest.fixture(params=["few", "many"])
def way(request, monkeypatch):
    """Both ways of answering, whatever the number of queries."""
    monkeypatch.setattr(exact, "MANY", 1 if request.param == "many" else 10**9)
    return request.param


def by_definition(table, queries, topn, unit=True, exclude=None):
    queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    scores = queries @ (table / np.linalg.norm(table, axis=1, keepdims=True) if unit else table).T
    for number, rows in enumerate(exclude if exclude is not None else []):
        scores[number, rows[rows >= 0]] = -np.inf
    order = np.argsort(-scores, axis=1, kind="stable")[:, :topn]
    return order, np.take_along_axis(scores, order, axis=1)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize(
    ("rows", "queries", "topn"), [(1, 1, 1), (50, 3, 10), (3000, 1, 10), (3000, 7, 100), (5000, 1100, 4)]
)
def test_answers_are_the_sorted_scores(way, rows, queries, topn, unit):
    table, asked = normal(rows, 20), normal(queries, 20, seed=1)
    got = Exact(table).query(asked, topn, unit=unit)
    wanted = by_definition(table.astype(float), asked.astype(float), topn, unit)
    np.testing.assert_array_equal(got.rows, wanted[0])
    np.testing.assert_allclose(got.scores, wanted[1], atol=2e-6)


def test_blocks_of_rows_and_queries_change_nothing(way, monkeypatch):
    table, asked = normal(1000, 8), normal(50, 8, seed=1)
    exclude = np.random.default_rng(2).integers(-1, 1000, (50, 4))
    whole = Exact(table).query(asked, 7, exclude=exclude)
    monkeypatch.setattr(few, "SCORES_AT_ONCE", 700)
    monkeypatch.setattr(few, "QUERIES_AT_ONCE", 9)
    monkeypatch.setattr(many, "SCORES_AT_ONCE", 16 * 9)
    monkeypatch.setattr(many, "QUERIES_AT_ONCE", 9)
    monkeypatch.setattr(exact, "FLOATS_AT_ONCE", 33 * 8)
    parts = Exact(table).query(asked, 7, exclude=exclude)
    np.testing.assert_array_equal(parts.rows, whole.rows)
    np.testing.assert_array_equal(
        whole.rows, by_definition(table.astype(float), asked.astype(float), 7, exclude=exclude)[0]
    )
    np.testing.assert_allclose(parts.scores, whole.scores, atol=1e-6)


def test_equal_scores_come_in_the_order_of_rows(way, monkeypatch):
    table = np.eye(2, dtype=np.float32)[np.random.default_rng(0).integers(0, 2, 5000)]
    for at_once in (2**20, 999):
        monkeypatch.setattr(few, "SCORES_AT_ONCE", at_once)
        monkeypatch.setattr(many, "SCORES_AT_ONCE", at_once)
        got = Exact(table).query(np.eye(2, dtype=np.float32), 20)
        for query in range(2):
            assert got.rows[query].tolist() == np.flatnonzero(table[:, query])[:20].tolist()


@pytest.mark.parametrize("k", [1, 3, 40, 400, 5000])
def test_largest_is_a_stable_sort_with_many_ties(k):
    scores = np.random.default_rng(k).integers(0, 60, (9, 1003)).astype(np.float32)
    scores[3] = 7
    scores[4, 5:] = -np.inf
    wanted = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(largest(scores, k), wanted)


def test_excluded_rows_are_no_answers_and_too_few_rows_are_minus_one(way):
    table = normal(5, 4)
    got = Exact(table).query(table[:1], 10, exclude=np.array([[0, 3, -1]]))
    assert set(got.rows[0].tolist()) == {1, 2, 4, -1}
    assert got.rows[0, 3:].tolist() == [-1, -1] and np.isneginf(got.scores[0, 3:]).all()


def test_start_and_stop_limit_the_rows(way):
    table = normal(100, 4)
    got = Exact(table).query(table[:2], 100, start=10, stop=30)
    assert sorted(got.rows[0].tolist()) == list(range(10, 30))
    scores = Exact(table).scores(table[0], start=10, stop=30)
    np.testing.assert_allclose(scores[got.rows[0] - 10], got.scores[0], atol=1e-6)
    assert Exact(table).query(table[:2], 3, start=40, stop=30).rows.shape == (2, 0)


def test_no_queries_and_no_rows_give_empty_answers(way):
    assert Exact(normal(5, 4)).query(np.empty((0, 4), np.float32), 3).rows.shape == (0, 3)
    assert Exact(np.empty((0, 4), np.float32)).query(normal(2, 4), 3).rows.shape == (2, 0)


def test_rows_and_queries_of_zeros_score_zero(way):
    table = normal(4, 3)
    table[2] = 0
    assert Exact(table).scores(table[0])[2] == 0
    assert Exact(table).query(np.zeros((1, 3), np.float32), 4).scores.tolist() == [[0, 0, 0, 0]]


def test_the_length_of_a_query_changes_nothing():
    table = normal(50, 4)
    for factor in (1e-20, 0.01, 1e20):
        np.testing.assert_allclose(
            Exact(table).scores(np.float32(factor) * table[0]), Exact(table).scores(table[0]), atol=1e-6
        )


def test_lengths_of_tiny_and_huge_rows_are_exact():
    table = np.array([[3e-30, 4e-30], [3e30, 4e30], [3, 4]], np.float32)
    np.testing.assert_allclose(Exact(table).lengths(), [5e-30, 5e30, 5], rtol=1e-6)


def test_nan_in_the_table_or_the_query_is_named(monkeypatch):
    monkeypatch.setattr(exact, "FLOATS_AT_ONCE", 30 * 4)
    table = normal(100, 4)
    table[70, 2] = np.nan
    with pytest.raises(NotFinite, match="row 70 .*holds NaN"):
        Exact(table).query(table[:1], 3)
    assert Exact(table).query(table[:1], 3, stop=70).rows.shape == (1, 3)
    with pytest.raises(NotFinite, match="row 70"):
        Exact(table).unit(np.array([3, 70]))
    with pytest.raises(NotFinite, match="a vector holds NaN"):
        Exact(normal(3, 2)).query(np.array([[1, np.inf]], np.float32), 1)


def test_wrong_widths_and_topn_are_refused():
    with pytest.raises(OptionError, match="expected a vector of 4 floats, got 5"):
        Exact(normal(3, 4)).query(normal(1, 5), 1)
    with pytest.raises(OptionError, match="topn must be 1 or more, got 0"):
        Exact(normal(3, 4)).query(normal(1, 4), 0)


def test_a_view_of_a_padded_table_is_searched_without_a_copy():
    import tracemalloc

    padded = np.zeros((20_000, 112), np.float32)
    padded[:, :100] = normal(20_000, 100)
    index = Exact(padded[:, :100])
    tracemalloc.start()
    index.query(padded[:1, :100], 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < padded.nbytes / 10


def test_rows_in_rising_order_of_score_are_found_too(way):
    """The worst order for a bound: every block holds better rows than all before it."""
    angles = np.linspace(1.5, 0.1, 20_000)
    table = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    asked = np.array([[1, 0]] * 300, np.float32)
    got = Exact(table).query(asked, 5)
    assert (got.rows == np.arange(19_999, 19_994, -1)).all()


def test_scores_of_either_sign_and_zeros_of_either_sign_are_ordered():
    scores = np.array([0.5, -0.0, 0.0, -0.25, -np.inf, 0.0, -0.5, 1e-30, -1e-30], np.float32)
    query = np.array([1, 0, 0, 1, 0, 0, 1, 0, 0])
    wanted = np.lexsort((-scores, query))
    np.testing.assert_array_equal(many._sorted(query, scores), wanted)


def test_a_row_that_equals_a_bound_is_kept_since_it_may_come_before_the_one_that_raised_it():
    bound = np.array([0.5], np.float32)
    sieve = many._Sieve(bound, topn=1)
    scores = np.zeros((64, 1), np.float32)
    scores[37] = 0.5
    sieve.offer(scores, 100)
    assert sieve.answers().rows.tolist() == [[137]]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_no_answer_and_no_tie(monkeypatch, threads):
    monkeypatch.setattr(blas, "threads", lambda: 8)
    table = np.random.default_rng(0).integers(-4, 5, (7000, 8)).astype(np.float32)
    asked = np.tile(np.concatenate([np.eye(8), -np.eye(8)]), (20, 1)).astype(np.float32)  # nothing is rounded
    got = Exact(table, threads=threads).query(asked, 9, unit=False)
    np.testing.assert_array_equal(got.rows, by_definition(table, asked, 9, unit=False)[0])


def test_blas_has_one_thread_while_ours_run_and_all_of_them_afterwards(monkeypatch):
    if blas.threads() is None:
        pytest.skip("another BLAS than OpenBLAS")
    before, seen = blas._control().get(), []
    product = many._share

    def share(*arguments):
        seen.append((threading.current_thread().name, blas._control().get(), blas.threads()))
        return product(*arguments)

    monkeypatch.setattr(many, "_share", share)
    Exact(normal(3000, 8)).query(normal(300, 8), 3)
    assert (
        len(seen) == before and {now for _, now, _ in seen} == {1} and {most for *_, most in seen} == {before}
    )
    assert blas._control().get() == before
    with blas.at_most(1):
        with blas.at_most(2):
            assert blas._control().get() == 1
        assert blas._control().get() == 1
    assert blas._control().get() == before
    seen.clear()
    Exact(normal(3000, 8), threads=1).query(normal(300, 8), 3)
    assert len(seen) == 1


def test_ctrl_c_stops_the_threads(monkeypatch):
    blocks = []
    answers = many._Sieve.offer

    def offer(sieve, scores, first):
        blocks.append(first)
        if len(blocks) == 3:
            raise KeyboardInterrupt
        return answers(sieve, scores, first)

    monkeypatch.setattr(many._Sieve, "offer", offer)
    with pytest.raises(KeyboardInterrupt):
        Exact(normal(1_000_000, 2)).query(normal(300, 2), 3)
    assert len(blocks) < 100  # of 287


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_small_tables_are_searched_as_they_are_decoded(way, dtype, monkeypatch):
    monkeypatch.setattr(candidates, "COPIED_AT_ONCE", 6 * 1000)
    table, _ = stored_as(Table(normal(40_000, 6)), dtype)
    asked = normal(5, 6, seed=1)
    got, wanted = Exact(table).query(asked, 8), Exact(table.span(0, len(table))).query(asked, 8)
    np.testing.assert_array_equal(got.rows, wanted.rows)
    np.testing.assert_allclose(got.scores, wanted.scores, atol=1e-6)
    np.testing.assert_allclose(Exact(table).scores(asked[0])[got.rows[0]], got.scores[0], atol=1e-6)
    np.testing.assert_allclose(
        Exact(table).unit(np.array([3, 9])), Exact(table.span(0, 10)).unit(np.array([3, 9]))
    )


def test_a_small_table_is_never_decoded_whole(way):
    import tracemalloc

    codes = np.random.default_rng(0).integers(-127, 128, (600_000, 50), np.int8)
    index = Exact(Table(codes, scales=np.ones(600_000, np.float32)))
    index.lengths()
    tracemalloc.start()
    index.query(normal(300, 50), 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 600_000 * 50 * 4 / 3


@pytest.mark.parametrize("unit", [True, False])
def test_among_are_the_only_answers(way, unit):
    table, asked = normal(3000, 8), normal(9, 8, seed=1)
    among = np.random.default_rng(3).permutation(3000)[:400]
    outside = np.setdiff1d(np.arange(3000), among)[:50]
    exclude = np.repeat(np.append(among[:1], outside)[None], 9, axis=0)
    got = Exact(table).query(asked, 5, unit=unit, among=np.append(among, among[:7]), exclude=exclude)
    others = np.setdiff1d(np.arange(3000), among[1:])
    wanted = by_definition(
        table.astype(float), asked.astype(float), 5, unit, np.repeat(others[None], 9, axis=0)
    )
    np.testing.assert_array_equal(got.rows, wanted[0])
    np.testing.assert_allclose(got.scores, wanted[1], atol=2e-6)
    clipped = Exact(table).query(asked, 3000, among=among, start=100, stop=200).rows
    assert sorted(clipped[0].tolist()) == sorted(row for row in among.tolist() if 100 <= row < 200)
    assert Exact(table).query(asked, 5, among=np.empty(0, np.int64)).rows.shape == (9, 0)


def test_lengths_that_are_given_are_used_and_looked_at():
    table = normal(20, 4)
    doubled = Exact(table, lengths=2 * Exact(table).lengths()).query(table[:1], 1)
    assert doubled.scores[0, 0] == pytest.approx(0.5, abs=1e-6)
    for wrong in (np.zeros(20, np.float32), np.full(20, np.nan, np.float32), np.ones(19, np.float32)):
        with pytest.raises(FormatError, match="the lengths of the rows are not 20 positive numbers"):
            Exact(table, lengths=wrong).query(table[:1], 1)
