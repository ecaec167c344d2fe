"""Precision, recall and their curves: by hand, by definition, and beside fastText."""

import csv
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnivec import Classifier, InputError, OptionError, load
from omnivec.cli import main
from omnivec.data.tokenize import Splitting
from omnivec.evaluate import Curve, classification
from omnivec.evaluate.metric import Metric
from omnivec.reference import curve as reference
from omnivec.store import formats


class Told:
    """Predicts what it was told, by text."""

    label_names, label_prefix, splitting = ["a", "b", "c"], "__label__", Splitting()

    def __init__(self, answers):
        self.answers = answers

    def predict(self, texts, k=1, threshold=0.0):
        count = len(self.label_names) if k == -1 else k
        return [[one for one in self.answers[text][:count] if one[1] >= threshold] for text in texts]


ANSWERS = {
    "t0": [("a", 0.9), ("b", 0.1)],
    "t1": [("a", 0.9), ("b", 0.05)],
    "t2": [("b", 0.6), ("a", 0.4)],
    "t3": [("a", 0.5), ("b", 0.5)],
    "t4": [("b", 0.3), ("a", 0.2)],
    "t5": [],
}
PAIRS = [("t0", "a"), ("t1", "b"), ("t2", "b"), ("t3", ["a", "b"]), ("t4", "c"), ("t5", "a"), ("t0", [])]


def test_the_curve_of_a_label_is_counted_by_hand():
    score = classification(Told(ANSWERS), PAIRS, k=-1)
    # a: .9 right, .9 wrong (one point), .5 right, .4 wrong, .2 wrong; it is there in t0, t3 and t5
    found = score.curve("a")
    assert found.scores.tolist() == [0.9, 0.5, 0.4, 0.2]
    assert found.precision.tolist() == [1 / 2, 2 / 3, 2 / 4, 2 / 5, 1.0]
    assert found.recall.tolist() == [1 / 3, 2 / 3, 2 / 3, 2 / 3, 0.0]
    assert score.precision_at_recall(0.5, "a") == 2 / 3 and score.precision_at_recall(0.7, "a") == 0
    assert score.recall_at_precision(0.6, "a") == 2 / 3 and score.recall_at_precision(0.9, "a") == 0
    # b: .6 right, .5 right, .3 wrong, .1 wrong, .05 right: full recall, in t1, t2 and t3
    assert score.recall_at_precision(1, "b") == 2 / 3 and score.precision_at_recall(1, "b") == 3 / 5
    assert score.precision_at_recall(0) == 1  # all labels: the end of the curve
    assert len(score.curve("c").scores) == 0 and score.precision_at_recall(0, "c") == 0
    assert (score.label("c").there, score.label("c").f1) == (1, 0)


def test_a_curve_ends_at_full_recall():
    found = Curve.of(np.array([0.1, 0.9, 0.5]), np.array([False, True, True]), 2)
    assert found.scores.tolist() == [0.9, 0.5] and found.precision.tolist() == [1, 1, 1]


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.50001, 1.0]), st.booleans()), max_size=12),
    st.integers(0, 3),
    st.floats(0, 1),
)
def test_a_curve_is_its_definition(said, missed, share):
    there = sum(right for _, right in said) + missed
    found = Curve.of(np.array([s for s, _ in said], float), np.array([r for _, r in said], bool), there)
    points = reference.curve(said, there)
    assert found.scores.tolist() == [score for score, _, _ in points[:-1]]
    assert list(zip(found.precision, found.recall, strict=True)) == [(p, r) for _, p, r in points]
    assert found.precision_at_recall(share) == reference.precision_at_recall(points, share)
    assert found.recall_at_precision(share) == reference.recall_at_precision(points, share)


def test_a_threshold_makes_no_text_unknown():
    score = classification(Told(ANSWERS), [*PAIRS, ("t5", [])], threshold=0.55)
    assert (score.texts, score.without, score.unknown) == (6, 2, 1)  # t5 alone, where it has a label
    assert score.total.predicted == 3 and score.curve().scores.tolist() == [0.9, 0.6]


def test_lines_pairs_and_tokens_count_alike(tmp_path):
    lines = [" ".join([*(f"__label__{one}" for one in labels), text]) for text, labels in PAIRS]
    (tmp_path / "t").write_text("\n".join(lines))
    answers = {**ANSWERS, **{line: ANSWERS[line.split()[-1]] for line in lines}}
    wanted = classification(Told(ANSWERS), PAIRS, 2)
    assert classification(Told(answers), tmp_path / "t", 2) == wanted
    assert classification(Told(answers), lines, 2) == wanted
    with pytest.raises(InputError, match="expected pairs"):
        classification(Told(ANSWERS), [("t0", 3)])


METRICS = {
    "f1": 2 * 5 / (10 + 7), "f1:a": 2 * 2 / (5 + 3), "f1:__label__a": 2 * 2 / (5 + 3),
    "precision_at_recall:0.5:a": 2 / 3,
    "precisionAtRecall:0.5:__label__a": 2 / 3, "recallAtPrecision:0.6:a": 2 / 3,
    "recall_at_precision:1": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("name", METRICS)
def test_measures_by_their_name(name):
    score = classification(Told(ANSWERS), PAIRS, k=-1)
    metric = Metric.parse(name, "__label__")
    assert metric.of(score) == pytest.approx(METRICS[name])
    assert Metric.parse(str(metric)) == metric


@pytest.mark.parametrize("name", ["", "f2", "f1:", "precision_at_recall", "recallAtPrecision:2", "f1_score",
                                  "precision_at_recall:nan", "recall_at_precision:.5:"])  # fmt: skip
def test_a_measure_that_is_none_is_refused(name):
    with pytest.raises(OptionError, match="metric must be f1"):
        Metric.parse(name)


def test_a_label_that_nobody_has_is_refused():
    score = classification(Told(ANSWERS), [*PAIRS, ("t0", "spam")])
    assert score.label("spam").there == 1
    with pytest.raises(OptionError, match="no label 'spa' in the model or the texts; did you mean 'spam'"):
        score.curve("spa")
    with pytest.raises(OptionError, match="recall must lie between 0 and 1"):
        score.precision_at_recall(2)


def texts(count, seed):
    """Five labels, each with words of its own; one text in four has two."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        labels = draw.sample("abcde", 1 + (draw.random() < 0.25))
        words = [draw.choice(labels) + str(draw.randrange(9)) for _ in range(5)]
        words += [draw.choice("abcde") + str(draw.randrange(9)) for _ in range(5)]
        found.append(" ".join([*(f"__label__{one}" for one in labels), *words]))
    return found


@pytest.fixture(scope="module")
def model():
    return Classifier(dim=8, epochs=8, lr=0.3, threads=1).fit(texts(300, 1))


def test_a_model_evaluates_itself_as_the_function_does(model, tmp_path):
    lines = texts(100, 2)
    score = model.evaluate(lines, k=-1)
    assert score == classification(model, lines, k=-1) and score.precision < 0.3
    assert score.precision_at_recall(0.5) > 0.8
    assert model.evaluate(lines).precision == classification(model, lines, 1).precision
    (tmp_path / "v.txt").write_text("2 2\na 1 0\nb 0 1\n")
    with pytest.raises(OptionError, match="only a classifier"):
        load(tmp_path / "v.txt").evaluate(lines)


def test_scores_equal_those_of_fasttext(tmp_path):
    fasttext = pytest.importorskip("fasttext")
    model = Classifier.preset("fasttext", dim=8, epochs=8, lr=0.3, threads=1).fit(texts(300, 1))
    file, valid = tmp_path / "model.bin", str(tmp_path / "valid.txt")
    formats.named("fasttext").write(file, model.contents())
    lines = [*texts(200, 2), "__label__new a1 a2", "no label a1", "__label__a"]
    (tmp_path / "valid.txt").write_text("\n".join(lines) + "\n")
    theirs, ours = fasttext.load_model(str(file)).f, load(file)
    for k, threshold in [(1, 0.0), (2, 0.3), (-1, 0.0)]:
        score = ours.evaluate(valid, k, threshold, ignore_unseen=True)
        assert theirs.test(valid, k, threshold) == (score.texts, score.precision, score.recall)
        for name, wanted in theirs.testLabel(valid, k, threshold).items():
            found = score.label(name.removeprefix("__label__"))
            assert (found.f1, found.precision, found.recall) == tuple(
                0.0 if math.isnan(wanted[key]) else wanted[key] for key in ("f1score", "precision", "recall")
            )
    meter = theirs.getMeter(valid, -1)
    for share in (0.2, 0.5, 0.9):
        assert score.precision_at_recall(share) == pytest.approx(meter.precisionAtRecall(share), rel=1e-3)
        assert score.recall_at_precision(share) == pytest.approx(meter.recallAtPrecision(share), rel=1e-3)
    for number, name in enumerate(ours.label_names):
        their_points, found = meter.precisionRecallCurveLabel(number), score.curve(name)
        np.testing.assert_allclose(their_points, np.c_[found.precision, found.recall])


def test_command_line_prints_labels_confusion_and_curves(model, tmp_path, capsys):
    folder, valid, out = str(tmp_path / "m"), tmp_path / "valid.txt", tmp_path / "curve"
    model.save(folder)
    valid.write_text("\n".join(texts(100, 2)) + "\n")

    def call(*words):
        assert main(["evaluate", folder, str(valid), "-q", *words]) == 0
        return capsys.readouterr().out

    score = model.evaluate(valid, k=-1)
    head, totals, blank, columns, *rows = call("--per-label", "-k=-1").splitlines()
    assert head.split()[:1] == ["Texts"] and columns.split() == ["F1", "precision", "recall", "label"]
    assert [row.split()[-1] for row in rows] == model.label_names  # as `fasttext test-label` has them
    shown = [float(cell) for cell in rows[0].split()[:3]]
    wanted = score.label(model.label_names[0])
    assert shown == pytest.approx([wanted.f1, wanted.precision, wanted.recall], abs=1e-6)
    pairs = {(a, b): int(n) for a, b, n in map(str.split, call("--confusion").splitlines()[4:])}
    assert pairs == model.evaluate(valid).confusion
    assert main(["evaluate", folder, str(valid), "-k=-1", f"--curve={out}.csv"]) == 0
    said = capsys.readouterr()
    assert f"Saved      {out}.csv\n" in said.err and "unknown  precision  recall" in said.out
    with Path(f"{out}.csv").open(newline="") as file:
        points = [
            (row["label"], float(row["precision"]), float(row["recall"])) for row in csv.DictReader(file)
        ]
    for label in ("", "a"):
        found = score.curve(label or None)
        mine = [point[1:] for point in points if point[0] == label]
        assert mine == list(zip(found.precision, found.recall, strict=True))
    assert main(["evaluate", folder, str(valid), f"--curve={out}.csv"]) != 0
    assert (
        "exists" in capsys.readouterr().err and Path(f"{out}.csv").read_text().count("\n") == len(points) + 1
    )
    call(f"--curve={out}.csv", "--overwrite")
    call("-k=-1", f"--curve={out}.json")
    told = json.loads((tmp_path / "curve.json").read_text())
    assert told["all"] == score.curve().as_json() and [*told["labels"]] == model.label_names


BAD = {
    "--curve x.png": "--curve must end in .csv or .json, got 'x.png'",
    "--curve nowhere/x.csv": "there is no folder",
    "-k 0": "k must be a whole number from 1 on",
}


@pytest.mark.parametrize("words", BAD)
def test_a_wrong_call_is_one_line(model, tmp_path, capsys, words):
    model.save(tmp_path / "m")
    (tmp_path / "v").write_text("__label__a a1\n")
    assert main(["evaluate", str(tmp_path / "m"), str(tmp_path / "v"), *words.split()]) in (1, 2)
    assert BAD[words] in capsys.readouterr().err
