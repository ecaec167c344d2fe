"""`omnivec compare`: what it prints, and one line for each thing that can be wrong."""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from omnivec import Vectors, load
from omnivec.sklearn import clustering, swap

WORDS = ["king", "queen", "man", "woman", "prince", "cat", "dog", "sun"]


def shapes():
    """The page's shapes and what compares with them, from the test of the page."""
    path = Path(__file__).parents[1] / "cli" / "test_cli_json.py"
    spec = importlib.util.spec_from_file_location("cli_json", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three models, of other dims, and of another vocabulary; texts, pairs, questions."""
    folder, draw = tmp_path_factory.mktemp("compare"), np.random.default_rng(1)
    matrix = draw.normal(size=(8, 6)).astype(np.float32)
    Vectors(WORDS, matrix, counts=np.arange(8, 0, -1)).save(folder / "old.omnivec")
    Vectors(WORDS, draw.normal(size=(8, 4))).save(folder / "new.omnivec")
    Vectors(["고양이", "개", "해"], np.eye(3)).save(folder / "korean.omnivec")
    (folder / "texts.txt").write_text("__label__a king queen man\n__label__b cat dog sun\n" * 8)
    (folder / "one.txt").write_text("__label__a king\n" * 8)
    (folder / "several.txt").write_text("__label__a __label__b king\n" * 8)
    (folder / "texts.tsv").write_text("label\ttext\n" + "royal\tthe king\nbeast\ta dog\n" * 8)
    (folder / "pairs.tsv").write_text("king\tqueen\t9\ncat\tdog\t8\nking\tsun\t1\nman\tzebra\t0\n")
    (folder / "questions.txt").write_text(": royal\nman woman king queen\nman king woman queen\n")
    return folder


@pytest.fixture
def two(folder):
    return folder / "old.omnivec", folder / "new.omnivec"


def everything(folder):
    return [
        "--similarity", folder / "pairs.tsv", "--analogies", folder / "questions.txt", "--texts",
        folder / "texts.txt", "--folds", "4", "--words", "king", "zebra",
    ]  # fmt: skip


def test_json_is_as_the_page_says(call, folder, two):
    page = shapes()
    for words in (["--movers", "1"], everything(folder)):
        code, out, _ = call("compare", *two, *words, "--json")
        assert code == 0
        page.fits(json.loads(out), page.SHAPES["compare"])


def test_the_report_names_coverage_and_tests(call, folder, two):
    code, out, _ = call("compare", *two, *everything(folder))
    assert code == 0
    assert "8 common, 0 only in old, 0 only in new" in out
    assert "they meet in 4" in out and "Not common, left out: zebra." in out
    assert "tf-idf + linear SVC" in out and "McNemar" in out
    pairs = next(line for line in out.splitlines() if line.startswith("pairs") and "new" in line)
    assert pairs.split()[-3:] == ["3", "3", "4"]  # used, covered, asked


def test_three_models_are_compared_two_by_two(call, two):
    told = json.loads(call("compare", *two, two[0], "--json")[1])
    assert [model["name"] for model in told["models"]] == ["old", "new", "old (2)"]
    assert [(pair["a"], pair["b"]) for pair in told["pairs"]] == [
        ("old", "new"), ("old", "old (2)"), ("new", "old (2)"),
    ]  # fmt: skip
    assert told["pairs"][1]["overlap"] == 1.0 and told["pairs"][1]["displacement"] < 1e-6


def test_the_same_model_twice_differs_by_exactly_nothing(call, folder, two):
    told = json.loads(call("compare", two[0], two[0], *everything(folder), "--json")[1])
    differences = [
        *(each for score in told["scores"] for each in score["differences"]),
        told["texts"]["labels"]["differences"][0], *told["texts"]["clusters"]["differences"][:3],
    ]  # fmt: skip
    assert len(differences) == 6
    assert all(each["value"] == 0 and each["p_value"] == 1 for each in differences)


def test_texts_come_as_lines_as_a_table_or_from_stdin(call, folder, two):
    lines = json.loads(call("compare", *two, "--texts", folder / "texts.txt", "--folds", "2", "--json")[1])
    table = json.loads(call("compare", *two, "--texts", folder / "texts.tsv", "--folds", "2", "--json")[1])
    named = ["--texts", folder / "texts.tsv", "--text-column", "text", "--label-column", "label"]
    columns = json.loads(call("compare", *two, *named, "--folds", "2", "--json")[1])
    text = (folder / "texts.txt").read_text()
    piped = json.loads(call("compare", *two, "--texts", "-", "--folds", "2", "--json", stdin=text)[1])
    assert {each["texts"]["labels"]["texts"] for each in (lines, table, columns, piped)} == {16}
    assert (
        lines["texts"]["labels"]["scores"]["old"]["accuracy"]
        == piped["texts"]["labels"]["scores"]["old"]["accuracy"]
    )


def test_texts_to_be_judged_by(call, folder, two):
    words = ("--texts", folder / "texts.txt", "--test", folder / "texts.txt")
    told = json.loads(call("compare", *two, *words, "--json")[1])
    assert told["texts"]["labels"]["folds"] is None and told["texts"]["labels"]["tested"] == 16


@pytest.mark.parametrize("recipe", ["mean", "idf"])
@pytest.mark.parametrize("test", [[], ["--test", "more.txt"]], ids=["folds", "test"])
def test_labels_and_clusters_are_of_the_same_vectors_made_once(call, folder, two, monkeypatch, test, recipe):
    (folder / "more.txt").write_text("__label__a prince queen\n__label__b dog zebra\n__label__b zebra\n")
    embedded = importlib.import_module("omnivec.sklearn.embedded")
    made, rows_of = [], embedded.rows_of

    def counted(model, texts, *rest, **options):
        made.append(len(texts))
        return rows_of(model, texts, *rest, **options)

    monkeypatch.setattr(embedded, "rows_of", counted)
    words = [folder / word if "." in word else word for word in ["--texts", "texts.txt", *test]]
    code, out, _ = call("compare", *two, *words, "--folds", "4", "--recipe", recipe, "--json")
    assert code == 0
    if recipe == "mean":
        assert made == [16 + 3 * bool(test)] * 2
    read, asked = texts_of(folder / "texts.txt"), texts_of(folder / "more.txt")
    models = {path.stem: load(path) for path in two}
    labels = swap(models, *read, asked if test else None, folds=4, recipe=recipe)
    clusters = clustering(models, *read, recipe=recipe)
    told = json.loads(out)["texts"]
    for found in (told["labels"], expected := json.loads(json.dumps(labels.as_json()))):
        for score in found["scores"].values():
            del score["seconds"]
    assert told == {"labels": expected, "clusters": json.loads(json.dumps(clusters.as_json()))}


def texts_of(path):
    rows = [line.split(" ", 1) for line in path.read_text().splitlines()]
    return [text for _, text in rows], [label.removeprefix("__label__") for label, _ in rows]


def test_one_page_of_html(call, folder, two, tmp_path):
    page = tmp_path / "report.html"
    code, out, _ = call("compare", *two, *everything(folder), "--html", page)
    text = page.read_text()
    assert (
        code == 0 and "old and new" in text and "McNemar" in text and "http" not in text.partition("<body")[2]
    )
    code, _, err = call("compare", *two, "--html", page)
    assert code == 1 and "exists" in err and "--overwrite" in err
    assert call("compare", *two, "--html", page, "--overwrite")[0] == 0
    code, _, err = call("compare", *two, "--html", tmp_path / "none" / "report.html")
    assert code == 1 and len(err.splitlines()) == 1 and "none" in err


TEXTS = ["--texts", "texts.txt", "--folds", "4"]
WRONG = [
    ([], 2, "k must lie between 1 and 1,000, got 0", ["-k", "0"]),
    ([], 2, "--folds needs --texts FILE", ["--folds", "3"]),
    ([], 2, "--text-column needs --texts FILE", ["--text-column", "a"]),
    ([], 2, "--test needs --texts FILE", ["--test", "texts.txt"]),
    ([], 1, "Did you mean", ["--texts", "texts.tx"]),
    ([], 1, "two labels or more are needed, got 1", ["--texts", "one.txt"]),
    ([], 1, "8 of 8 texts have several labels", ["--texts", "several.txt"]),
    ([], 1, "pairs.tsv, line 1: expected a label and a text", ["--texts", "pairs.tsv"]),
    ([], 1, "lower --folds", ["--texts", "texts.txt"]),
    ([], 1, "17 clusters need as many texts, got 16; lower --clusters", [*TEXTS, "--clusters", "17"]),
    ([], 2, "did you mean 'mean'?", [*TEXTS, "--recipe", "men"]),
    ([], 2, "came without; choose mean", [*TEXTS, "--recipe", "sif"]),
    ([], 2, "fasttext-supervised takes what a classifier sees", [*TEXTS, "--recipe", "fasttext-supervised"]),
    ([], 2, "cannot both be stdin", ["--texts", "-", "--test", "-"]),
    ([], 1, "questions.txt, line 1", ["--similarity", "questions.txt"]),
    ([], 1, "pairs.tsv, line 1", ["--analogies", "pairs.tsv"]),
    (["old.omnivec"], 2, "compare needs two models or more, got '", []),
    (["none"], 1, "none: no such file or folder", ["old.omnivec"]),
    (["old.omnivec", "nwe.omnivec"], 1, "no such file or folder. Did you mean", []),
    (["old.omnivec", "korean.omnivec"], 1, "three common words or more are needed", []),
    (["old.omnivec", "one.txt"], 1, "one.txt: ", []),
]


@pytest.mark.parametrize(("models", "code", "message", "flags"), WRONG, ids=[row[2][:30] for row in WRONG])
def test_what_is_wrong_is_one_line(call, folder, models, code, message, flags):
    models = models or ["old.omnivec", "new.omnivec"]
    paths = [folder / word if "." in word else word for word in [*models, *flags]]
    got, out, err = call("compare", *paths, "-q")
    assert (got, out) == (code, "")
    assert err.startswith("omnivec: ") and len(err.splitlines()) == 1 and message in err


EARLY = [
    ["--texts", "one.txt"], ["--texts", "several.txt"], ["--texts", "pairs.tsv"], ["--texts", "texts.txt"],
    ["--texts", "texts.txt", "--test", "korean.txt"], [*TEXTS, "--clusters", "17"],
    ["--similarity", "questions.txt"], ["--analogies", "pairs.tsv"],
]  # fmt: skip


@pytest.mark.parametrize("flags", EARLY, ids=" ".join)
def test_bad_texts_and_questions_are_refused_before_a_model_is_opened(call, folder, two, monkeypatch, flags):
    def opened(self, path, display):
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr("omnivec.cli.opening.Opening.loaded", opened)
    (folder / "korean.txt").write_text("__label__c 개\n__label__d 해\n")
    code, _, err = call("compare", *two, *[folder / word if "." in word else word for word in flags], "-q")
    assert code == 1 and "internal error" not in err and len(err.splitlines()) == 1


def test_a_file_called_as_a_set_of_the_suite_is_asked_beside_it(monkeypatch, tmp_path):
    from omnivec.cli.judge.compare import Questions

    mine, of_the_suite = (tmp_path / place / "ws353.tsv" for place in ("mine", "data"))
    for path in (mine, of_the_suite):
        path.parent.mkdir()
        path.write_text("king\tqueen\t8\n")
    one = SimpleNamespace(name="ws353", kind="similarity", path=lambda folder: of_the_suite)
    monkeypatch.setattr("omnivec.data.catalogue.data_set", lambda _: one)
    suites = importlib.import_module("omnivec.evaluate.suite")  # of one name with a function
    monkeypatch.setattr(suites, "Suite", lambda *_, **__: SimpleNamespace(sets=["ws353"]))
    both = Questions(similarity=[str(mine)], suite="english").files(None)
    assert both == {"ws353": ("similarity", mine), "ws353, english": ("similarity", of_the_suite)}
    same = Questions(similarity=[str(of_the_suite)], suite="english").files(None)
    assert same == {"ws353": ("similarity", of_the_suite)}


def test_no_model_at_all(call):
    code, _, err = call("compare")
    assert code == 2 and "compare needs two models or more, got none" in err
