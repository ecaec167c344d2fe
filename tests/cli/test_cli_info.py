"""`info`: what a model or a file holds and what opening it costs, from its header alone."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from omnivec import Vectors, load
from omnivec.cli.ask.described import trained as training_lines
from omnivec.store import memory


def test_info_of_a_trained_model_tells_options_and_speed(call, trained):
    folder, report = trained
    _, out, _ = call("info", folder, "--json")
    told = json.loads(out)
    shared = told.keys() & report.keys()
    assert {name: told[name] for name in shared} == {name: report[name] for name in shared}
    assert told["config"]["dim"] == 16 and len(told["training"]["loss"]) == 2
    text = call("info", folder)[1]
    assert "words/s" in text and max(len(line) for line in text.splitlines() if "Model" not in line) <= 80


def test_info_names_the_preset_and_counts_one_epoch(call, corpus, tmp_path):
    flags = ("--preset", "gensim", "--epochs", 1, "--dim", 16, "--threads", 1, "-q")
    words = ("train", "word2vec", corpus, tmp_path / "out", *flags)
    assert call(*words)[0] == 0
    text = call("info", tmp_path / "out")[1]
    assert "word2vec, preset gensim\n" in text and " 1 epoch in " in text


@pytest.mark.parametrize(
    ("fingerprint", "told"),
    [("abc", "before its end; omnivec train … --resume goes on"), (None, "before its end")],
)
def test_info_promises_to_go_on_only_where_that_is_possible(trained, fingerprint, told):
    config = load(trained[0]).config
    assert "Stopped" not in dict(training_lines(config))
    record = {**config["training"], "interrupted": True, "fingerprint": fingerprint}
    assert dict(training_lines({**config, "training": record}))["Stopped"] == told


def test_info_neither_maps_nor_reads_a_table(call, trained, monkeypatch):
    from omnivec.store.safetensors import Arrays

    def refuse(*_):
        raise AssertionError("info opened a table")

    monkeypatch.setattr(Arrays, "map", refuse)
    monkeypatch.setattr(Arrays, "read", refuse)
    assert call("info", trained[0])[0] == 0


def test_info_counts_the_bytes_of_every_table(call, trained):
    told = json.loads(call("info", trained[0], "--json")[1])
    model = load(trained[0])
    assert told["tables"]["vectors"] == told["tables"]["output"] == model.tables["vectors"].nbytes
    assert told["tables"]["keys"] == sum(array.nbytes for array in model.keys.tables().values())
    assert set(told["tables"]) == {"vectors", "output", "vectors.lengths", "keys"}
    assert told["memory_total"] == sum(told["memory"].values()) >= sum(told["tables"].values())
    assert told["format"] == "omnivec" and told["dtype"] == "float32" and told["rows_counted"]


def test_limit_and_dtype_tell_what_a_load_with_them_takes(call, trained):
    def vectors(*flags):
        return json.loads(call("info", trained[0], "--json", *flags)[1])["memory"]["vectors"]

    assert vectors("--dtype", "float16") * 2 == vectors()
    assert vectors("--limit", 3) == 3 * 16 * 4


@pytest.mark.parametrize(("have", "told"), [(10**12, "fits: 1.0 TB free"), (1000, "does not fit: 1.0 kB")])
def test_info_says_whether_a_load_fits(call, trained, monkeypatch, have, told):
    monkeypatch.setattr(memory, "available", lambda: (have, "container"))
    code, out, _ = call("info", trained[0])
    assert code == 0 and told in out and "(container)" in out
    assert json.loads(call("info", trained[0], "--json")[1])["fits"] is (have > 1000)


def test_info_names_flags_of_a_load_that_would_fit(call, trained, tmp_path, monkeypatch):
    call("convert", trained[0], tmp_path / "in.vec")
    assert " would" not in call("info", tmp_path / "in.vec")[1]
    monkeypatch.setattr(memory, "available", lambda: (6000, "container"))
    out = call("info", tmp_path / "in.vec")[1]
    assert "           does not fit: 6.0 kB free (container)\n" in out
    limit = re.search(r"\n {11}--limit (\d+) or --dtype int8 would\n", out)[1]
    for flags in (("--limit", limit), ("--dtype", "int8")):
        assert "  fits: 6.0 kB free" in call("info", tmp_path / "in.vec", *flags)[1]


def test_info_of_a_file_reads_its_beginning(call, vectors_folder, tmp_path):
    load(vectors_folder).vectors.save_word2vec_format(tmp_path / "words.vec")
    told = json.loads(call("info", tmp_path / "words.vec", "--json")[1])
    assert (told["format"], told["rows"], told["dim"]) == ("word2vec-text", 8, 4)
    assert told["bytes"] == (tmp_path / "words.vec").stat().st_size
    assert told["learner"] is None and told["config"] == {} and told["training"] is None
    text = call("info", tmp_path / "words.vec")[1]
    assert "word2vec text" in text and "8 × 4" in text


def test_rounding_is_told_for_ever(call, vectors_folder, tmp_path):
    assert "Rounding" not in call("info", vectors_folder)[1]
    call("convert", vectors_folder, tmp_path / "small.omnivec", "--dtype", "int8")
    assert "Rounding   largest error 0.00" in call("info", tmp_path / "small.omnivec")[1]
    told = json.loads(call("info", tmp_path / "small.omnivec", "--json")[1])
    assert told["dtype"] == "int8" and told["rounding"]["largest"] < 0.005


def test_verify_reads_all_of_it(call, vectors_folder):
    code, out, _ = call("info", vectors_folder, "--verify")
    assert code == 0 and "Checksums  all agree\n" in out
    assert json.loads(call("info", vectors_folder, "--verify", "--json")[1])["verified"] is True
    assert json.loads(call("info", vectors_folder, "--json")[1])["verified"] is False


def test_verify_names_the_damage(call, tmp_path):
    folder = tmp_path / "m.omnivec"
    Vectors(["a", "b"], np.eye(2, 300)).save(folder)
    tables = folder / "model.safetensors"
    data = bytearray(tables.read_bytes())
    place = data.index(np.float32(1).tobytes())
    data[place + 1] ^= 1  # one bit of one number: no header can show it
    tables.write_bytes(data)
    assert call("info", folder)[0] == 0
    code, out, err = call("info", folder, "--verify")
    assert (code, out) == (1, "") and len(err.splitlines()) == 1
    assert "'vectors': the checksum differs" in err and str(tables) in err


def test_a_file_has_no_checksums(call, vectors_folder, tmp_path):
    load(vectors_folder).vectors.save_word2vec_format(tmp_path / "words.vec")
    code, _, err = call("info", tmp_path / "words.vec", "--verify")
    assert code == 1 and err.endswith("holds no checksums, a model folder does: omnivec convert makes one\n")


def test_a_table_of_a_wrong_shape_is_found_in_the_header(call, vectors_folder, tmp_path):
    import shutil

    folder = shutil.copytree(vectors_folder, tmp_path / "copy.omnivec")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "dim": 400}))
    code, out, err = call("info", folder)
    assert (code, out) == (1, "") and "dim 400" in err and len(err.splitlines()) == 1


def test_under_ulimit_v_a_mapping_counts(call, vectors_folder, monkeypatch):
    assert "Mapped     no memory of its own: " in call("info", vectors_folder)[1]
    for have, told in ((10**9, "fits: 1.0 GB"), (100, "does not fit: 100 bytes")):
        monkeypatch.setattr(memory, "available", lambda have=have: (have, "ulimit -v"))
        size = memory.human(sum(json.loads(call("info", vectors_folder, "--json")[1])["tables"].values()))
        out = call("info", vectors_folder)[1]
        assert f"Mapped     {size} of address space; {told} free (ulimit -v)\n" in out


def test_info_reads_less_than_a_megabyte(call, tmp_path):
    io = Path("/proc/self/io")
    if not io.exists():
        pytest.skip("the system does not count what a process reads")
    matrix = np.ones((20_000, 64), np.float32)
    Vectors(map(str, range(20_000)), matrix).save(tmp_path / "m.omnivec")
    for name in ("m.vec", "m.bin", "m.vec.gz"):
        call("convert", tmp_path / "m.omnivec", tmp_path / name)
    for path in tmp_path.iterdir():
        assert call("info", path)[0] == 0  # imports are read here
        before = int(io.read_text().split()[1])
        _, out, _ = call("info", path)
        assert "20,000 × 64" in out
        assert int(io.read_text().split()[1]) - before < 10**6, path


PARTS = [
    "fasttext",
    "--dim",
    "8",
    "--epochs",
    "1",
    "--min-count",
    "1",
    "--sample",
    "0",
    "--buckets",
    "50",
    "-q",
]


@pytest.fixture(scope="module")
def with_parts(tmp_path_factory):
    """A model of words with parts, and a classifier."""
    from omnivec.cli import main

    folder = tmp_path_factory.mktemp("parts")
    (folder / "text").write_text("king queen king\nking stone\n" * 9, encoding="utf-8")
    (folder / "labelled").write_text("__label__a king\n__label__b queen\n__label__a king\n" * 9)
    assert main(["train", *PARTS, str(folder / "text"), str(folder / "w")]) == 0
    words = ["train", "classifier", "--dim", "4", "--epochs", "1", "-q", str(folder / "labelled")]
    assert main([*words, str(folder / "c")]) == 0
    return folder


def test_words_and_labels_come_with_their_counts(call, with_parts):
    code, out, _ = call("info", with_parts / "w", "--words", 2)
    assert (code, out) == (0, "king   27\nqueen   9\n")
    told = json.loads(call("info", with_parts / "w", "--words", -1, "--json")[1])
    assert told == {"words": [["king", 27], ["queen", 9], ["stone", 9]]}
    told = json.loads(call("info", with_parts / "c", "--labels", "--words", 1, "--json")[1])
    assert told == {"words": [["</s>", 27]], "labels": [["a", 18], ["b", 9]]}
    assert call("info", with_parts / "c", "--labels")[1] == "a  18\nb   9\n"
    code, _, err = call("info", with_parts / "w", "--labels")
    assert code == 2 and "is no classifier, and has no labels" in err


def test_words_of_vectors_without_counts_are_told_without(call, tmp_path):
    Vectors(["a", "b\x1b"], [[1.0], [2.0]]).save(tmp_path / "m")
    assert call("info", tmp_path / "m", "--words", 9)[1] == "a\nb\\x1b\n"
    assert json.loads(call("info", tmp_path / "m", "--words", 1, "--json")[1]) == {"words": [["a", None]]}


def test_subwords_come_with_their_rows_and_vectors(call, with_parts):
    model = load(with_parts / "w")
    for word in ("king", "kinglike"):
        parts = model.vectors.subwords(word)
        lines = call("info", with_parts / "w", "--subwords", word)[1].splitlines()
        assert [line.split() for line in lines] == [[text, str(row)] for text, row in parts]
        told = json.loads(call("info", with_parts / "w", "--subwords", word, "--json")[1])
        assert (told["word"], told["known"]) == (word, word == "king")
        rows = model.inputs.take(np.array([row for _, row in parts]))
        wanted = [[*part, row] for part, row in zip(parts, rows.tolist(), strict=True)]
        assert told["subwords"] == wanted
    assert call("info", with_parts / "c", "--subwords", "king")[1].split() == ["king", "1"]
