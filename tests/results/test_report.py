import json
import os

import pytest

from omnivec.cli.report import Report, table_lines
from omnivec.errors import OutputError
from omnivec.results import ResultTable

TABLE = ResultTable("Sets", ("set", "kind", "score"), [("a", "b", 0.25), ("한", "b", None)], notes=("Note.",))


def test_a_table_in_a_terminal_aligns_by_display_width():
    assert table_lines(TABLE) == ["Sets  kind  score", "a     b     0.250", "한    b         –", "Note."]


def test_words_behind_numbers_are_set_to_the_left_too():
    rows = [("a", 1, "x", None), ("b", 12, "long", None)]
    table = ResultTable("Words", ("word", "n", "near", "unknown"), rows)
    assert table_lines(table) == [
        "Words   n  near  unknown", "a       1  x           –", "b      12  long        –",
    ]  # fmt: skip


def test_a_report_is_lines_or_json_and_a_page(tmp_path, capsys):
    path = tmp_path / "report.html"
    report = Report(str(path))
    report.check()
    assert not path.exists() and not list(tmp_path.iterdir())
    report.show("Title", [TABLE, "Sentence."], {"score": 0.25}, json=False)
    assert capsys.readouterr().out.splitlines()[-2:] == ["", "Sentence."]
    assert "<h1>Title</h1>" in path.read_text("utf-8")
    with pytest.raises(OutputError, match="exists"):
        report.check()


def test_json_is_one_object(capfdbinary):
    Report().show("Title", [TABLE], {"score": 0.25}, json=True)
    assert json.loads(capfdbinary.readouterr().out) == {"score": 0.25}


@pytest.mark.parametrize("name", ["", "missing/page.html"])
def test_a_page_that_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError):
        Report(name).check()


def test_a_folder_is_not_overwritten(tmp_path):
    with pytest.raises(OutputError, match="not a plain file"):
        Report(os.fspath(tmp_path), overwrite=True).check()
