"""Co-occurrence: a text to counted cells that a learner can take, beside GloVe's programs in C."""

from __future__ import annotations

import os
import shlex
import statistics
import sys
from pathlib import Path
from typing import Any

from common import child
from common.settings import Settings
from common.table import spread, table, verdict

TITLE = "Co-occurrence"
WINDOW, MIN_COUNT = 10, 5
STEPS = ("vocab_count", "cooccur", "shuffle")
BAR = 2  # times as fast as cooccur and shuffle, in half of their memory
SMALL = 50_000_000  # bytes: a budget that makes runs of the text
MINE = "omnivec"


def measure(settings: Settings) -> dict[str, Any]:
    """Rounds in which GloVe's three programs and ours count the text, one after the other."""
    build = os.environ.get("OMNIVEC_GLOVE")
    if build is None:
        print("OMNIVEC_GLOVE names no build folder of GloVe: left out", file=sys.stderr)
    ours = {
        MINE: (settings.threads, None),
        f"{MINE}, 1 thread": (1, None),
        f"{MINE}, {SMALL // 10**6} MB": (settings.threads, SMALL),
    }
    text, output, rounds = settings.corpus.path, settings.work / "ours.cells", []
    for _ in range(settings.repeats):
        one: dict[str, Any] = {}
        if build is not None:
            one["GloVe"] = {step: _theirs(Path(build), text, settings.work, step) for step in STEPS}
        for name, (threads, memory) in ours.items():
            output.unlink(missing_ok=True)
            said = (text, output, threads, memory or 0, WINDOW, MIN_COUNT)
            one[name] = child.python("counts.cooccurrence_child", "count", *said)
        print("   ", one, file=sys.stderr, flush=True)
        rounds.append(one)
    result = {"corpus": settings.corpus.name, "threads": settings.threads, "rounds": rounds}
    if build is not None:
        result["same"] = child.python(
            "counts.cooccurrence_child", "compare", output, settings.work / "cooccur"
        )
    return result


def _theirs(build: Path, text: Path, work: Path, step: str) -> dict[str, Any]:
    """Seconds and peak of one of GloVe's programs at its own settings."""
    vocabulary, found, shuffled = (work / name for name in STEPS)
    words = {
        "vocab_count": [build / step, "-min-count", MIN_COUNT],
        "cooccur": [build / step, "-window-size", WINDOW, "-vocab-file", vocabulary, "-overflow-file",
                    work / "overflow", "-memory", "4.0"],
        "shuffle": [build / step, "-memory", "4.0", "-temp-file", work / "temporary"],
    }[step]  # fmt: skip
    source = found if step == "shuffle" else text
    target = {"vocab_count": vocabulary, "cooccur": found, "shuffle": shuffled}[step]
    call = " ".join(shlex.quote(str(word)) for word in [*words, "-verbose", 0])
    return child.run(["sh", "-c", f"exec {call} < {shlex.quote(str(source))} > {shlex.quote(str(target))}"])


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A row for the README."""
    rounds = result["rounds"]
    if "GloVe" not in rounds[0]:
        return []
    cells = rounds[0][MINE]["cells"]
    return [
        (f"counting {cells:,} pairs, window {WINDOW}", f"**{spread(_times(rounds), 1)} ×** GloVe's programs")
    ]


def _times(rounds: list[dict[str, Any]]) -> list[float]:
    """How many times as fast as `cooccur` and `shuffle` ours counts and saves, by round."""
    theirs = [sum(one["GloVe"][step]["wall_seconds"] for step in STEPS[1:]) for one in rounds]
    return [a / (one[MINE]["count"] + one[MINE]["save"]) for a, one in zip(theirs, rounds, strict=True)]


def report(result: dict[str, Any]) -> str:
    """A row for each program, the bar, and whether the cells are the same."""
    rounds, rows, said = result["rounds"], [], []
    if "GloVe" in rounds[0]:
        for step in STEPS:
            runs = [one["GloVe"][step] for one in rounds]
            seconds, peak = ([run[name] for run in runs] for name in ("wall_seconds", "peak_bytes"))
            rows.append((f"GloVe `{step}`", spread(seconds, 1), spread([size / 1e6 for size in peak], 0), ""))
    for name in (name for name in rounds[0] if name != "GloVe"):
        runs = [one[name] for one in rounds]
        peak = [run["peak_bytes"] / 1e6 for run in runs]
        parts = ", ".join(
            f"{part} {spread([run[part] for run in runs], 1)}" for part in ("read", "count", "save")
        )
        rows.append((name, spread([run["wall_seconds"] for run in runs], 1), spread(peak, 0), parts))
    if "GloVe" in rounds[0]:
        times = _times(rounds)
        most = [max(one["GloVe"][step]["peak_bytes"] for step in STEPS) for one in rounds]
        less = [a / one[MINE]["peak_bytes"] for a, one in zip(most, rounds, strict=True)]
        same = result["same"]
        said = [
            f"Counting and saving against `cooccur` and `shuffle`: {spread(times, 1)} × as fast, "
            f"{verdict(statistics.median(times), BAR)}; peak memory {spread(less, 1)} × less, "
            f"{verdict(statistics.median(less), BAR)}.",
            f"Of {same['theirs']:,} records of `cooccur` ours are {same['ours']:,}, "
            + ("in the same cells" if same["cells"] else "**in other cells**")
            + f", the largest relative difference of two weights is {same['difference']:.1e} "
            "(ours have 24 bits).",
        ]
    cells = rounds[0][MINE]["cells"]
    heading = (
        f"{result['corpus']}, window {WINDOW}, min_count {MIN_COUNT}: {cells:,} cells. Whole processes, ours "
        f"with {result['threads']} threads where none is named: seconds, peak in megabytes, and of ours the "
        f"seconds of its parts. The last row has --memory {SMALL // 10**6}MB for counting, beside the text."
    )
    header = ("program", "seconds", "peak, MB", "parts, seconds")
    return "\n\n".join([heading, table(header, rows), *said])
