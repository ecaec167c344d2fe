"""docs/json.md is true: each verb prints the object that the page gives."""

import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
SHAPES = {
    title: json.loads(block)
    for title, block in re.findall(
        r"^## (\w+)$.*?^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S
    )
}
CLASSIFICATION = json.loads(
    next(block for block in re.findall(r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
         if '"classification"' in block)
)  # fmt: skip
SENTENCES = json.loads(
    next(block for block in re.findall(r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
         if '"sts"' in block)
)  # fmt: skip
KINDS = {"number": (int, float), "string": str, "boolean": bool, "any": object}


def fits(value, shape, optional=()):
    """Assert that a value has the shape, fields in the same order; `optional` fields may be absent."""
    if isinstance(shape, str):
        assert isinstance(value, KINDS[shape]) and (shape != "number" or not isinstance(value, bool)), (
            value,
            shape,
        )
    elif isinstance(shape, list):
        assert isinstance(value, list)
        shapes = shape * len(value) if len(shape) == 1 else shape
        for one, its in zip(value, shapes, strict=True):
            fits(one, its)
    else:
        names = [name.rstrip("?") for name in shape]
        free = len(names) == 1 and names[0].isupper()
        if not free:
            assert [*value] == [name for name in names if name in value or name not in optional]
        for name, one in value.items():
            key = next(key for key in shape if free or key.rstrip("?") == name)
            if not (one is None and key.endswith("?")):
                fits(one, shape[key])


def test_the_page_has_a_shape_for_every_verb():
    from omnivec.cli.app import VERBS

    assert {*VERBS, "errors"} == set(SHAPES)


def test_texts(call, vectors_folder, tmp_path):
    text = tmp_path / "text"
    text.write_text("__label__a the king rules\n__label__b a cat eats\n" * 9)
    fits(json.loads(call("embed", vectors_folder, str(text), "--json")[1]), SHAPES["embed"])
    fits(json.loads(call("audit", str(text), "--json")[1]), SHAPES["audit"])
    model = str(tmp_path / "c")
    _, _, err = call("train", "classifier", str(text), model, "--epochs", "1", "--dim", "4")
    assert err.splitlines()[-1].split() == ["Next", "omnivec", "classify", model, "TEXTS"]
    report = json.loads(call("evaluate", model, str(text), "--json")[1])
    fits(report, CLASSIFICATION)
    words = ("autotune", text, text, tmp_path / "best", "--trials", "1", "--epochs", "1", "--dim", "4")
    fits(json.loads(call(*words, "--json")[1]), SHAPES["autotune"])
    for line in call("classify", model, str(text), "--json")[1].splitlines():
        fits(json.loads(line), SHAPES["classify"])


def test_neighbors(call, vectors_folder):
    fits(json.loads(call("neighbors", vectors_folder, "king", "man", "--json")[1]), SHAPES["neighbors"])
    fits(json.loads(call("neighbors", vectors_folder, "--json", stdin="king")[1]), SHAPES["neighbors"])


def test_analogy(call, vectors_folder):
    fits(json.loads(call("analogy", vectors_folder, "king", "queen", "man", "--json")[1]), SHAPES["analogy"])
    fits(json.loads(call("analogy", vectors_folder, "--json", stdin="king queen man")[1]), SHAPES["analogy"])


WORDS = ("--similarity", "--analogies", "--categories", "--outliers")


@pytest.mark.parametrize("asked", [*([flag] for flag in WORDS), WORDS])
def test_evaluate(call, vectors_folder, tmp_path, asked):
    (tmp_path / "--similarity").write_text("king\tqueen\t9\nking\tman\t3\nking\tnobody\t3\n")
    (tmp_path / "--analogies").write_text(": family\nking queen man woman\n: gram1\na b c d\n")
    (tmp_path / "--categories").write_text("king\truler\nqueen\truler\nman\tperson\n")
    (tmp_path / "--outliers").write_text("rulers\tking queen\tman nobody\n")
    words = [word for flag in asked for word in (flag, str(tmp_path / flag))]
    report = json.loads(call("evaluate", vectors_folder, *words, "--json")[1])
    fits(report, SHAPES["evaluate"], optional=("similarity", "analogies", "categorisation", "outliers"))
    assert len(report) == len(asked)


def test_datasets(call, tmp_path):
    fits(json.loads(call("datasets", "--json", "--data", tmp_path)[1]), SHAPES["datasets"])


def test_evaluate_of_sentences(call, vectors_folder, tmp_path):
    pytest.importorskip("sklearn")
    (tmp_path / "STS").mkdir()
    (tmp_path / "STS" / "STS.input.X.txt").write_text("king\tqueen\nman\twoman\nking\tman\n")
    (tmp_path / "STS" / "STS.gs.X.txt").write_text("5\n3\n1\n")
    (tmp_path / "task").write_text("a\tking queen\nb\tman woman\n" * 9)
    words = ("--sts", tmp_path / "STS", "--transfer", tmp_path / "task", "--folds", "2", "--json")
    fits(json.loads(call("evaluate", vectors_folder, *words)[1]), SENTENCES)
    report = json.loads(call("evaluate", vectors_folder, *words[:2], "--json")[1])
    fits(report, SENTENCES, optional=("transfer",))


def test_info(call, vectors_folder, trained, tmp_path):
    fits(json.loads(call("info", trained[0], "--json")[1]), SHAPES["info"])
    fits(json.loads(call("info", vectors_folder, "--json")[1]), SHAPES["info"])
    call("convert", vectors_folder, tmp_path / "small.omnivec", "--dtype", "int8")
    fits(json.loads(call("info", tmp_path / "small.omnivec", "--json", "--verify")[1]), SHAPES["info"])
    call("convert", vectors_folder, tmp_path / "words.txt")
    fits(json.loads(call("info", tmp_path / "words.txt", "--json")[1]), SHAPES["info"])


def test_train(trained):
    fits(trained[1], SHAPES["train"])


def test_extend(call, trained, corpus, tmp_path):
    words = ("extend", trained[0], corpus, tmp_path / "out", "--epochs", 1, "--json", "-q")
    fits(json.loads(call(*words)[1]), SHAPES["extend"])


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
def test_plan(call, corpus, loss):
    fits(json.loads(call("plan", "word2vec", corpus, "--loss", loss, "--json")[1]), SHAPES["plan"])
    fits(json.loads(call("plan", "sent2vec", corpus, "--json")[1]), SHAPES["plan"])


@pytest.mark.parametrize("verb", ["convert", "export"])
@pytest.mark.parametrize("flags", [(), ("--dtype", "int8")])
def test_convert_and_export(call, trained, tmp_path, verb, flags):
    words = (verb, trained[0], tmp_path / "out.bin", "--json", *flags)
    fits(json.loads(call(*words)[1]), SHAPES[verb])


def test_index(call, vectors_folder, tmp_path):
    pytest.importorskip("voyager")
    call("convert", vectors_folder, tmp_path / "m.omnivec")
    fits(json.loads(call("index", tmp_path / "m.omnivec", "--json")[1]), SHAPES["index"])
    fits(json.loads(call("info", tmp_path / "m.omnivec", "--json")[1]), SHAPES["info"])


@pytest.mark.parametrize(
    "words", [("neighbors", "MODEL", "kng"), ("infoo",), ("info", "nowhere"), ("info", "--x")]
)
def test_errors(call, vectors_folder, words):
    words = [vectors_folder if word == "MODEL" else word for word in words]
    fits(json.loads(call(*words, "--json")[2]), SHAPES["errors"])


@pytest.mark.parametrize("with_gensim", [True, False])
def test_demo(call, corpus, tmp_path, monkeypatch, with_gensim):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if with_gensim:
        pytest.importorskip("gensim")
    else:
        monkeypatch.setattr("omnivec.data.datasets.gensim_data", lambda: None)
    fits(json.loads(call("demo", corpus, "--json", "-q")[1]), SHAPES["demo"])


def test_baseline(call, tmp_path):
    text = tmp_path / "text"
    text.write_text("__label__a the king rules\n__label__b a cat eats\nno label\n" * 9)
    out = call("baseline", str(text), "--folds", "2", "--threads", "1", "--json")[1]
    fits(json.loads(out), SHAPES["baseline"])
    assert json.loads(out)["without_label"] == 9


def test_plot(call, vectors_folder, trained, tmp_path):
    pytest.importorskip("matplotlib")
    for verb, *words in (("words", vectors_folder, "king"), ("losses", trained[0])):
        out = call("plot", verb, *words, "-o", tmp_path / f"{verb}.png", "--json")[1]
        fits(json.loads(out), SHAPES["plot"])


def test_learn(call, tmp_path):
    fits(json.loads(call("learn", "--json")[1]), SHAPES["learn"])
    page = PAGE.read_text(encoding="utf-8")
    _, of_a_topic = re.findall(
        r"^```json\n(.*?)^```", page.split("\n## learn\n")[1].split("\n## ")[0], re.M | re.S
    )
    shape = json.loads(of_a_topic)
    fits(json.loads(call("learn", "skip-gram", "--json")[1]), shape, ["notebook"])
    words = ("learn", "why", "--notebook", tmp_path / "why.ipynb", "--json")
    fits(json.loads(call(*words)[1]), shape, ["cells"])
