"""Text that installed packages carry: gensim's sample, and Python's own documentation."""

import sysconfig

import pytest

from omnivec.data import datasets


def test_gensims_sample_is_words_in_lower_case(tmp_path):
    pytest.importorskip("gensim")
    sample = datasets.carried(tmp_path)
    words = sample.path.read_text(encoding="utf-8").split()
    assert len(words) == sample.words > 400_000
    assert sum(word == word.lower() for word in words) == len(words)
    assert words.count("anarchism") > 50
    assert [path.name for path in datasets.word_sets()] == ["wordsim353.tsv", "simlex999.txt"]


def test_without_gensim_the_text_is_pythons_documentation(tmp_path, monkeypatch):
    library = tmp_path / "lib"
    library.mkdir()
    (library / "good.py").write_text('"""Zebras gather.\n\nAnd graze."""\nraise SystemExit("imported!")\n')
    (library / "broken.py").write_text("def (:\n")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(library))
    monkeypatch.setattr(datasets, "gensim_data", lambda: None)
    sample = datasets.carried(tmp_path)
    lines = sample.path.read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["zebras gather", "and graze"]
    assert sample.words > 1000  # the topics of pydoc
    assert datasets.word_sets() == []
