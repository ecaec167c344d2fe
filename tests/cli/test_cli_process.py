"""What only a process of its own shows: exit codes, pipes, Ctrl-C, terminals."""

import os
import pty
import re
import signal
import subprocess
import sys

import pytest

from omnivec import Model, load

OMNIVEC = [sys.executable, "-m", "omnivec"]


def run(*words, **options):
    return subprocess.run(
        [*OMNIVEC, *map(str, words)], capture_output=True, text=True, timeout=600, **options
    )


def on_terminal(words, **environment):
    """Run with stderr on a terminal: (exit code, stdout, what the terminal received)."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    received = b""
    while True:
        try:
            block = os.read(ours, 4096)
        except OSError:  # Linux: the other end was closed
            break
        if not block:
            break
        received += block
    os.close(ours)
    out, _ = process.communicate()
    return process.returncode, out.decode(), received.decode()


def test_python_m_omnivec_is_omnivec():
    done = run("--help")
    assert done.returncode == 0 and done.stdout.startswith("Usage: omnivec COMMAND") and not done.stderr


def test_the_exit_code_reaches_the_shell(vectors_folder):
    assert run("infoo").returncode == 2
    done = run("neighbors", vectors_folder, "kng")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "omnivec: unknown word 'kng'; near: 'king'\n",
    )


def test_a_reader_that_left_is_no_error(vectors_folder):
    omnivec = f"{sys.executable} -m omnivec neighbors '{vectors_folder}'"
    command = f"yes king | {omnivec} | head -1; echo ${{PIPESTATUS[1]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=600)
    assert (done.stdout, done.stderr) == ("king\n0\n", "")


def test_a_dialogue_is_answered_line_by_line(vectors_folder):
    process = subprocess.Popen(
        [*OMNIVEC, "neighbors", str(vectors_folder), "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for word in ("king", "man"):
        process.stdin.write(f"{word}\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(f'{{"{word}": [["')
    process.communicate()
    assert process.returncode == 0


def test_ctrl_c_keeps_a_model_that_loads(corpus, tmp_path):
    words = ["train", "word2vec", corpus, tmp_path / "out", "--dim", "16", "--epochs", "100000"]
    with subprocess.Popen([*OMNIVEC, *map(str, words)], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert any("epoch 1/" in line for line in process.stderr)
            process.send_signal(signal.SIGINT)
            _, rest = process.communicate(timeout=600)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "stopped before its end" in rest and "Traceback" not in rest
    assert load(tmp_path / "out").vectors.vector_size == 16


@pytest.mark.parametrize(("times", "saved"), [(1, True), (2, False)])
def test_ctrl_c_while_saving_waits_for_the_model(call, corpus, small, tmp_path, monkeypatch, times, saved):
    def interrupted(model, *words, **options):
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        save(model, *words, **options)

    save = Model.save
    monkeypatch.setattr(Model, "save", interrupted)
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", *small)
    assert code == 130 and ("Saved" in err) is saved and ("omnivec: stopped" in err) is not saved
    assert (tmp_path / "out").exists() is saved
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(("verb", "asked"), [("neighbors", "king"), ("analogy", "king queen man")])
def test_a_dialogue_answers_line_by_line_until_exit(vectors_folder, verb, asked):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*OMNIVEC, verb, str(vectors_folder), "--topn", "1"],
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, f"{asked}\nkng kng kng\n\n{asked}\nEXIT\n{asked}\n".encode())
    out, err = process.communicate(timeout=600)
    os.close(ours)
    assert process.returncode == 0 and len(out.splitlines()) == 2
    assert out.splitlines()[0] == out.splitlines()[1]
    assert err.count("omnivec: unknown word") == 1 and "EXIT or Ctrl-D ends" in err


def test_in_a_pipe_exit_is_a_word_and_the_end_of_the_text_ends(call, vectors_folder):
    code, out, err = call("neighbors", vectors_folder, "--topn", 1, stdin="king\nEXIT\nqueen")
    assert code == 1 and len(out.splitlines()) == 4 and "unknown word 'EXIT'" in err


def test_ctrl_c_at_a_question_is_130_and_one_line(vectors_folder):
    process = subprocess.Popen(
        [*OMNIVEC, "neighbors", str(vectors_folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdin.write("king\n")
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (130, "omnivec: stopped\n")


CLOCK = """
import threading
from types import SimpleNamespace
from omnivec.cli import show
clock, drawn, render = [0.0], threading.Event(), show.Display._render
def seen(display):
    line = render(display)
    drawn.set()
    return line
show.time, show.Display._render = SimpleNamespace(monotonic=lambda: clock[0]), seen
def passes(seconds, display):
    clock[0] += seconds
    for _ in range(2 if display._live else 0):  # the first may have been begun before
        drawn.clear()
        assert drawn.wait(60)
"""
"""The display's clock goes when it is told to, and goes on when the terminal has what it shows then."""

PHASES = f"""{CLOCK}
from omnivec.engine.progress import Progress
with show.Display() as display:
    display(Progress(phase="read", done=0.25))
    passes(1, display)
    display(Progress(phase="read", done=1.0, text="12 tokens \\u00b7 \\ud55c"))
    numbers = dict(tokens_per_second=4.6e6, lr=0.02, loss=2.5, seconds_left=9.0)
    display(Progress(phase="train", done=0.5, epoch=1, epochs=2, **numbers))
    passes(1, display)
"""


def test_a_terminal_gets_a_living_line_that_leaves_no_trace():
    code, out, received = on_terminal(["-c", PHASES])
    assert (code, out) == (0, "")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", received)
    assert "Read       25 %" in plain
    assert "Training   epoch 1/2  50 %  4.6 M words/s  lr 0.02  loss 2.50  9 s left" in plain
    assert "12 tokens · 한" in plain
    assert received.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


MEASURED = f"""{CLOCK}
with show.Display() as display, display.measured("Opening", "x.vec") as told:
    for done in (0, 0.54, 1):
        told(done)
        passes(0.4, display)
"""


def test_a_long_load_shows_the_share_that_is_read():
    _, _, received = on_terminal(["-c", MEASURED])
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", received)
    assert "Opening    x.vec 54 %" in plain and "Opening    x.vec … 1 s" in plain and "100 %" not in plain


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": ""}])
def test_a_dumb_terminal_gets_plain_lines(environment):
    _, _, received = on_terminal(["-c", PHASES], **environment)
    assert received.split("\r\n") == ["Read       12 tokens · 한", ""]


def test_no_color_is_honoured():
    _, _, received = on_terminal(["-c", PHASES], NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", received)


def test_an_ascii_terminal_gets_spelled_lines():
    _, _, received = on_terminal(["-c", PHASES], PYTHONIOENCODING="ascii", TERM="dumb")
    assert received.startswith("Read       12 tokens | \\ud55c")


@pytest.mark.parametrize(("stream", "code"), [("<&-", 0), (">&-", 0), ("2>&-", 0), (">/dev/full", 1)])
def test_closed_and_full_streams_end_in_order(vectors_folder, stream, code):
    command = f"{sys.executable} -m omnivec neighbors '{vectors_folder}' king {stream}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=600)
    assert (done.returncode, "Error" in done.stderr) == (code, False)
