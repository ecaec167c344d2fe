"""Lessons as notebooks: valid, and executed by Jupyter's own client, in Korean, too."""

import json
import os
from pathlib import Path

import pytest

from omnivec.lessons import TOPICS, lesson, notebook

nbformat = pytest.importorskip("nbformat")
QUICK = ("one-hot", "skip-gram")
"""The others take longer, and hold the same code as in the terminal, where it is executed anyway."""


def opened(one):
    """As Jupyter opens what the command line writes."""
    return nbformat.reads(json.dumps(notebook(one)), as_version=4)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_notebook_is_valid_and_holds_the_lesson(topic):
    made = opened(lesson(topic, "ko"))
    nbformat.validate(made)
    kinds = {"markdown": "text", "code": "code"}
    assert [(kinds[cell.cell_type], cell.source) for cell in made.cells] == lesson(topic, "ko").cells


def test_a_file_of_data_is_named_in_a_cell_before_all_other_code():
    cells = notebook(lesson("cbow"), "it's.txt")["cells"]
    assert [cell["cell_type"] for cell in cells[:3]] == ["markdown", "code", "code"]
    names = {}
    exec("".join(cells[1]["source"]).replace("os.environ", "environ"), {"environ": names})
    assert names == {"OMNIVEC_PTB": "it's.txt"}


@pytest.mark.parametrize(
    "topic", [topic if topic in QUICK else pytest.param(topic, marks=pytest.mark.slow) for topic in TOPICS]
)
@pytest.mark.parametrize("language", ["en", pytest.param("ko", marks=pytest.mark.slow)])
def test_a_notebook_runs(topic, language, small_text, monkeypatch, tmp_path):
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    for name in ("OMNIVEC_SST", "OMNIVEC_BOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMNIVEC_PTB", str(small_text))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["src", os.environ.get("PYTHONPATH", "")]))
    made = opened(lesson(topic, language))
    nbclient.NotebookClient(made, timeout=300, resources={"metadata": {"path": str(Path.cwd())}}).execute()
    outputs = [cell.outputs for cell in made.cells if cell.cell_type == "code"]
    assert all(
        output.output_type == "stream" and output.name == "stdout" for each in outputs for output in each
    )
    assert "difference" in outputs[-1][-1].text
