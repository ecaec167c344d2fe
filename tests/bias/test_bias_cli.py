"""`omnivec bias measure` and `bias remove` as a user calls them."""

import json
import os
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from omnivec import Vectors, load
from omnivec.cli import main
from omnivec.evaluate import bias

LISTS = {
    "first": [f"n{n}" for n in range(10)], "second": [f"n{n}" for n in range(60, 70)],
    "toward": [f"n{n}" for n in range(20, 30)], "away": [f"n{n}" for n in range(80, 90)],
}  # fmt: skip


@pytest.fixture
def call(call, monkeypatch, folder):
    """Run `omnivec bias` in a folder of models and lists: (exit code, stdout, stderr)."""
    monkeypatch.chdir(folder)
    return partial(call, "bias", stdin="")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model whose first sixty words lie on one side, the words of WEAT6, and lists of words as files."""
    folder = tmp_path_factory.mktemp("bias")
    draw = np.random.default_rng(1)
    six = bias.published_test("WEAT6")
    named = [word.lower() for group in (*six.targets, *six.attributes) for word in group.words]
    pairs = [(f"she{n}", f"he{n}") for n in range(10)]
    keys = [f"n{n}" for n in range(120)] + [*dict.fromkeys(named)] + [word for pair in pairs for word in pair]
    matrix = draw.normal(size=(len(keys), 12))
    matrix[:60, :3] += 2
    matrix[60:120, :3] -= 2
    matrix[-20:, 1:] = np.repeat(draw.normal(size=(10, 11)), 2, axis=0)
    matrix[-20:, 0] = np.tile([3.0, -3.0], 10)
    Vectors(keys, matrix.astype(np.float32)).save(folder / "words.omnivec")
    for name, words in LISTS.items():
        (folder / f"{name}.txt").write_text("\n".join(words) + "\n")
    (folder / "sets.json").write_text(json.dumps(LISTS))
    (folder / "pairs.txt").write_text("".join(f"{one} {other}\n" for one, other in pairs))
    (folder / "unknown.txt").write_text("nobody\nnoone\n")
    (folder / "partly.txt").write_text("n0\nn1\nnobody\n")
    (folder / "empty.txt").write_text("")
    (folder / "pair.tsv").write_text("n0\tn1\t3\nn0\tn70\t1\nn5\tn6\t2\n")
    (folder / "cells.txt").write_text(" ".join(keys) + "\n")
    return folder


PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
SHAPES = [
    json.loads(block)
    for block in re.findall(
        r"```json\n(.*?)^```", PAGE.partition("\n## bias\n")[2].partition("\n## ")[0], re.M | re.S
    )
]
KINDS = {"number": (int, float), "string": str, "boolean": bool, "any": object}


def fits(value, shape):
    """Assert that a value has the shape that the page gives: the fields, in their order."""
    if isinstance(shape, str):
        assert isinstance(value, KINDS[shape]) and isinstance(value, bool) <= (shape in ("boolean", "any"))
    elif isinstance(shape, list):
        for one, its in zip(value, shape * len(value) if len(shape) == 1 else shape, strict=True):
            fits(one, its)
    elif len(shape) == 1 and next(iter(shape)).rstrip("?").isupper():
        for one in value.values():
            fits(one, next(iter(shape.values())))
    else:
        assert list(value) == [name.rstrip("?") for name in shape]
        for name, one in shape.items():
            if not (name.endswith("?") and value[name[:-1]] is None):
                fits(value[name.rstrip("?")], one)


FOUR = ["--targets", "first.txt", "second.txt", "--attributes", "toward.txt", "away.txt"]


def test_a_published_test_has_the_json_that_is_promised(call):
    code, out, _ = call("measure", "words.omnivec", "--test", "WEAT6", "--json")
    told = json.loads(out)["weat"]
    assert code == 0 and list(told)[:3] == ["effect_size", "p_value", "unknown"]
    test = bias.published_test("WEAT6")
    score = bias.weat(load("words.omnivec").vectors, test.targets, test.attributes)
    assert told == json.loads(json.dumps(score.as_json()))
    assert told["unknown"] == [] and told["exact"] and told["permutations"] == 12_870


def test_one_s_own_lists_by_file_and_by_name_are_the_same(call):
    _, files, _ = call("measure", "words.omnivec", *FOUR, "--json")
    names = [word.removesuffix(".txt") for word in FOUR]
    _, named, _ = call("measure", "words.omnivec", "--lists", "sets.json", *names, "--json")
    assert files == named and json.loads(files)["weat"]["effect_size"] > 1


def test_lists_of_a_file_replace_the_published_ones(call, folder):
    sets = {name: list(group.words) for name, group in bias.sets().items()}
    (folder / "weat.json").write_text(json.dumps({**sets, "career": ["home"], "family": ["salary"]}))
    _, plain, _ = call("measure", "words.omnivec", "--test", "weat6", "--json")
    _, other, _ = call("measure", "words.omnivec", "--test", "weat6", "--lists", "weat.json", "--json")
    assert json.loads(other)["weat"]["covered"] == 18
    assert json.loads(plain)["weat"]["effect_size"] != json.loads(other)["weat"]["effect_size"]


def test_people_read_a_table_with_its_coverage(call):
    code, out, _ = call("measure", "words.omnivec", "--targets", "partly.txt", "second.txt", *FOUR[3:])
    assert code == 0 and out.splitlines()[0].split() == [
        "WEAT", "effect", "size", "95", "%", "interval", "p", "known", "of", "words"
    ]  # fmt: skip
    assert "32 of 33 words are known; left out: nobody." in out
    assert "partly has lost 1 of 3 words" in out and "partly and second, by toward and away." in out


def test_all_tests_say_which_could_not_be_measured(call):
    code, out, _ = call("measure", "words.omnivec", "--test", "all", "--json")
    tests = json.loads(out)["tests"]
    assert code == 0 and tests["WEAT6"]["covered"] == 32
    assert "none of its 25 words is known" in tests["WEAT1"]["not_measured"] and len(tests) == 10
    assert "WEAT1: not measured: flowers:" in call("measure", "words.omnivec", "--test", "all")[1]


def test_every_measure_can_be_asked_for_at_once(call):
    measures = ["weat", "sc-weat", "rnsb", "projection", "ripa"]
    words = [
        *FOUR,
        "--words",
        "first.txt",
        "--pairs",
        "pairs.txt",
        "--probe",
        "n0",
        "n1",
        "--poles",
        "n70",
        "n3",
    ]
    code, out, _ = call("measure", "words.omnivec", *words, "--topn", 2, "--measure", *measures, "--json")
    told = json.loads(out)
    assert code == 0 and list(told) == ["weat", "sc_weat", "rnsb", "projection", "ripa", "probes"]
    fits(told, SHAPES[0])
    assert told["projection"]["direction"] == {
        "name": "pairs", "pairs": 10, "explained": [pytest.approx(1)], "unknown": []
    }  # fmt: skip
    assert [probe["word"] for probe in told["probes"]] == ["n0", "n1"]
    questions = [(answer["positive"], answer["negative"]) for answer in told["probes"][0]["answers"]]
    assert questions == [(["n70", "n0"], ["n3"]), (["n3", "n0"], ["n70"])]
    text = call("measure", "words.omnivec", *words, "--measure", *measures)[1]
    for title in (
        "SC-WEAT, toward / away",
        "RNSB by word",
        "Projection",
        "RIPA",
        "n0 + n70 - n3",
        "n0 + n3 - n70",
    ):
        assert title in text


def test_one_list_is_enough_for_each_word_alone(call):
    words = ["--targets", "first.txt", *FOUR[3:], "--measure", "sc-weat", "--json"]
    told = json.loads(call("measure", "words.omnivec", *words)[1])
    assert set(told["sc_weat"]["words"]) == set(LISTS["first"])


def test_the_same_test_on_the_counts_of_a_text(call, folder, capsys):
    draw = np.random.default_rng(2)
    sides = [LISTS["first"] + LISTS["toward"], LISTS["second"] + LISTS["away"]]
    lines = [" ".join(draw.choice(sides[place % 2], 8)) for place in range(400)]
    (folder / "text.txt").write_text("\n".join(lines))
    assert main(["cooccur", "text.txt", "counts.cells", "--min-count", "1", "--overwrite", "-q"]) == 0
    capsys.readouterr()
    told = json.loads(call("measure", "words.omnivec", *FOUR, "--counts", "counts.cells", "--json")[1])[
        "weat"
    ]
    assert told["data"]["effect_size"] > 1.5 and told["data"]["p_value"] < 0.01
    assert told["difference"] == pytest.approx(told["effect_size"] - told["data"]["effect_size"])
    text = call("measure", "words.omnivec", *FOUR, "--counts", "counts.cells")[1]
    assert "of the counts" in text and "the difference is what learning added" in text


def test_a_test_that_the_counts_cannot_make_keeps_its_own_figure(call, folder, capsys):
    (folder / "other.txt").write_text(" ".join(LISTS["first"] + LISTS["toward"]) * 3)
    assert main(["cooccur", "other.txt", "other.cells", "--min-count", "1", "--overwrite", "-q"]) == 0
    capsys.readouterr()
    told = json.loads(call("measure", "words.omnivec", *FOUR, "--counts", "other.cells", "--json")[1])["weat"]
    assert told["effect_size"] > 1 and "difference" not in told
    why = told["data"]["not_measured"]
    assert list(told["data"]) == ["not_measured"] and why.startswith("second: none of its 10 words is known")
    text = call("measure", "words.omnivec", *FOUR, "--counts", "other.cells")[1]
    assert "lists, of the counts: not measured: second: none of its 10 words is known" in text


def test_counts_are_pointwise_mutual_information(call, folder):
    from omnivec.data.cells import Cells

    (folder / "few.txt").write_text("a b a b a c\nc c b a\n")
    assert main(["cooccur", "few.txt", "few.cells", "--min-count", "1", "--overwrite", "-q"]) == 0
    cells = Cells.open("few.cells")
    dense = np.zeros((3, 3))
    for row, column, weight in zip(cells.rows, cells.columns, cells.weights, strict=True):
        dense[row, column] = weight
    expected = dense.sum(axis=1, keepdims=True) * dense.sum(axis=0) / dense.sum()
    with np.errstate(divide="ignore"):
        information = np.log(dense / expected)
    wanted = np.maximum(information, 0)
    assert (information[dense > 0] < 0).any()
    keys = list(cells.vocabulary.keys)
    found = bias.counted(cells, ["A", "c", "nobody"])
    for key in found.keys:
        ours, theirs = np.sort(found[key]), np.sort(wanted[keys.index(key)])
        assert (ours >= 0).all()
        assert ours[ours > 0] == pytest.approx(theirs[theirs > 0], abs=1e-6)
    assert list(found.keys) == [key for key in keys if key in ("a", "c")]


def test_a_removal_writes_a_model_and_its_report(call, folder):
    words = [
        "--pairs",
        "pairs.txt",
        "--sides",
        "s1.txt",
        "s2.txt",
        "--similarity",
        "pair.tsv",
        *FOUR,
        "--json",
    ]
    for name, start in (("s1", 0), ("s2", 60)):
        (folder / f"{name}.txt").write_text("\n".join(f"n{n}" for n in range(start, start + 60)))
    code, out, err = call("remove", "words.omnivec", "out.omnivec", *words, "--html", "out.html")
    told = json.loads(out)
    assert code == 0 and "Saved" in err and told["model"] == "out.omnivec"
    fits(told, SHAPES[1])
    assert (
        told["recovered"]["after"]["linear"] > 0.8
        and told["still_told"]
        and "hidden, not gone" in told["verdict"]
    )
    assert told["direct_bias"]["after"] < 1e-7 < told["direct_bias"]["before"]
    assert told["weat"]["lists"]["before"]["effect_size"] > 1
    assert list(told["quality"]) == ["pair, Spearman of 3 of 3 pairs"]
    card = (folder / "out.omnivec" / "README.md").read_text(encoding="utf-8")
    assert "## Debiased" in card and told["verdict"] in card and "| Direction of | pairs |" in card
    page = (folder / "out.html").read_text(encoding="utf-8")
    assert "What remains" in page and told["verdict"] in page and "<script" not in page
    code, _, err = call("remove", "words.omnivec", "out.omnivec", "--pairs", "pairs.txt")
    assert (code, err) == (1, "omnivec: out.omnivec exists; choose another name or add --overwrite\n")
    code, out, _ = call("remove", "words.omnivec", "out.omnivec", *words[:-1], "--overwrite", "-q")
    assert code == 0 and "The bias is hidden, not gone" in out and "What it cost" in out


@pytest.mark.parametrize("method", ["neutralise", "soft", "nullspace"])
def test_every_method_is_a_flag(call, method, folder):
    words = [
        "--pairs",
        "pairs.txt",
        "--method",
        method,
        "--similarity",
        "pair.tsv",
        "--overwrite",
        "-q",
        "--json",
    ]
    code, out, err = call("remove", "words.omnivec", "method.omnivec", *words)
    assert code == 0, err
    assert json.loads(out)["method"] == method
    assert load(folder / "method.omnivec").config["debiased"]["method"] == method


SHORT = {"MODEL": "words.omnivec", "ATTRIBUTES": "--attributes toward.txt away.txt"}
BAD = [
    ("measure MODEL", 2, "bias measure needs --test NAME, or --targets and --attributes"),
    ("measure nothing.omnivec --test WEAT6", 1, "nothing.omnivec: no such file or folder"),
    ("measure MODEL --test WEAT66", 2, "unknown test 'WEAT66'; did you mean WEAT6"),
    ("measure MODEL --test WEAT1", 1, "flowers: none of its 25 words is known"),
    ("measure MODEL --targets first.txt second.txt", 2, "--targets and --attributes belong together"),
    ("measure MODEL --targets first.txt ATTRIBUTES", 2, "two lists of --targets, got 1"),
    ("measure MODEL --targets first.txt second.txt --attributes away.txt", 2,
     "--attributes takes two lists"),
    ("measure MODEL --test WEAT6 --targets first.txt second.txt ATTRIBUTES", 2,
     "--test has its own targets and attributes"),
    ("measure MODEL --targets frist.txt second.txt ATTRIBUTES", 1,
     "frist.txt: no such file or folder. Did you mean first.txt?"),
    ("measure MODEL --targets carer family ATTRIBUTES", 2, "unknown list 'carer'"),
    ("measure MODEL --targets unknown.txt second.txt ATTRIBUTES", 1,
     "unknown: none of its 2 words is known (nobody, noone)"),
    ("measure MODEL --targets empty.txt second.txt ATTRIBUTES", 1, "empty.txt: is empty"),
    ("measure MODEL --targets partly.txt second.txt ATTRIBUTES --unknown refuse", 1,
     "partly: 1 of 3 words are unknown: nobody"),
    ("measure MODEL --test WEAT6 --unknown drop", 2, "unknown must be one of skip, refuse, got 'drop'"),
    ("measure MODEL --test WEAT6 --measure wheat", 2, "got 'wheat'. Did you mean weat?"),
    ("measure MODEL --measure rnsb", 2, "rnsb needs --test NAME"),
    ("measure MODEL --measure ripa --test WEAT6", 2, "ripa needs --words LIST"),
    ("measure MODEL --test WEAT6 WEAT7 --measure rnsb", 2, "of one test at a time, got 2"),
    ("measure MODEL --pairs gender", 2, "--pairs gives a direction"),
    ("measure MODEL --words first.txt --pairs empty.txt", 1, "empty.txt: is empty"),
    ("measure MODEL --words first.txt --pairs first.txt", 1, "first.txt, pair 1: expected two words"),
    ("measure MODEL --words first.txt --pairs gander", 2, "unknown table of pairs 'gander'"),
    ("measure MODEL --probe nx --poles n0 n1", 1, "unknown word 'nx'"),
    ("measure MODEL --probe n0 --poles n1", 2, "--poles takes two words"),
    ("measure MODEL --test WEAT6 --poles n0 n1", 2, "--poles are what --probe asks between"),
    ("measure MODEL --test WEAT6 --words first.txt --measure weat", 2, "--words are projected"),
    ("measure MODEL --test WEAT6 --permutations 0", 2, "permutations must lie between 1"),
    ("measure MODEL --test WEAT6 --lists first.txt", 1, "first.txt, line 1: is not JSON"),
    ("measure MODEL --test WEAT6 --counts first.txt", 1, "first.txt"),
    ("measure MODEL --counts cells.txt --words first.txt", 2,
     "--counts makes the tests of lists on a text"),
    ("measure MODEL --test WEAT6 --html nowhere/x.html", 1, "there is no folder"),
    ("remove MODEL", 2, "bias remove needs OUTPUT"),
    ("remove MODEL x.omnivec --method harder", 2, "did you mean 'hard'?"),
    ("remove MODEL x.omnivec --pairs unknown.txt", 1, "unknown.txt, pair 1: expected two words"),
    ("remove MODEL x.omnivec --pairs pairs.txt --sides first.txt", 2, "--sides takes two lists, got 1"),
    ("remove MODEL x.omnivec --pairs pairs.txt --similarity first.txt", 1, "first.txt, line 1: expected"),
    ("remove MODEL x.omnivec --pairs pairs.txt --similarity ws35", 1, "Did you mean ws353?"),
    ("remove MODEL x.omnivec --pairs pairs.txt --analogies googl", 1, "Did you mean google?"),
    ("remove MODEL x.omnivec --pairs pairs.txt --neutral unknown.txt", 1, "none of its 2 words is known"),
    ("remove MODEL x.omnivec --pairs pairs.txt --specific unknown.txt", 1, "none of its 2 words is known"),
    ("remove MODEL x.omnivec --pairs pairs.txt --test WEAT1", 1, "flowers: none of its 25 words is known"),
    ("remove MODEL x.omnivec --pairs pairs.txt --components 13", 2, "between 1 and dim, 12, got 13"),
    ("remove MODEL x.omnivec --pairs pairs.txt --method soft --equalise pairs.txt", 2,
     "of the method hard"),
    ("remove MODEL x.omnivec", 1, "gender (published): of 10 pairs none has both words known"),
    ("remove MODEL nowhere/x.omnivec --pairs pairs.txt", 1, "there is no folder"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), BAD, ids=[words for words, _, _ in BAD])
def test_what_is_wrong_is_said_in_one_line(call, folder, words, code, said):
    for name, meant in SHORT.items():
        words = words.replace(name, meant)
    found, out, err = call(*words.split(), "-q")
    assert found == code and out == "" and err.startswith("omnivec: ") and err.count("\n") == 1
    assert said in err
    assert not (folder / "x.omnivec").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_page_that_cannot_be_written_is_refused_before_the_work(call, folder):
    (folder / "locked").mkdir(mode=0o555)
    code, _, err = call("measure", "words.omnivec", "--test", "WEAT6", "--html", "locked/x.html")
    assert code == 1 and "cannot be written" in err


def test_lists_that_are_the_same_have_no_effect(call):
    same = ["--targets", "first.txt", "first.txt", "--attributes", "toward.txt", "away.txt", "--json"]
    told = json.loads(call("measure", "words.omnivec", *same)[1])["weat"]
    assert told["effect_size"] == pytest.approx(0, abs=1e-12) and told["shared"] == LISTS["first"]


def test_info_says_that_a_model_is_debiased_and_what_remains(call, folder, capsys):
    for method in ("soft", "hard"):
        source = "words.omnivec" if method == "soft" else "told-soft.omnivec"
        words = ("remove", source, f"told-{method}.omnivec", "--pairs", "pairs.txt", "--method", method)
        assert call(*words, "--similarity", "pair.tsv", "-q")[0] == 0
    assert main(["info", "told-hard.omnivec"]) == 0
    told = capsys.readouterr().out
    record = load("told-hard.omnivec").config["debiased"]
    assert "Debiased   hard, direction of pairs, before that soft: " in told
    assert record["verdict"] in " ".join(told.split())
    assert main(["info", "told-hard.omnivec", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["debiased"] == record
    assert main(["info", "words.omnivec", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["debiased"] is None
