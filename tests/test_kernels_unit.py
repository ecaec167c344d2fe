"""Units and their words: the kernel does what reference/sent2vec.py says, compiled and as plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec.data.features import token_hash, word_ngrams
from omnivec.engine.start import alias_table
from omnivec.kernels import unit
from omnivec.reference import sent2vec as definition
from omnivec.reference.gradient_check import gradient_check
from omnivec.reference.random import GAMMA

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
    case = Case(ngrams=2, lengths=(2 * unit.SPAN + 70,))
    case.keep[:] = 2**28
    check(case, "compiled", 0, len(case.tokens))


def test_the_steps_are_the_gradient_of_the_loss():
    """A step of rate 1 from one unit is minus the derivative of its loss: the mean's, divided by the bag.

    One target, since each of several meets the outputs as the one before it left them.
    """
    draw, words = np.random.default_rng(1), [0, 1, 1, 4, 2]
    inputs, outputs = draw.normal(size=(5 + 3, 4)), draw.normal(size=(5, 4))
    told = {
        "alias": alias_table(np.array([9, 7, 4, 2, 1]), 0.5), "negatives": 3, "hashes": [5, 6, 7, 8, 9],
        "ngrams": 3, "buckets": 3, "keep": [0, 0, 2**32 - 1, 0, 0],
    }  # fmt: skip

    def cost(ins, outs) -> float:
        return definition.train(words, [0, 5], inputs=ins.copy(), outputs=outs.copy(), rate=0.0, **told)[0]

    moved_in, moved_out = inputs.copy(), outputs.copy()
    assert definition.train(words, [0, 5], inputs=moved_in, outputs=moved_out, rate=1.0, **told)[1] == 1
    assert gradient_check(lambda x: cost(x, outputs), inputs, inputs - moved_in) is None
    assert gradient_check(lambda x: cost(inputs, x), outputs, outputs - moved_out) is None


def test_the_target_is_left_out_and_nothing_stands_in_its_place():
    """The bag of a target is every other word and every n-gram without it; none reaches over it."""
    found = definition.features([7, 8, 9, 7], 100, 2, list(range(10)), 10, 1)
    assert found == [
        (100, 101, 7), (100, 102, 10), (101, 102, 8), (101, 103, 10), (102, 103, 9), (102, 104, 10),
        (103, 104, 7),
    ]  # fmt: skip
    without = [row for start, end, row in found if not start <= 101 < end]
    assert without == [7, 9, 10, 7]


def test_dropped_places_differ_and_two_are_left():
    for length in (0, 1, 2, 3, 5, 9):
        for count in (0, 1, 4, 20):
            holes = definition.dropped(3, 50, length, count)
            assert len(holes) == max(min(count, length - 2), 0)
            assert all(50 <= place < 50 + length for place in holes)
    times = np.zeros(9)
    for begin in range(0, 90_000, 9):
        times[[place - begin for place in definition.dropped(7, begin, 9, 4)]] += 1
    assert abs(times / 10_000 - 4 / 9).max() < 0.02


def test_sent2vecs_own_hash_collides_as_published():
    """TEXT: (0, 2, 6) meets (2, 6); (a, b) meets (a + 81, b + 949)."""

    def row(*words: int) -> int:
        return definition.bucket(words, 2_000_000, plain=True)

    assert row(0, 2, 6) == row(2, 6) == 98748 and row(0, 2) == 2
    assert row(5, 17) == row(86, 966) == 246872
    assert row(5, 17, 3) == 317515 and row(17, 3) == 839310
    assert word_ngrams([5, 17, 3], 3, 2_000_000, True) == [246872, 317515, 839310]


def test_ngrams_collide_by_chance_alone():
    """All n-grams of two to four out of 51 words: no two have the same 64 bits, and buckets as by chance."""
    ids, salt = np.array([token_hash(str(k), False) for k in range(51)], np.uint64), np.uint64(GAMMA)
    hashes, found = ids, []
    for n in range(2, 5):
        hashes = (mixed(hashes + salt)[:, None] ^ ids[None]).ravel()
        with np.errstate(over="ignore"):
            found.append(mixed(hashes + np.uint64(GAMMA * n % 2**64)))
    every = np.concatenate(found)
    some = [definition.bucket([int(ids[k]) for k in words], 2_000_000) for words in ((3, 1), (50, 0, 7))]
    places = (3 * 51 + 1, 51**2 + 50 * 51**2 + 7)
    assert some == [(int(every[place]) >> 32) * 2_000_000 >> 32 for place in places]
    every.sort()
    assert len(every) == 51**2 + 51**3 + 51**4 and (every[1:] != every[:-1]).all()
    for slots in (2_000_000, 20_000_000):
        buckets = (every >> np.uint64(32)) * np.uint64(slots) >> np.uint64(32)  # in order, as the hashes are
        used = 1 + np.count_nonzero(buckets[1:] != buckets[:-1])
        expected = len(every) - slots * (1 - (1 - 1 / slots) ** len(every))
        assert len(every) - used == pytest.approx(expected, rel=0.05)


def mixed(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
