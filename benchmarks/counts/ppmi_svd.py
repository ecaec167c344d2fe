"""PPMISVD: what counting and decomposing cost, and what the vectors of each option are worth."""

from __future__ import annotations

import json
import statistics
import sys
from typing import Any

from common import child
from common.settings import Settings
from common.table import met, spread, table
from peers.judged import HOW, SCORES

TITLE = "PPMI and its decomposition"
SECONDS_BAR, SIMILARITY_BAR = 60, 0.60
RUNS: dict[str, dict[str, object]] = {
    "defaults": {},
    "eigenvalue_power 0": {"eigenvalue_power": 0.0},
    "eigenvalue_power 1": {"eigenvalue_power": 1.0},
    "vectors sum": {"vectors": "sum"},
    "smoothing 1": {"smoothing": 1.0},
    "shift 5": {"shift": 5.0},
    "weighting one": {"weighting": "one"},
    "weighting expected": {"weighting": "expected"},
    "2 iterations": {"iterations": 2},
}


def measure(settings: Settings) -> dict[str, Any]:
    """The defaults as often as there are rounds, every other run once: a run repeats to the bit."""
    runs = []
    for name, options in RUNS.items():
        for number in range(settings.repeats if not options else 1):
            runs.append({"name": name, **_run(settings, options, judged=number == 0)})
    return {"corpus": settings.corpus.name, "threads": settings.threads, "runs": runs}


def _run(settings: Settings, options: dict[str, object], *, judged: bool) -> dict[str, Any]:
    vectors = settings.work / "ppmi.bin"
    found = child.python(
        "counts.ppmi_child", settings.corpus.path, vectors, settings.threads, json.dumps(options)
    )
    if judged:
        scores = child.python("peers.score", vectors)
        found["scores"] = {name: scores[name] for name in (*SCORES, "seen")}
    vectors.unlink()
    print("   ", options, found, file=sys.stderr, flush=True)
    return found


def report(result: dict[str, Any]) -> str:
    """Where the time of the defaults goes; a row for each option; the bars."""
    runs = result["runs"]
    timed = [run for run in runs if run["name"] == "defaults"]
    first = timed[0]
    heading = (
        f"{result['corpus']}: {first['words']:,} words, dim 100, window 5, min_count 5; {first['cells']:,} "
        f"pairs of words, {first['cells_above_zero']:,} of them above 0. Counting on {result['threads']} "
        "threads, the rest on one. From the file to the model, one run after the other. The peak is that of "
        "the whole process; planned is what was said before the matrix was made, without the process, the "
        "text and the pairs."
    )
    phases = (("reading", "options", "read"), ("counting", "read", "count"), ("PPMI", "memory", "ppmi"),
              ("SVD", "ppmi", "svd"))  # fmt: skip
    times = [
        (name, spread([run["ended"][last] - run["ended"][before] for run in timed], 1))
        for name, before, last in phases
    ]
    times.append(("all", spread([run["seconds"] for run in timed], 1)))
    rows = [_row(run) for run in runs if "scores" in run]
    judged = HOW.format(seen=first["scores"]["seen"]).replace("Mean ± standard deviation over seeds. ", "")
    versions = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    return "\n\n".join([
        heading,
        table(("phase", "seconds"), times),
        f"{judged} A run repeats to the bit, so there is one of each ({versions}).",
        table(("options", "above 0", "squares kept", "seconds", "planned", "peak", *SCORES), rows),
        _bars(timed),
    ])  # fmt: skip


def _row(run: dict[str, Any]) -> tuple[str, ...]:
    scores = run["scores"]
    planned, peak = (f"{run[name] / 1e6:,.0f} MB" for name in ("planned_bytes", "peak_bytes"))
    return (
        run["name"], f"{run['cells_above_zero'] / 1e6:.1f} M", f"{100 * run['explained']:.1f} %",
        f"{run['seconds']:.1f}", planned, peak, f"{100 * scores['analogies']:.1f} %",
        *(f"{scores[name]:.3f}" for name in SCORES[1:]),
    )  # fmt: skip


def _bars(timed: list[dict[str, Any]]) -> str:
    seconds, score = statistics.median(run["seconds"] for run in timed), timed[0]["scores"]["WS-353"]
    return (
        f"seconds: {seconds:.3g}, bar {SECONDS_BAR:g}, {met(seconds <= SECONDS_BAR)}; "
        f"WS-353: {score:.3g}, bar {SIMILARITY_BAR:g}, {met(score >= SIMILARITY_BAR)}."
    )
