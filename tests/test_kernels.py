"""Every kernel is its definition: compiled, and as plain Python."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from omnivec.kernels import primitives, simd, window
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
    counts = np.bincount(tokens, minlength=WORDS) + 1
    keep = reference.keep_thresholds(counts, 0.02 * frequent, counts.sum())
    alias = definitions.alias_table(counts**0.75)
    width = -(-dim // 16) * 16
    inputs, outputs = np.zeros((2, WORDS, width), np.float32)
    inputs[:, :dim], outputs[:, :dim] = draw.normal(0, 0.4, (2, WORDS, dim))
    return tokens, borders, keep, alias, inputs, outputs


def both(form, case, dim, first=0, last=None, **options):
    """(kernel's sums and tables, definition's) after one pass over the same text."""
    tokens, units, keep, alias, inputs, outputs = case
    sums, expected = np.zeros(3), [inputs[:, :dim].astype(np.float64), outputs[:, :dim].astype(np.float64)]
    o = {
        "window": 5,
        "kind": "dynamic",
        "negatives": 5,
        "exclude": "redraw",
        "rate": 0.05,
        "decay": 1e-5,
        "base": 77,
    } | options
    with np.errstate(over="ignore"):  # uint64 wrap-around warns when run as plain Python
        form(
            tokens, units, first, len(tokens) if last is None else last, keep, alias, inputs, outputs,
            o["window"], window.RADIUS[o["kind"]], o["negatives"], window.EXCLUDE[o["exclude"]],
            o["rate"], o["decay"], np.uint64(o["base"]), sums,
        )  # fmt: skip
    wanted = reference.skipgram(tokens, units, keep, alias, *expected, **o)
    return sums, (inputs, outputs), wanted, expected


def assert_equal(sums, tables, wanted, expected, dim):
    np.testing.assert_allclose(sums, wanted, rtol=1e-5)
    np.testing.assert_allclose([t[:, :dim] for t in tables], expected, atol=1e-5)
    assert not any(t[:, dim:].any() for t in tables)  # padding is never written


@pytest.mark.parametrize("exclude", window.EXCLUDE)
@pytest.mark.parametrize("kind", window.RADIUS)
def test_compiled_skipgram_is_its_definition(kind, exclude):
    assert_equal(*both(window.skipgram, sampled(1, 3000, 20), 20, kind=kind, exclude=exclude), 20)


@pytest.mark.parametrize("negatives", [0, 1, 4, 6, 12])
def test_compiled_skipgram_is_its_definition_for_any_number_of_negatives(negatives):
    assert_equal(*both(window.skipgram, sampled(2, 1500, 20), 20, negatives=negatives), 20)


@pytest.mark.parametrize("width", [1, 2, 30])
def test_compiled_skipgram_is_its_definition_for_any_window(width):
    assert_equal(*both(window.skipgram, sampled(3, 1500, 20), 20, window=width), 20)


@pytest.mark.parametrize("exclude", window.EXCLUDE)
@pytest.mark.parametrize("negatives", [2, 7])
def test_plain_skipgram_is_its_definition(negatives, exclude):
    case = sampled(4, 120, 20)
    assert_equal(*both(plain(window.skipgram), case, 20, negatives=negatives, exclude=exclude), 20)


def passed(case, first, last, **options):
    """The sums of the compiled kernel over the centres first … last − 1 of a case, whose tables it moves."""
    tokens, units, keep, alias, inputs, outputs = case
    o = {"rate": 0.05, "decay": 0.0, "base": 77} | options
    sums = np.zeros(3)
    with np.errstate(over="ignore"):  # uint64 wrap-around warns where NUMBA_DISABLE_JIT leaves plain Python
        window.skipgram(
            tokens, units, first, last, keep, alias, inputs, outputs, 5, window.DYNAMIC, 5, window.REDRAW,
            o["rate"], o["decay"], np.uint64(o["base"]), sums,
        )  # fmt: skip
    return sums


def test_shards_together_are_the_whole_pass():
    """A window looks across the border of a shard: three shards move the rows exactly as one pass does."""
    case = sampled(5, 4000, 20)
    whole = both(window.skipgram, tuple(x.copy() for x in case), 20, decay=0.0)
    sums = sum(passed(case, first, last) for first, last in ((0, 1333), (1333, 1334), (1334, 4000)))
    np.testing.assert_array_equal(case[-2:], whole[1])
    np.testing.assert_allclose(sums, whole[0], rtol=1e-6)


def test_one_unit_of_one_word_moves_nothing():
    tokens, _, *rest, inputs, outputs = sampled(6, 50, 20)
    before = inputs.copy()
    sums = passed((tokens, np.arange(51, dtype=np.int64), *rest, inputs, outputs), 0, 50)
    np.testing.assert_array_equal(inputs, before)
    assert sums[0] == 0 and sums[1] == 0 and sums[2] > 0


def test_large_scores_neither_overflow_nor_hide_not_a_number():
    case = sampled(7, 300, 20)
    for table in case[-2:]:
        table *= 1000
    sums = passed(case, 0, 300, rate=0.0)
    assert np.isfinite(sums[0]) and sums[0] > 1e6
    case[-2][:] = np.nan
    assert np.isnan(passed(case, 0, 300)[0])


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
}


@pytest.mark.skipif(not hasattr(window.skipgram, "py_func"), reason="takes minutes without the compiler")
@pytest.mark.parametrize("name", EXTREMES)
def test_options_at_their_bounds_stay_inside_every_array(name):
    """Kernels check no bounds: NUMBA_BOUNDSCHECK=1 makes this test see what here would be luck."""
    words, dim, borders, length, options = EXTREMES[name]
    draw = np.random.default_rng(8)
    tokens = draw.integers(0, words, length).astype(np.int32)
    counts = np.bincount(tokens, minlength=words)
    inputs, outputs = np.zeros((2, words, -(-dim // 16) * 16), np.float32)
    inputs[:, :dim], outputs[:, :dim] = draw.normal(0, 0.3, (2, words, dim))
    case = (
        tokens, np.array(borders, np.int64), reference.keep_thresholds(counts, 0, length),
        definitions.alias_table(counts**0.75), inputs, outputs,
    )  # fmt: skip
    sums, tables, wanted, expected = both(window.skipgram, case, dim, decay=0.0, **options)
    np.testing.assert_allclose(sums, wanted, rtol=1e-4)
    np.testing.assert_allclose([t[:, :dim] for t in tables], expected, atol=1e-4)
    assert not any(t[:, dim:].any() for t in tables)


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
    units = np.array([0, 400], np.int64)
    alias = definitions.alias_table([1.0, 1e-8])
    inputs, outputs = np.full((2, 2, 32), 0.1, np.float32)
    case = tokens, units, reference.keep_thresholds([1, 1], 0, 2), alias, inputs, outputs
    assert_equal(*both(window.skipgram, case, 32, exclude=exclude), 32)
