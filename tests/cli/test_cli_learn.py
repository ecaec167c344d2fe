"""`omnivec learn`: the list, a lesson, a notebook, and what is refused."""

import json
import os
import re
import subprocess
import sys

import pytest

from omnivec.lessons import TOPICS, lesson, library
from omnivec.lessons.cells import Cell

SHORT = library.Lesson(
    "one-hot", "en",
    [Cell("text", "# A short lesson\n\nWith **some** text."), Cell("code", "x = 6 * 7\nprint('x is', x)"),
     Cell("text", "After it."), Cell("code", "import os\nprint(os.environ.get('OMNIVEC_PTB'), x + 1)")],
)  # fmt: skip


@pytest.fixture
def short(monkeypatch):
    """A lesson that takes no time, in the place of every other."""
    monkeypatch.setattr("omnivec.lessons.lesson", lambda name, language="en": SHORT)


def test_without_a_topic_the_list_with_titles(call):
    code, out, err = call("learn")
    assert (code, err) == (0, "")
    for topic, line in zip(TOPICS, out.splitlines(), strict=False):
        assert line.split("  ")[0] == topic and line.endswith(lesson(topic).title)
    shown = out.splitlines()[: len(TOPICS)]
    assert len({line.index(lesson(topic).title) for topic, line in zip(TOPICS, shown, strict=True)}) == 1
    assert "RNN에서 LSTM으로" in call("learn", "--language", "ko")[1]


def test_the_list_as_json(call):
    assert json.loads(call("learn", "--json")[1]) == {"topics": list(TOPICS)}


def test_a_lesson_shows_text_code_and_its_real_output_in_turn(call, short, monkeypatch):
    monkeypatch.delenv("OMNIVEC_PTB", raising=False)
    code, out, err = call("learn", "one-hot", "--no-pause")
    assert (code, err) == (0, "")
    shown = ["# A short lesson", "With **some** text.", "    x = 6 * 7", "x is 42", "After it.", "None 43"]
    places = [out.index(part) for part in shown]
    assert places == sorted(places)


def test_a_lesson_as_json(call, short):
    report = json.loads(call("learn", "one-hot", "--json")[1])
    assert report["title"] == "A short lesson" and report["topic"] == "one-hot"
    assert [cell["kind"] for cell in report["cells"]] == ["text", "code", "text", "code"]
    assert report["cells"][0]["output"] is None and report["cells"][1]["output"] == "x is 42\n"


def test_text_names_the_data_for_this_call_alone(call, short, monkeypatch, tmp_path):
    monkeypatch.setenv("OMNIVEC_PTB", "before")
    (tmp_path / "t.txt").write_text("a")
    out = call("learn", "cbow", "--text", tmp_path / "t.txt")[1]
    assert f"{tmp_path / 't.txt'} 43" in out
    assert os.environ["OMNIVEC_PTB"] == "before"


def test_data_that_a_lesson_cannot_use_are_named(call, tmp_path):
    (tmp_path / "empty.txt").write_text("sentence_index\tsentence\n")
    code, _, err = call("learn", "cs224n-a2", "--text", tmp_path / "empty.txt")
    assert code == 1 and err.startswith(f"omnivec: {tmp_path / 'empty.txt'}: no words in the sentences")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_notebook_is_written_and_nothing_runs(call, tmp_path, language):
    path = tmp_path / "l.ipynb"
    code, out, err = call("learn", "why", "--notebook", path, "--language", language)
    assert (code, out, err) == (0, "", f"Saved      {path}\n")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert ["".join(cell["source"]) for cell in cells] == [
        cell.source for cell in lesson("why", language).cells
    ]
    code, _, err = call("learn", "why", "--notebook", path)
    assert code == 1 and "exists" in err and "--overwrite" in err
    assert call("learn", "why", "--notebook", path, "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("skipgram",), "unknown topic skipgram. Did you mean skip-gram? topics: one-hot, "),
        (("lstm",), "unknown topic lstm. Did you mean rnn? topics: "),
        (("zzz",), "unknown topic zzz; topics: one-hot, negative-sampling, skip-gram, cs224n-a2, "),
        (("why", "--text", "README.md"), "why takes no --text; lessons that do: "),
        (("cbow", "--text", "nowhere.txt"), "nowhere.txt: no such file or folder"),
        (
            ("attention", "--text", __file__),
            "attention takes a folder as --text (docs/learn.md), got the file ",
        ),
        (("why", "--notebook", "x.txt"), "--notebook needs a name that ends in .ipynb, got x.txt"),
        (("--notebook", "x.ipynb"), "--notebook and --text need a topic"),
        (("why", "--language", "de"), "de"),
    ],
)
def test_what_is_wrong_with_a_call_is_one_line(call, words, message):
    code, out, err = call("learn", *words)
    assert code in (1, 2) and out == ""
    assert message in err and len(err.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
@pytest.mark.parametrize(
    ("keys", "seen", "unseen"),
    [
        ("q", "W[3]", "row numbers:"),
        (" q", "row numbers:", "Wrong("),
        ("\x1b", "W[3]", "row numbers:"),
        (["\x1b[B ", "\x04"], "row numbers:", "Wrong("),
        (["ㅂ"], "W[3]", "row numbers:"),
    ],
    ids=["q", "a key and q", "escape", "a cursor key, a key and Ctrl-D", "q of a Hangul keyboard"],
)
def test_a_terminal_waits_for_a_key_and_q_ends(keys, seen, unseen):
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "omnivec", "learn", "one-hot"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, stdin=theirs, **pipes) as process:
        asked = []
        for key in keys:
            asked.append(process.stderr.readline())
            os.write(ours, key.encode())
        try:
            out, err = process.communicate(timeout=600)
        finally:
            process.kill()  # one that still waits for a key would be waited for, for ever
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0 and err == ""
    assert [line.strip() for line in asked] == ["a key runs it, q ends"] * len(keys)
    assert seen in out and unseen not in out


def test_a_screen_is_wrapped_coloured_and_without_marks(monkeypatch, capsys):
    from rich.console import Console

    from omnivec.cli.look import lesson_screen

    monkeypatch.setattr(
        lesson_screen, "Console",
        lambda **options: Console(**options, force_terminal=True, width=40, color_system="standard"),
    )  # fmt: skip
    screen = lesson_screen.Screen(hurry=True)
    screen.text("# A title\n\nA **bold** word and a text that is longer than forty columns are wide.")
    screen.code("print('a long line of code that is not cut off at the edge')")
    out = capsys.readouterr().out
    assert "# A" not in out and "**" not in out and "\x1b[" in out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out)
    assert max(map(len, plain.splitlines())) <= 40
    assert "edge" in plain
