"""Smaller classifiers beside fastText's quantize: size, precision, seconds."""

from __future__ import annotations

import json
import statistics
from typing import Any

from common import child
from common.labelled import Labelled, found
from common.settings import Settings
from common.table import spread, table
from labels.quantize_child import KEPT, WAYS

TITLE = "Smaller classifiers"
SETS = ("SST-2", "cooking tags", "synthetic")
PROGRAMS = ("fasttext", "omnivec")
OPTIONS = {"dim": 100, "word_ngrams": 2, "buckets": 50_000}
"""Few buckets: fastText finds codes of all rows anew for each way, which takes it long."""


def measure(settings: Settings) -> dict[str, Any]:
    """Every set, programs in turn, a seed a round."""
    sets = []
    for each in found(settings.work, settings.scale):
        if each.name in SETS:
            rounds = [_round(each, settings, seed) for seed in range(1, settings.our_seeds + 1)]
            sets.append({"name": each.name, "rounds": rounds})
    return {"threads": settings.threads, "sets": sets}


def _round(each: Labelled, settings: Settings, seed: int) -> dict[str, Any]:
    told = json.dumps({**each.options, **OPTIONS, "threads": settings.threads, "seed": seed})
    return child.in_turn(PROGRAMS, "labels.quantize_child", each.train, each.test, told)


def report(result: dict[str, Any]) -> str:
    """A table of all sets and ways."""
    rows = []
    for each in result["sets"]:
        for way in ("before", *WAYS):
            rows += [(each["name"], way, *_cells(each["rounds"], name, way)) for name in each["rounds"][0]]
    header = ("set", "model", "program", "seconds", "MB", "precision@1")
    text = (
        f"dim 100, word n-grams to 2 in {OPTIONS['buckets']:,} buckets, fastText's conventions, "
        f"{result['threads']} threads; a model as .bin before, as .ftz after: codes of two "
        f"numbers a byte, with norms, pruned to {KEPT:,} rows, and those trained again. Seconds of "
        "quantising alone, kernels loaded; median (minimum–maximum) of seeds."
    )
    return f"{text}\n\n{table(header, rows)}"


def _cells(rounds: list[dict[str, Any]], name: str, way: str) -> tuple[str, ...]:
    if way == "before":
        size, scores = rounds[0][name]["bytes"], [one[name]["before"] for one in rounds]
        return name, "", f"{size / 1e6:.1f}", f"{statistics.mean(scores):.4f}"
    runs = [one[name][way] for one in rounds]
    scores = [run["precision"] for run in runs]
    size = statistics.median(run["bytes"] for run in runs)
    return (
        name,
        spread([run["seconds"] for run in runs]),
        f"{size / 1e6:.1f}",
        f"{statistics.mean(scores):.4f}",
    )
