"""The classifier beside fastText: training, prediction, accuracy."""

from __future__ import annotations

import json
import statistics
from typing import Any

from common import child
from common.labelled import Labelled, found
from common.settings import Settings
from common.table import spread, table

TITLE = "Classifier"
BAR = 3.0
PROGRAMS = ("fasttext", "omnivec")


def measure(settings: Settings) -> dict[str, Any]:
    """Every set, programs in turn, a seed a round."""
    sets = []
    for each in found(settings.work, settings.scale):
        rounds = [_round(each, settings, seed) for seed in range(1, settings.our_seeds + 1)]
        sets.append({"name": each.name, "options": each.options, "rounds": rounds})
    return {"threads": settings.threads, "sets": sets}


def _round(each: Labelled, settings: Settings, seed: int) -> dict[str, Any]:
    told = {**each.options, "dim": 100, "threads": settings.threads, "seed": seed}
    variants = {"fasttext": told, "omnivec": told}
    if each.name == "cooking tags":  # texts have several labels
        variants["omnivec, all labels"] = {**told, "labels": "all"}
    runs = {}
    for name, options in variants.items():
        program = name.partition(",")[0]
        if child.installed(program):
            runs[name] = child.python(
                "labels.label_child", program, each.train, each.test, json.dumps(options)
            )
    return runs


def report(result: dict[str, Any]) -> str:
    """A table of all sets."""
    rows = []
    for each in result["sets"]:
        for name in each["rounds"][0]:
            rows.append(
                (each["name"], name, *_cells([one[name] for one in each["rounds"]], each["rounds"], name))
            )
    header = (
        "set",
        "program",
        "training, s",
        "times fastText",
        "texts/s predicted",
        "times fastText",
        "precision@1",
    )
    text = (
        f"dim 100, {result['threads']} threads, the same options told to both; training from the file to the "
        "model, kernels loaded; prediction of all texts by one call. Median (minimum–maximum) of seeds in "
        "turn, ratios of neighbours in time; precision: mean ± standard error."
    )
    return f"{text}\n\n{table(header, rows)}\n\n{_bars(result)}"


def _cells(runs: list[dict[str, Any]], rounds: list[dict[str, Any]], name: str) -> tuple[str, ...]:
    seconds = spread([run["train_seconds"] for run in runs])
    rate = f"{statistics.median(run['texts'] / run['predict_seconds'] for run in runs):,.0f}"
    return (
        seconds,
        _times(rounds, name, "train_seconds"),
        rate,
        _times(rounds, name, "predict_seconds"),
        _mean(runs),
    )


def _ratios(rounds: list[dict[str, Any]], name: str, what: str) -> list[float]:
    return [one["fasttext"][what] / one[name][what] for one in rounds if "fasttext" in one]


def _times(rounds: list[dict[str, Any]], name: str, what: str) -> str:
    found = _ratios(rounds, name, what)
    return f"{spread(found, 1)} ×" if found and name != "fasttext" else ""


def _mean(runs: list[dict[str, Any]]) -> str:
    scores = [run["accuracy"] for run in runs]
    error = statistics.stdev(scores) / len(scores) ** 0.5 if len(scores) > 1 else 0.0
    return f"{statistics.mean(scores):.4f} ± {error:.4f}"


def _bars(result: dict[str, Any]) -> str:
    said = []
    for each in result["sets"]:
        rounds = each["rounds"]
        if "fasttext" not in rounds[0]:
            return "fastText is not installed here: nothing to compare with."
        ours, theirs = ([one[name]["accuracy"] for one in rounds] for name in ("omnivec", "fasttext"))
        error = statistics.stdev(theirs) / len(theirs) ** 0.5 if len(theirs) > 1 else 0.0
        speeds = [
            statistics.median(_ratios(rounds, "omnivec", what))
            for what in ("train_seconds", "predict_seconds")
        ]
        missed = [name for name, value in zip(("training", "prediction"), speeds, strict=True) if value < BAR]
        missed += ["precision"] if statistics.mean(ours) < statistics.mean(theirs) - error else []
        said.append(f"{each['name']}: {'**missed** (' + ', '.join(missed) + ')' if missed else 'met'}")
    what = f"{BAR:g} × in both speeds and a precision not below fastText's mean less one standard error"
    return f"Bars, {what}: {'; '.join(said)}."
