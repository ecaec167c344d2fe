"""docs/json.md is true of sweeps, classes and diagnostics, block by block."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from omnivec import Vectors, Word2Vec

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def page():
    """The reader of the page that all verbs' tests share."""
    spec = importlib.util.spec_from_file_location("json_page", TESTS / "cli" / "test_cli_json.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(page, verb):
    """All blocks of a verb's section."""
    section = page.PAGE.read_text(encoding="utf-8").split(f"\n## {verb}\n")[1].split("\n## ")[0]
    return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", section, re.M | re.S)]


@pytest.fixture(scope="module")
def model(lines, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "m"
    Word2Vec(dim=8, epochs=1, threads=1, min_count=1).fit(lines).save(path)
    return path


def test_details_of_neighbors(call, page, model, tmp_path):
    shape = blocks(page, "neighbors")[1]
    page.fits(json.loads(call("neighbors", model, "river", "sea", "--details", "--json")[1]), shape)
    Vectors(["a", "b", "c"], [[1.0, 0], [1, 1], [0, 1]]).save(tmp_path / "v")
    page.fits(json.loads(call("neighbors", tmp_path / "v", "a", "--details", "--json")[1]), shape)


def test_diagnostics_of_a_model(call, page, model, tmp_path):
    shape = next(block for block in blocks(page, "info") if "hubness" in block)
    page.fits(json.loads(call("info", model, "--diagnostics", "--json")[1]), shape)
    Vectors(["a", "b", "c"], [[1.0, 0], [1, 1], [0, 1]]).save(tmp_path / "v")
    page.fits(json.loads(call("info", tmp_path / "v", "--diagnostics", "--json")[1]), shape)


def test_classes_of_words(call, page, model, tmp_path):
    pytest.importorskip("sklearn")
    (shape,) = blocks(page, "classes")
    page.fits(json.loads(call("classes", model, "-k", "3", "--json")[1]), shape)
    page.fits(json.loads(call("classes", model, "-k", "3", "-o", tmp_path / "c", "--json")[1]), shape)


def test_a_sweep_and_its_plan(call, page, text, pairs, tmp_path):
    whole, planned = blocks(page, "sweep")
    words = ("sweep", text, tmp_path / "s", "--dim", "4", "--vary", "min_count=1,100000")
    words += ("--threads", "1", "--epochs", "1", "--similarity", pairs, "--json")
    page.fits(json.loads(call(*words, "--plan")[1]), planned)
    page.fits(json.loads(call(*words)[1]), whole)
    page.fits(json.loads(call(*words)[1]), whole)
