"""`train`: flags, files, presets, progress."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from omnivec import load
from omnivec.cli.call import chosen
from omnivec.config import Options


@dataclass(frozen=True, kw_only=True)
class Ancient(Options):
    """A learner with a preset."""

    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {"old": {"dim": 8, "window": 1, "epochs": 3}}
    dim: int = 100
    window: int = 5
    epochs: int = 5


def test_training_leaves_a_model_that_answers(call, trained):
    folder, report = trained
    assert (report["learner"], report["dim"], report["interrupted"]) == ("word2vec", 16, False)
    assert report["rows"] == len(load(folder).vectors)
    assert call("neighbors", folder, "word1", "--topn", 1)[0] == 0


def test_training_shows_a_line_for_each_phase_and_nothing_on_stdout(call, corpus, tmp_path, small):
    code, out, err = call("train", "word2vec", corpus, tmp_path / "out", *small)
    assert (code, out) == (0, "")
    labels = [line.split()[0] for line in err.splitlines()]
    assert labels[0] == "Options" and labels[-2:] == ["Saved", "Next"]
    assert sum("epoch " in line for line in err.splitlines()) >= 2
    assert "\x1b" not in err and "\r" not in err


def test_a_model_of_sentences_is_to_be_asked_for_sentences(call, corpus, tmp_path):
    folder = tmp_path / "out"
    code, _, err = call("train", "sent2vec", corpus, folder, "--epochs", 1, "--dim", 4, "--min-count", 1)
    assert code == 0
    assert err.splitlines()[-1] == f"Next       omnivec embed {folder} TEXTS -o rows.npy"


def test_quiet_is_quiet(call, corpus, tmp_path, small):
    assert call("train", "word2vec", corpus, tmp_path / "out", *small, "-q") == (0, "", "")


def test_flags_win_over_the_file_and_the_file_over_the_preset(tmp_path):
    config = tmp_path / "run.toml"
    config.write_text("dim = 32\nwindow = 7\n")
    assert chosen(Ancient, "old", str(config), {"window": 9}) == Ancient(epochs=3, dim=32, window=9)
    assert chosen(Ancient, None, None, {}) == Ancient()


def test_a_switch_is_taken_back_by_its_negative(call, corpus, tmp_path, small):
    flags = ("--preset", "book", "--no-distinct-negatives", "--min-count", "1", "-q")
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", "--epochs", "1", *flags)
    assert code == 0, err
    options = load(tmp_path / "out").options
    assert options["distinct_negatives"] is False and options["init"] == "normal"


def test_the_preset_and_the_resolved_values_are_in_the_model_from_both_doors(call, corpus, tmp_path, small):
    from omnivec import Word2Vec

    code, _, _ = call("train", "word2vec", corpus, tmp_path / "out", *small, "--preset", "word2vec", "-q")
    assert code == 0
    learner = Word2Vec.preset("word2vec", dim=16, epochs=2, threads=1, min_count=2)
    for config in (load(tmp_path / "out").config, learner.fit(corpus).config):
        assert config["preset"] == "word2vec"
        options = config["options"]
        assert (options["lr"], options["model"], options["exclude_target"]) == (0.05, "cbow", "skip")
        assert config["changed"]["model"] == "cbow"
    assert "| `preset` | word2vec |" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_the_flags_are_the_learners_options(call):
    from omnivec.config import options
    from omnivec.learners.word2vec import Word2Vec

    _, out, _ = call("train", "word2vec", "--help")
    for option in options(Word2Vec).values():
        assert f"--{option.name.replace('_', '-')}" in out
        if option.default is not None:
            assert f"default {option.default}]" in " ".join(out.split())


def test_the_command_line_is_python(call, corpus, trained):
    from omnivec import Word2Vec

    folder, _ = trained
    model = Word2Vec(dim=16, epochs=2, threads=1, min_count=2).fit(corpus)
    np.testing.assert_array_equal(model.vectors.vectors, load(folder).vectors.vectors)


def test_text_comes_from_stdin(call, corpus, trained, tmp_path, small):
    code, _, _ = call("train", "word2vec", "-", tmp_path / "out", *small, "-q", stdin=corpus.read_text())
    assert code == 0
    np.testing.assert_array_equal(load(tmp_path / "out").vectors.vectors, load(trained[0]).vectors.vectors)


def test_overwrite_replaces_a_model(call, corpus, tmp_path, small):
    for dim in (16, 32):
        words = ("train", "word2vec", corpus, tmp_path / "out", *small[2:], "--dim", dim, "-q", "--overwrite")
        assert call(*words)[0] == 0
    assert load(tmp_path / "out").vectors.vector_size == 32
