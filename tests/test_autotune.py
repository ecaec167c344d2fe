"""Options found by trying them: where trials look, what they cost, what becomes of those that fail."""

import json
import random
import statistics

import numpy as np
import pytest

from omnivec import Classifier, InputError, NotFinite, OptionError, autotune, load
from omnivec.cli import main
from omnivec.store.memory import bytes_of
from omnivec.tuning import autotune as module
from omnivec.tuning.search import RANGES, Search, deviation

GIVEN = {"epochs": 5, "lr": 0.1, "dim": 100, "word_ngrams": 1, "buckets": 2_000_000, "minn": 0, "maxn": 0}
FIXED = ("dim", "epochs", "minn", "maxn", "buckets")
POOR = Classifier(dim=8, epochs=20, lr=0.1, buckets=20_000, threads=1)
"""A first trial that single words cannot make good; its loss and width are those of other tests."""


def texts(count, seed):
    """A label is the pair of first words in this order; alone, each of them tells nothing."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        words = draw.sample(["sun", "rain"], 2)
        rest = [f"w{draw.randrange(20)}" for _ in range(4)]
        found.append((" ".join(words + rest), words[0]))
    return found


def searched(**more):
    given = {"learner": POOR, "fixed": FIXED, "trials": 6, **more}
    return autotune(texts(200, 1), texts(100, 2), **given)


def test_steps_shrink_between_a_quarter_and_three_quarters():
    shares = [0, 0.25, 0.5, 0.75, 1]
    assert [round(deviation(1.9, 1.0, share), 3) for share in shares] == [1.9, 1.9, 1.45, 1.0, 1.0]


def test_draws_are_around_the_best_in_their_ranges():
    search = Search({**GIVEN, "dsub": 2}, [], seed=1)
    drawn = [search.near(0.0) for _ in range(3000)]
    for name, wide in RANGES.items():
        values = [values[name] for values in drawn]
        assert min(values) >= wide.low and max(values) <= wide.high
        assert all(isinstance(value, int) for value in values) == wide.whole
    steps = [np.log2(values["dim"] / 100) for values in drawn if 1 < values["dim"] < 1000]
    assert statistics.median(steps) == pytest.approx(0, abs=0.15)
    assert statistics.stdev(steps) == pytest.approx(1.3, abs=0.15)  # of 1.4, less what lies beyond 1000
    assert {values["minn"] for values in drawn} == {0, 2, 3} and {v["dsub"] for v in drawn} == {2, 4, 8, 16}
    assert {(values["minn"], values["maxn"]) for values in drawn} == {(0, 0), (2, 5), (3, 6)}
    again = Search({**GIVEN, "dsub": 2}, [], seed=1)
    assert [again.near(0.0) for _ in range(5)] == drawn[:5]


def test_what_is_fixed_stays():
    search = Search({**GIVEN, "minn": 1, "maxn": 2}, ["lr", "maxn"], seed=3)
    drawn = [search.near(0.9) for _ in range(200)]
    assert {values["lr"] for values in drawn} == {0.1} and {values["maxn"] for values in drawn} == {2}
    assert {values["minn"] for values in drawn} == {0, 2}


def test_a_search_betters_a_poor_beginning():
    model, trials = searched(trials=10)
    scores = [trial.score for trial in trials]
    assert scores[0] < 0.7 and max(scores) > 0.95
    assert model.evaluate(texts(100, 2)).f1 == max(scores)
    best = [trial for trial in trials if trial.best][-1]
    assert best.score == max(scores) and best.options["word_ngrams"] > 1
    assert {name: model.options[name] for name in best.options} == best.options
    assert [trial.best for trial in trials] == [
        score > max(scores[:number], default=-1) for number, score in enumerate(scores)
    ]
    assert trials[0].options == {name: POOR.as_dict()[name] for name in trials[0].options}
    assert all(trial.options["dim"] == 8 for trial in trials)
    record = model.record["autotune"]
    assert record["metric"] == "f1" and not record["interrupted"]
    assert record["trials"] == [trial.as_json() for trial in trials]


def test_a_number_of_trials_gives_the_same_again(tmp_path):
    (tmp_path / "valid").write_text("".join(f"__label__{label} {text}\n" for text, label in texts(100, 2)))
    one, first = searched(trials=4)
    other, second = autotune(iter(texts(200, 1)), tmp_path / "valid", learner=POOR, fixed=FIXED, trials=4)
    assert [(t.options, t.score, t.size) for t in first] == [(t.options, t.score, t.size) for t in second]
    np.testing.assert_array_equal(one.tables["inputs"], other.tables["inputs"])
    _, third = searched(trials=4, seed=2)
    assert [t.options for t in third[1:]] != [t.options for t in first[1:]]


def breaking(monkeypatch, failures):
    """Trainings that end as told, by their number; None for one that ends well."""
    whole, numbers = Classifier.trained, iter(failures)

    def trained(self, *given):
        failure = next(numbers, None)
        if failure is not None:
            raise failure
        return whole(self, *given)

    monkeypatch.setattr(Classifier, "trained", trained)


def test_a_trial_that_fails_loses_nothing(monkeypatch):
    breaking(monkeypatch, [NotFinite("the loss became nan"), None, MemoryError(), RuntimeError("no thread")])
    model, trials = searched(trials=4)
    assert [trial.reason for trial in trials] == ["the loss became nan", None, "MemoryError", "no thread"]
    assert [trial.score is None for trial in trials] == [True, False, True, True]
    assert model.evaluate(texts(100, 2)).f1 == trials[1].score and trials[1].best


def test_when_no_trial_ends_well_the_last_reason_is_told(monkeypatch):
    breaking(monkeypatch, [NotFinite("the loss became nan")] * 2)
    with pytest.raises(OptionError, match="each of 2 trials failed: number 2: the loss became nan"):
        searched(trials=2)


def interrupting(phase, number):
    """A listener that presses Ctrl-C once, at the record of this number in a phase."""
    seen = []

    def listen(record):
        if record.phase == phase:
            seen.append(record)
            if len(seen) == number:
                raise KeyboardInterrupt

    return listen


@pytest.mark.parametrize(("phase", "number"), [("trial", 2), ("compile", 3)])
def test_ctrl_c_returns_the_best_so_far(phase, number):
    model, trials = searched(progress=interrupting(phase, number))
    assert model.record["autotune"]["interrupted"] and 1 <= len(trials) <= 2
    assert model.evaluate(texts(100, 2)).f1 == max(trial.score for trial in trials)


@pytest.mark.parametrize(("size", "training"), [(None, 2), ("30k", 3), ("30k", 4)])
def test_ctrl_c_in_the_midst_of_a_training(monkeypatch, size, training):
    """With a size each trial trains twice, the second time the rows that are left."""
    whole, calls = Classifier.trained, []

    def trained(self, corpus, tables, listener, changed):
        calls.append(self)
        if len(calls) < training:
            return whole(self, corpus, tables, listener, changed)
        pressed = interrupting("train", 1)

        def listen(record):
            listener(record)
            pressed(record)

        return whole(self.replaced(epochs=10_000), corpus, tables, listen, changed)

    monkeypatch.setattr(Classifier, "trained", trained)
    model, trials = searched(learner=POOR.replaced(word_ngrams=3), fixed=[*FIXED, "word_ngrams"], size=size)
    assert len(trials) == 1 and model.record["autotune"]["interrupted"] and model.options["epochs"] == 20


def test_ctrl_c_before_any_trial_is_over_is_ctrl_c():
    with pytest.raises(KeyboardInterrupt):
        searched(progress=interrupting("compile", 1))


def late_in(monkeypatch, number):
    """A search whose time is over while the trial of this number trains."""
    one, begun = module._Run.one, []

    def counted(search, number, values):
        begun.append(number)
        return one(search, number, values)

    monkeypatch.setattr(module._Run, "one", counted)
    monkeypatch.setattr(module.Limits, "late", lambda _: number in begun)


def test_a_training_beyond_the_last_second_counts_for_nothing(monkeypatch):
    whole = searched(trials=2)
    late_in(monkeypatch, 2)
    model, trials = searched(trials=None, seconds=60)
    assert [trial.score for trial in trials] == [whole.trials[0].score, None]
    assert trials[1].reason == "not over 60 seconds after the search began" and model.options["lr"] == POOR.lr
    late_in(monkeypatch, 1)
    with pytest.raises(
        OptionError, match="failed: number 1: not over 60 seconds after the search began; raise seconds"
    ):
        searched(trials=None, seconds=60)


def test_a_search_is_over_after_its_time_or_its_trials():
    limits = module.Limits.of(None, None)
    assert limits.seconds == 300 and not limits.late() and limits.done(7) < 0.5
    assert module.Limits(limits.began - 300, 300, None).late()
    assert module.Limits(limits.began - 150, 300, None).done(0) == pytest.approx(0.5, abs=0.2)
    assert module.Limits(limits.began - 150, 300, 8).done(2) == 0.25  # a number says it the same each time


BAD = {
    "metric f1:snow": (OptionError, {"metric": "f1:snow"}, "has no label 'snow'"),
    "metric f1:sum": (OptionError, {"metric": "f1:sum"}, "did you mean 'sun'"),
    "metric": (OptionError, {"metric": "accuracy"}, "metric must be f1"),
    "all fixed": (OptionError, {"fixed": [*RANGES, "minn", "maxn"]}, "nothing is left to search"),
    "fixed": (OptionError, {"fixed": ["epoch"]}, "unknown option epoch. Did you mean epochs?"),
    "seconds": (OptionError, {"seconds": 0}, "seconds must be a number above 0, got 0"),
    "trials": (OptionError, {"trials": 0}, "trials must be a whole number from 1 on, got 0"),
    "size": (OptionError, {"size": "small"}, "size must be bytes, or such as 500k"),
    "k": (OptionError, {"k": 0}, "^k must be a whole number"),
    "held out": (OptionError, {"learner": POOR.replaced(heldout=0.1)}, "judged by its validation text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_call_is_refused_before_the_first_trial(name, monkeypatch):
    breaking(monkeypatch, [AssertionError("trained")])
    kind, given, message = BAD[name]
    with pytest.raises(kind, match=message):
        searched(**given)


def test_texts_without_labels_cannot_judge():
    with pytest.raises(InputError, match="Python list: no text has a label"):
        autotune(texts(50, 1), ["a b", "c"], learner=POOR, trials=1)


def test_sizes():
    assert [bytes_of(text, "size") for text in (2000, "2000", "500k", "2M", "1.5 G", "2MB")] == [
        2000, 2000, 500_000, 2_000_000, 1_500_000_000, 2_000_000
    ]  # fmt: skip


def test_every_trial_is_quantised_to_the_size_and_judged_so(tmp_path):
    given = {
        "learner": POOR.replaced(word_ngrams=3, lr=0.5),
        "fixed": [*FIXED, "word_ngrams"],
        "trials": 2,
    }
    whole, _ = searched(**given)
    model, trials = searched(size="30k", **given)
    assert [trial.size <= 30_000 for trial in trials] == [True, True]
    assert max(trial.size for trial in trials) > 29_000
    assert 256 < len(model.tables["inputs"]) < len(whole.tables["inputs"])
    assert str(model.tables["inputs"].dtype) == "uint8" and "pruned" in model.tables
    assert model.evaluate(texts(100, 2)).f1 == max(trial.score for trial in trials) > 0.95
    model.save(tmp_path / "m")
    best = [trial for trial in trials if trial.best][-1]
    assert (tmp_path / "m" / "model.safetensors").stat().st_size == best.size
    assert {trial.options["dsub"] for trial in trials} <= {2, 4, 8, 16} and model.record["autotune"][
        "size"
    ] == 30_000


def test_a_size_that_holds_everything_prunes_nothing():
    given = {"learner": POOR, "fixed": [*FIXED, "word_ngrams"], "trials": 1}
    model, trials = searched(size="1G", **given)
    assert "pruned" not in model.tables and trials[0].size < 20_000


def test_a_size_too_small_is_a_reason():
    with pytest.raises(OptionError, match="size 3,000 leaves room for 0 rows .* raise size"):
        searched(size=3000, trials=2)


def test_a_stream_is_read_once_and_taught_again(tmp_path):
    lines = [f"__label__{label} {text}\n" for text, label in texts(200, 1)]
    (tmp_path / "t").write_text("".join(lines))
    given = {
        "learner": POOR.replaced(word_ngrams=3),
        "fixed": [*FIXED, "word_ngrams"],
        "trials": 1,
        "size": "40k",
    }
    with (tmp_path / "t").open("rb") as stream:
        one, _ = autotune(stream, texts(100, 2), **given)
    other, _ = autotune(tmp_path / "t", texts(100, 2), **given)
    np.testing.assert_array_equal(one.tables["inputs"], other.tables["inputs"])


def test_other_measures_and_labels_lead_the_search():
    _, trials = searched(trials=2, metric="precisionAtRecall:0.5:__label__sun", k=-1)
    model, _ = searched(trials=1)
    wanted = model.evaluate(texts(100, 2), k=-1).precision_at_recall(0.5, "sun")
    assert trials[0].score == wanted


def test_command_line(tmp_path, capsys):
    for name, seed, count in (("train", 1, 200), ("valid", 2, 100)):
        lines = [f"__label__{label} {text}\n" for text, label in texts(count, seed)]
        (tmp_path / name).write_text("".join(lines))
    words = ["autotune", *(str(tmp_path / name) for name in ("train", "valid", "out"))]
    flags = ["--dim=8", "--buckets=20000", "--minn=0", "--maxn=0", "--threads=1", "--trials=3"]
    assert main([*words, *flags]) == 0
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if line.startswith("Trial")]
    assert [line.split()[1] for line in lines] == ["1:", "2:", "3:"] and "the best so far" in lines[0]
    model = load(tmp_path / "out")
    record = model.record["autotune"]
    best = [trial for trial in record["trials"] if trial["best"]][-1]
    assert out.splitlines()[0].split() == [
        "Best", "trial", str(best["number"]), "of", "3:", "f1", f"{best['score']:.4f}"
    ]  # fmt: skip
    assert model.options["dim"] == 8 and {trial["options"]["dim"] for trial in record["trials"]} == {8}
    assert main(["info", words[-1]]) == 0
    tuned = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("Tuned"))
    assert tuned.endswith(f"3 trials, number {best['number']} was best: f1 {best['score']:.4f}")
    assert main(words) == 1 and "exists" in capsys.readouterr().err
    assert main([*words, *flags, "--overwrite", "--json", "-q", "--metric=f1:sun"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["metric"] == "f1:sun" and len(told["trials"]) == 3 and not told["interrupted"]
    assert main([*words, "--overwrite", "--metric=f2"]) == 2
