"""Options searched for the same time beside fastText's autotune: score, trials, seconds kept."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from common import child
from common.labelled import Labelled, found
from common.settings import Settings
from common.table import table

TITLE = "Autotune"
SETS = ("cooking tags", "TREC", "synthetic")
SECONDS = 120.0
PROGRAMS = ("fasttext", "omnivec")


def measure(settings: Settings) -> dict[str, Any]:
    """Every set, programs in turn, a seed a round."""
    seconds, sets = SECONDS * settings.scale, []
    for each in found(settings.work, settings.scale):
        if each.name in SETS:
            halves = _halves(each, settings.work)
            rounds = [_round(each, halves, seconds, settings, seed + 1) for seed in range(settings.our_seeds)]
            sets.append({"name": each.name, "rounds": rounds})
    return {"threads": settings.threads, "seconds": seconds, "sets": sets}


def _halves(each: Labelled, work: Path) -> list[Path]:
    """Texts to search by, and texts to judge what was found by: every other line of the test file."""
    lines = [line for line in each.test.read_text(encoding="utf-8").splitlines(keepends=True) if line.strip()]
    files = [work / f"{each.name.replace(' ', '-')}.{name}" for name in ("search", "judge")]
    for place, file in enumerate(files):
        file.write_text("".join(lines[place::2]), encoding="utf-8")
    return files


def _round(
    each: Labelled, halves: list[Path], seconds: float, settings: Settings, seed: int
) -> dict[str, Any]:
    options = json.dumps({"threads": settings.threads, "seed": seed})
    return child.in_turn(PROGRAMS, "labels.tune_child", each.train, *halves, seconds, options)


def report(result: dict[str, Any]) -> str:
    """A table of all sets."""
    rows = []
    for each in result["sets"]:
        for name in each["rounds"][0]:
            runs = [one[name] for one in each["rounds"]]
            trials = ", ".join(str(run["trials"]) for run in runs)
            seconds = f"{statistics.median(run['seconds'] for run in runs):.0f}"
            rows.append((each["name"], name, trials, seconds, _mean(runs, "searched"), _mean(runs, "judged")))
    header = ("set", "program", "trials", "seconds", "F1 of the search", "F1 of other texts")
    text = (
        f"{result['seconds']:g} s asked for, {result['threads']} threads, no option given; half of the test "
        "file to search by, the other half to judge what was found by. fastText's seconds hold the training "
        "with the best options that it does once more at its end. Trials of each seed; F1 at one label: mean "
        "± standard error."
    )
    return f"{text}\n\n{table(header, rows)}"


def _mean(runs: list[dict[str, Any]], name: str) -> str:
    failed = [run["failed"] for run in runs if "failed" in run]
    scores = [run[name] for run in runs if name in run]
    if failed:
        return f"{', '.join(f'{score:.4f}' for score in scores)}; {len(failed)} failed: {failed[0]}".lstrip(
            "; "
        )
    error = statistics.stdev(scores) / len(scores) ** 0.5 if len(scores) > 1 else 0.0
    return f"{statistics.mean(scores):.4f} ± {error:.4f}"
