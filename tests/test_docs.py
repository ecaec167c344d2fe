"""Every example of the documentation runs, page by page, on a small synthetic text."""

from __future__ import annotations

import inspect
import random
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from omnivec import errors

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
WORDS = "king queen man woman river sat by the a of boy girl prince princess stone water wind".split()


def blocks(page: Path, language: str) -> list[str]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [code for kind, code in found if kind == language]


WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder that holds the files the examples name."""
    draw = random.Random(1)
    lines = [" ".join(draw.choices(WORDS, k=12)) for _ in range(300)]
    (tmp_path / "corpus.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "wordsim.tsv").write_text(
        "king\tqueen\t9.1\nriver\twater\t8.0\nking\tstone\t1.2\nman\twind\t0.5\n"
    )
    (tmp_path / "labelled.txt").write_text("__label__good warm sun\n__label__bad cold rain\n" * 10)
    (tmp_path / "texts.txt").write_text("a warm king\nthe cold river\n")
    (tmp_path / "questions-words.txt").write_text(
        ": family\nman woman king queen\nboy girl prince princess\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.name)
def test_python_examples_run(page, folder):
    names: dict[str, object] = {"__name__": "example"}
    for number, code in enumerate(blocks(page, "python"), 1):
        exec(compile(code, f"{page.name}, example {number}", "exec"), names)


def test_shell_examples_of_the_readme_run(folder):
    lines = [line for code in blocks(ROOT / "README.md", "sh") for line in code.splitlines()]
    calls = [line for line in lines if line.startswith("omnivec ")]
    assert calls
    for call in calls:
        command = [sys.executable, "-m", *shlex.split(call, comments=True)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{call}\n{done.stderr}"


def test_the_error_page_names_every_error_with_its_base_and_exit_code():
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|.*\| (\d) \|$", page, re.MULTILINE)
    types = [
        cls for _, cls in inspect.getmembers(errors, inspect.isclass) if cls.__module__ == errors.__name__
    ]
    assert sorted(rows) == sorted(
        (cls.__name__, cls.__bases__[-1].__name__, str(cls.exit_code)) for cls in types
    )


def test_the_tests_that_pages_call_proof_exist():
    there = {
        name
        for file in ROOT.glob("tests/**/*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    named = {
        (page.name, name)
        for page in PAGES
        for name in re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8"))
    }
    assert {(page, name) for page, name in named if name not in there} == set()
    assert any(page == "skip-gram.md" for page, _ in named)
