"""`phrases`: found and joined on the command line as in Python; `--phrases` of what learns."""

import json

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


BAD = {
    "no output": (("TEXT",), 2, "OUTPUT is missing"),
    "no text": (("gone", "OUT"), 1, "gone: no such file or folder"),
    "threshold": (("TEXT", "OUT", "--threshold", "1e9"), 1, "no phrase scores above 1e+09"),
    "npmi": (("TEXT", "OUT", "--score", "npmi", "--threshold", "10"), 2, "must lie between -1 and 1, got 10"),
    "score": (("TEXT", "OUT", "--score", "npm"), 2, "got 'npm'; did you mean 'npmi'?"),
    "delimiter": (("TEXT", "OUT", "--delimiter", " "), 2, "delimiter must be characters without white space"),
    "there": (("TEXT", "TEXT"), 1, "exists; choose another name or add --overwrite"),
    "text there": (("TEXT", "OUT", "--apply", "TEXT"), 1, "exists; choose another name or add --overwrite"),
    "both": (("TEXT", "OUT", "--phrases", "TEXT", "--apply", "-"), 2, "leave out one of them"),
    "asked": (("TEXT", "--phrases", "TEXT", "--min-count", "3", "--apply", "-"), 2, "and --min-count is for"),
    "no place": (("TEXT", "--phrases", "TEXT"), 2, "--phrases needs --apply TEXT"),
    "no phrases": (("TEXT", "--phrases", "TEXT", "--apply", "-"), 1, "not a file of phrases"),
    "twice": (("-", "OUT", "--apply", "-"), 2, "stdin can be read once"),
    "one stdout": (("TEXT", "OUT", "--apply", "-", "--json"), 2, "both write to stdout"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_call_is_one_line_and_writes_nothing(call, case, text, tmp_path):
    words, code, message = BAD[case]
    paths = {"TEXT": text, "OUT": tmp_path / "out.tsv"}
    before = text.read_bytes()
    found, out, err = call("phrases", *(paths.get(word, word) for word in words), "-q")
    assert (found, out) == (code, "") and message in err
    assert len(err.splitlines()) == 1 or "--json" in words
    assert text.read_bytes() == before and not (tmp_path / "out.tsv").exists()
