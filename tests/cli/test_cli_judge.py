"""`evaluate`, `info`, `convert`."""

import json

import numpy as np
import pytest

from omnivec import Model, load
from omnivec.cli.move import info_lines


def test_evaluate_prints_scores_with_their_coverage(call, vectors_folder, tmp_path):
    pairs, questions = tmp_path / "pairs.tsv", tmp_path / "questions.txt"
    pairs.write_text("king\tqueen\t9\nking\tman\t3\nman\twoman\t2\nking\tnobody\t1\n")
    questions.write_text(": family\nking queen man woman\n: gram1\nking queen man nobody\n")
    words = ("evaluate", vectors_folder, "--similarity", pairs, "--analogies", questions, "--restrict", 100)
    code, out, err = call(*words, "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert report["similarity"]["pairs"] == {**report["similarity"]["pairs"], "pairs": 4, "covered": 3}
    assert report["analogies"]["total"]["asked"] == 2
    assert report["analogies"]["syntactic"] == {"accuracy": None, "correct": 0, "seen": 0, "asked": 1}
    table = call(*words)[1]
    assert "Spearman" in table and "family" in table and "of asked" in table


def test_files_of_one_name_are_told_apart(call, vectors_folder, tmp_path):
    paths = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "pairs.tsv")
        paths[-1].write_text("king\tqueen\t9\nking\tman\t3\n")
    _, out, _ = call("evaluate", vectors_folder, "--similarity", *paths, "--json")
    assert [*json.loads(out)["similarity"]] == [str(path) for path in paths]


def test_info_of_a_trained_model_tells_options_and_speed(call, trained):
    folder, report = trained
    _, out, _ = call("info", folder, "--json")
    told = json.loads(out)
    assert told == {name: report[name] for name in told}
    assert told["config"]["dim"] == 16 and len(told["training"]["loss"]) == 2
    text = call("info", folder)[1]
    assert "words/s" in text and max(len(line) for line in text.splitlines() if "Model" not in line) <= 80


def test_info_names_the_preset_and_counts_one_epoch(call, corpus, tmp_path):
    flags = ("--preset", "gensim", "--epochs", 1, "--dim", 16, "--threads", 1, "-q")
    words = ("train", "word2vec", corpus, tmp_path / "out", *flags)
    assert call(*words)[0] == 0
    text = call("info", tmp_path / "out")[1]
    assert "word2vec, preset gensim\n" in text and " 1 epoch in " in text


def test_info_promises_to_go_on_only_where_that_is_possible(trained):
    model = load(trained[0])
    assert "Stopped" not in dict(info_lines(model, str(trained[0])))
    for fingerprint, told in (
        ("abc", "before its end; omnivec train … --resume goes on"),
        (None, "before its end"),
    ):
        record = {**model.record, "interrupted": True, "fingerprint": fingerprint}
        part = Model({**model.config, "training": record}, model.keys, model.tables)
        assert dict(info_lines(part, str(trained[0])))["Stopped"] == told


@pytest.mark.parametrize("name", ["out.bin", "out.txt", "out.vec", "out.txt.gz", "out.omnivec", "out"])
def test_convert_writes_what_load_reads(call, trained, tmp_path, name):
    target = tmp_path / name
    code, _, err = call("convert", trained[0], target)
    assert code == 0 and err.startswith("Saved")
    before, after = load(trained[0]).vectors, load(target).vectors
    assert list(after.index_to_key) == list(before.index_to_key)
    np.testing.assert_allclose(after.vectors, before.vectors, rtol=1e-5)


def test_convert_takes_the_first_rows(call, trained, tmp_path):
    _, out, _ = call("convert", trained[0], tmp_path / "first.txt", "--limit", 3, "--json")
    assert json.loads(out)["rows"] == 3
    assert len(load(tmp_path / "first.txt").vectors) == 3
