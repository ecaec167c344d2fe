"""Units and their words: the kernel does what reference/sent2vec.py says, compiled and as plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec.data.features import token_hash
from omnivec.engine.start import alias_table
from omnivec.kernels import unit
from omnivec.reference import sent2vec as definition

FORMS = {"compiled": unit.train, "python": getattr(unit.train, "py_func", unit.train)}
WORDS, DIM, BUCKETS = 12, 20, 9


class Case:
    """A small text of random units, and everything the kernel is told about it."""

    def __init__(self, ngrams: int = 3, dropout: int = 2, lengths=(7, 1, 2, 0, 12, 5, 3, 9, 4, 6)) -> None:
        draw = np.random.default_rng(4)
        self.ngrams, self.dropout = ngrams, dropout
        self.units = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.tokens = draw.integers(0, WORDS, self.units[-1]).astype(np.int32)
        self.hashes = np.array([token_hash(str(k), False) for k in range(WORDS)], np.uint64)
        self.keep = draw.integers(2**31, 2**32, WORDS).astype(np.uint32)
        self.keep[3] = 0  # never a target
        self.alias = alias_table(np.sort(draw.integers(1, 40, WORDS))[::-1].copy(), 0.5)
        self.inputs = np.zeros((WORDS + BUCKETS, 32), np.float32)
        self.outputs = np.zeros((WORDS, 32), np.float32)
        self.inputs[:, :DIM] = draw.normal(0, 0.4, (len(self.inputs), DIM))
        self.outputs[:, :DIM] = draw.normal(0, 0.4, (WORDS, DIM))

    def run(self, form, first, last, rate, frozen=None, negatives=10):
        sums = np.zeros(3)
        with np.errstate(over="ignore"):
            FORMS[form](
                self.tokens, self.units, first, last, self.keep, self.alias, negatives, self.hashes,
                self.ngrams, BUCKETS, self.dropout, self.inputs, self.outputs, frozen, rate, 1e-4,
                np.uint64(77), sums,
            )  # fmt: skip
        return sums

    def wanted(self, inputs, outputs, first, last, rate, frozen=None, negatives=10, **more):
        return definition.train(
            self.tokens.tolist(), self.units.tolist(), self.keep, inputs, outputs, alias=self.alias,
            negatives=negatives, hashes=self.hashes.tolist(), ngrams=self.ngrams, buckets=BUCKETS,
            dropout=self.dropout, frozen=frozen, rate=rate, decay=1e-4, base=77, first=first, last=last,
            **more,
        )  # fmt: skip


def check(case: Case, form: str, first: int, last: int, frozen=None, negatives: int = 10, **more) -> None:
    inputs, outputs = (table[:, :DIM].astype(np.float64) for table in (case.inputs, case.outputs))
    still = case.inputs.copy()
    loss, targets = case.wanted(inputs, outputs, first, last, 0.3, frozen, negatives, **more)
    found = case.run(form, first, last, 0.3, frozen, negatives)
    assert found[1] == found[2] == targets > 10
    assert found[0] == pytest.approx(loss, rel=3e-6)
    np.testing.assert_allclose(case.inputs[:, :DIM], inputs, atol=5e-6)
    np.testing.assert_allclose(case.outputs[:, :DIM], outputs, atol=5e-6)
    assert not case.inputs[:, DIM:].any() and not case.outputs[:, DIM:].any()
    if frozen is not None:
        np.testing.assert_array_equal(case.inputs[frozen == 1], still[frozen == 1])
        assert (case.inputs[frozen == 0] != still[frozen == 0]).any()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("ngrams", "dropout"), [(1, 0), (2, 0), (3, 2), (20, 1)])
def test_a_pass_is_its_definition(form, ngrams, dropout):
    case = Case(ngrams, dropout)
    check(case, form, int(case.units[0]), int(case.units[-2]))


@pytest.mark.parametrize("negatives", [3, 5, 6])
def test_any_number_of_negatives(negatives):
    case = Case()
    check(case, "compiled", 7, int(case.units[-1]), negatives=negatives)


def test_frozen_rows_stay():
    case = Case()
    check(case, "compiled", 0, len(case.tokens), (np.arange(len(case.inputs)) % 3 == 0).astype(np.uint8))


@pytest.mark.parametrize("span", [4, 5])
def test_a_unit_longer_than_a_span_is_its_definition(span, monkeypatch):
    """As plain Python, where the span can be made small."""
    monkeypatch.setattr(unit, "SPAN", span)
    case = Case(lengths=(9, 23, 3))
    check(case, "python", 0, len(case.tokens), span=span)


def test_a_long_unit_is_its_definition():
    case = Case(ngrams=2, lengths=(unit.SPAN + 70,))
    case.keep[:] = 2**26
    check(case, "compiled", 0, len(case.tokens))
