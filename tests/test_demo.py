"""`omnivec demo`: trains, shows, measures, and stands beside gensim."""

import json
import random

import pytest

from omnivec.cli import main
from omnivec.data import datasets
from omnivec.data.spare import spare_folder


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "omnivec" / "demo"


@pytest.fixture
def text(tmp_path):
    draw = random.Random(1)
    words = "king queen man woman river sat by the a of boy girl prince princess stone water wind".split()
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(" ".join(draw.choices(words, k=12)) for _ in range(300)))
    return path


def test_the_demo_trains_shows_and_says_what_is_next(text, cache, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "gensim_data", lambda: None)
    assert main(["demo", str(text)]) == 0
    out, err = capsys.readouterr()
    assert "pip install 'omnivec[demo]'" in err
    assert "words/s" in out and "river " in out
    *_, model, look, ask, judge = out.splitlines()
    assert model == f"Model      {cache / 'mine.omnivec'}"
    assert look == f"Next       omnivec map {cache / 'mine.omnivec'} -o map.html"
    monkeypatch.chdir(tmp_path)
    assert main(look.split()[2:]) == main(ask.split()[1:]) == 0 and (tmp_path / "map.html").exists()
    assert judge.split() == ["omnivec", "evaluate", str(cache / "mine.omnivec"), "--suite", "english"]


def test_gensim_runs_on_the_same_text(text, capsys):
    pytest.importorskip("gensim")
    assert main(["demo", str(text), "--json", "-q"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["gensim"]["epochs"] == report["omnivec"]["epochs"] == 20
    assert (
        set(report["gensim"]["similarity"])
        == set(report["omnivec"]["similarity"])
        == {"wordsim353", "simlex999"}
    )


def test_the_table_sets_both_beside_each_other(text, capsys):
    pytest.importorskip("gensim")
    assert main(["demo", str(text), "-q"]) == 0
    out = capsys.readouterr().out
    assert "omnivec" in out and "gensim 4" in out and "pairs found" in out and "times as fast" in out
    assert max(map(len, out.split("Model")[0].splitlines())) <= 80


def test_gensim_is_stopped_when_it_takes_too_long(text, capsys, monkeypatch):
    pytest.importorskip("gensim")
    monkeypatch.setattr("omnivec.cli.look.rival.PATIENCE", 0.0)
    assert main(["demo", str(text), "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["gensim"]["epochs"] == 1 and report["gensim"]["similarity"] == {}
    assert "stopped after 1 epoch" in err


def test_a_cache_that_cannot_be_written_is_not_needed(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    folder = spare_folder("demo")
    assert folder.is_dir() and "omnivec-demo-" in folder.name
    folder.rmdir()
