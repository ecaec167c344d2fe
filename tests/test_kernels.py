"""Every kernel is its definition: compiled, and as plain Python."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from omnivec.engine import tree
from omnivec.kernels import primitives, simd, window
from omnivec.reference import fasttext, huffman
from omnivec.reference import random as definitions
from omnivec.reference import word2vec as reference

WORDS = 40


def plain(function):
    return getattr(function, "py_func", function)  # under NUMBA_DISABLE_JIT there is no compiled form


def sampled(seed, length, dim, frequent=1.0):
    """Text of few words, so that a window often holds a word twice; units of every length from one token
    on.
    """
    draw = np.random.default_rng(seed)
    tokens = np.minimum(draw.zipf(1.3, length) - 1, WORDS - 1).astype(np.int32)
    borders = np.unique(np.r_[0, 1, draw.integers(0, length, length // 9), length]).astype(np.int64)
    counts = np.sort(np.bincount(tokens, minlength=WORDS) + 1)[::-1]
    width = -(-dim // 16) * 16
    inputs, outputs = np.zeros((2, WORDS, width), np.float32)
    inputs[:, :dim], outputs[:, :dim] = draw.normal(0, 0.4, (2, WORDS, dim))
    return tokens, borders, counts, 0.02 * frequent, inputs, outputs


def both(form, case, dim, first=0, last=None, moving=True, **options):
    """(kernel's sums and tables, definition's) after one pass over the same text."""
    tokens, units, counts, sample, inputs, outputs = case
    o = {
        "model": "skipgram", "loss": "ns", "reduction": "mean", "gradient": "undivided", "window": 5,
        "kind": "dynamic", "negatives": 5, "exclude": "redraw", "distinct": False, "frozen": None,
        "rate": 0.05, "decay": 1e-5, "base": 77,
    } | options  # fmt: skip
    parts = o.pop("parts", None)
    grown = tree.grown(counts)
    if o["loss"] == "hs":
        outputs = outputs[:-1]
    expected = [inputs[:, :dim].astype(np.float64), outputs[:, :dim].astype(np.float64)]
    sums = passed(form, case, grown, outputs, first, last, moving, o, parts)
    total = counts.sum()
    train, more = (reference.train, ()) if parts is None else (fasttext.train, (parts,))
    wanted = train(
        tokens, units, reference.keep_thresholds(counts, sample, total), *expected, *more,
        alias=definitions.alias_table(counts**0.75), tree=grown, **o,
    )  # fmt: skip
    return sums, (inputs, outputs), wanted, expected


def passed(form, case, grown, outputs, first, last, moving, o, parts=None):
    """The sums of a form of the kernel over the centres first … last − 1 of a case, whose tables it moves."""
    tokens, units, counts, sample, inputs, _ = case
    alias = starts = steps = bag = None
    count = o["negatives"] + 1
    if o["loss"] == "ns":
        alias = definitions.alias_table(counts**0.75)
    elif o["loss"] == "hs":
        starts, steps, count = tree.paths(grown)
    if o["model"] == "cbow":
        mean = o["reduction"] == "mean"
        bag = window.MEAN * mean | window.DIVIDE * (mean and o["gradient"] == "true")
    frozen = None if o["frozen"] is None else np.asarray(o["frozen"], np.uint8)
    spans = flat = None
    if parts is not None:
        spans = np.cumsum([0, *map(len, parts)])
        flat = np.concatenate(parts).astype(np.int32)
    sums = np.zeros(3)
    with np.errstate(over="ignore"):  # uint64 wrap-around warns when run as plain Python
        form(
            tokens, units, first, len(tokens) if last is None else last,
            reference.keep_thresholds(counts, sample, counts.sum()), alias, window.EXCLUDE[o["exclude"]],
            int(o["distinct"]), starts, steps, count, inputs, spans, flat, outputs, frozen, bag, o["window"],
            window.RADIUS[o["kind"]], o["rate"] if moving else None, o["decay"], np.uint64(o["base"]), sums,
        )  # fmt: skip
    return sums


def assert_equal(sums, tables, wanted, expected, dim, tolerance=1e-5):
    np.testing.assert_allclose(sums, wanted, rtol=2e-5)
    for table, definition in zip(tables, expected, strict=True):
        np.testing.assert_allclose(table[:, :dim], definition, atol=tolerance)
        assert not table[:, dim:].any()  # padding is never written


MODELS = {
    "skip-gram": {},
    "cbow, undivided": {"model": "cbow"},
    "cbow, true": {"model": "cbow", "gradient": "true"},
    "cbow, sum": {"model": "cbow", "reduction": "sum", "rate": 0.02},
}
LOSSES = {
    "ns": {}, "ns, 12": {"negatives": 12}, "hs": {"loss": "hs"}, "softmax": {"loss": "softmax", "rate": 0.02}
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_compiled_kernel_is_its_definition(model, loss):
    assert_equal(*both(window.train, sampled(1, 1500, 20), 20, **(MODELS[model] | LOSSES[loss])), 20)


# Each word's own row, and up to three of 29 that words share.
PARTS = [[word, *(WORDS + (np.arange(word % 4) * 11 + word * 7) % 29)] for word in range(WORDS)]


def with_parts(seed, length):
    """`sampled` with the rows of parts behind those of words."""
    tokens, units, counts, sample, inputs, outputs = sampled(seed, length, 20)
    more = np.zeros((29, inputs.shape[1]), np.float32)
    more[:, :20] = np.random.default_rng(seed).normal(0, 0.4, (29, 20))
    return tokens, units, counts, sample, np.concatenate([inputs, more]), outputs


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_compiled_kernel_of_words_with_parts_is_its_definition(model, loss):
    # Sums of parts that most words share grow without bound, since all words of a window move them: a short
    # text, or 1e-5 of 1e80 would be compared.
    rate, length = (0.002, 150) if model == "cbow, sum" else (0.02, 2500)
    options = MODELS[model] | LOSSES[loss] | {"rate": rate}
    assert_equal(*both(window.train, with_parts(5, length), 20, parts=PARTS, **options), 20, 5e-5)


@pytest.mark.parametrize("model", MODELS)
def test_plain_kernel_of_words_with_parts_is_its_definition(model):
    options = MODELS[model] | {"rate": 0.02}
    assert_equal(*both(plain(window.train), with_parts(5, 60), 20, parts=PARTS, **options), 20)


@pytest.mark.parametrize("loss", ["ns", "hs"])
@pytest.mark.parametrize("model", ["skip-gram", "cbow, undivided"])
def test_frozen_parts_keep_their_bits(model, loss):
    case, frozen = with_parts(6, 900), np.arange(WORDS + 29) % 3 == 0
    before, options = case[4].copy(), MODELS[model] | LOSSES[loss] | {"rate": 0.02}
    assert_equal(*both(window.train, case, 20, parts=PARTS, frozen=frozen, **options), 20, 5e-5)
    np.testing.assert_array_equal(case[4][frozen], before[frozen])
    assert (case[4][~frozen] != before[~frozen]).any()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_plain_kernel_is_its_definition(model, loss):
    assert_equal(*both(plain(window.train), sampled(4, 70, 20), 20, **(MODELS[model] | LOSSES[loss])), 20)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", ["skip-gram", "cbow, undivided"])
def test_frozen_rows_keep_their_bits(model, loss):
    frozen, case = np.arange(WORDS) % 3 == 0, sampled(9, 1000, 20)
    before = case[-2].copy()
    assert_equal(*both(window.train, case, 20, frozen=frozen, **(MODELS[model] | LOSSES[loss])), 20)
    np.testing.assert_array_equal(case[-2][frozen], before[frozen])
    assert (case[-2] != before)[~frozen].any(1).sum() > 20


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", ["skip-gram", "cbow, undivided"])
def test_measuring_moves_no_bit_and_gives_the_loss_of_the_values_there_are(model, loss):
    case = sampled(10, 1000, 20)
    before = [table.copy() for table in case[-2:]]
    options = MODELS[model] | LOSSES[loss] | {"rate": 0.0, "decay": 0.0}
    sums, _, wanted, _ = both(window.train, case, 20, moving=False, **options)
    np.testing.assert_allclose(sums, wanted, rtol=1e-5)
    for table, was in zip(case[-2:], before, strict=True):
        np.testing.assert_array_equal(table, was)


@pytest.mark.parametrize("exclude", window.EXCLUDE)
@pytest.mark.parametrize("kind", window.RADIUS)
def test_compiled_skipgram_is_its_definition(kind, exclude):
    assert_equal(*both(window.train, sampled(1, 3000, 20), 20, kind=kind, exclude=exclude), 20)


@pytest.mark.parametrize("model", ["skip-gram", "cbow, undivided"])
@pytest.mark.parametrize("negatives", [0, 1, 4, 6, 12, 20])
def test_compiled_kernel_is_its_definition_for_any_number_of_negatives(negatives, model):
    options = MODELS[model] | {"negatives": negatives, "distinct": negatives > 4}
    assert_equal(*both(window.train, sampled(2, 1500, 20), 20, **options), 20)


@pytest.mark.parametrize("exclude", window.EXCLUDE)
def test_distinct_negatives_are_those_of_the_definition_even_when_few_words_are_left(exclude):
    options = {"exclude": exclude, "negatives": WORDS - 2, "distinct": True, "rate": 0.01}
    assert_equal(*both(window.train, sampled(12, 300, 20), 20, **options), 20)


@pytest.mark.parametrize("model", ["skip-gram", "cbow, undivided"])
@pytest.mark.parametrize("width", [1, 2, 30])
def test_compiled_kernel_is_its_definition_for_any_window(width, model):
    assert_equal(*both(window.train, sampled(3, 1500, 20), 20, window=width, **MODELS[model]), 20)


def driven(case, first, last, **options):
    """The sums of the compiled skip-gram over the centres first … last − 1."""
    o = {
        "model": "skipgram", "loss": "ns", "window": 5, "kind": "dynamic", "negatives": 5,
        "exclude": "redraw", "distinct": False, "frozen": None, "rate": 0.05, "decay": 0.0, "base": 77,
    } | options  # fmt: skip
    return passed(window.train, case, None, case[-1], first, last, True, o)


def test_shards_together_are_the_whole_pass():
    """A window looks across the border of a shard: three shards move the rows exactly as one pass does."""
    case = sampled(5, 4000, 20)
    whole = both(window.train, tuple(np.copy(x) for x in case), 20, decay=0.0)
    sums = sum(driven(case, first, last) for first, last in ((0, 1333), (1333, 1334), (1334, 4000)))
    np.testing.assert_array_equal(case[-2:], whole[1])
    np.testing.assert_allclose(sums, whole[0], rtol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_one_unit_of_one_word_moves_nothing(model, loss):
    _, _, *rest, inputs, outputs = sampled(6, 50, 20)
    case = (np.arange(50, dtype=np.int32) % WORDS, np.arange(51, dtype=np.int64), *rest, inputs, outputs)
    before = inputs.copy()
    sums, *_ = both(window.train, case, 20, **(MODELS[model] | LOSSES[loss]))
    np.testing.assert_array_equal(inputs, before)
    assert sums[0] == 0 and sums[1] == 0 and sums[2] > 0


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_large_scores_neither_overflow_nor_hide_not_a_number(model, loss):
    case = sampled(7, 300, 20)
    for table in case[-2:]:
        table *= 1000
    options = MODELS[model] | LOSSES[loss] | {"rate": 0.0, "decay": 0.0}
    sums, *_ = both(window.train, case, 20, **options)
    assert np.isfinite(sums[0]) and sums[0] > 1e6
    case[-2][:] = np.nan
    with np.errstate(invalid="ignore"):
        sums, *_ = both(window.train, case, 20, **options)
    assert np.isnan(sums[0])


@pytest.mark.parametrize("counts", [[1, 1], [9, 9, 9], [45, 16, 13, 12, 9, 5], [2, 1, 1, 1, 1, 1, 1]])
def test_compiled_tree_is_its_definition(counts):
    grown = tree.grown(np.array(counts))
    np.testing.assert_array_equal(grown, huffman.tree(counts))
    starts, steps, longest = tree.paths(grown)
    ways = [[(s >> 1, -1 if s & 1 else 1) for s in steps[a:b].tolist()] for a, b in pairwise(starts)]
    assert ways == [list(map(tuple, way)) for way in huffman.paths(grown)]
    assert longest == max(map(len, ways))


def test_compiled_tree_is_its_definition_for_a_skewed_vocabulary():
    """Fibonacci's numbers give the deepest tree there is: one leaf a level."""
    counts = [1, 1]
    while len(counts) < 80:
        counts.append(counts[-1] + counts[-2])
    grown = tree.grown(np.array(counts[::-1]))
    np.testing.assert_array_equal(grown, huffman.tree(counts[::-1]))
    assert tree.paths(grown)[2] == 79


EXTREMES = {
    "two words": (2, 1, [0, 300], 300, {}),
    "two words, skipped": (2, 1, [0, 300], 300, {"exclude": "skip"}),
    "units of one word": (9, 5, range(2001), 2000, {"window": 1000}),
    "wide window, short units": (
        30,
        3,
        [0, 1, 2, 40, 700, 1023, 1024, 1025, 1500],
        1500,
        {"window": 1000, "rate": 5e-4},
    ),
    "wide fixed window": (30, 3, [0, 1300], 1300, {"window": 1000, "kind": "fixed", "rate": 5e-4}),
    "many negatives": (30, 16, [0, 40], 40, {"negatives": 1000, "rate": 1e-3}),
    "wide rows": (30, 4096, [0, 60], 60, {"rate": 1e-3}),
    "wide bag": (
        30,
        3,
        [0, 1300],
        1300,
        {"window": 1000, "kind": "fixed", "rate": 5e-4, "model": "cbow", "gradient": "true"},
    ),
    "many negatives of a bag": (30, 16, [0, 40], 40, {"negatives": 1000, "rate": 1e-3, "model": "cbow"}),
    "tree of two": (2, 1, [0, 300], 300, {"loss": "hs"}),
    "wide window over a tree": (30, 3, [0, 600], 600, {"window": 1000, "loss": "hs", "rate": 5e-4}),
    "softmax of two": (2, 1, [0, 300], 300, {"loss": "softmax", "rate": 1e-3}),
    "wide window over all words": (31, 3, [0, 600], 600, {"window": 1000, "loss": "softmax", "rate": 5e-4}),
}


@pytest.mark.skipif(not hasattr(window.train, "py_func"), reason="takes minutes without the compiler")
@pytest.mark.parametrize("name", EXTREMES)
def test_options_at_their_bounds_stay_inside_every_array(name):
    """Kernels check no bounds: NUMBA_BOUNDSCHECK=1 makes this test see what here would be luck."""
    words, dim, borders, length, options = EXTREMES[name]
    draw = np.random.default_rng(8)
    tokens = draw.integers(0, words, length).astype(np.int32)
    counts = np.sort(np.bincount(tokens, minlength=words))[::-1]
    inputs, outputs = np.zeros((2, words, -(-dim // 16) * 16), np.float32)
    inputs[:, :dim], outputs[:, :dim] = draw.normal(0, 0.3, (2, words, dim))
    case = tokens, np.array(borders, np.int64), counts, 0, inputs, outputs
    assert_equal(*both(window.train, case, dim, decay=0.0, **options), dim, tolerance=1e-4)


@pytest.mark.parametrize("form", [lambda f: f, plain], ids=["compiled", "plain"])
def test_random_numbers_are_their_definition(form):
    for position in (0, 1, 10**12):
        with np.errstate(over="ignore"):
            got = form(primitives.random_at)(np.uint64(2**63 + 5), position)
        assert int(got) == definitions.random_at(2**63 + 5, position)
    assert int(form(primitives.below)(np.uint64(2**64 - 1), 7)) == 6


def test_logistic_is_exact_to_float32():
    case = np.zeros((3, 16), np.float32)
    for m in np.linspace(-100, 100, 4001, dtype=np.float32):
        case[0] = m
        logistic_of(case)
        tail = np.exp(-abs(float(m)))
        assert case[1, 0] == pytest.approx((1 if m < 0 else tail) / (1 + tail), rel=3e-7, abs=1e-37)


def logistic_of(case):
    slope, tail = compiled_logistic(case)
    case[1], case[2] = slope, tail


def compiled_logistic(case):
    from numba import njit

    global _logistic
    if _logistic is None:

        @njit
        def _logistic(table):
            slope, tail = simd.logistic(simd.load(table, 0, 0))
            simd.store(table, 1, 0, slope)
            simd.store(table, 2, 0, tail)

    _logistic(case)
    return case[1], case[2]


_logistic = None


def test_a_changed_primitive_is_never_served_from_the_cache(tmp_path):
    """The compile cache of Numba alone would return the old result: it does not see edits in another file."""
    package = tmp_path / "omnivec"
    kernels = package / "kernels"
    kernels.mkdir(parents=True)
    for path in Path(window.__file__).parent.glob("*.py"):
        (kernels / path.name).write_text(path.read_text())
    (package / "__init__.py").write_text("")
    (kernels / "answers.py").write_text(
        "from omnivec.kernels.compiling import primitive\n\n\n@primitive\ndef answer():\n    return 1\n"
    )
    (kernels / "asks.py").write_text(
        "from omnivec.kernels.answers import answer\nfrom omnivec.kernels.compiling import driver\n\n\n"
        "@driver\ndef ask():\n    return answer() + 100\n"
    )

    # Python takes a .pyc for current when its source has the same size and second of change, as an edit
    # by this test may have: that is Python's cache, not the one in question.
    system = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
    system["OMNIVEC_CACHE_DIR"] = str(tmp_path / "cache")

    def asked():
        code = "from omnivec.kernels.asks import ask; print(ask(), len(ask.stats.cache_hits))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path,
            env=system,
        )  # fmt: skip
        return done.stdout.split()

    assert asked() == ["101", "0"]
    assert asked() == ["101", "1"]  # the second process reads the cache …
    (kernels / "answers.py").write_text((kernels / "answers.py").read_text().replace("return 1", "return 2"))
    assert asked() == ["102", "0"]  # … and never a stale one


@pytest.mark.parametrize("exclude", window.EXCLUDE)
def test_word_that_is_nearly_the_whole_text_does_not_hold_training_up(exclude):
    """With power 2 the other word is drawn once in 10^8 times: redrawing without end would never be done."""
    tokens = np.zeros(400, np.int32)
    tokens[::100] = 1
    units, counts = np.array([0, 400], np.int64), np.array([10**11, 1])
    case = tokens, units, counts, 0, *np.full((2, 2, 32), 0.1, np.float32)
    assert_equal(*both(window.train, case, 32, exclude=exclude), 32)
