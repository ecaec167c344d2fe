"""`omnivec quantize`: what it prints, what it writes and what it refuses."""

import json

import pytest
from test_cli_json import SHAPES, fits

from omnivec import load

TEXT = "__label__good sun after rain today\n__label__bad cold wind and rain\n" * 40


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "texts"
    path.write_text(TEXT)
    return path


@pytest.fixture
def model(text, tmp_path, call):
    folder = tmp_path / "m.omnivec"
    flags = ("--preset", "fasttext", "--dim", "8", "--word-ngrams", "2", "--buckets", "900", "--threads", "1")
    assert call("train", "classifier", text, folder, *flags)[0] == 0
    return folder


def test_size_won_and_precision_lost_are_printed(model, text, tmp_path, call):
    code, out, err = call("quantize", model, "--cutoff", "40", "--retrain", text, "--test", text, "--norms")
    assert code == 0 and f"Next       omnivec classify {tmp_path / 'm-quantised.omnivec'} TEXTS" in err
    table = [line.split() for line in out.splitlines()[1:]]
    assert (
        table[0] == ["before", "after"] and table[1][0] == "bytes" and table[1][-2:] == ["times", "smaller"]
    )
    assert table[2] == ["rows", "908", "40"]
    assert table[3] == ["precision", "at", "1", "1.0000", "1.0000", "+0.0000"]
    assert load(tmp_path / "m-quantised.omnivec").predict(["cold wind"])[0][0][0] == "bad"


def test_json_is_as_the_page_has_it(model, text, tmp_path, call):
    words = ("quantize", model, tmp_path / "q.ftz", "--dsub", "3", "--test", text, "--json")
    report = json.loads(call(*words)[1])
    fits(report, SHAPES["quantize"])
    assert report["bytes"] == (tmp_path / "q.ftz").stat().st_size and report["precision"] == 1
    assert report["dsub"] == 3 and report["kind"] == "pq" and report["cosine_mean"] is None


def test_words_are_compared_by_their_vectors(trained, tmp_path, call):
    folder, _ = trained
    code, out, _ = call("quantize", folder, tmp_path / "q.omnivec", "--dtype", "int8")
    assert code == 0 and "mean cosine" in out and "nearest 10 kept" in out
    report = json.loads(call("quantize", folder, tmp_path / "r.omnivec", "--no-output", "--json")[1])
    fits(report, SHAPES["quantize"])
    assert report["output"] is False and 0.9 < report["cosine_mean"] <= 1
    assert "pq" in call("info", tmp_path / "r.omnivec")[1]


def test_what_is_not_measured_is_said(model, tmp_path, call):
    assert "not measured; give --test" in call("quantize", model, tmp_path / "q")[1]


def test_what_cannot_be_is_refused_before_the_work(model, text, tmp_path, call):
    assert "no such file" in call("quantize", model, tmp_path / "q", "--retrain", tmp_path / "none")[2]
    assert "give a cutoff too" in call("quantize", model, tmp_path / "q", "--retrain", text)[2]
    assert (
        "dsub must lie between 1 and dim, 8, got 9"
        in call("quantize", model, tmp_path / "q", "--dsub", "9")[2]
    )
    for name in ("q.bin", "q.npz"):  # these would hold the words' vectors alone
        code, _, err = call("quantize", model, tmp_path / name, "--dtype", "float16")
        assert code == 2 and "no place for a smaller model; name a folder, or NAME.ftz" in err
    assert "omnivec quantize MODEL" in call("convert", model, tmp_path / "q.ftz")[2]
    assert call("quantize", model, tmp_path / "q.ftz")[0] == 0
    assert "exists" in call("quantize", model, tmp_path / "q.ftz")[2]
    assert "quantised already" in call("quantize", tmp_path / "q.ftz", tmp_path / "again")[2]
    assert "name it b.ftz" in call("convert", tmp_path / "q.ftz", tmp_path / "b.bin", "--to", "fasttext")[2]
    assert call("info", tmp_path / "q.ftz")[0] == 0


def test_what_came_of_a_file_of_vectors_is_a_folder(model, tmp_path, call):
    assert call("export", model, tmp_path / "v.vec")[0] == 0
    assert call("quantize", tmp_path / "v.vec")[0] == 0
    assert "pq" in call("info", tmp_path / "v-quantised.omnivec")[1]
