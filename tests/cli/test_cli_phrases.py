"""`phrases`: found and joined on the command line as in Python; `--phrases` of what learns."""

import json
import os
from functools import partial

import numpy as np
import pytest
from test_cli_json import SHAPES, fits

from omnivec import Phrases, find_phrases, load

LINES = ["new york times of old", "we love new york", "the bank of america", "a line"]


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(LINES * 20) + "\n")
    return path


def test_what_is_written_is_python_s(call, text, tmp_path):
    flags = ["--threshold", "0", "--passes", 2, "--connectors", "of the", "--min-count", 2, "--discount", 0]
    code, out, err = call("phrases", text, tmp_path / "p.tsv", *flags, "--apply", tmp_path / "joined.txt")
    found = find_phrases(text, threshold=0, passes=2, connectors=["of", "the"], min_count=2, discount=0)
    assert code == 0 and Phrases.load(tmp_path / "p.tsv") == found
    assert out.splitlines()[0].split() == ["Phrase", "count", "score"] and "bank_of_america" in out
    assert f"{len(found)}, written to" in err and "80 lines, written to" in err
    joined = "".join(" ".join(tokens) + "\n" for tokens in found.apply(text))
    assert (tmp_path / "joined.txt").read_text() == joined
    flags = ("--phrases", tmp_path / "p.tsv", "--apply", "-")
    assert call("phrases", text, *flags, "-q") == (0, joined, "")
    assert call("phrases", "-", *flags, "-q", stdin=text.read_text()) == (0, joined, "")


def test_json_is_what_the_page_says(call, text, tmp_path):
    out = call("phrases", text, tmp_path / "p.tsv", "--threshold", "0", "--score", "npmi", "--json")[1]
    fits(json.loads(out), SHAPES["phrases"])
    out = call("phrases", text, "--phrases", tmp_path / "p.tsv", "--apply", tmp_path / "t", "--json")[1]
    fits(json.loads(out), SHAPES["phrases"])
    assert json.loads(out)["lines"] == 80


def test_learners_take_the_file(call, text, small, tmp_path):
    find_phrases(text, threshold=0).save(tmp_path / "p.tsv")
    joined = ("--phrases", tmp_path / "p.tsv")
    assert call("train", "word2vec", text, tmp_path / "m", *small, *joined, "-q")[0] == 0
    assert "new_york" in load(tmp_path / "m").vectors
    assert load(tmp_path / "m").record["source"].endswith("phrases joined")
    assert call("extend", tmp_path / "m", text, tmp_path / "n", *joined, "-q")[0] == 0
    keys = load(tmp_path / "n").vectors.keys
    assert keys.counts[keys.exact("new_york")] == 80
    plan = json.loads(call("plan", "word2vec", text, *joined, "--json", "-q")[1])
    assert plan["tokens"] == sum(len(tokens) for tokens in Phrases.load(tmp_path / "p.tsv").apply(text))


def test_embed_joins_as_the_model_or_as_it_is_told(call, text, small, tmp_path):
    find_phrases(text, threshold=0).save(tmp_path / "p.tsv")
    for name, flags in (("own", ("--phrases", tmp_path / "p.tsv")), ("bare", ())):
        assert call("train", "word2vec", text, tmp_path / name, *small, *flags, "-q")[0] == 0
    asked = "we love new york\n"
    joined = " ".join(Phrases.load(tmp_path / "p.tsv")[asked.split()]) + "\n"
    assert joined != asked

    same = partial(np.testing.assert_allclose, atol=1e-6)

    def rows(*words, stdin):
        return json.loads(call("embed", *words, "--json", "-q", stdin=stdin)[1])["vectors"]

    wanted = load(tmp_path / "own").embed([joined.split()])
    same(rows(tmp_path / "own", stdin=asked), wanted)
    other = tmp_path / "q.tsv"
    other.write_text('# omnivec phrases {"version": 1, "delimiter": "_", "connectors": []}\n'
                     "phrase\tcount\tscore\tpass\nwe love\t1\t1\t1\n")  # fmt: skip
    wanted = load(tmp_path / "own").embed([["we_love", "new", "york"]])
    same(rows(tmp_path / "own", "--phrases", other, stdin=asked), wanted)
    wanted = load(tmp_path / "bare").embed([joined.split()])
    same(rows(tmp_path / "bare", "--phrases", tmp_path / "p.tsv", stdin=asked), wanted)
    code, _, err = call("embed", tmp_path / "own", "--phrases", text, stdin=asked)
    assert code == 1 and "not a file of phrases" in err


def test_texts_are_read_as_in_training(call, tmp_path):
    text = tmp_path / "odd.txt"
    text.write_bytes("new\u00a0york is\u3000cafe\u0301 new\u00a0york\n".encode() * 9 + b"bad \xff byte\n")
    flags = ("--whitespace", "unicode", "--normalize", "nfc", "--encoding-errors", "ignore", "--threshold", 0)
    code, _, err = call("phrases", text, tmp_path / "p.tsv", *flags, "--apply", tmp_path / "t.txt", "-q")
    assert code == 0, err
    lines = (tmp_path / "t.txt").read_text(encoding="utf-8").splitlines()
    assert "new_york" in lines[0] and "caf\u00e9" in lines[0] and lines[-1] == "bad byte"
    apply = ("phrases", text, "--phrases", tmp_path / "p.tsv", "--apply", "-", "-q")
    assert call(*apply)[1].splitlines()[0] == lines[0]  # the file says how
    assert call(*apply, "--whitespace", "ascii")[1].split(" ")[0] == "new\u00a0york"
    code, _, err = call(*apply, "--encoding-errors", "strict")
    assert code == 1 and "expected UTF-8, got byte 0xFF" in err


BAD = {
    "white space": (("TEXT", "OUT", "--whitespace", "unicod"), 2, "did you mean 'unicode'?"),
    "no output": (("TEXT",), 2, "OUTPUT is missing"),
    "no text": (("gone", "OUT"), 1, "gone: no such file or folder"),
    "threshold": (("TEXT", "OUT", "--threshold", "1e9"), 1, "no phrase scores above 1e+09"),
    "npmi": (("TEXT", "OUT", "--score", "npmi", "--threshold", "10"), 2, "must lie between -1 and 1, got 10"),
    "score": (("TEXT", "OUT", "--score", "npm"), 2, "got 'npm'; did you mean 'npmi'?"),
    "delimiter": (("TEXT", "OUT", "--delimiter", " "), 2, "delimiter must be characters without white space"),
    "there": (("TEXT", "THERE"), 1, "exists; choose another name or add --overwrite"),
    "input": (("TEXT", "TEXT", "--overwrite"), 2, "INPUT and OUTPUT are the same file"),
    "in place": (
        ("TEXT", "OUT", "--apply", "TEXT", "--overwrite"),
        2,
        "INPUT and TEXT of --apply are the sa",
    ),
    "one place": (("TEXT", "OUT", "--apply", "OUT"), 2, "OUTPUT and TEXT of --apply are the same file"),
    "text there": (("TEXT", "OUT", "--apply", "THERE"), 1, "exists; choose another name or add --overwrite"),
    "both": (("TEXT", "OUT", "--phrases", "TEXT", "--apply", "-"), 2, "leave out one of them"),
    "asked": (("TEXT", "--phrases", "TEXT", "--min-count", "3", "--apply", "-"), 2, "and --min-count is for"),
    "no place": (("TEXT", "--phrases", "TEXT"), 2, "--phrases needs --apply TEXT"),
    "no phrases": (("TEXT", "--phrases", "TEXT", "--apply", "-"), 1, "not a file of phrases"),
    "twice": (("-", "OUT", "--apply", "-"), 2, "stdin can be read once"),
    "a pipe twice": (("PIPE", "OUT", "--apply", "-"), 2, "a pipe can be read once"),
    "one stdout": (("TEXT", "OUT", "--apply", "-", "--json"), 2, "both write to stdout"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_call_is_one_line_and_writes_nothing(call, case, text, tmp_path):
    words, code, message = BAD[case]
    paths = {
        "TEXT": text,
        "OUT": tmp_path / "out.tsv",
        "PIPE": tmp_path / "pipe",
        "THERE": tmp_path / "there.tsv",
    }
    os.mkfifo(paths["PIPE"])
    paths["THERE"].touch()
    before = text.read_bytes()
    found, out, err = call("phrases", *(paths.get(word, word) for word in words), "-q")
    assert (found, out) == (code, "") and message in err
    assert len(err.splitlines()) == 1 or "--json" in words
    assert text.read_bytes() == before and not (tmp_path / "out.tsv").exists()
