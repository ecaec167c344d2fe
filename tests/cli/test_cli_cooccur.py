"""`cooccur`: counted on the command line as in Python, stopped without a trace."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest
from test_cli_json import PAGE, SHAPES, fits

from omnivec import Cells, count_cooccurrences, find_phrases

FLAGS = ("--window", 3, "--min-count", 2, "--weighting", "expected", "--one-sided", "--max-size", 30)
GIVEN = {"window": 3, "min_count": 2, "weighting": "expected", "symmetric": False, "max_size": 30}


def same(one, other):
    arrays = ("starts", "columns", "weights")
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays) and (
        one.fingerprint == other.fingerprint and one.reading == other.reading
    )


def test_what_is_written_is_python_s(call, corpus, tmp_path):
    output = tmp_path / "out.cells"
    code, out, err = call("cooccur", corpus, output, *FLAGS)
    assert code == 0 and out.startswith(f"Saved      {output}, ")
    wanted = count_cooccurrences(corpus, **GIVEN)
    assert same(Cells.open(output), wanted) and [path.name for path in tmp_path.iterdir()] == ["out.cells"]
    assert f"{len(wanted):,} pairs of {wanted.words} words in " in err
    assert err.splitlines()[-1].split() == [
        "Next", "omnivec", "train", "glove", str(output), str(tmp_path / "out.omnivec"),
    ]  # fmt: skip
    call("cooccur", corpus, tmp_path / "default", "-q", "--min-count", 2)
    assert same(Cells.open(tmp_path / "default"), count_cooccurrences(corpus, min_count=2))
    text = corpus.read_text()
    call("cooccur", "-", tmp_path / "piped", "-q", "--min-count", 2, "--memory", "50MB", stdin=text)
    assert same(Cells.open(tmp_path / "piped"), Cells.open(tmp_path / "default"))


def test_json_is_what_the_page_says(call, corpus, tmp_path):
    report = json.loads(call("cooccur", corpus, tmp_path / "x", *FLAGS, "--json", "-q")[1])
    fits(report, SHAPES["cooccur"])
    cells = Cells.open(tmp_path / "x")
    assert (report["cells"], report["words"]) == (len(cells), cells.words)
    assert report["bytes"] == (tmp_path / "x").stat().st_size and report["symmetric"] is False


def test_phrases_are_joined(call, corpus, tmp_path):
    phrases = find_phrases(corpus, threshold=0)
    phrases.save(tmp_path / "p.tsv")
    assert call("cooccur", corpus, tmp_path / "x", "--phrases", tmp_path / "p.tsv", "-q")[0] == 0
    assert same(Cells.open(tmp_path / "x"), count_cooccurrences(phrases.apply(corpus)))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--window", 0), 2, "window must lie between 1 and 1,000"),
        (("--weighting", "tow"), 2, "weighting must be 'distance', 'one' or 'expected'"),
        (("--memory", "lots"), 2, "memory must be bytes, or such as 500k, 2M or 1G, got 'lots'"),
        (("--memory", "1MB"), 2, "memory is 1.0 MB, and counting pairs"),
        (("--memory", "1MB"), 2, "raise memory or raise min_count"),
        (("--min-count", 10**6), 1, "lower min_count"),
        (("--phrases", "none"), 1, "none"),
    ],
)
def test_bad_calls_are_one_line_and_write_nothing(call, corpus, tmp_path, words, code, message):
    found, out, err = call("cooccur", corpus, tmp_path / "x", *words, "-q")
    said = err.replace("--min-count", "min_count").replace("--", "")
    assert (found, out) == (code, "") and message in said and len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_the_options_are_told(call, corpus, tmp_path):
    err = call("cooccur", corpus, tmp_path / "x", *FLAGS, "--threads", 1)[2]
    assert err.splitlines()[0].split() == [*"Options window 3 (dynamic, one side) · 1 thread".split()]


@pytest.mark.parametrize("flag", ["--one-sided", "--no-symmetric"])
def test_one_side_is_said_alike_when_counting_and_when_learning(call, corpus, tmp_path, flag):
    assert call("cooccur", corpus, tmp_path / "x", flag, "-q")[0] == 0
    assert not Cells.open(tmp_path / "x").symmetric
    given = (tmp_path / "x", tmp_path / "model", "--dim", 4, "-q")
    assert call("train", "ppmi-svd", *given, flag)[0] == 0
    code, _, err = call("train", "ppmi-svd", *given, "--symmetric", "--overwrite")
    assert code == 2 and "symmetric is True, and the cells" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_read_once(corpus, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = subprocess.Popen(["cp", corpus, tmp_path / "pipe"])
    command = ["train", "ppmi-svd", tmp_path / "pipe", tmp_path / "model", "--dim", "4", "-q"]
    done = subprocess.run([sys.executable, "-m", "omnivec", *map(str, command)])
    assert (done.returncode, writer.wait(10)) == (0, 0)


def test_a_file_that_is_there_is_kept(call, corpus, tmp_path):
    (tmp_path / "x").write_text("old")
    code, _, err = call("cooccur", corpus, tmp_path / "x", "-q")
    assert code == 1 and "exists" in err and (tmp_path / "x").read_text() == "old"
    assert call("cooccur", corpus, tmp_path / "x", "-q", "--overwrite")[0] == 0
    assert call("cooccur", corpus, tmp_path / "no" / "x", "-q")[0] == 1


def test_one_word_alone(call, tmp_path):
    (tmp_path / "t").write_text("a a a a a a\n")
    code, _, err = call("cooccur", tmp_path / "t", tmp_path / "x")
    assert code == 1 and "only one word is left" in err


def test_what_is_cut_is_said_to_be_cut(call, corpus, tmp_path):
    call("cooccur", corpus, tmp_path / "x", "-q")
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:-1])
    for verb in (("train", "ppmi-svd", tmp_path / "x", tmp_path / "m"), ("info", tmp_path / "x")):
        code, _, err = call(*verb)
        assert code == 1 and "truncated" in err


def test_a_file_of_counts_is_no_text(call, corpus, tmp_path):
    call("cooccur", corpus, tmp_path / "x", "-q")
    code, _, err = call("train", "word2vec", tmp_path / "x", tmp_path / "m", "-q")
    assert code == 1 and "expected text, got a file of co-occurrence counts" in err


def test_the_text_is_never_overwritten_by_its_counts(call, corpus, tmp_path):
    text = corpus.read_text()
    (tmp_path / "link").symlink_to(corpus)
    for output in (corpus, tmp_path / "link"):
        code, _, err = call("cooccur", corpus, output, "--overwrite")
        assert code == 2 and "INPUT and OUTPUT are the same file" in err and corpus.read_text() == text


def test_such_a_file_is_no_model(call, corpus, tmp_path):
    call("cooccur", corpus, tmp_path / "x", "-q")
    code, _, err = call("neighbors", tmp_path / "x", "word1")
    assert code == 1 and "a file of co-occurrence counts is not read; " in err and "train glove" in err


def test_info_tells_what_was_counted(call, corpus, tmp_path):
    written = json.loads(call("cooccur", corpus, tmp_path / "x", *FLAGS, "--json", "-q")[1])
    code, out, _ = call("info", tmp_path / "x")
    assert code == 0 and [line.split()[0] for line in out.splitlines()] == ["Cells", "Counted", "Text"]
    assert "window 3, weighting expected, what follows a word" in out and "corpus.txt: " in out
    told = json.loads(call("info", tmp_path / "x", "--json")[1])
    page = PAGE.read_text(encoding="utf-8")
    shape = next(
        block
        for block in re.findall(r"```json\n(.*?)```", page, re.S)
        if '"path": "string",\n  "format"' in block
    )
    fits(told, json.loads(shape))
    assert all(told[name] == value for name, value in written.items() if name not in ("output", "seconds"))
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:-1])
    assert call("info", tmp_path / "x")[0] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing_behind(tmp_path, number):
    text = tmp_path / "text"
    line = " ".join(f"w{n * n % 9973}" for n in range(1000)) + "\n"
    with text.open("w") as file:
        file.writelines(line for _ in range(8000))
    (tmp_path / "to").mkdir()
    command = [sys.executable, "-m", "omnivec", "cooccur", text, tmp_path / "to" / "x", "--window", "1000"]
    with subprocess.Popen(
        [*map(str, command), "--memory", "20MB"], stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            while "tokens in" not in child.stderr.readline():
                assert child.poll() is None
            child.send_signal(number)
            assert child.wait(600) == 130
        finally:
            child.kill()
    assert not list((tmp_path / "to").iterdir())
