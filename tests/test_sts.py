"""Sentence pairs with a person's score: layouts, correlations, what nobody knows; and transfer tasks."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from omnivec import InputError, OptionError, Vectors, evaluate, load
from omnivec.evaluate.labelled_texts import labelled_texts
from omnivec.evaluate.sts import average, cosines, prepared

DATA = Path(__file__).parents[2] / "shared" / "data"
SING, RUN = (5.0, "A man sings.", "a man sings"), (3.5, 'The "river" runs', "water runs")
PAIRS = [SING, RUN, (1.0, "stone", "a man")]
WORDS = "a man sings the river runs water stone".split()

BENCHMARK = "".join(f"news\tX\t2012test\t{i:04}\t{s}\t{a}\t{b}\n" for i, (s, a, b) in enumerate(PAIRS))
KORSTS = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n" + BENCHMARK
GLUE = "index\tgenre\tsentence1\tsentence2\tscore\n" + "".join(f"0\tx\t{a}\t{b}\t{s}\n" for s, a, b in PAIRS)
SICK = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n" + "".join(
    f"{i}\t{a}\t{b}\t{s}\tNEUTRAL\n" for i, (s, a, b) in enumerate(PAIRS)
)
PLAIN = "".join(f"{s}\t{a}\t{b}\n" for s, a, b in PAIRS)
INPUT = "".join(f"{a}\t{b}\tsource\tsource\n" for _, a, b in PAIRS)
GOLD = "".join(f"{s}\n" for s, _, _ in PAIRS)
WITH_MORE = BENCHMARK.replace("a man sings\n", "a man sings\thttp://x\thttp://y\n")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("sts") / "m"
    matrix = np.random.default_rng(3).normal(size=(len(WORDS), 6)).astype(np.float32)
    Vectors(WORDS, matrix, counts=np.arange(len(WORDS), 0, -1)).save(path)
    return load(path)


def read(path):
    return [(pair.judgement, pair.left, pair.right) for pair in evaluate.PairFile(path).pairs()]


@pytest.mark.parametrize("text", [BENCHMARK, KORSTS, GLUE, SICK, PLAIN, WITH_MORE, "\ufeff" + PLAIN])
def test_every_layout_is_told_by_its_content(tmp_path, text):
    for name, content in (("any", text), ("windows", text.replace("\n", "\r\n")), ("cut", text.rstrip("\n"))):
        (tmp_path / name).write_bytes(content.encode())
        assert read(tmp_path / name) == PAIRS


def test_semevals_scores_stand_in_a_file_beside(tmp_path, model):
    pairs, gold = tmp_path / "STS.input.MSRpar.txt", tmp_path / "STS.gs.MSRpar.txt"
    pairs.write_text(INPUT)
    with pytest.raises(InputError, match="expected a score; its pairs have none"):
        read(pairs)
    gold.write_text("5\n\n1\n")  # the second pair was not judged
    assert read(pairs) == [(5.0, *PAIRS[0][1:]), (1.0, *PAIRS[2][1:])]
    assert evaluate.PairFile(pairs).name == "MSRpar"
    gold.write_text("5\n4\n")
    with pytest.raises(InputError, match="a score for each of the 3 lines .* got 2 lines"):
        read(pairs)
    (tmp_path / "other").write_text(GOLD)
    assert evaluate.PairFile(pairs, tmp_path / "other").pairs()[1].judgement == 3.5
    assert evaluate.sts(model, pairs, gold=tmp_path / "other").pairs == 3


def test_files_and_folders_are_found_each_once(tmp_path):
    year = tmp_path / "STS14"
    year.mkdir()
    for name in ("a", "b"):
        (year / f"STS.input.{name}.txt").write_text(INPUT)
        (year / f"STS.gs.{name}.txt").write_text(GOLD)
    (year / "correlation.pl").write_text("#!/usr/bin/perl\n")
    inputs = [evaluate.PairFile(year / f"STS.input.{name}.txt") for name in ("a", "b")]
    assert list(evaluate.pair_files([year])) == inputs
    given = [year / "STS.gs.a.txt", year / "STS.input.a.txt", year]
    assert list(evaluate.pair_files(given)) == inputs
    (tmp_path / "x").write_text(INPUT)
    (tmp_path / "y").write_text(GOLD)
    assert list(evaluate.pair_files([tmp_path / "x", tmp_path / "y"])) == [
        evaluate.PairFile(tmp_path / "x", tmp_path / "y")
    ]
    with pytest.raises(InputError, match="holds scores alone"):
        list(evaluate.pair_files([tmp_path / "y"]))
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="empty folder"):
        list(evaluate.pair_files([tmp_path / "none"]))


def test_the_correlations_are_those_of_cosines_over_all_pairs(tmp_path, model):
    (tmp_path / "set.tsv").write_text(PLAIN + "2\tnobody\tknows\n4\tthe stone\tnobody\n")
    score = evaluate.sts(model, tmp_path / "set.tsv", "mean")
    texts = [(prepared(a, True, False), prepared(b, True, False)) for _, a, b in PAIRS]
    means = [[np.mean([model.vectors[w] for w in text.split()], axis=0) for text in pair] for pair in texts]
    computed = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in means] + [0, 0]
    judged = [5, 3.5, 1, 2, 4]
    assert score.pearson == pytest.approx(np.corrcoef(judged, computed)[0, 1], abs=1e-6)
    stats = pytest.importorskip("scipy.stats")
    assert score.spearman == pytest.approx(stats.spearmanr(judged, computed).statistic, abs=1e-6)
    assert (score.name, score.pairs, score.unknown) == ("set", 5, 3)
    assert model.evaluate_sts(tmp_path / "set.tsv", "mean") == score


def test_case_and_punctuation_are_options(tmp_path, model):
    (tmp_path / "x").write_text("1\tMan!\tman\n2\tstone\tStone.\n3\triver\triver_runs\n")
    assert evaluate.sts(model, tmp_path / "x").unknown == 0
    assert evaluate.sts(model, tmp_path / "x", fold_case=False).unknown == 2
    assert evaluate.sts(model, tmp_path / "x", punctuation=True).unknown == 3
    words = ["don", "t", "say", "3", "4", "हिन्दी", "안녕"]
    assert prepared("Don’t «say» 3+4, हिन्दी 안녕!", True, False).split() == words


def test_all_alike_has_no_correlation_and_no_average(tmp_path, model):
    (tmp_path / "x").write_text("1\tman\twater\n1\tstone\triver\n")
    score = evaluate.sts(model, tmp_path / "x")
    assert score.pearson is None and score.spearman is None and score.pairs == 2
    assert average("y", [score, score]).pearson is None
    a, b = evaluate.STSScore("a", 0.2, 0.4, 100, 0), evaluate.STSScore("b", 0.8, 0.6, 300, 0)
    both = average("y", [a, b])
    assert both.as_json() == pytest.approx(
        {"pearson": 0.5, "spearman": 0.5, "weighted_pearson": 0.65, "weighted_spearman": 0.55, "sets": 2,
         "pairs": 400}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty; expected sentence pairs"), (b"\0\0", "binary file"), (b"a\tb\xff\n", "is not utf-8"),
     (b"one\n", "expected a score"), (b"nan\ta\tb\n", "expected a score"),
     (b"score\tsentence1\tsentence2\nx\ta\tb\n", "line 2: expected SCORE, SENTENCE")],
)  # fmt: skip
def test_a_file_that_holds_no_pairs_is_named(tmp_path, model, content, said):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(InputError, match=said):
        evaluate.sts(model, tmp_path / "x")


def test_damaged_lines_are_skipped_and_counted(tmp_path, model, caplog):
    (tmp_path / "x").write_text(PLAIN + "only one cell\n\n4\thalf\n")
    with caplog.at_level(logging.WARNING, "omnivec"):
        assert evaluate.sts(model, tmp_path / "x").pairs == 3
    assert "2 lines" in caplog.text and "first line 4" in caplog.text
    with pytest.raises(OptionError, match="recipe"):
        evaluate.sts(model, tmp_path / "x", "max")


def test_cosines_of_zeros_are_zero():
    left, right = np.float32([[3, 4], [0, 0], [1, 0]]), np.float32([[6, 8], [1, 1], [-2, 0]])
    np.testing.assert_allclose(cosines(left, right), [1, 0, -1], atol=1e-12)


@pytest.mark.parametrize(
    ("name", "pairs"),
    [("sts/stsb-dev.tsv", 1500), ("sts/stsb-test.tsv", 1379), ("sts/stsb-train.tsv", 5749),
     ("sts/sick-test.tsv", 4927), ("sts/sick-trial.tsv", 500), ("ko/korsts-test.tsv", 1379)],
)  # fmt: skip
def test_the_published_files_have_all_their_pairs(name, pairs, caplog):
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not here")
    assert len(evaluate.PairFile(DATA / name).pairs()) == pairs
    assert caplog.text == ""


LABELLED = [("good day", "pos"), ("sad , bad", "neg"), ('fine "day"', "pos")]


@pytest.mark.parametrize(
    "text",
    ["label\ttext\n" + "".join(f"{y}\t{x}\n" for x, y in LABELLED),
     "label\tfine_label\ttext\n" + "".join(f"{y}\t{y}:z\t{x}\n" for x, y in LABELLED),
     "sentence\tlabel\n" + "".join(f"{x}\t{y}\n" for x, y in LABELLED),
     "".join(f"{x}\t{y}\n" for x, y in LABELLED), "".join(f"{y}\t{x}\n" for x, y in LABELLED),
     "".join(f"__label__{y} {x}\n" for x, y in LABELLED), "".join(f"{y}:fine {x}\n" for x, y in LABELLED)],
)  # fmt: skip
def test_transfer_tasks_come_in_many_layouts(tmp_path, text):
    (tmp_path / "x").write_text(text)
    found = labelled_texts([tmp_path / "x"])
    assert list(zip(found.texts, found.labels, strict=True)) == LABELLED


def test_a_task_may_have_a_file_for_each_label(tmp_path):
    (tmp_path / "rt.pos").write_text("good\n\nfine\n")
    (tmp_path / "rt.neg").write_bytes("caf\u00e9 bad\n".encode("latin-1"))
    found = labelled_texts([tmp_path / "rt.pos", tmp_path / "rt.neg"])
    assert found == (["good", "fine", "café bad"], ["pos", "pos", "neg"])
    with pytest.raises(InputError, match="line 1: expected a label and a text"):
        labelled_texts([tmp_path / "rt.pos"])


def task(tmp_path, name, size):
    draw = np.random.default_rng(size)
    lines = []
    for label, words in (("land", ["man", "stone", "sings"]), ("water", ["river", "water", "runs"])):
        lines += [f"{label}\t{' '.join(draw.choice(words, 4))}\n" for _ in range(size)]
    (tmp_path / name).write_text("".join(lines))
    return tmp_path / name


def test_a_logistic_regression_tells_what_vectors_hold(tmp_path, model):
    transfer = pytest.importorskip("omnivec.sklearn.transfer", reason="scikit-learn is an extra").transfer
    train, test = (labelled_texts([task(tmp_path, name, size)]) for name, size in (("a", 20), ("b", 5)))
    score = transfer(model, train, folds=4)
    assert len(score.accuracies) == 4 and score.accuracy > 0.9 and score.deviation is not None
    assert (score.texts, score.tested, score.labels, score.unknown) == (40, 40, 2, 0)
    assert transfer(model, train, folds=4) == score
    judged = transfer(model, train, test)
    assert judged.deviation is None and judged.tested == 10 and judged.accuracy > 0.9
    shuffled = train._replace(labels=list(np.random.default_rng(1).permutation(train.labels)))
    assert transfer(model, shuffled, folds=4).accuracy < 0.8
    with pytest.raises(OptionError, match="folds must be 2 or more"):
        transfer(model, train, folds=1)
    with pytest.raises(InputError, match="two labels or more"):
        transfer(model, train._replace(labels=["a"] * 40))
    with pytest.raises(InputError, match="30 folds need every label 30 times"):
        transfer(model, train, folds=30)
    once = train._replace(labels=["c", *train.labels[1:]])
    with pytest.raises(InputError, match=r"'c' occurs once; give more texts$"):
        transfer(model, once, test)
    with pytest.raises(InputError, match="'other', ...\\) is among those that are learned"):
        transfer(model, train, test._replace(labels=["other"] * 10))


def test_what_sif_learns_for_transfer_is_of_the_training_part(tmp_path, model):
    transfer = pytest.importorskip("omnivec.sklearn.transfer", reason="scikit-learn is an extra").transfer
    train, test = (labelled_texts([task(tmp_path, name, size)]) for name, size in (("a", 20), ("b", 3)))
    test = test._replace(texts=[text[:9] for text in test.texts])  # few words, so that some are wrong
    together = transfer(model, train, test, "sif").accuracy
    each = [
        transfer(model, train, type(test)([text], [label]), "sif").accuracy
        for text, label in zip(*test, strict=True)
    ]
    assert together == pytest.approx(np.mean(each))


def test_the_command_line_prints_both(tmp_path, model, capsys):
    from omnivec.cli import main

    path = tmp_path / "m"
    model.save(path)
    year = tmp_path / "STS14"
    year.mkdir()
    for name in ("a", "b"):
        (year / f"STS.input.{name}.txt").write_text(INPUT)
        (year / f"STS.gs.{name}.txt").write_text(GOLD)
    (tmp_path / "plain.tsv").write_text(PLAIN)
    words = ["evaluate", str(path), "--sts", str(year), str(tmp_path / "plain.tsv"), "--recipe", "sif"]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [*found] == ["sts", "sts_averages"] and [*found["sts"]] == ["a", "b", "plain"]
    assert [*found["sts"]["a"]] == ["pearson", "spearman", "pairs", "unknown", "ci"]
    assert found["sts_averages"]["STS14"]["pearson"] == pytest.approx(found["sts"]["a"]["pearson"])
    assert main(words) == 0
    table = capsys.readouterr().out
    assert "unknown texts" in table and "STS14" in table
    for wrong, said in [(["--test", "x"], "--test needs"), (["--recipe", "sif"], "--recipe needs")]:
        assert main(["evaluate", str(path), *wrong]) == 2
        assert said in capsys.readouterr().err
    pytest.importorskip("sklearn")
    words = ["evaluate", str(path), "--transfer", str(task(tmp_path, "t", 20))]
    assert main([*words, "--folds", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["transfer"]["t"]
    assert len(found["folds"]) == 3 and found["labels"] == 2
    assert main([*words, "--test", str(task(tmp_path, "u", 5))]) == 0
    assert "Transfer" in capsys.readouterr().out
