"""GloVe: cells a second and quality beside the C program, which gets the same text and the same options.

The program is left out where OMNIVEC_GLOVE does not name the folder of its binaries (its `build`).
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import child
from common.settings import Settings
from common.table import met, spread, table, verdict
from peers.judged import HOW, SCORES, score
from peers.programs import remove

TITLE = "GloVe"
DIM, WINDOW, X_MAX, LR = 100, 10, 10.0, 0.05
ITERATIONS = 15
BARS = {"cells": 5e6, "analogies": 0.35, "WS-353": 0.50}
OURS, PRESET, THEIRS = "omnivec", "omnivec, preset `glove`", "GloVe's C program"
SAME = {"dim": DIM, "x_max": X_MAX, "window": WINDOW}
RUNS = {OURS: SAME, PRESET: {"preset": "glove", "lr": LR, **SAME}}


def program() -> Path | None:
    """The folder of the C programs."""
    folder = os.environ.get("OMNIVEC_GLOVE")
    return Path(folder) if folder and (Path(folder) / "glove").exists() else None


def measure(settings: Settings) -> dict[str, Any]:
    """Cells and shuffled records, once; rounds of a few passes in turn; whole runs, judged."""
    cells, theirs = counted(settings), program()
    if theirs is not None:
        _records(theirs, settings)
    rounds = []
    for _ in range(settings.repeats):
        one = {} if theirs is None else {THEIRS: _timed(theirs, settings)}
        one[OURS] = ours(settings, cells, SAME, settings.epochs, 1)
        rounds.append(one)
    runs = []
    for seed in range(1, settings.our_seeds + 1):
        if theirs is not None and seed <= settings.peer_seeds:
            runs.append({"name": THEIRS, **_theirs(theirs, settings, ITERATIONS, seed, judged=True)})
        for name, options in RUNS.items():
            runs.append({"name": name, **ours(settings, cells, options, ITERATIONS, seed, judged=True)})
    return {
        "corpus": settings.corpus.name, "threads": settings.threads, "epochs": settings.epochs,
        "rounds": rounds, "runs": runs,
    }  # fmt: skip


def counted(settings: Settings) -> Path:
    """The text's cells, in a file."""
    cells = settings.work / "text.cells"
    flags = ("--window", WINDOW, "--min-count", 5, "--threads", settings.threads, "-q")
    child.omnivec("cooccur", settings.corpus.path, cells, *flags)
    return cells


def ours(
    settings: Settings, cells: Path, options: dict[str, Any], epochs: int, seed: int, *, judged: bool = False
) -> dict[str, Any]:
    """A run of omnivec on counted cells, judged where that is asked for."""
    saved = settings.work / "glove.model"
    remove(saved)
    given = {**options, "epochs": epochs, "seed": seed, "threads": settings.threads}
    found = child.python("counts.glove_child", cells, saved, json.dumps(given))
    found["cells_per_second"] = found["cells"] * epochs / found["train_seconds"]
    return found | (_judged(settings, saved) if judged else {})


def _judged(settings: Settings, vectors: Path) -> dict[str, Any]:
    """Scores by the one evaluator, which opens word2vec's binary format."""
    binary = settings.work / "glove.bin"
    child.omnivec("convert", vectors, binary, "--to", "word2vec", "--overwrite", "-q")
    scores = child.python("peers.score", binary)
    print("    " + ", ".join(f"{name} {scores[name]:.3f}" for name in SCORES), file=sys.stderr, flush=True)
    return {"scores": {name: scores[name] for name in (*SCORES, "seen")}}


def _records(folder: Path, settings: Settings) -> None:
    """Vocabulary and shuffled records, as its demo makes them."""
    for name, flags, source, target in (
        ("vocab_count", ["-min-count", "5"], settings.corpus.path, "words"),
        ("cooccur", ["-memory", "4", "-vocab-file", "words", "-window-size", str(WINDOW)],
         settings.corpus.path, "records"),
        ("shuffle", ["-memory", "4", "-seed", "1"], settings.work / "records", "shuffled"),
    ):  # fmt: skip
        with source.open("rb") as read, (settings.work / target).open("wb") as write:
            command = [str(folder / name), *flags, "-verbose", "0"]
            subprocess.run(
                command, stdin=read, stdout=write, stderr=subprocess.DEVNULL, cwd=settings.work, check=True
            )
    (settings.work / "records").unlink()


def _timed(folder: Path, settings: Settings) -> dict[str, float]:
    """Its passes alone: a run of one less counted from a run of some more, which loads and saves the same."""
    few, many = (
        _theirs(folder, settings, iterations, 1)["wall_seconds"] for iterations in (1, 1 + settings.epochs)
    )
    cells = (settings.work / "shuffled").stat().st_size / 16
    return {"cells_per_second": cells * settings.epochs / (many - few)}


def _theirs(
    folder: Path, settings: Settings, iterations: int, seed: int, *, judged: bool = False
) -> dict[str, Any]:
    flags = {
        "-input-file": "shuffled", "-vocab-file": "words", "-save-file": "theirs", "-vector-size": DIM,
        "-threads": settings.threads, "-iter": iterations, "-x-max": X_MAX, "-eta": LR, "-seed": seed,
    }  # fmt: skip
    command = [str(folder / "glove"), *(str(word) for pair in flags.items() for word in pair)]
    began = time.perf_counter()
    said = subprocess.run(command, cwd=settings.work, check=True, capture_output=True, text=True).stderr
    wall, cost = time.perf_counter() - began, [float(one) for one in re.findall(r"cost: ([\d.]+)", said)]
    found: dict[str, Any] = {"wall_seconds": wall, "loss": cost}
    return found | (_judged(settings, settings.work / "theirs.txt") if judged else {})


def report(result: dict[str, Any]) -> str:
    """Speed, then quality, then the bars."""
    rounds, runs = result["rounds"], result["runs"]
    speeds = {name: [one[name]["cells_per_second"] for one in rounds] for name in rounds[0]}
    rows = [(name, spread([one / 1e6 for one in rates]) + " M") for name, rates in speeds.items()]
    heading = (
        f"{result['corpus']}, {rounds[0][OURS]['cells']:,} cells of a window of {WINDOW}, dim {DIM}, x_max "
        f"{X_MAX:g}, {result['threads']} threads. Cells a second of {result['epochs']} epoch, reading, "
        "shuffling and saving apart; median (minimum–maximum) of runs in turn, each a process of its own."
    )
    kinds = dict.fromkeys(run["name"] for run in runs)
    judged = [
        (name, len(some), f"{some[0]['loss'][-1]:.5f}", *(score(some, each) for each in SCORES))
        for name in kinds
        if (some := [run for run in runs if run["name"] == name])
    ]
    seen = max(run["scores"]["seen"] for run in runs)
    said = f"After {ITERATIONS} epochs, lr {LR:g} of the C program and of the preset, which is its update. "
    parts = [
        heading, table(("program", "cells/s"), rows), said + HOW.format(seen=seen),
        table(("program", "seeds", "cost", *SCORES), judged), *_verdicts(speeds, runs),
    ]  # fmt: skip
    if THEIRS not in speeds:
        parts.append("GloVe's own program was not there (`OMNIVEC_GLOVE`).")
    return "\n\n".join(parts)


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A row for the README."""
    rounds = result["rounds"]
    if THEIRS not in rounds[0]:
        return []
    ours, theirs = ([one[name]["cells_per_second"] / 1e6 for one in rounds] for name in (OURS, THEIRS))
    times = [a / b for a, b in zip(ours, theirs, strict=True)]
    told = f"{spread(ours)} M cells/s against {spread(theirs)} M: **{spread(times, 1)} ×**"
    return [(f"GloVe, dim {DIM}, beside its C program", told)]


def _verdicts(speeds: dict[str, list[float]], runs: list[dict[str, Any]]) -> list[str]:
    middle = statistics.median(speeds[OURS])
    said = [f"Million cells a second: {verdict(middle / 1e6, BARS['cells'] / 1e6)}."]
    for name in ("analogies", "WS-353"):
        mean = statistics.mean(run["scores"][name] for run in runs if run["name"] == OURS)
        said.append(f"{name}: bar {BARS[name]:.2f}: {met(mean >= BARS[name])} ({mean:.3f}).")
    return said
