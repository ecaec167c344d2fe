"""Texts and files with something wrong, at every verb that reads them: answered and counted, or one line."""

import gzip
import json

import numpy as np
import pytest
from test_formats_fasttext import FILES, file

from omnivec import Classifier, InputError, NotFinite, OptionError, load

LINES = [f"__label__{label} {label}{n} {label}{n + 1}" for label in "xy" for n in range(20)]
SMALL = ["--dim=16", "--epochs=1", "--threads=1", "--buckets=500", "-q"]

BAD_FILES = {
    "cut in its header": (FILES["supervised"][:50], "it ends in its header"),
    "cut in its words": (FILES["supervised"][:120], "damaged, take another copy"),
    "cut in its numbers": (FILES["supervised"][:-1], "truncated"),
    "of a newer fastText": (file(version=13), "it has version 13"),
}
"""What is read alike by every verb, and a part of what is said; floret's is in test_formats_refused."""


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classifier") / "m"
    Classifier(dim=16, epochs=5, lr=0.5, threads=1, buckets=500).fit(LINES).save(folder)
    return folder


@pytest.mark.parametrize("kind", BAD_FILES)
@pytest.mark.parametrize("verb", ["classify", "evaluate", "embed", "convert"])
def test_a_bad_file_of_fasttext_is_one_line_at_every_verb(call, tmp_path, kind, verb):
    content, told = BAD_FILES[kind]
    (tmp_path / "m.bin").write_bytes(content)
    (tmp_path / "texts").write_text("\n".join(LINES))
    more = {"embed": ["texts", "-o", "out.npy"], "convert": ["out"]}.get(verb, ["texts"])
    words = [word if word == "-o" else tmp_path / word for word in more]
    code, out, err = call(verb, tmp_path / "m.bin", *words)
    assert (code, out) == (1, "") and told in err
    assert len(err.splitlines()) == 1 and err.startswith(f"omnivec: {tmp_path}/m.bin: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.bin", "texts"]


BAD_TEXTS = {
    "no label": (b"a b c\n", "no word begins with '__label__'"),
    "one label": (b"__label__x a\n__label__x b\n", "it has only one label ('x')"),
    "nothing": (b"", "empty"),
    "empty lines": (b"\n\n\n", ""),
    "binary": (b"\x7fELF\x00\x01\x02", "a zero byte at 4"),
}


@pytest.mark.parametrize("kind", BAD_TEXTS)
def test_a_text_that_cannot_teach_labels_is_one_line(call, tmp_path, kind):
    content, told = BAD_TEXTS[kind]
    (tmp_path / "text").write_bytes(content)
    code, out, err = call("train", "classifier", tmp_path / "text", tmp_path / "out", *SMALL)
    assert (code, out) == (1, "") and told in err and len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


ODD_TEXTS = {
    "empty lines": "__label__x x1 x2\n\n\n__label__y y1\n",
    "unknown words": "__label__x zz\n__label__y qq ww\n",
    "a literal line end": "__label__x x1 </s> x2\n__label__y </s>\n",
    "tabs and no-break spaces": "__label__x\tx1\u00a0x2\tx3\n__label__y y1\u3000y2\n",
    "a long line": "__label__x " + "x1 x2 " * 50_000 + "\n__label__y y1\n",
    "carriage returns": "__label__x x1\r\n__label__y y1\r\n",
    "labels with commas": "__label__x,y x1\n__label__y y1\n",
    "a mark of byte order": "\ufeff__label__x x1\n__label__y y1\n",
    "no text beside the label": "__label__x\n__label__y\n",
    "no line end": "__label__x x1\n__label__y y1",
}


@pytest.mark.parametrize("kind", ODD_TEXTS)
def test_bad_texts_are_answered_or_named(call, classifier, tmp_path, kind):
    """Training, answers, scores, vectors: a line each, whatever it holds."""
    text, given = tmp_path / "text", ODD_TEXTS[kind]
    text.write_text(given, encoding="utf-8", newline="")
    lines = given.count("\n") + (not given.endswith("\n"))
    assert call("train", "classifier", text, tmp_path / "out", *SMALL)[0] == 0
    for model in (classifier, tmp_path / "out"):
        code, out, err = call("classify", model, text, "-k", "-1", "--json")
        answers = [json.loads(line) for line in out.splitlines()]
        assert code == 0 and len(answers) == lines
        assert all(sum(chance for _, chance in answer) == pytest.approx(1, abs=1e-5) for answer in answers)
        code, out, _ = call("evaluate", model, text, "--json")
        assert code == 0 and json.loads(out)["classification"]["texts"] == 2
        assert call("embed", model, text, "-o", tmp_path / "rows.npy", "--overwrite", "-q")[0] == 0
        found = np.load(tmp_path / "rows.npy")
        assert found.shape == (lines, 16) and np.isfinite(found).all()
    known = {"labels with commas": ["x,y", "y"]}.get(kind, ["x", "y"])
    assert sorted(load(tmp_path / "out").label_names) == known


def test_a_packed_text_is_unpacked_at_every_verb(call, classifier, tmp_path):
    (tmp_path / "text").write_text("\n".join(LINES))
    (tmp_path / "text.gz").write_bytes(gzip.compress((tmp_path / "text").read_bytes()))
    for verb, *more in (("classify",), ("evaluate",), ("embed", "--json")):
        plain, packed = (call(verb, classifier, tmp_path / name, *more) for name in ("text", "text.gz"))
        assert plain == packed and plain[0] == 0 and plain[1]


def test_labels_that_training_had_not_are_misses_or_left_out(call, classifier, tmp_path):
    (tmp_path / "text").write_text("__label__x x1\n__label__new y1\n")
    (tmp_path / "new").write_text("__label__new y1\n")
    told = [json.loads(call("evaluate", classifier, tmp_path / "text", "--json", *more)[1])["classification"]
            for more in ([], ["--ignore-unseen"])]  # fmt: skip
    assert [score["texts"] for score in told] == [2, 1]
    assert told[0]["unseen"] == told[1]["unseen"] == {"new": 1} and told[0]["recall"] <= 0.5
    code, out, err = call("evaluate", classifier, tmp_path / "new", "--ignore-unseen")
    assert (code, out) == (1, "") and "each of its labels is unknown to the model" in err


def test_what_is_no_text_is_refused_by_type(classifier):
    model = load(classifier)
    for wrong in ("x1", b"x1", [None], [3], [b"x1"]):
        with pytest.raises(InputError):
            model.predict(wrong)
    for k, threshold in ((0, 0.0), (-2, 0.0), (1, 1.5), (1, float("nan"))):
        with pytest.raises(OptionError):
            model.predict(["x1"], k=k, threshold=threshold)
    assert model.predict([]) == []


def test_too_high_a_rate_names_the_place():
    learner = Classifier(dim=16, epochs=50, lr=100.0, threads=1, buckets=500)
    with pytest.raises(NotFinite, match=r"epoch \d+ between tokens 0 and .*; lower lr \(it was "):
        learner.fit(LINES * 20)


def test_audit_names_what_it_cannot_count(call, tmp_path):
    for content, told in (("", "empty"), ("a\nb\n", "no line holds two words")):
        (tmp_path / "text").write_text(content)
        code, out, err = call("audit", tmp_path / "text")
        assert (code, out) == (1, "") and told in err and len(err.splitlines()) == 1
