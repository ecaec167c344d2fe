"""Nothing is lost: checkpoints, `--resume`, Ctrl-C, SIGTERM, SIGKILL, a full disk."""

import dataclasses
import itertools
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from omnivec import Model, OutputError, Word2Vec, load
from omnivec.engine.hogwild import Hogwild

OMNIVEC = [sys.executable, "-m", "omnivec"]


@pytest.fixture
def begin(corpus, tmp_path):
    """Start a training in a process of its own; return it when its first epoch has ended."""
    started = []

    def run(*words):
        flags = ["--dim", "16", "--epochs", "100000", "--threads", "1", "--min-count", "2"]
        call = [*OMNIVEC, "train", "word2vec", corpus, tmp_path / "out", *flags, *words]
        process = subprocess.Popen([str(word) for word in call], stderr=subprocess.PIPE, text=True)
        started.append(process)
        for line in process.stderr:
            if "epoch " in line:
                return process
        raise AssertionError("training did not begin")

    yield run
    for process in started:
        process.kill()
        process.communicate()


EPOCHS = ["--dim", "16", "--epochs", "60", "--threads", "1", "--min-count", "2"]


def stop_soon(monkeypatch):
    """Let Ctrl-C be pressed in the fifth shard, once."""
    make, send_home, calls, heard = Word2Vec.job, Hogwild._send_home, itertools.count(), threading.Event()

    def sent_home(run):
        send_home(run)
        heard.set()

    def job(learner, *words, **options):
        made = make(learner, *words, **options)

        def step(shard, sums):
            made.step(shard, sums)
            if next(calls) == 5:
                os.kill(os.getpid(), signal.SIGINT)
                assert heard.wait(60)

        return dataclasses.replace(made, step=step)

    monkeypatch.setattr(Word2Vec, "job", job)
    monkeypatch.setattr(Hogwild, "_send_home", sent_home)


@pytest.fixture
def stopped(call, corpus, tmp_path, monkeypatch):
    """OUTPUT of a training that was stopped early, and what was printed."""
    stop_soon(monkeypatch)
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", *EPOCHS, "--preset", "gensim")
    assert code == 130
    return tmp_path / "out", err


def test_resume_goes_on_with_the_options_to_the_bits_of_an_unbroken_training(call, corpus, stopped, tmp_path):
    out, err = stopped
    assert load(out).record["interrupted"] and load(out).record["epochs"] < 60
    following = shlex.split(err.splitlines()[-1].removeprefix("Next "))
    assert following == ["omnivec", "train", "word2vec", str(corpus), str(out), "--resume"]
    assert call(*following[1:])[0] == 0
    words = (*EPOCHS, "--preset", "gensim", "-q")
    assert call("train", "word2vec", corpus, tmp_path / "whole", *words)[0] == 0
    resumed, whole = load(out), load(tmp_path / "whole")
    np.testing.assert_array_equal(resumed.vectors.vectors, whole.vectors.vectors)
    np.testing.assert_array_equal(resumed.output.vectors, whole.output.vectors)
    assert not resumed.record["interrupted"] and resumed.config["preset"] == "gensim"
    assert resumed.config["changed"] == whole.config["changed"]


def test_ctrl_c_says_how_to_go_on_with_the_same_run(call, corpus, tmp_path, monkeypatch):
    stop_soon(monkeypatch)
    words = ("--checkpoint", "0.5", "--heldout-text", corpus, "--overwrite")
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", *EPOCHS, *words)
    following = shlex.split(err.splitlines()[-1].removeprefix("Next "))
    assert code == 130
    assert following[5:] == ["--resume", "--checkpoint", "0.5", "--heldout-text", str(corpus)]
    assert not Path(f"{tmp_path}/out.checkpoint").exists()  # OUTPUT holds as much
    stop_soon(monkeypatch)
    assert call(*following[1:])[0] == 130


def test_sigkill_leaves_a_checkpoint_that_resume_goes_on_from(call, corpus, begin, tmp_path):
    process = begin("--checkpoint", "0.001")
    checkpoint = tmp_path / "out.checkpoint"
    while not checkpoint.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (tmp_path / "out").exists() and load(checkpoint).record["interrupted"]
    report = call("info", checkpoint, "--json")[1]
    assert json.loads(report)["learner"] == "word2vec"
    again = begin("--resume", "--checkpoint", "1000")
    again.send_signal(signal.SIGINT)
    _, err = again.communicate(timeout=600)
    assert again.returncode == 130 and "stopped before its end" in err
    assert load(tmp_path / "out").record["interrupted"] and not checkpoint.exists()


def test_sigterm_is_one_ctrl_c(begin, tmp_path):
    process = begin()
    process.terminate()
    _, err = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "stopped before its end" in err and "--resume" in err and "Traceback" not in err
    assert load(tmp_path / "out").record["interrupted"]


def test_sigterm_where_ctrl_c_is_ignored_saves_too(corpus, tmp_path):
    words = f"train word2vec {corpus} {tmp_path}/out --dim 16 --epochs 100000"
    command = f"trap '' INT; exec {sys.executable} -m omnivec {words}"
    with subprocess.Popen(["sh", "-c", command], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert any("epoch 1/" in line for line in process.stderr)
            process.terminate()
            process.communicate(timeout=600)
        finally:
            process.kill()
    assert process.returncode == 130 and load(tmp_path / "out").record["interrupted"]


@pytest.mark.parametrize(("times", "saved"), [(1, True), (2, False)])
def test_sigterm_while_saving_waits_for_the_model(call, corpus, small, tmp_path, monkeypatch, times, saved):
    def interrupted(model, *words, **options):
        for _ in range(times):
            signal.raise_signal(signal.SIGTERM)
        save(model, *words, **options)

    save = Model.save
    monkeypatch.setattr(Model, "save", interrupted)
    code, _, _ = call("train", "word2vec", corpus, tmp_path / "out", *small)
    assert (code, (tmp_path / "out").exists()) == (130, saved)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_good_save_removes_the_checkpoint(call, corpus, tmp_path, small):
    words = ("--checkpoint", "0.001", "--epochs", "30", "-q")
    assert call("train", "word2vec", corpus, tmp_path / "out", *small[:2], *words)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_at_the_end_names_the_checkpoint_and_the_way_on(
    call, corpus, stopped, tmp_path, monkeypatch
):
    out, _ = stopped
    out.rename(tmp_path / "out.checkpoint")
    save = Model.save

    def full(model, path, overwrite=False):
        if str(path) == str(out):
            raise OutputError(f"{path}: cannot be written: the disk is full; what was there is whole")
        save(model, path, overwrite=overwrite)

    monkeypatch.setattr(Model, "save", full)
    code, _, err = call("train", "word2vec", corpus, out, "--resume")
    assert code == 1 and err.splitlines()[-1] == (
        f"omnivec: {out}: cannot be written: the disk is full; what was there is whole; {out}.checkpoint is "
        f"whole: make room, then omnivec train word2vec {corpus} {out} --resume"
    )
    monkeypatch.undo()
    assert call("train", "word2vec", corpus, out, "--resume", "-q")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"] and not load(out).record["interrupted"]


def test_resume_takes_what_is_further(call, corpus, stopped, tmp_path, monkeypatch):
    from omnivec.cli.train.resume import stopped as found

    out, checkpoint = stopped[0], tmp_path / "out.checkpoint"
    shutil.copytree(out, tmp_path / "early")
    stop_soon(monkeypatch)
    assert call("train", "word2vec", corpus, out, "--resume", "-q")[0] == 130
    (tmp_path / "early").rename(checkpoint)
    point = found(str(out), "word2vec")
    assert (point.path, point.replaced) == (str(out), True)
    out.rename(tmp_path / "late")
    checkpoint.rename(out)
    (tmp_path / "late").rename(checkpoint)
    point = found(str(out), "word2vec")
    assert (point.path, point.replaced) == (str(checkpoint), True)


def test_resume_takes_the_checkpoint_where_output_is_of_another_training(call, corpus, stopped, tmp_path):
    from omnivec.cli.train.resume import stopped as found

    out, checkpoint = stopped[0], tmp_path / "out.checkpoint"
    shutil.copytree(out, checkpoint)
    config = json.loads((checkpoint / "config.json").read_text())
    config["options"]["window"] += 1  # begun with --overwrite, and killed
    config["training"]["epochs"] /= 2
    (checkpoint / "config.json").write_text(json.dumps(config))
    point = found(str(out), "word2vec")
    assert (point.path, point.replaced) == (str(checkpoint), False)
    assert call("train", "word2vec", corpus, out, "--resume")[0] == 1 and checkpoint.exists()


def test_nothing_to_resume_is_said(call, corpus, trained, tmp_path):
    out = tmp_path / "out"
    assert call("train", "word2vec", corpus, out, "--resume")[::2] == (
        1,
        f"omnivec: nothing to resume: there is neither {out}.checkpoint nor {out}; leave out --resume\n",
    )
    code, _, err = call("train", "word2vec", corpus, trained[0], "--resume")
    assert code == 1 and "nothing to resume: it is no training that was stopped before its end" in err


def test_what_is_no_checkpoint_is_not_called_one(call, corpus, trained, small, tmp_path):
    (tmp_path / "out.checkpoint").mkdir()
    (tmp_path / "out.checkpoint" / "mine").write_text("precious")
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", *small)
    assert code == 1 and "out.checkpoint is not an omnivec model folder and is not overwritten" in err
    finished = tmp_path / "other.checkpoint"
    shutil.copytree(trained[0], finished)
    code, _, err = call("train", "word2vec", corpus, tmp_path / "other", *small)
    assert code == 1 and "other.checkpoint is a finished model, not a checkpoint" in err


def test_a_training_is_not_begun_anew_over_a_checkpoint_unasked(call, corpus, stopped, small, tmp_path):
    out, _ = stopped
    checkpoint = out.rename(tmp_path / "out.checkpoint")
    words = ("train", "word2vec", corpus, out, *small, "-q")
    assert call(*words)[::2] == (
        1,
        f"omnivec: {checkpoint} exists, from a training that was stopped; add --resume to go on with it, or "
        "--overwrite to begin anew\n",
    )
    assert call(*words, "--overwrite")[0] == 0 and not checkpoint.exists()


def test_a_finished_model_beside_a_checkpoint_is_replaced_only_when_asked(
    call, corpus, stopped, small, tmp_path
):
    out, _ = stopped
    out.rename(tmp_path / "moved")
    assert call("train", "word2vec", corpus, out, *small, "-q")[0] == 0
    (tmp_path / "moved").rename(tmp_path / "out.checkpoint")
    code, _, err = call("train", "word2vec", corpus, out, "--resume")
    assert (code, err) == (1, f"omnivec: {out} exists; choose another name or add --overwrite\n")
    assert call("train", "word2vec", corpus, out, "--resume", "--overwrite", "-q")[0] == 0
    assert load(out).config["preset"] == "gensim"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--preset", "book"], 2, "preset book and --resume exclude each other: "),
        (["--dim", "20"], 2, "dim 16 then, 20 now"),
        (["--epochs", "9"], 2, "epochs 60 then, 9 now"),
        (["--loss", "hs", "--negatives", "3"], 2, "negatives and loss hs exclude each other"),
    ],
)
def test_a_resume_with_other_options_is_refused_by_name(call, corpus, stopped, words, code, message):
    out, _ = stopped
    found, _, err = call("train", "word2vec", corpus, out, "--resume", *words)
    assert found == code and message in err and load(out).record["interrupted"]


def test_a_resume_on_another_text_is_refused(call, stopped, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("a b c " * 100)
    code, _, err = call("train", "word2vec", other, stopped[0], "--resume")
    assert code == 1 and "is not the text that training began with" in err


def test_start_and_freeze_begin_with_given_vectors(call, corpus, trained, tmp_path):
    words = (
        "train",
        "word2vec",
        corpus,
        tmp_path / "out",
        "--dim",
        16,
        "--min-count",
        2,
        "--epochs",
        1,
        "-q",
    )
    assert call(*words, "--start", trained[0], "--freeze")[0] == 0
    np.testing.assert_array_equal(load(tmp_path / "out").vectors.vectors, load(trained[0]).vectors.vectors)
    assert call(*words, "--start", trained[0], "--overwrite")[0] == 0
    assert (load(tmp_path / "out").vectors.vectors != load(trained[0]).vectors.vectors).any()


def test_a_held_out_text_is_measured(call, corpus, small, tmp_path):
    words = ("train", "word2vec", corpus, tmp_path / "out", *small, "--heldout-text", corpus)
    assert call(*words)[0] == 0
    assert len(load(tmp_path / "out").record["heldout"]) == 2
    code, _, err = call(*words, "--heldout", "0.1", "--overwrite")
    assert code == 2 and "heldout and heldout_text exclude each other" in err
