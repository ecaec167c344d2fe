"""Nothing is lost: what was interrupted, killed or out of disk goes on to the same bytes."""

import dataclasses
import errno
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from omnivec import FormatError, InputError, OptionError, OutputError, Vectors, Word2Vec, load
from omnivec.engine import checkpoint
from omnivec.engine.checkpoint import Checkpoints
from omnivec.engine.outcome import Outcome
from omnivec.engine.schedule import Schedule
from omnivec.store import safetensors

WORDS = "king queen man woman river sat by the a of boy girl".split()


def lines(seed: int, count: int = 320) -> list[str]:
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(WORDS, 12)) for _ in range(count)]


TEXT = lines(1)
NS = Word2Vec(dim=16, min_count=1, sample=0, epochs=2, threads=1, seed=3)
SHARDS = 8  # of a thousand tokens, of which a part is held out where the learner says so
START = Vectors(["king", "river"], np.full((2, 16), 0.25, np.float32))

CASES = {
    "ns, held out": (NS.replaced(heldout=0.1), {}),
    "cbow hs": (NS.replaced(model="cbow", loss="hs"), {}),
    "softmax, frozen rows": (NS.replaced(loss="softmax"), {"start": START, "frozen": True}),
}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def bits(model):
    return {name: table.tobytes() for name, table in model.tables.items()}


def told(model):
    """The history without its times."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in model.history]


def same(one, other):
    assert bits(one) == bits(other)
    assert one.record["loss"] == other.record["loss"] and told(one) == told(other)
    assert one.record["pairs"] == other.record["pairs"]


class Stop:
    """As `evaluate` with every=0 it is called between any two shards: Ctrl-C after the n-th."""

    def __init__(self, after):
        self.left = after

    def __call__(self, vectors):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def stopped(learner, after, **how):
    model = learner.fit(TEXT, evaluate=Stop(after), every=0, **how)
    assert model.record["interrupted"] and model.record["position"]["shards"] == after
    return model


@pytest.fixture(scope="module")
def whole():
    return {name: learner.fit(TEXT, **how) for name, (learner, how) in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_run_resumed_after_any_shard_ends_at_the_same_bytes(name, whole, tmp_path):
    learner, how = CASES[name]
    for after in range(1, SHARDS):
        part = stopped(learner, after, checkpoint=tmp_path / "c", **how)
        assert bits(part) == bits(load(tmp_path / "c"))
        same(learner.fit(TEXT, resume=tmp_path / "c"), whole[name])  # the start lies in the checkpoint
        same(learner.fit(TEXT, resume=part, **how), whole[name])
    assert set(whole[name].tables) == set(learner.initial(_vocabulary()))


def _vocabulary():
    from omnivec.data.vocabulary import Vocabulary

    return Vocabulary.of(dict.fromkeys(WORDS, 5))


def test_a_run_stopped_again_and_again_ends_at_the_same_bytes(whole, tmp_path):
    learner, _ = CASES["ns, held out"]
    model = stopped(learner, 1)
    for shard in range(2, SHARDS):
        model = learner.fit(TEXT, resume=model, evaluate=Stop(1), every=0)
        assert model.record["position"]["shards"] == shard
    same(learner.fit(TEXT, resume=model), whole["ns, held out"])


def test_ctrl_c_in_the_midst_of_training_writes_a_checkpoint_that_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("omnivec.engine.hogwild.TICK", 0.001)  # seconds: long before the end
    learner, text = NS.replaced(epochs=100), lines(2, 3000)
    pressed = []

    def press(record):
        if record.phase == "train" and not pressed:
            pressed.append(record)
            raise KeyboardInterrupt

    part = learner.fit(text, progress=press, checkpoint=tmp_path / "c")
    assert pressed and part.record["interrupted"]
    assert load(tmp_path / "c").record == part.record
    same(learner.fit(text, resume=tmp_path / "c"), learner.fit(text))


def test_ctrl_c_while_the_last_held_out_loss_is_measured_loses_no_row(whole, monkeypatch):
    learner, _ = CASES["ns, held out"]
    from omnivec.engine import beside

    def interrupting(measure, text, real=beside.heldout_loss):
        def measured(outcome):
            if outcome.shards == SHARDS:
                raise KeyboardInterrupt
            return real(measure, text)(outcome)

        return measured

    monkeypatch.setattr(beside, "heldout_loss", interrupting)
    part = learner.fit(TEXT)
    assert part.record["interrupted"] and len(part.history) == 1
    monkeypatch.undo()
    same(learner.fit(TEXT, resume=part), whole["ns, held out"])


def test_a_checkpoint_is_a_model_that_says_where_it_stood(tmp_path):
    part = stopped(NS, 3, checkpoint=tmp_path / "c")
    assert names(tmp_path) == ["c"]
    found = load(tmp_path / "c")
    assert found.record["position"] | {"seconds": 0, "seconds_paused": 0} == {
        "shards": 3, "of": SHARDS, "shard_size": 1000, "epochs": 0, "seconds": 0, "seconds_paused": 0,
        "sums": [[part.record["loss"][0] * part.record["pairs"], part.record["pairs"], 3000]],
    }  # fmt: skip
    assert found.vectors.most_similar("king", topn=1)
    assert "| Interrupted before its end | yes |" in (tmp_path / "c" / "README.md").read_text()


def test_checkpoints_while_training_goes_on_change_no_bit(whole, tmp_path, caplog):
    with caplog.at_level(logging.INFO, "omnivec"):
        model = NS.fit(TEXT, checkpoint=tmp_path / "c", checkpoint_minutes=0)
    assert bits(model) == bits(NS.fit(TEXT)) and "checkpoint written" in caplog.text
    assert not model.record["interrupted"] and "position" not in model.record
    same(NS.fit(TEXT, resume=tmp_path / "c"), model)


def test_without_memory_for_a_copy_training_waits_for_the_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(Checkpoints, "_copies", lambda self: None)
    saved, real = [], Checkpoints._save

    def save(self, model):
        saved.append(
            (threading.current_thread() is threading.main_thread(), model.record["position"]["shards"])
        )
        real(self, model)

    monkeypatch.setattr(Checkpoints, "_save", save)
    model = NS.fit(TEXT, checkpoint=tmp_path / "c", checkpoint_minutes=0)
    assert saved == [(True, shard) for shard in range(1, SHARDS)]
    same(NS.fit(TEXT, resume=tmp_path / "c"), model)


def test_the_copy_is_left_out_where_memory_is_short(monkeypatch):
    tables = {"vectors": np.zeros((10, 16), np.float32)}
    checkpoints = Checkpoints("c", tables, lambda outcome, tables: None)
    assert checkpoints._copies()["vectors"] is not tables["vectors"]
    monkeypatch.setattr(checkpoint.memory, "available", lambda: (700, "machine"))
    assert checkpoints._copies() is None


class Slow:
    """A model whose saving lasts until it is let go."""

    def __init__(self):
        self.go, self.saves, self.whole = threading.Event(), 0, False

    def save(self, path, overwrite):
        self.saves += 1
        self.whole = self.go.wait(10)


def test_a_checkpoint_still_being_written_is_left_to_its_writer():
    model, outcome = Slow(), Outcome.start(Schedule(1000, 1, 0.1, 0, 1))
    with Checkpoints("c", {}, lambda outcome, tables: model) as checkpoints:
        checkpoints(outcome)
        checkpoints(outcome)
        assert not checkpoints._written.is_set()
        model.go.set()
    assert model.saves == 1 and checkpoints._written.is_set()
    with checkpoints:
        checkpoints(outcome)
    assert model.saves == 2


def test_ctrl_c_while_the_last_checkpoint_is_waited_for_does_not_cut_it(monkeypatch):
    model, outcome, waits = Slow(), Outcome.start(Schedule(1000, 1, 0.1, 0, 1)), []

    class Waited(threading.Event):
        def wait(self, timeout=None):
            waits.append(self)
            if len(waits) == 1:
                signal.raise_signal(signal.SIGINT)
            model.go.set()
            return super().wait(timeout)

    with Checkpoints("c", {}, lambda outcome, tables: model) as checkpoints:
        monkeypatch.setattr(checkpoint, "threading", SimpleNamespace(Event=Waited))
        checkpoints(outcome)
    assert model.whole and len(waits) == 2


def test_what_a_writer_raises_is_a_warning(caplog):
    class Broken:
        def save(self, path, overwrite):
            raise ValueError("mine")

    model, outcome = Broken(), Outcome.start(Schedule(1000, 1, 0.1, 0, 1))
    with Checkpoints("c", {}, lambda outcome, tables: model) as checkpoints:
        for _ in range(2):
            checkpoints(outcome)
            checkpoints._written.wait(10)
    assert caplog.messages == ["no checkpoint was written, training goes on: mine"] * 2


def test_a_full_disk_is_a_warning_and_the_last_checkpoint_stays_whole(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(Checkpoints, "_copies", lambda self: None)
    real, calls = safetensors.write_tables, []

    def write(path, tables, metadata, told):
        calls.append(path)
        if len(calls) > 2:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, tables, metadata, told)

    monkeypatch.setattr(safetensors, "write_tables", write)
    model = NS.fit(TEXT, checkpoint=tmp_path / "c", checkpoint_minutes=0)
    assert len(calls) == SHARDS - 1  # it is tried again each time
    assert len(caplog.records) == SHARDS - 3
    assert "no checkpoint was written, training goes on" in caplog.text and "disk is full" in caplog.text
    assert load(tmp_path / "c").record["position"]["shards"] == 2 and names(tmp_path) == ["c"]
    monkeypatch.undo()
    same(NS.fit(TEXT, resume=tmp_path / "c"), model)


def test_a_full_disk_at_ctrl_c_still_returns_the_model(tmp_path, monkeypatch, caplog):
    def write(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(safetensors, "write_tables", write)
    part = stopped(NS, 2, checkpoint=tmp_path / "c")
    assert "disk is full" in caplog.text and not names(tmp_path)
    monkeypatch.undo()
    same(NS.fit(TEXT, resume=part), NS.fit(TEXT))


KILLER = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
sys.path.insert(0, sys.argv[1])
from test_checkpoint import NS, bits, lines, same
from omnivec import load
from omnivec.engine.checkpoint import Checkpoints
from omnivec.store import folder, replace

path, text, learner, steps = Path(sys.argv[2]), lines(1, 150), NS, 0
if sys.argv[3] == "waiting":
    Checkpoints._copies = lambda self: None
whole = learner.fit(text)
while True:
    child = os.fork()
    if child == 0:
        left, saving, save = steps, False, Checkpoints._save

        def step(event, arguments):
            global left, saving
            if saving and event.split(".")[0] in ("open", "os", "shutil", "ctypes", "fcntl"):
                left -= 1
                if left < 0:
                    saving = False
                    os.kill(os.getpid(), signal.SIGKILL)

        def watched(self, model):
            global saving
            saving = True
            save(self, model)
            saving = False

        os.fsync = lambda descriptor: step("os.fsync", ())
        Checkpoints._save = watched
        sys.addaudithook(step)
        learner.fit(text, checkpoint=path, checkpoint_minutes=0)
        os._exit(0)
    killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    for left in path.parent.glob(".*.new-*"):
        replace.remove(left)
    if kept := folder._old(path):  # of a swap in two steps, where the system has no other
        kept[0].rename(path)
    at = load(path).record["position"]["shards"] if path.exists() else 0
    if at:
        same(learner.fit(text, resume=path), whole)
        folder.remove_folder(path)
    print(at)
    if not killed:
        break
    steps += 1
"""


@pytest.mark.parametrize("how", ["waiting", "beside"])
def test_killed_between_any_two_steps_of_a_checkpoint_nothing_is_lost(how, tmp_path):
    """Waiting, each step of a save is met in turn; beside training, threads decide what is met."""
    call = [sys.executable, "-c", KILLER, str(Path(__file__).parent), str(tmp_path / "c"), how]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shards = [int(line) for line in done.stdout.split()]
    assert shards[0] == 0 and shards[-1] > 0
    if how == "waiting":  # the older one or the newer one, never less than a shorter life has left
        assert shards == sorted(shards) and set(shards) == {0, 1, 2, 3} and len(shards) > 40


def test_what_was_begun_with_other_options_is_refused_with_each_of_them():
    part = stopped(NS, 2)
    with pytest.raises(OptionError, match=r"dim 16 then, 20 now; epochs 2 then, 3 now; give the same"):
        NS.replaced(dim=20, epochs=3).fit(TEXT, resume=part)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (TEXT[:-1], r"tokens 3,840 then, 3,828 now; .*units 320 then, 319 now"),
        ([*TEXT[:-1], "new " * 12], r"words 12 then, 13 now"),
        ([" ".join(line.replace("king", "tzar") for line in [row]) for row in TEXT], "but other words"),
        (TEXT[::-1], "the same 12 words as often as then, but in another order"),
        ([*TEXT[:-2], f"{TEXT[-2]} {TEXT[-1].split()[0]}", TEXT[-1].split(" ", 1)[1]], "in another order"),
    ],
    ids=["shorter", "a word more", "another word", "another order", "another border"],
)
def test_another_text_is_refused_with_what_differs(other, says):
    with pytest.raises(InputError, match=f"is not the text that training began with: .*{says}"):
        NS.fit(other, resume=stopped(NS, 2))


def test_another_total_of_a_given_vocabulary_is_refused():
    part = stopped(NS, 2, vocabulary=_vocabulary())
    other = dataclasses.replace(_vocabulary(), total=1000)
    with pytest.raises(InputError, match="other words or other counts"):
        NS.fit(TEXT, resume=part, vocabulary=other)


def test_the_record_of_a_resumed_run_keeps_the_start():
    part = stopped(NS, 2, start=START)
    again = NS.fit(TEXT, resume=part)
    assert again.record["start"] == part.record["start"] == {
        "source": "vectors in memory", "words": 2, "frozen": False
    }  # fmt: skip


def test_another_held_out_text_is_refused():
    held = lines(5, 20)
    part = stopped(NS, 2, heldout_text=held)
    for other, says in ((lines(6, 20), "another heldout_text"), (None, "none now")):
        with pytest.raises(InputError, match=says):
            NS.fit(TEXT, resume=part, heldout_text=other)
    with pytest.raises(InputError, match="there was no heldout_text then"):
        NS.fit(TEXT, resume=stopped(NS, 2), heldout_text=held)
    same(NS.fit(TEXT, resume=part, heldout_text=held), NS.fit(TEXT, heldout_text=held))


def test_another_start_is_refused():
    part = stopped(NS, 2, start=START)
    with pytest.raises(OptionError, match="training began with start .*'words': 2.*leave it out"):
        NS.fit(TEXT, resume=part, start=START, frozen=True)
    with pytest.raises(OptionError, match="began with start None"):
        NS.fit(TEXT, resume=stopped(NS, 2), start=START)


def test_what_is_finished_or_of_another_kind_is_refused(tmp_path):
    finished = NS.fit(TEXT)
    with pytest.raises(OptionError, match="the model is finished; there is nothing left to train"):
        NS.fit(TEXT, resume=finished)
    finished.vectors.save(tmp_path / "own")
    with pytest.raises(OptionError, match=r"own is a model of vectors alone, not of word2vec"):
        NS.fit(TEXT, resume=tmp_path / "own")
    with pytest.raises(FormatError, match="no such file"):
        NS.fit(TEXT, resume=tmp_path / "none")


def test_resumed_with_more_threads_it_says_that_its_bits_are_not_to_be_repeated():
    part = stopped(NS, 2)
    assert part.record["deterministic"]
    more = NS.replaced(threads=2).fit(TEXT, resume=part)
    assert not more.record["interrupted"] and not more.record["deterministic"]
    part = NS.replaced(threads=2).fit(TEXT, evaluate=Stop(1), every=0)
    assert not NS.fit(TEXT, resume=part).record["deterministic"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"position": None}, "does not say where training stood"),
        ({"position": {"shards": 3}}, "does not say where training stood"),
        ({"shards": 99}, "numbers that no training has"),
        ({"shards": -1}, "numbers that no training has"),
        ({"shards": 1.5}, "numbers that no training has"),
        ({"epochs": 2}, "numbers that no training has"),
        ({"seconds": "3"}, "numbers that no training has"),
        ({"sums": [[1, 2]]}, "sums of shape"),
        ({"sums": [["a"]]}, "does not say where training stood"),
        ({"shard_size": 500}, "in 8 shards of 500 tokens, this version cuts the text into 8 of 1000"),
        ({"history": 3}, '"history" is not a list'),
    ],
)
def test_a_damaged_position_is_refused(change, says, tmp_path):
    part = stopped(NS, 3, checkpoint=tmp_path / "c")
    file = tmp_path / "c" / "config.json"
    config = json.loads(file.read_text())
    training = config["training"]
    for name, value in change.items():
        (training if name in ("position", "history") else training["position"])[name] = value
    file.write_text(json.dumps(config))
    with pytest.raises(FormatError, match=says):
        NS.fit(TEXT, resume=tmp_path / "c")
    assert bits(part) == bits(load(tmp_path / "c"))


def test_tables_that_do_not_fit_are_refused(tmp_path):
    part = stopped(NS, 3)
    del part.tables["output"]
    with pytest.raises(
        FormatError, match=r"expected a table 'output', float32 of shape \(12, 16\), got none"
    ):
        NS.fit(TEXT, resume=part)


def test_a_place_where_no_checkpoint_may_be_is_refused_before_reading(tmp_path):
    NS.fit(TEXT).save(tmp_path / "finished")
    (tmp_path / "file").write_text("thesis")
    for name, says in (
        ("finished", "is a finished model, not a checkpoint"),
        ("file", "is a file"),
        ("none/c", "there is no folder"),
    ):
        with pytest.raises(OutputError, match=says):
            NS.fit(tmp_path / "no text", checkpoint=tmp_path / name)
    for name in ("checkpoint_minutes", "every"):
        with pytest.raises(OptionError, match=f"{name} must be a number from 0 on, got -1"):
            NS.fit(TEXT, **{name: -1})


def test_a_checkpoint_is_removed_and_nothing_else(tmp_path):
    stopped(NS, 1, checkpoint=tmp_path / "c")
    checkpoint.remove(tmp_path / "c")
    checkpoint.remove(tmp_path / "c")  # there is none
    NS.fit(TEXT).save(tmp_path / "finished")
    with pytest.raises(OutputError, match="is a finished model"):
        checkpoint.remove(tmp_path / "finished")
    assert names(tmp_path) == ["finished"]
