"""How good is it by now: text held out, stopping early, a callable of the user's, and the history of it."""

import dataclasses
import json
import threading

import numpy as np
import pytest

from omnivec import Classifier, InputError, NotFinite, OptionError, Word2Vec, load
from omnivec.data.corpus import Reading
from omnivec.data.heldout import held_out, split
from omnivec.engine import start
from omnivec.engine.job import Job
from omnivec.engine.schedule import HELD_OUT, Schedule
from omnivec.kernels import window

WORDS = "king queen man woman river sat by the a of boy girl".split()


def lines(seed: int, count: int = 320) -> list[str]:
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(WORDS, draw.integers(1, 20))) for _ in range(count)]


TEXT = lines(1)
NS = Word2Vec(dim=16, min_count=1, sample=0, epochs=3, threads=1)


def bits(model):
    return {name: table.tobytes() for name, table in model.tables.items()}


def units(corpus):
    return [part.tolist() for part in np.split(corpus.tokens, corpus.units[1:-1])]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_each_unit_is_trained_on_or_held_out(share):
    corpus = Reading(min_count=1).corpus(TEXT)
    before, out = units(corpus), held_out(0, len(TEXT), share, 7)
    rest, text = split(corpus, share, 7)
    assert units(rest) == [unit for unit, is_out in zip(before, out, strict=True) if not is_out]
    assert units(text) == [unit for unit, is_out in zip(before, out, strict=True) if is_out]
    assert rest.tokens.dtype == np.int32 and text.tokens.dtype == np.int32
    assert rest.units.dtype == text.units.dtype == np.int64
    assert rest.total == len(rest.tokens) and rest.vocabulary is corpus.vocabulary


def test_what_is_held_out_depends_on_seed_and_number_alone(monkeypatch):
    out = held_out(0, 200_000, 0.1, 1)
    np.testing.assert_array_equal(held_out(1_000, 3_000, 0.1, 1), out[1_000:3_000])
    assert out.mean() == pytest.approx(0.1, rel=0.05)
    assert (out & held_out(0, 200_000, 0.1, 2)).mean() == pytest.approx(0.01, rel=0.2)
    assert (held_out(0, 200_000, 0.2, 1) | ~out).all()  # a larger share holds the smaller one
    from omnivec.data import heldout

    whole = split(Reading(min_count=1).corpus(TEXT), 0.3, 1)
    monkeypatch.setattr(heldout, "_BLOCK", 7)
    pieces = split(Reading(min_count=1).corpus(TEXT), 0.3, 1)
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(one.tokens, other.tokens)
        np.testing.assert_array_equal(one.units, other.units)


def test_units_held_out_train_nothing():
    """Their place taken by other words of theirs, the tables are the same."""
    out = held_out(0, len(TEXT), 0.2, NS.seed)
    reversed_ = [
        " ".join(reversed(line.split())) if is_out else line for line, is_out in zip(TEXT, out, strict=True)
    ]
    learner = NS.replaced(heldout=0.2)
    one, other = learner.fit(TEXT), learner.fit(reversed_)
    assert bits(one) == bits(other) != bits(NS.fit(TEXT))
    assert one.record["heldout_tokens"] + one.record["tokens_in_vocabulary"] == sum(
        len(line.split()) for line in TEXT
    )


def test_measuring_draws_its_own_random_numbers_the_same_every_time(monkeypatch):
    true, epochs = start.base, []
    monkeypatch.setattr(start, "base", lambda seed, epoch: epochs.append(epoch) or true(seed, epoch))
    NS.fit(TEXT, heldout_text=lines(2, 50))
    assert set(epochs) == {HELD_OUT, 0, 1, 2} and epochs[-1] == HELD_OUT


def test_a_long_text_is_measured_in_pieces_between_which_ctrl_c_is_heard(monkeypatch):
    true, long, calls = window.train, lines(2, 3000), []

    def train(*given):
        if given[19] is None and given[3]:  # no rate, and a text: it measures
            calls.append(given[2:4])
            if len(calls) == 3:
                raise KeyboardInterrupt
        true(*given)

    monkeypatch.setattr(window, "train", train)
    part = NS.fit(TEXT, heldout_text=long)
    assert part.record["interrupted"] and len(calls) == 3
    assert [first for first, _ in calls[1:]] == [last for _, last in calls[:-1]]


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
def test_measured_in_pieces_the_loss_is_that_of_the_whole(loss, monkeypatch):
    learner = NS.replaced(loss=loss, sample=1e-2).derived()
    corpus = learner.reading().corpus(TEXT)
    job = learner.job(corpus, learner.fit(TEXT).tables)
    whole, pieces = np.zeros(3), np.zeros(3)
    for size, sums in ((len(corpus.tokens), whole), (7, pieces)):
        monkeypatch.setattr(Schedule, "shard_size", size)
        job.measure(corpus.tokens, corpus.units, sums)
    assert pieces[0] == pytest.approx(whole[0], rel=1e-5) and pieces[1:].tolist() == whole[1:].tolist()


def test_measuring_changes_no_bit():
    assert bits(NS.fit(TEXT, heldout_text=lines(2, 50))) == bits(NS.fit(TEXT))


def test_the_held_out_loss_is_in_history_progress_record_and_card(tmp_path):
    records = []
    model = NS.replaced(heldout=0.2).fit(TEXT, progress=records.append)
    losses = [row["heldout"] for row in model.history]
    assert len(losses) == 3 and np.isfinite(losses).all()
    assert [record.heldout for record in records if record.phase == "epoch"] == losses
    assert any("units are held out" in record.text for record in records)
    assert model.record["heldout"] == losses and model.record["stopped_early"] is False
    assert model.record["best_epoch"] == losses.index(min(losses)) + 1
    model.save(tmp_path / "m")
    assert load(tmp_path / "m").history == model.history
    assert (
        f"| Held-out loss by epoch | {', '.join(f'{loss:.4g}' for loss in losses)} |"
        in (tmp_path / "m" / "README.md").read_text()
    )


def test_text_like_that_trained_on_is_predicted_better_than_other_text():
    """Words in a fixed order are foreseen; the same words shuffled are not."""
    ordered = [" ".join(WORDS)] * 400
    learner = NS.replaced(epochs=8, lr=0.2, window=1)
    alike = learner.fit(ordered, heldout_text=ordered[:40]).record["heldout"]
    shuffled = learner.fit(ordered, heldout_text=lines(3, 40)).record["heldout"]
    assert alike[-1] < alike[0] and alike[-1] < shuffled[-1]


def test_words_that_training_does_not_know_are_left_out_of_a_held_out_text():
    known = NS.fit(TEXT, heldout_text=["king queen man"] * 9).record
    unknown = NS.fit(TEXT, heldout_text=["king tzar queen man"] * 9).record
    assert known["heldout"] == unknown["heldout"] and unknown["heldout_tokens"] == 27


@pytest.mark.parametrize(
    ("learner", "mark"), [(NS, ""), (Classifier(dim=16, epochs=1, threads=1), "__label__%d ")]
)
def test_what_was_found_in_a_text_held_out_is_said(learner, mark, tmp_path, caplog):
    texts = [mark.replace("%d", str(k % 2)) + line for k, line in enumerate(TEXT[:40])]
    (tmp_path / "held.txt").write_bytes(b"\xff ".join(line.encode() + b"\n" for line in texts[:5]))
    records = []
    learner.fit(texts, heldout_text=tmp_path / "held.txt", progress=records.append)
    assert [each.text for each in records if each.text.endswith("tokens in 5 units are held out")]
    assert "held.txt: 4 tokens were not valid UTF-8 (replace)" in caplog.messages


@pytest.mark.parametrize(
    ("learner", "text", "held", "says"),
    [
        (NS.replaced(heldout=0.001), TEXT[:9], None, r"heldout 0.001 of 9 units holds out none of two words"),
        (NS.replaced(heldout=0.5), ["a", "b c", "d", "e"], None, r"of 4 units (holds out|leaves) none"),
        (NS, TEXT, ["king", "queen"], r"none of its 2 units \(line\) holds two words of the vocabulary"),
        (NS, TEXT, ["tzar tzarina"], r"none of its 1 different words|none of its 2 different words"),
        (NS, TEXT, [], "the corpus is empty"),
    ],
)
def test_too_little_to_hold_out_or_to_keep_is_refused_with_a_remedy(learner, text, held, says):
    with pytest.raises(InputError, match=says):
        learner.fit(text, heldout_text=held)


def test_a_share_that_leaves_nothing_is_refused():
    seed = next(seed for seed in range(99) if held_out(0, 2, 0.5, seed).tolist() == [True, True])
    with pytest.raises(
        InputError, match="leaves none of two words or more; lower heldout, or give more text"
    ):
        NS.replaced(heldout=0.5, seed=seed).fit(["a b", "b a"])


def test_held_out_text_of_which_sampling_leaves_nothing_is_refused():
    with pytest.raises(InputError, match="nothing can be predicted in the text held out; hold out more"):
        faked(NS, [0.0], predictions=0).fit(TEXT, heldout_text=TEXT)
    with pytest.raises(NotFinite, match="the loss of the text held out became nan; lower lr"):
        faked(NS, [float("nan")]).fit(TEXT, heldout_text=TEXT)


def test_an_epoch_that_learned_nothing_has_no_row():
    """Thinning leaves no word beside another; the held-out text would have something to measure."""
    learner = NS.replaced(sample=1e-9, patience=1)
    model = faked(learner, [1.0, 2.0, 3.0]).fit(["a b"] * 9, heldout_text=["a b"])
    assert model.history == [] and model.record["pairs"] == 0 and not model.record["stopped_early"]


def test_options_that_need_or_exclude_each_other_are_named():
    with pytest.raises(OptionError, match="patience 3 waits for a better held-out loss, and no text is held"):
        NS.replaced(patience=3).fit(TEXT)
    with pytest.raises(OptionError, match="heldout and heldout_text exclude each other"):
        NS.replaced(heldout=0.1).fit(TEXT, heldout_text=TEXT)


def faked(learner, losses, predictions=1):
    """The learner with these held-out losses, one an epoch."""

    class Faked(type(learner)):
        def job(self, *given):
            job, left = super().job(*given), iter(losses)

            def measure(tokens, units, sums):
                if len(tokens):  # else it is only compiled
                    sums += (next(left), predictions, 1)

            return Job(job.tables, job.step, measure, job.look, job.work)

    return Faked(**dataclasses.asdict(learner))


@pytest.mark.parametrize(
    ("patience", "losses", "epochs", "best"),
    [
        (1, [3, 2, 2.5, 1, 1], 3, 2),
        (2, [3, 2, 2.5, 1, 1, 1], 6, 4),  # an equal loss is no new best
        (2, [1, 2, 3], 3, 1),
        (3, [6, 5, 4, 3, 2, 1], 6, 6),
        (9, [1, 2, 3, 4, 5, 6], 6, 1),
        (None, [1, 2, 3, 4, 5, 6], 6, 1),
    ],
)
def test_training_stops_after_so_many_epochs_without_a_new_best(patience, losses, epochs, best):
    records = []
    learner = NS.replaced(epochs=6, patience=patience)
    model = faked(learner, losses).fit(TEXT, heldout_text=TEXT[:9], progress=records.append)
    assert [row["heldout"] for row in model.history] == losses[:epochs]
    assert model.record["epochs"] == epochs and model.record["best_epoch"] == best
    assert model.record["stopped_early"] is (epochs < 6) and model.record["interrupted"] is False
    said = [record.text for record in records if record.phase == "stopped"]
    assert len(said) == (epochs < 6) and all(f"least after epoch {best}" in text for text in said)


def test_a_run_resumed_has_the_patience_that_was_left():
    learner, losses = NS.replaced(epochs=6, patience=2), [1, 2, 3, 4]
    stop = iter(range(99))

    def evaluate(vectors):
        if next(stop) == 6:  # in the second epoch of four shards each
            raise KeyboardInterrupt

    part = faked(learner, losses).fit(TEXT, heldout_text=TEXT, evaluate=evaluate, every=0)
    assert [row["heldout"] for row in part.history] == [1] and part.record["interrupted"]
    model = faked(learner, losses[1:]).fit(TEXT, heldout_text=TEXT, resume=part)
    assert [row["heldout"] for row in model.history] == [1, 2, 3] and model.record["stopped_early"]
    assert bits(model) == bits(faked(learner, losses).fit(TEXT, heldout_text=TEXT))


def test_evaluation_between_any_two_shards_changes_no_bit():
    seen = []

    def evaluate(vectors):
        seen.append(vectors.vectors.sum(dtype=np.float64))
        assert not vectors.vectors.flags.writeable and vectors.most_similar("king", topn=1)
        return {"sum": seen[-1]}

    model = NS.fit(TEXT, evaluate=evaluate, every=0)
    assert bits(model) == bits(NS.fit(TEXT)) and len(set(seen)) == len(seen) >= 9
    rows = [row for row in model.history if "sum" in row]
    assert [row["sum"] for row in rows] == seen
    assert [row["epoch"] for row in rows] == [row["tokens"] / model.record["tokens"] for row in rows]
    assert rows[-1]["epoch"] == 3 and [row["epoch"] for row in model.history if "loss" in row] == [1, 2, 3]


@pytest.mark.parametrize(
    ("returned", "row"),
    [
        ({"a": np.float32(0.5), "b": np.int64(3), "c": True}, {"a": 0.5, "b": 3, "c": 1}),
        (0.25, {"value": 0.25}),
        (7, {"value": 7}),
        ({"rho": float("nan"), "far": -np.inf}, {"rho": None, "far": None}),  # JSON has no NaN
        ({}, {}),
        (None, None),
    ],
)
def test_what_an_evaluation_returns_becomes_a_row(returned, row, tmp_path):
    model = NS.fit(TEXT, evaluate=lambda vectors: returned, every=1e9)
    found = [row for row in model.history if "loss" not in row]
    assert len(found) == (row is not None)  # at the end, since the time never came
    for each in found:
        assert {
            name: value for name, value in each.items() if name not in ("epoch", "tokens", "seconds")
        } == row
    model.save(tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    assert config["training"]["history"] == model.history == load(tmp_path / "m").history


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        ("good", "must return numbers, got 'good' for 'value'"),
        ({"a": [1]}, r"must return numbers, got \[1\] for 'a'"),
        ({"epoch": 1}, "must name its numbers, and not epoch, tokens, seconds, got 'epoch'"),
        ({3: 1}, "must name its numbers, .*, got 3"),
    ],
)
def test_what_an_evaluation_may_not_return_is_named(returned, says):
    with pytest.raises(OptionError, match=says):
        NS.fit(TEXT, evaluate=lambda vectors: returned, every=0)


def test_what_cannot_be_called_is_refused_before_the_text_is_read():
    with pytest.raises(OptionError, match="evaluate must be a function of Vectors, got 3"):
        NS.fit("no such file", evaluate=3)


def test_what_an_evaluation_raises_ends_training():
    before = set(threading.enumerate())

    def evaluate(vectors):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        NS.replaced(threads=2, epochs=100_000).fit(TEXT, evaluate=evaluate, every=0.05)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_deterministic_run_has_the_same_bytes_at_any_number_of_threads(threads, tmp_path):
    text = lines(4, 3000)
    model = NS.replaced(threads=threads, deterministic=True).fit(text)
    assert bits(model) == bits(NS.fit(text))
    assert model.record["deterministic"] is True and model.record["threads"] == 1
    assert model.options["threads"] == threads and model.options["deterministic"] is True
    model.save(tmp_path / "m")
    assert "| Same seed gives the same bits | yes |" in (tmp_path / "m" / "README.md").read_text()


def test_a_run_of_several_threads_says_that_it_cannot_be_repeated(tmp_path):
    model = NS.replaced(threads=2).fit(TEXT)
    assert model.record["deterministic"] is False and model.record["threads"] == 2
    model.save(tmp_path / "m")
    assert "| Same seed gives the same bits | no |" in (tmp_path / "m" / "README.md").read_text()


def test_the_history_tells_each_epoch():
    model = NS.fit(TEXT)
    tokens = model.record["tokens"]
    assert [(row["epoch"], row["tokens"]) for row in model.history] == [(e, e * tokens) for e in (1, 2, 3)]
    assert [row["lr"] for row in model.history] == pytest.approx([0.05 * 2 / 3, 0.05 / 3, 5e-6], rel=1e-3)
    assert [row["loss"] for row in model.history] == model.record["loss"]
    seconds = [row["seconds"] for row in model.history]
    assert seconds == sorted(seconds) and seconds[-1] <= model.record["seconds"]
