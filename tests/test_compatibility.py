"""Defects of other programs that omnivec does not have, and the report that compares both.

The first tests hold rows of docs/compatibility.md where no other test does; the last ones hold the report.
"""

from __future__ import annotations

import ast
import importlib
import json
import pickle
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from omnivec import Classifier, FastText, OptionError, Word2Vec, load
from omnivec.engine.start import initial_table
from omnivec.kernels import simd

ROOT = Path(__file__).resolve().parents[1]
SMALL = Classifier(dim=12, epochs=5, lr=0.5, threads=1, buckets=400)
PAIRS = [(f"{label}{n} {label}{n + 1} c{n}", label) for label in "xyz" for n in range(20)]


def test_a_score_beyond_six_on_the_wrong_side_has_its_whole_gradient():
    slopes, _ = simd.logistic(np.array([-5, -7, -50, 7], np.float32))
    np.testing.assert_allclose(slopes, [0.99330715, 0.999089, 1, 0.000911051], rtol=1e-5)


def test_a_list_of_more_than_ten_thousand_tokens_is_learned_to_its_end():
    learner = Word2Vec(dim=16, epochs=1, threads=1, min_count=1, sample=0.0)
    model = learner.fit([["a", "b"] * 5000 + ["c", "d"] * 500])
    assert model.record["tokens"] == 11_000
    moved = (model.vectors.vectors != initial_table(4, 16, learner.seed, "uniform")[:, :16]).any(1)
    assert moved.all()  # c and d stand behind the ten thousandth token alone


@pytest.mark.parametrize("kind", [Word2Vec, FastText])
def test_the_loss_of_an_epoch_is_a_mean_and_words_with_parts_have_one(kind):
    options = {"buckets": 100} if kind is FastText else {}
    lines = ["a b c d e f"] * 50
    model = kind(dim=16, epochs=4, threads=1, min_count=1, sample=0.0, lr=0.2, **options).fit(lines)
    losses = [row["loss"] for row in model.history]
    # At the start ln 2 for a right answer and five wrong ones: a sum would grow with the text.
    assert 6 * np.log(2) > losses[0] > losses[-1] > 0


def test_sample_is_a_share():
    with pytest.raises(OptionError, match="sample must lie between 0 and 1, got 100"):
        Word2Vec(sample=100)


def test_a_word_of_a_text_file_may_hold_spaces(tmp_path):
    (tmp_path / "v.txt").write_text("2 2\nnew york 1 2\nnew\u00a0york 3 4\n", encoding="utf-8")
    vectors = load(tmp_path / "v.txt").vectors
    assert vectors["new york"].tolist() == [1, 2] and vectors["new\u00a0york"].tolist() == [3, 4]


def test_nothing_is_compiled_when_it_is_installed():
    sources = {path.suffix for path in (ROOT / "src").rglob("*") if "__pycache__" not in path.parts}
    texts = {".md", ".toml", ".json", ".html", ".css", ".js"}  # lessons, data sets, lists, the map
    assert sources <= {"", ".py", ".typed", *texts}
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "hooks" not in build and "hooks" not in build["targets"]["wheel"]


def test_the_last_token_and_long_tokens_are_whole(tmp_path):
    long = "é" * 5000
    (tmp_path / "text").write_text(f"1 2 {long} 3", encoding="utf-8")
    keys = Word2Vec(dim=16, epochs=1, min_count=1).reading().corpus(tmp_path / "text").vocabulary.keys
    assert sorted(keys) == ["1", "2", "3", long]


@pytest.mark.parametrize("threads", [1, 3])
def test_every_row_is_set_whatever_the_threads(threads):
    learner = FastText(dim=16, epochs=1, threads=threads, min_count=1, buckets=5000, lr=1e-9)
    rows = learner.fit(["abc def ghi"] * 20).tables["inputs"][:, :16]
    assert rows.any(1).all() and len(np.unique(rows, axis=0)) == len(rows)
    if threads > 1:
        with_one = learner.replaced(threads=1).fit(["abc def ghi"] * 20).tables["inputs"][:, :16]
        np.testing.assert_allclose(rows, with_one, atol=1e-6)  # but for what a rate of 1e-9 has moved


def test_a_text_of_all_labels_has_nothing_to_teach():
    """Half of the truth is each: softmax says so at the start, and no row has to move."""
    given = [("a b c", ["x", "y"])] * 3
    assert not SMALL.replaced(labels="all").fit(given).tables["output"].any()
    assert SMALL.replaced(labels="one").fit(given).tables["output"].any()  # as fastText draws


@pytest.mark.parametrize("loss", ["softmax", "hs"])
def test_probabilities_are_exact(loss):
    given = [("a b", "x"), ("c d", "y"), ("e f", "z")] * 5
    model = SMALL.replaced(loss=loss, epochs=5000, lr=1.0, line_end=None).fit(given)
    for answer in model.predict([text for text, _ in given], k=-1):
        chances = [chance for _, chance in answer]
        assert sum(chances) == pytest.approx(1, abs=1e-6)
        assert max(chances) <= 1 and chances == sorted(chances, reverse=True)
    if loss == "softmax":  # the tree's learn more slowly
        assert min(chances) < 9e-6  # where fastText says 1e-5


def test_a_classifier_travels_to_another_process():
    model = SMALL.fit(PAIRS)
    texts = [text for text, _ in PAIRS]
    assert pickle.loads(pickle.dumps(model)).predict(texts) == model.predict(texts)


def test_the_label_prefix_is_in_the_model(tmp_path):
    (tmp_path / "text").write_text("".join(f"@{label} {text}\n" for text, label in PAIRS))
    SMALL.replaced(label_prefix="@").fit(tmp_path / "text").save(tmp_path / "m")
    model = load(tmp_path / "m")
    assert model.predict(["@new x1 x2"]) == model.predict(
        ["x1 x2"]
    )  # a label, though training had not seen it
    assert model.predict(["__label__new x1 x2"]) == model.predict(["never x1 x2"])  # a word


@pytest.fixture(scope="module")
def report() -> ModuleType:
    """benchmarks/compatibility.py, whose rooms are importable beside it alone."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        return importlib.import_module("compatibility")
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))


def functions(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


def test_every_defect_has_a_row_and_every_row_a_check_or_a_reason(report):
    assert [row.number for row in report.DEFECTS] == [f"D{number:02}" for number in range(1, 51)]
    for row in report.DEFECTS:
        assert bool(row.peer) or bool(row.why), row.number
        assert row.tests or row.why, row.number
        if row.peer:
            script = ROOT / "benchmarks" / f"{report.PEERS[row.peer].module.replace('.', '/')}.py"
            assert row.number.lower() in functions(script)


def test_the_tests_that_rows_name_exist(report):
    named = {test.partition("::")[::2] for row in report.DEFECTS for test in row.tests}
    there = {file: functions(ROOT / "tests" / file) for file, _ in named}
    assert {(file, name) for file, name in named if name not in there[file]} == set()


def test_peers_are_pinned_where_they_are_installed_from(report):
    for file in ("requirements-bench.txt", "requirements-dev.txt"):
        pinned = dict(re.findall(r"^(\S+)==(\S+)", (ROOT / file).read_text(), re.MULTILINE))
        for name, peer in report.PEERS.items():
            assert pinned.get(name, peer.version) == peer.version
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", peer.released)


def test_the_page_is_what_was_found_and_says_nothing_else(report):
    kept = json.loads(report.KEPT.read_text())
    assert report.PAGE.read_text() == report.page(kept)
    complaints = [report.complaint(row, kept["found"].get(row.number)) for row in report.DEFECTS]
    assert [text for text in complaints if text] == []


def test_a_peer_that_has_changed_and_a_test_that_fails_are_told(report):
    row = next(row for row in report.DEFECTS if row.number == "D04")
    peer = report.PEERS["gensim"]
    good = {
        "theirs": {"version": peer.version, "there": True, "seen": "cut"},
        "ours": dict.fromkeys(row.tests, "passed"),
    }
    assert report.complaint(row, good) == ""
    gone = {**good, "theirs": {**good["theirs"], "there": False}}
    other = {**good, "theirs": {**good["theirs"], "version": "9.9"}}
    assert report.complaint(row, gone).startswith("DRIFT: no longer in gensim")
    assert report.complaint(row, other).startswith("DRIFT: gensim is 9.9")
    for outcome in ("failed", "skipped", "missing"):
        failing = {**good, "ours": {**good["ours"], row.tests[0]: outcome}}
        assert report.complaint(row, failing) == f"{row.tests[0]} {outcome}"
    assert "not run" in report.complaint(replace(row, tests=(*row.tests, "test_new.py::test_new")), good)
    assert report.complaint(row, None) == "not checked yet"
    assert "**no longer: DRIFT**" in report.page({"date": "", "machine": "", "found": {"D04": gone}})


def test_outcomes_are_those_of_pytest(report, tmp_path, monkeypatch):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_some.py").write_text(
        "import pytest\n\ndef test_good(): pass\n\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_bad(n): assert n == 1\n\n"
        "def test_left(): pytest.skip('why')\n"
    )
    monkeypatch.setattr(report, "ROOT", tmp_path)
    names = [f"test_some.py::test_{name}" for name in ("good", "bad", "left")]
    assert report.tested(names) == dict(zip(names, ("passed", "failed", "skipped"), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("number", ["D04", "D14"])
def test_a_check_of_gensim_runs(report, number):
    pytest.importorskip("gensim")
    row = next(row for row in report.DEFECTS if row.number == number)
    assert report.asked(row)["there"] is True
