"""Lines and labels: the kernel does what reference/classifier.py says, compiled and as plain Python."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from omnivec.engine import tree
from omnivec.engine.start import alias_table
from omnivec.kernels import bag, hashing
from omnivec.kernels.lines import NEITHER, PLAIN, Lines, largest
from omnivec.reference import classifier as definition
from omnivec.reference.gradient_check import gradient_check

FORMS = {"compiled": bag.train, "python": getattr(bag.train, "py_func", bag.train)}
WORDS, TYPES, DIM, BUCKETS = 9, 14, 20, 7


class Case:
    """A small text of random lines, and everything the kernel is told about it."""

    def __init__(self, loss: str, labels: int = 8, ngrams: int = 3, plain: int = 0, lines: int = 25) -> None:
        draw = np.random.default_rng(3)
        self.loss, self.ngrams, self.plain, self.labels = loss, ngrams, plain, labels
        self.kinds = np.full(TYPES + labels, PLAIN, np.int32)
        self.kinds[TYPES:] = np.arange(labels)
        self.kinds[0] = NEITHER
        counts = np.where(self.kinds == PLAIN, draw.integers(0, 3, TYPES + labels), 0)
        self.spans = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.parts = draw.integers(0, WORDS, self.spans[-1]).astype(np.int32)
        self.hashes = draw.integers(0, 2**63, TYPES + labels).astype(np.uint64)
        some = [
            draw.permutation([*draw.integers(0, TYPES, size), *(TYPES + draw.integers(0, labels, more))])
            for size, more in zip(draw.integers(0, 7, lines), draw.integers(0, 4, lines), strict=True)
        ]
        self.units = np.concatenate([[0], np.cumsum([len(line) for line in some])]).astype(np.int64)
        self.tokens = np.concatenate(some).astype(np.int32)
        self.counts = np.sort(draw.integers(1, 40, labels))[::-1].copy()
        self.tree = tree.grown(self.counts)
        self.alias = alias_table(self.counts, 0.5)
        rows = labels - (loss == "hs")
        width = -(-DIM // 16) * 16
        self.inputs = np.zeros((WORDS + BUCKETS, width), np.float32)
        self.outputs = np.zeros((rows, width), np.float32)
        self.inputs[:, :DIM] = draw.normal(0, 0.4, (len(self.inputs), DIM))
        self.outputs[:, :DIM] = draw.normal(0, 0.4, (rows, DIM))

    def texts(self, first: int, last: int):
        for begin, end in pairwise(self.units.tolist()):
            if first <= begin < last:
                here = self.tokens[begin:end]
                words = [t for t in here if self.kinds[t] == PLAIN]
                rows = [row for t in words for row in self.parts[self.spans[t] : self.spans[t + 1]]]
                hashes = [int(self.hashes[t]) for t in words]
                grams = definition.word_ngrams(hashes, self.ngrams, BUCKETS, bool(self.plain))
                labels = [int(self.kinds[t]) for t in here if self.kinds[t] >= 0]
                yield [*rows, *(WORDS + gram for gram in grams)], labels, begin

    def run(self, form, first, last, rate, frozen=None, weights=None, one=0, together=1):
        most = np.zeros(4, np.int64)
        text = Lines(
            self.tokens, self.units, self.kinds, self.spans, self.parts, self.hashes, self.ngrams, WORDS,
            BUCKETS, self.plain,
        )  # fmt: skip
        largest(text, most)
        starts = paths = None
        if self.loss == "hs":
            starts, paths, most[3] = tree.paths(self.tree)
        sums = np.zeros(3)
        with np.errstate(over="ignore"):
            FORMS[form](
                text, first, last, one, most, weights,
                self.alias if self.loss == "ns" else None, 4, starts, paths,
                1 if self.loss == "ova" else None, together,
                self.inputs, self.outputs, frozen, rate, 1e-4, np.uint64(77), sums,
            )  # fmt: skip
        return sums


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("loss", ["softmax", "hs", "ns", "ova"])
@pytest.mark.parametrize("more", ["", "frozen", "weights", "few labels", "plain", "one", "together"])
def test_a_pass_is_its_definition(form, loss, more):
    case = Case(loss, labels=2 if more == "few labels" else 8, plain=int(more == "plain"))
    frozen = (np.arange(len(case.inputs)) % 3 == 0).astype(np.uint8) if more == "frozen" else None
    weights = np.linspace(0.2, 2, case.labels).astype(np.float32) if more == "weights" else None
    inputs, outputs = (table[:, :DIM].astype(np.float64) for table in (case.inputs, case.outputs))
    still, together = case.inputs.copy(), 3 if more == "together" and loss in ("softmax", "ova") else 1
    begins = [begin for rows, some, begin in case.texts(0, len(case.tokens)) if rows and some]
    first, last = begins[1], begins[-2]  # lines that count stand before the one and at the other
    wanted, texts = definition.train(
        list(case.texts(first, last)), inputs, outputs, loss=loss, alias=case.alias, negatives=4,
        tree=case.tree, weights=weights, frozen=frozen, rate=0.3, decay=1e-4, base=77, first=first,
        one=more == "one", together=together,
    )  # fmt: skip
    loss_, lines, again = case.run(form, first, last, 0.3, frozen, weights, int(more == "one"), together)
    assert lines == again == texts > 10
    assert loss_ == pytest.approx(wanted, rel=2e-6)
    np.testing.assert_allclose(case.inputs[:, :DIM], inputs, atol=3e-6)
    np.testing.assert_allclose(case.outputs[:, :DIM], outputs, atol=3e-6)
    assert not case.inputs[:, DIM:].any() and not case.outputs[:, DIM:].any()
    if frozen is not None:
        np.testing.assert_array_equal(case.inputs[frozen == 1], still[frozen == 1])


@pytest.mark.parametrize("loss", ["softmax", "hs", "ns", "ova"])
def test_without_a_rate_nothing_moves_and_the_loss_is_the_same(loss):
    case = Case(loss)
    before = case.inputs.copy(), case.outputs.copy()
    told = case.run("compiled", 0, len(case.tokens), None)
    np.testing.assert_array_equal(case.inputs, before[0])
    np.testing.assert_array_equal(case.outputs, before[1])
    wanted, _ = definition.train(
        list(case.texts(0, len(case.tokens))), *(t[:, :DIM].astype(float) for t in before), loss=loss,
        alias=case.alias, negatives=4, tree=case.tree, rate=0.0, base=77,
    )  # fmt: skip
    assert told[0] == pytest.approx(wanted, rel=2e-6)


@pytest.mark.parametrize("loss", ["softmax", "hs", "ns", "ova"])
def test_the_steps_are_the_gradient_of_the_loss(loss):
    """A step of rate 1 from one text is minus the derivative of the loss that the pass reports."""
    draw = np.random.default_rng(1)
    counts = np.array([9, 7, 4, 2, 1])
    grown = tree.grown(counts)
    inputs, outputs = draw.normal(size=(6, 4)), draw.normal(size=(5 - (loss == "hs"), 4))
    text = [([0, 1, 1, 4], [3, 0], 0)]
    told = {"loss": loss, "alias": alias_table(counts, 0.5), "negatives": 3, "tree": grown, "base": 5}

    def cost(ins, outs) -> float:
        return definition.train(text, ins.copy(), outs.copy(), rate=0.0, **told)[0]

    moved_in, moved_out = inputs.copy(), outputs.copy()
    definition.train(text, moved_in, moved_out, rate=1.0, **told)
    assert gradient_check(lambda x: cost(x, outputs), inputs, inputs - moved_in) is None
    assert gradient_check(lambda x: cost(inputs, x), outputs, outputs - moved_out) is None


GRAMS = [899568, 652712, 1039823, 1965294, 1808417]  # this·is, this·is·good, is·good, is·good·</s>, good·</s>


def test_word_ngrams_of_fasttext_are_its_own():
    words = [b"this", b"is", b"good", b"</s>"]
    hashes = [definition.token_hash(word, True) for word in words]
    assert definition.word_ngrams(hashes, 3, 2_000_000, True) == GRAMS


@pytest.mark.parametrize("plain", [True, False])
def test_tokens_are_hashed_as_defined(plain):
    words = ["", "a", "the", "é", "한국", "😀", "x" * 300]
    text = np.frombuffer("".join(words).encode(), np.uint8)
    offsets = np.concatenate([[0], np.cumsum([len(word.encode()) for word in words])])
    hashes = np.zeros(len(words), np.uint64)
    hashing.token_hashes(text, offsets, int(plain), hashes)
    assert hashes.tolist() == [definition.token_hash(word.encode(), plain) for word in words]


def test_negatives_are_never_labels_of_the_line():
    alias = alias_table(np.array([1000, 10, 1, 1]), 0.5)
    for place in range(300):
        rows = definition.negatives_at(1, place, [0, 2], alias, 5)
        assert len(rows) == 5 and set(rows) <= {1, 3}
    assert definition.negatives_at(1, 0, [0, 1, 2, 3], alias, 5) == []
