"""The benchmarks: pages follow from what was recorded, wrong calls are refused, nothing goes on alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_benchmark_figures_are_what_the_results_say(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "docs").mkdir()
    pages = ["README.md", *(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]
    for name in (*pages, "benchmarks/results.json"):
        if (ROOT / name).exists():  # without results the page says that nothing is measured yet
            (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = [
        sys.executable,
        str(ROOT / "benchmarks" / "run.py"),
        "--only",
        "none",
        "--output",
        str(tmp_path),
    ]
    subprocess.run(command, check=True)
    for name in pages:
        assert (tmp_path / name).read_text() == (ROOT / name).read_text(), name


@pytest.mark.parametrize(
    ("script", "flags", "said"),
    [
        ("run.py", ("--only", "speed,speedy"), "'speedy' is no section; there are speed, "),
        ("run.py", ("--only", "none", "--output", "nowhere"), "nowhere has no README.md and no docs"),
        ("compatibility.py", ("--only", "D01,D99"), "'D99' is no row; they are D01 to D50"),
    ],
)
def test_a_wrong_call_of_a_benchmark_is_refused_before_it_runs(script, flags, said):
    command = [sys.executable, str(ROOT / "benchmarks" / script), *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_child_processes_of_benchmarks_are_there():
    rooms = ROOT / "benchmarks"
    call = re.compile(r"""(?:(?:python|command)\(\s*|(?:Program|Peer|in_turn)\(.*?, )"(\w+\.\w+)\"""")
    named = {name for file in rooms.rglob("*.py") for name in call.findall(file.read_text())}
    assert {"files.opened", "peers.ours", "defects.in_gensim"} <= named
    assert {name for name in named if not (rooms / f"{name.replace('.', '/')}.py").exists()} == set()


WAITS = """
import os, pathlib, sys, time
part = pathlib.Path(sys.argv[1] + ".part")
part.write_text(str(os.getpid()))
part.rename(sys.argv[1])
time.sleep(600)
"""


def test_a_benchmark_that_is_interrupted_ends_its_child(tmp_path):
    told = tmp_path / "pid"
    code = "import sys; from common import child; child.run([sys.executable, '-c', *sys.argv[1:]])"
    command = [sys.executable, "-c", code, WAITS, str(told)]
    with subprocess.Popen(command, cwd=ROOT / "benchmarks", stderr=subprocess.DEVNULL) as running:
        while not told.exists():
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        assert running.wait() != 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


def test_the_synthetic_text_has_the_size_and_the_words_it_is_asked_for(tmp_path):
    script, text = ROOT / "benchmarks" / "common" / "synthetic.py", tmp_path / "text.txt"
    sizes = ["--tokens", "20000", "--words", "900", "--every", "5"]
    subprocess.run([sys.executable, str(script), str(text), *sizes], check=True)
    lines = text.read_text().splitlines()
    counts = Counter(word for line in lines for word in line.split())
    assert [len(line.split()) for line in lines] == [1000] * 20
    assert len(counts) == 900
    assert min(counts.values()) >= 5
    assert counts.most_common(1)[0][0] == "a"  # the name of rank 0
