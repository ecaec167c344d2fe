"""Cells and their two rows: the kernel does what reference/glove.py says, compiled and as plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec.kernels import cells as kernel
from omnivec.reference import glove as definition
from omnivec.reference.gradient_check import gradient_check

FORMS = {"compiled": kernel.train, "python": getattr(kernel.train, "py_func", kernel.train)}
WORDS, DIM, WIDTH = 23, 20, 32


def table(sides, bias: int, one: int):
    """One side as the kernel takes it: parameters, then sums of squares."""
    parameters, sums = sides
    made = np.zeros((WORDS, 2 * WIDTH), np.float32)
    made[:, WIDTH:] = np.inf
    made[:, :DIM], made[:, WIDTH : WIDTH + DIM] = parameters[:, :DIM], sums[:, :DIM]
    made[:, bias], made[:, WIDTH + bias] = parameters[:, DIM], sums[:, DIM]
    made[:, one] = 1
    return made


class Case:
    """Random cells of a small vocabulary, row 3 and the last without one, and both sides."""

    def __init__(self, cells: int = 150) -> None:
        draw = np.random.default_rng(5)
        places = np.sort(draw.choice(WORDS * WORDS, cells, replace=False))
        places = places[(places // WORDS != 3) & (places // WORDS != WORDS - 1)]
        rows, self.columns = (part.astype(np.int32) for part in np.divmod(places, WORDS))
        self.rows = rows.tolist()
        self.starts = np.searchsorted(rows, np.arange(WORDS + 1)).astype(np.int64)
        self.weights = draw.uniform(0.1, 30, len(rows)).astype(np.float32)
        self.words, self.contexts = (
            definition.start(draw.normal(0, 0.5, (WORDS, DIM)), draw.normal(0, 0.5, WORDS), 2.0, 1.0)
            for _ in range(2)
        )

    def __len__(self) -> int:
        return len(self.columns)

    def wanted(self, **how):
        return definition.train(
            self.rows, self.columns.tolist(), self.weights, self.words, self.contexts, **how
        )

    def run(self, form, words, contexts, *, rate, decay=0.0, clip=None, own=True, first=0, last=None):
        sums = np.zeros(3)
        with np.errstate(over="ignore"):
            bad = FORMS[form](
                self.starts, self.columns, self.weights, first, len(self) if last is None else last, words,
                contexts, 10.0, 0.75, clip, own, rate, decay, np.uint64(99), sums,
            )  # fmt: skip
        return bad, sums


HOW = {"x_max": 10.0, "alpha": 0.75, "key": 99}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("first", "last"), [(0, None), (5, 47), (37, None)])
@pytest.mark.parametrize(("clip", "own"), [(None, True), (0.4, True), (None, False), (0.4, False)])
def test_steps_are_their_definition(form, first, last, clip, own):
    case = Case()
    words, contexts = table(case.words, DIM, DIM + 1), table(case.contexts, DIM + 1, DIM)
    how = {"rate": 0.3, "decay": 1e-3, "clip": clip, "own": own, "first": first}
    cost, number = case.wanted(**how, last=last, **HOW)
    bad, sums = case.run(form, words, contexts, **how, last=last or len(case))
    assert bad == -1 and sums[1] == sums[2] == number > 40
    assert sums[0] == pytest.approx(cost, rel=3e-6)
    np.testing.assert_allclose(words, table(case.words, DIM, DIM + 1), rtol=1e-5, atol=5e-6)
    np.testing.assert_allclose(contexts, table(case.contexts, DIM + 1, DIM), rtol=1e-5, atol=5e-6)


@pytest.mark.parametrize("cells", [1, 15, 16, 17])
def test_few_cells_are_an_epoch(cells):
    case = Case(cells)
    words, contexts = table(case.words, DIM, DIM + 1), table(case.contexts, DIM + 1, DIM)
    cost, number = case.wanted(rate=0.3, **HOW)
    _, sums = case.run("compiled", words, contexts, rate=0.3)
    assert sums[1] == number and sums[0] == pytest.approx(cost, rel=3e-6)


@pytest.mark.parametrize("form", FORMS)
def test_a_cost_that_is_no_number_is_told_and_nothing_follows(form):
    case = Case()
    words, contexts = table(case.words, DIM, DIM + 1), table(case.contexts, DIM + 1, DIM)
    words[case.rows[40], 2] = np.nan
    before = contexts.copy()
    bad, sums = case.run(form, words, contexts, rate=0.3)
    assert case.rows[bad] == case.rows[40] and not np.isfinite(sums[0])
    moved = (contexts != before).any(1)
    trained = definition.order(len(case), 99)[: int(sums[1])]
    assert np.isfinite(contexts[:, :WIDTH]).all() and set(np.flatnonzero(moved)) <= set(case.columns[trained])


@pytest.mark.parametrize("n", [1, 2, 3, 16, 17, 100, 1000])
def test_the_order_is_a_permutation_that_the_key_chooses(n):
    orders = [[definition.place(k, n, key) for k in range(n)] for key in (1, 2, 2**63)]
    assert all(sorted(order) == list(range(n)) for order in orders)
    assert n < 16 or orders[0] != orders[1] != orders[2]
    assert sorted(definition.order(16 * n + 5, 7)) == list(range(16 * n + 5))


def test_neighbours_in_an_epoch_are_far_apart_in_the_table():
    """As far as in a perfect shuffle, where the mean distance of two places of n is n / 3."""
    steps = np.abs(np.diff([definition.place(k, 3000, 5) for k in range(3000)]))
    assert steps.mean() == pytest.approx(1000, rel=0.05)


def test_the_weight_of_a_cell():
    assert definition.weight(100) == 1 and definition.weight(250) == 1
    assert definition.weight(100 / 16) == pytest.approx(0.125, abs=1e-15)
    assert definition.weight(2.5, x_max=10, alpha=0.5) == 0.5


@pytest.mark.parametrize("x", [0.3, 40.0, 300.0])
def test_the_gradient_is_that_of_the_cost(x):
    draw = np.random.default_rng(2)
    w, w2, biases = draw.normal(size=5), draw.normal(size=5), draw.normal(size=2)
    down_w, down_b, down_w2, down_b2 = definition.gradient(w, biases[0], w2, biases[1], x)

    def cost(w, w2, b):
        return definition.cost(w, b[0], w2, b[1], x)

    assert gradient_check(lambda v: cost(v, w2, biases), w, down_w) is None
    assert gradient_check(lambda v: cost(w, v, biases), w2, down_w2) is None
    assert gradient_check(lambda v: cost(w, w2, v), biases, np.array([down_b, down_b2])) is None


def test_inverse_roots_are_right_to_the_last_digits():
    from omnivec.kernels import simd
    from omnivec.kernels.compiling import driver

    @driver
    def roots(table):
        for k in range(0, table.shape[1], simd.LANES):
            simd.store(table, 0, k, simd.inverse_root(simd.load(table, 0, k)))

    values = np.geomspace(1e-30, 9e36, 4096, dtype=np.float32).reshape(1, -1)
    found = values.copy()
    roots(found)
    np.testing.assert_allclose(found, 1 / np.sqrt(values.astype(np.float64)), rtol=5e-7)
    still = np.full((1, 16), np.inf, np.float32)
    roots(still)
    assert not still.any()
