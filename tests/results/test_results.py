import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from omnivec.errors import MissingExtra
from omnivec.results import Figure, ResultTable, Tabular, page

TABLE = ResultTable(
    "Scores <of> things",
    ("name", "accuracy", "seen"),
    [("a & b", 0.5, 12345), ("한국어", None, 7)],
    {"accuracy": ".1%"},
    notes=("2 words are <unknown>",),
)


class Result(Tabular):
    def tables(self):
        return [TABLE, ResultTable("More", ("x",), [(1.23456,)])]


def test_cells_are_numbers_as_people_read_them():
    assert TABLE.cells() == [["a & b", "50.0 %", "12,345"], ["한국어", "–", "7"]]
    assert ResultTable("", ("x",), [(0.12345,)]).cells() == [["0.123"]]
    assert TABLE.numeric() == [False, True, True]
    assert ResultTable("", ("x", "y"), []).numeric() == [False, False]


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError):
        ResultTable("", ("x", "y"), [(1,)]).cells()


def test_notebooks_show_every_table_and_escape_what_is_in_it():
    text = Result()._repr_html_()
    assert text.count("<table>") == 2 and "Scores &lt;of&gt; things" in text
    assert "a &amp; b" in text and "&lt;unknown&gt;" in text and "<unknown>" not in text


def test_frames_hold_unrounded_numbers(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=dict))
    frame = Result().to_pandas()
    assert frame == {"name": ["a & b", "한국어"], "accuracy": [0.5, None], "seen": [12345, 7]}
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtra, match="pip install polars"):
        Result().to_polars()


def test_a_column_of_counts_and_shares_is_a_frame_of_either_package():
    table = ResultTable("All", ("figure", "value"), [("rows", 3), ("share", 0.5), ("none", None)])
    for package in ("pandas", "polars"):
        pytest.importorskip(package, reason=f"{package} is not installed")
        assert [*table.frame(package)["value"]][:2] == [3.0, 0.5]


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.away = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "path"):
            self.open.append(tag)
        self.away += [value for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open.pop() == tag


def test_a_page_is_whole_and_asks_no_network():
    svg = '<?xml version="1.0"?><!DOCTYPE svg><svg><path d="M0 0"/></svg>'
    text = page("보고 <1>", [TABLE, "A sentence & more.", Figure(svg, "a curve")])
    reader = Links()
    reader.feed(text)
    assert not reader.away and reader.open == []
    assert '<html lang="ko">' in text and "<title>보고 &lt;1&gt;</title>" in text
    assert text.count("<svg>") == 1 and "<?xml" not in text and "A sentence &amp; more." in text
    assert "prefers-color-scheme: dark" in text
    assert '<html lang="en">' in page("Report", [])
