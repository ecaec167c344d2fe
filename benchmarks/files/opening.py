"""Opening two million vectors, beside gensim's mapped files and fastText's own."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

from common import child
from common.settings import Settings
from common.table import met, spread, table, verdict
from peers.programs import FASTTEXT, GENSIM, OURS, Program

TITLE = "Opening a model"
ROWS, DIM = 2_000_000, 300
BARS = {"gensim": 20, "fasttext": 100}  # times as fast as they open
OPEN_BAR, LOOKUP_BAR = 10, 1  # milliseconds
PROGRAMS: dict[str, tuple[Program, str, str]] = {
    "omnivec": (OURS, "omnivec", "omnivec, mapped"),
    "omnivec-memory": (OURS, "omnivec", "omnivec, into memory"),
    "gensim": (GENSIM, "gensim", "gensim, `load(mmap='r')`"),
    "fasttext": (FASTTEXT, "fasttext.bin", "fastText, `load_model`"),
}
"""The module that must be there, the file or folder, and the name in the table, by the name in opened.py."""


def measure(settings: Settings) -> dict[str, Any]:
    """Rounds in which each program opens its file, after one that only fills the disk's cache."""
    rows = max(int(ROWS * settings.scale), 1000)
    word = child.python("files.opening_files", settings.work, rows, DIM)["word"]
    here = [name for name, (program, _, _) in PROGRAMS.items() if program.here]
    rounds = [
        {name: _opened(settings.work / PROGRAMS[name][1], name, word) for name in here}
        for _ in range(settings.repeats + 1)
    ]
    vectors = {str(each["vector"]) for round_ in rounds for each in round_.values()}
    if len(vectors) > 1:
        raise SystemExit(f"the programs see different vectors: {vectors}")
    return {"rows": rows, "dim": DIM, "rounds": rounds[1:]}


def _opened(path: Path, name: str, word: str) -> dict[str, Any]:
    record = child.python("files.opened", name, path, word)
    print(f"  {name:<22} {1000 * record['open_seconds']:10.2f} ms", file=sys.stderr, flush=True)
    return {**record, "bytes": sum(_size(file) for file in path.parent.glob(f"{path.name}*"))}


def _size(path: Path) -> int:
    return sum(map(_size, path.iterdir())) if path.is_dir() else path.stat().st_size


def report(result: dict[str, Any]) -> str:
    """A table, and each bar."""
    rounds = result["rounds"]
    rows = []
    for name in rounds[0]:
        runs = [round_[name] for round_ in rounds]
        times = ([1000 * run[key] for run in runs] for key in ("open_seconds", "lookup_seconds"))
        ratio = "" if name == "omnivec" else spread(ratios(rounds, name), 0) + " ×"
        gigabytes, peak = runs[0]["bytes"] / 1e9, spread([run["peak_bytes"] / 1e6 for run in runs], 0)
        rows.append(
            (PROGRAMS[name][2], f"{gigabytes:.2f}", *(spread([*each]) for each in times), ratio, peak)
        )
    said = [
        f"Opening against {PROGRAMS[name][2]}, times as fast: "
        f"{verdict(statistics.median(ratios(rounds, name)), bar)}."
        for name, bar in BARS.items()
        if name in rounds[0]
    ]
    for key, words, bar in (
        ("open_seconds", "opening", OPEN_BAR), ("lookup_seconds", "the first vector", LOOKUP_BAR)
    ):  # fmt: skip
        middle = 1000 * statistics.median(round_["omnivec"][key] for round_ in rounds)
        said.append(f"omnivec, mapped, {words} in at most {bar} ms: {met(middle <= bar)} ({middle:.2f} ms).")
    heading = (
        f"{result['rows']:,} words × {result['dim']}, random numbers, the same in all files, which lie in "
        "the disk's cache. A new process each; imports do not count. Time until the file is open, then of "
        "the first word's vector; how many times as long as ours opening takes, neighbours in time; memory "
        "of the whole process with the mapped pages that it touched. fastText's file is the smallest that "
        "its format allows: no n-grams, and one label in place of the second matrix, which would double it."
    )
    header = ("program", "file, GB", "open, ms", "first vector, ms", "beside ours", "peak memory, MB")
    return "\n\n".join([heading, table(header, rows), *said])


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """For the README."""
    rounds = result["rounds"]
    middle = 1000 * statistics.median(round_["omnivec"]["open_seconds"] for round_ in rounds)
    beside = [
        f"{statistics.median(ratios(rounds, name)):,.0f} × as fast as {PROGRAMS[name][0].module}"
        for name in BARS
        if name in rounds[0]
    ]
    what = f"opening {result['rows']:,} × {result['dim']}"
    return [(what, ", ".join([f"{middle:.1f} ms", *beside]))]


def ratios(rounds: list[dict[str, Any]], name: str) -> list[float]:
    """How many times as long as ours it takes to open, round by round."""
    return [round_[name]["open_seconds"] / round_["omnivec"]["open_seconds"] for round_ in rounds]
