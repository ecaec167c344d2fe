"""Scored windows: the kernel does what reference/collobert_weston.py says, compiled and as plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec.engine.start import alias_table
from omnivec.kernels import scorer
from omnivec.reference import collobert_weston as definition
from omnivec.reference.gradient_check import gradient_check

FORMS = {"compiled": scorer.train, "python": getattr(scorer.train, "py_func", scorer.train)}
WORDS, DIM = 12, 20
TABLES = ("vectors", "padding", "hidden", "bias", "score")


class Case:
    """A small text of random units, and everything the kernel is told about it."""

    def __init__(self, reach: int = 2, inner: int = 13, lengths=(7, 1, 2, 0, 12, 5, 3, 9, 4, 6, 80)) -> None:
        draw = np.random.default_rng(4)
        self.units = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.tokens = draw.integers(0, WORDS, self.units[-1]).astype(np.int32)
        self.keep = draw.integers(2**31, 2**32, WORDS).astype(np.uint32)
        self.alias = alias_table(np.sort(draw.integers(1, 40, WORDS))[::-1].copy(), 0.5)
        rows = {"vectors": WORDS, "padding": 1, "hidden": (2 * reach + 1) * inner}
        self.tables = {name: np.zeros((count, 32), np.float32) for name, count in rows.items()}
        for table in self.tables.values():
            table[:, :DIM] = draw.normal(0, 0.4, (len(table), DIM))
        self.tables["bias"] = draw.normal(0, 0.4, inner).astype(np.float32)
        self.tables["score"] = draw.normal(0, 0.4, inner).astype(np.float32)

    def run(self, form="compiled", first=0, last=None, rate=0.05, frozen=None, kind="hardtanh", learns=1):
        sums, last = np.zeros(3), int(self.units[-1]) if last is None else last
        still = np.zeros(0, np.uint8) if frozen is None else frozen
        with np.errstate(over="ignore"):
            FORMS[form](
                self.tokens, self.units, first, last, self.keep, self.alias, *self.tables.values(), still,
                DIM, scorer.ACTIVATION[kind], learns, rate, 0.3, rate / 5000, np.uint64(77), sums,
            )  # fmt: skip
        return sums

    def plain(self) -> dict[str, np.ndarray]:
        return {
            name: (table[:, :DIM] if table.ndim == 2 else table).astype(np.float64)
            for name, table in self.tables.items()
        }

    def wanted(self, tables, first=0, last=None, rate=0.05, frozen=None, kind="hardtanh"):
        return definition.train(
            self.tokens.tolist(), self.units.tolist(), self.keep, *tables.values(), alias=self.alias,
            activation=kind, frozen=frozen, rate=rate, ratio=0.3, decay=rate / 5000, base=77, first=first,
            last=last,
        )  # fmt: skip


def check(case: Case, **more) -> None:
    tables = case.plain()
    form = more.pop("form", "compiled")
    loss, windows = case.wanted(tables, **more)
    found = case.run(form, **more)
    assert found[1] == found[2] == windows > 10
    assert found[0] == pytest.approx(loss, rel=3e-6)
    for name, table in case.plain().items():
        np.testing.assert_allclose(table, tables[name], atol=5e-6, err_msg=name)
        assert case.tables[name].ndim == 1 or not case.tables[name][:, DIM:].any()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["hardtanh", "tanh"])
def test_a_pass_is_its_definition(form, kind):
    check(Case(), form=form, kind=kind)


@pytest.mark.parametrize(("reach", "inner"), [(1, 1), (2, 12), (3, 24), (5, 30)])
def test_any_window_and_any_hidden_layer(reach, inner):
    check(Case(reach, inner))


@pytest.mark.parametrize(("first", "last"), [(3, 40), (8, 9), (9, 60), (30, 129)])
def test_any_part_of_a_text_sees_beyond_its_ends(first, last):
    case = Case()
    tables = case.plain()
    loss, windows = case.wanted(tables, first, last)
    found = case.run("compiled", first, last)
    assert found[1] == windows and found[0] == pytest.approx(loss, rel=3e-6)
    for name, table in case.plain().items():
        np.testing.assert_allclose(table, tables[name], atol=5e-6, err_msg=name)


def test_a_text_of_many_chunks_is_its_definition():
    draw = np.random.default_rng(1)
    check(Case(lengths=draw.integers(1, 30, 200)), rate=0.0002)


def test_frozen_rows_keep_every_bit():
    case = Case()
    frozen = np.zeros(WORDS, np.uint8)
    frozen[::3] = 1
    still = case.tables["vectors"].copy()
    check(case, frozen=frozen)
    np.testing.assert_array_equal(case.tables["vectors"][frozen == 1], still[frozen == 1])
    assert (case.tables["vectors"][frozen == 0] != still[frozen == 0]).any()


def test_measuring_moves_nothing():
    case = Case()
    still = {name: table.copy() for name, table in case.tables.items()}
    wanted, _ = case.wanted(case.plain())
    again, found = case.run(learns=0), Case().run(rate=0.0)
    for name, table in case.tables.items():
        np.testing.assert_array_equal(table, still[name])
    assert again[0] == found[0] and wanted != found[0]


@pytest.mark.parametrize("kind", ["hardtanh", "tanh"])
def test_the_steps_are_the_gradient_of_the_loss(kind):
    """What one batch moves, at the rate 1, is minus the slope of its loss, in every table."""
    case = Case(lengths=(9, 14, 3))

    def passed(tables, rate: float) -> float:
        loss, _ = definition.train(
            case.tokens.tolist(), case.units.tolist(), case.keep, *tables.values(), alias=case.alias,
            activation=kind, rate=rate, ratio=1.0, base=77,
        )  # fmt: skip
        return loss

    start, moved = case.plain(), case.plain()
    passed(moved, 1.0)
    for name, table in start.items():
        assert gradient_check(lambda _: passed(start, 0.0), table, table - moved[name]) is None, name
        assert (table != moved[name]).any()
