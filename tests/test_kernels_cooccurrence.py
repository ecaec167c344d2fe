"""Pairs of words: the kernels do what reference/counts/cooccurrence.py says, compiled and as plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec.kernels import cooccurrence as kernel
from omnivec.reference import weighted_co_matrix

NAMES = ("list_places", "mark_borders", "count_rows", "as_records", "merge", "rows_that_fit")
FORMS = {
    "compiled": {name: getattr(kernel, name) for name in NAMES},
    "python": {name: getattr(getattr(kernel, name), "py_func", getattr(kernel, name)) for name in NAMES},
}
WORDS = 150  # more than two words of 64 bits
AMOUNTS = np.array([0.0, 60, 30, 20, 15, 12])  # parts of 60: 1/d


def scratch(words: int, cells: int) -> tuple:
    return (
        np.zeros(words), np.zeros(words // 64 + 1, np.uint64), np.zeros(words // 4096 + 1, np.uint64),
        np.empty(cells, np.int32), np.empty(cells),
    )  # fmt: skip


def text(seed: int = 3, tokens: int = 400, words: int = WORDS) -> tuple:
    draw = np.random.default_rng(seed)
    inner = np.unique(draw.integers(1, tokens, tokens // 9))
    units = np.concatenate([[0], inner, [tokens]]).astype(np.int64)
    return np.minimum(draw.zipf(1.2, tokens) - 1, words - 1).astype(np.int32), units


def dense(words: int, columns, weights, lengths) -> np.ndarray:
    matrix = np.zeros((words, words))
    matrix[np.repeat(np.arange(words), lengths), columns] = weights
    return matrix


def counted(form: str, tokens, units, words: int, first: int, last: int, both: int, base=None) -> tuple:
    """(columns, weights, lengths) of all rows, of the words tokens[first:last]."""
    run, window = FORMS[form], len(AMOUNTS) - 1
    base = max(0, first - window) if base is None else base
    end = min(len(tokens), last + window)
    starts, places = np.full(words + 1, -7, np.int64), np.empty(last - first, np.int32)
    borders = np.full((end - base) // 64 + 1, 2**63, np.uint64)
    with np.errstate(over="ignore"):
        run["list_places"](tokens, first, last, base, starts, places)
        run["mark_borders"](units, base, end, borders)
        room, lengths = scratch(words, words + 2 * (last - first) * window), np.full(words, -1, np.int64)
        found = run["count_rows"](
            tokens, base, borders, starts, places, 0, words, AMOUNTS, both, *room, lengths
        )  # fmt: skip
    assert not room[0].any() and not room[1].any() and not room[2].any()  # as they were
    return room[3][:found], room[4][:found], lengths


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("both", [0, 1])
def test_rows_are_their_definition(form, both):
    tokens, units = text()
    columns, weights, lengths = counted(form, tokens, units, WORDS, 0, len(tokens), both)
    wanted = weighted_co_matrix(tokens, units, WORDS, len(AMOUNTS) - 1, symmetric=bool(both))
    np.testing.assert_allclose(dense(WORDS, columns, weights, lengths) / 60, wanted, rtol=1e-12)
    assert lengths.sum() == len(columns) == np.count_nonzero(wanted)
    for row in np.split(columns, np.cumsum(lengths)[:-1]):
        assert (np.diff(row) > 0).all()


@pytest.mark.parametrize("form", FORMS)
def test_places_are_listed_by_word_in_the_order_of_the_text(form):
    tokens, _ = text()
    starts, places = np.ones(WORDS + 1, np.int64), np.empty(200, np.int32)
    FORMS[form]["list_places"](tokens, 100, 300, 95, starts, places)
    for word in range(WORDS):
        wanted = np.flatnonzero(tokens[100:300] == word) + 5
        np.testing.assert_array_equal(places[starts[word] : starts[word + 1]], wanted)


@pytest.mark.parametrize("form", FORMS)
def test_more_words_than_one_block_of_blocks(form):
    tokens, units = text(words=9000)
    tokens[::7] = 8999 - tokens[::7] % 5000
    columns, weights, lengths = counted(form, tokens, units, 9000, 0, len(tokens), 1)
    wanted = weighted_co_matrix(tokens, units, 9000, len(AMOUNTS) - 1)
    rows = np.repeat(np.arange(9000), lengths)
    np.testing.assert_array_equal(np.stack([rows, columns]), np.nonzero(wanted))
    np.testing.assert_allclose(weights / 60, wanted[rows, columns], rtol=1e-12)


def merged(form: str, parts: list, words: int, room: int, buffer: int) -> tuple:
    """The cells of runs that are read `buffer` at a time, and written `room` at a time."""
    run, count = FORMS[form], len(parts)
    runs = []
    for columns, weights, lengths in parts:
        cells = np.empty(len(columns), kernel.CELL)
        run["as_records"](0, lengths, columns, weights, cells)
        runs.append(cells)
    cells = np.empty((count, buffer), kernel.CELL)
    at, ends = np.zeros(count, np.int64), np.zeros(count, np.int64)
    left, state = np.array([len(each) for each in runs]), np.zeros(2, np.int64)
    room, lengths, due, found = scratch(words, room), np.full(words, -1, np.int64), range(count), []
    with np.errstate(over="ignore"):
        while state[0] < words:
            for each in due:
                done = len(runs[each]) - left[each]
                more = runs[each][done : done + buffer]
                cells[each, : len(more)] = more
                at[each], ends[each] = 0, len(more)
                left[each] -= len(more)
            written = run["merge"](cells, at, ends, left, state, *room, lengths)
            found.append((room[3][:written].copy(), room[4][:written].copy()))
            due = [state[1]] if state[1] < count else []
    return np.concatenate([c for c, _ in found]), np.concatenate([w for _, w in found]), lengths


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("room", "buffer"), [(WORDS, 1), (WORDS, 10**4), (10**5, 3), (10**5, 10**4)])
def test_runs_of_parts_of_a_text_add_up_to_the_whole(form, room, buffer):
    tokens, units = text()
    parts = [
        counted(form, tokens, units, WORDS, first, last, 1)
        for first, last in ((0, 130), (130, 131), (131, 400))
    ]
    got = merged(form, parts, WORDS, room, buffer)
    for one, other in zip(got, counted(form, tokens, units, WORDS, 0, len(tokens), 1), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("form", FORMS)
def test_rows_that_fit_have_no_more_cells_or_pairs_than_asked(form):
    fits = FORMS[form]["rows_that_fit"]
    starts = np.concatenate([[0], np.cumsum([50, 20, 9, 1, 1, 1, 0, 0])]).astype(np.int64)
    assert fits(starts, 0, 4, 8, 10**6) == 1  # eight words: a row has at most eight cells
    assert fits(starts, 2, 4, 8 + 3 * 4, 10**6) == 8
    assert fits(starts, 2, 4, 8 + 2 * 4, 10**6) == 5
    assert fits(starts, 0, 4, 10**6, 4 * 70) == 2
    assert fits(starts, 0, 4, 10**6, 1) == 1  # the first row always
    many = np.array([0, 2**33, 2**34], np.int64)
    assert fits(many, 0, 2000, 10, 2**50) == 2 and fits(many, 0, 2000, 10, 2**40) == 1


def test_a_text_of_more_than_two_to_the_thirty_one_words(tmp_path):
    """Places count from where a segment begins: far behind in a text, here a file of holes, all is alike."""
    tokens, units = text()
    far = 2**31 + 12_345
    long = np.memmap(tmp_path / "text", np.int32, "w+", shape=far + len(tokens))
    long[far:] = tokens
    borders = np.concatenate([[0], units + far]).astype(np.int64)
    got = counted("compiled", np.asarray(long), borders, WORDS, far, far + len(tokens), 1)
    for one, other in zip(got, counted("compiled", tokens, units, WORDS, 0, 400, 1), strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_signature_of_each_driver():
    if not hasattr(kernel.merge, "signatures"):
        pytest.skip("the compiler is switched off")
    test_rows_are_their_definition("compiled", 1)
    test_runs_of_parts_of_a_text_add_up_to_the_whole("compiled", WORDS, 7)
    for name in ("count_rows", "merge", "as_records", "list_places"):
        assert len(getattr(kernel, name).signatures) == 1, name
