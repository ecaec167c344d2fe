"""Sent2Vec beside the program of that name: words a second at equal settings, and what the vectors are worth.

The program is no package: $OMNIVEC_SENT2VEC names its executable, else it is left out and the page says so.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common import child, corpus
from common.settings import Settings
from common.table import millions, ratios, spread, table, verdict
from texts.sts import spearman

TITLE = "Sent2Vec"
BAR = 5.0
PAPERS = {
    "dim": 100, "epochs": 5, "lr": 0.2, "negatives": 10, "sample": 1e-5, "ngram_dropout": 4, "word_ngrams": 2,
    "buckets": 2_000_000, "min_count": 5,
}  # fmt: skip
JUDGED = (
    ("omnivec sent2vec", "sent2vec", (), ("sent2vec",)),
    ("omnivec sent2vec `--word-ngrams 2`", "sent2vec", ("--word-ngrams", "2"), ("sent2vec",)),
    ("omnivec word2vec", "word2vec", (), ("mean", "sif")),
)
SETS = ("sts/stsb-dev.tsv", "sts/stsb-test.tsv", "sts/sick-train.tsv", "sts/sick-test.tsv")


def peer() -> str | None:
    """The program's path, when it is there."""
    path = os.environ.get("OMNIVEC_SENT2VEC")
    if path is None or not Path(path).exists():
        print("OMNIVEC_SENT2VEC names no program: sent2vec is left out", file=sys.stderr)
        return None
    return path


def trained(program: str | None, text: Path, model: Path, options: Mapping[str, object]) -> dict[str, Any]:
    """Train ours, or with the program at that path: seconds of training alone, and of the whole process."""
    if program is not None:
        file = model.with_suffix("")
        told = json.dumps(dict(options))
        return {"model": f"{file}.bin", **child.python("texts.peer_sent2vec", program, text, file, told)}
    flags = [str(part) for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    said = child.omnivec("train", "sent2vec", text, model, "--json", "-q", "--overwrite", *flags)
    training = said["training"]
    return {
        "model": str(model), "train_seconds": training["seconds"], "tokens": training["tokens"],
        "wall_seconds": said["wall_seconds"], "peak_bytes": said["peak_bytes"],
    }  # fmt: skip


def measure(settings: Settings) -> dict[str, Any]:
    """Both in turn at the papers' settings; then several seeds of the defaults and of skip-gram's vectors."""
    text = corpus.sentences(settings.scale)
    program, rounds = peer(), []
    papers = {**PAPERS, "threads": settings.threads}
    for _ in range(settings.repeats):
        one = {"omnivec": trained(None, text.path, settings.work / "ours.omnivec", papers)}
        if program is not None:
            one["sent2vec"] = trained(program, text.path, settings.work / "theirs.none", papers)
        for run in one.values():
            run["tokens_per_second"] = one["omnivec"]["tokens"] * PAPERS["epochs"] / run["train_seconds"]
            print("   ", run, file=sys.stderr, flush=True)
        rounds.append(one)
    scores = {
        f"{who}, the papers' settings": [spearman(run["model"], SETS)] for who, run in rounds[-1].items()
    }
    for seed in range(1, settings.our_seeds + 1):
        for title, learner, told, recipes in JUDGED:
            model = settings.work / f"{learner}.omnivec"
            flags = ("--overwrite", "-q", "--seed", seed, "--threads", settings.threads, *told)
            run = child.omnivec("train", learner, text.path, model, *flags)
            print("   ", title, seed, run, file=sys.stderr, flush=True)
            for recipe in recipes:
                row = title if len(recipes) == 1 else f"{title}, {recipe}"
                scores.setdefault(row, []).append(spearman(model, SETS, recipe))
    return {"text": text.name, "threads": settings.threads, "rounds": rounds, "scores": scores}


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A row for the README."""
    rounds = result["rounds"]
    if "sent2vec" not in rounds[0]:
        return []
    ours, theirs = ([one[name] for one in rounds] for name in ("omnivec", "sent2vec"))
    told = f"{millions(ours)} tokens/s against {millions(theirs)}: **{spread(ratios(ours, theirs), 1)} ×**"
    return [("Sent2Vec, dim 100, beside sent2vec", told)]


def report(result: dict[str, Any]) -> str:
    """Rates with their ratio, then the scores."""
    rounds = result["rounds"]
    rows = [
        (
            name, spread([run[name]["tokens_per_second"] / 1e6 for run in rounds]) + " M",
            spread([run[name]["wall_seconds"] for run in rounds], 1),
            spread([run[name]["peak_bytes"] / 1e6 for run in rounds], 0),
        )
        for name in rounds[0]
    ]  # fmt: skip
    told = ", ".join(f"{name} {value}" for name, value in PAPERS.items())
    parts = [
        f"{result['text']}, {result['threads']} threads, settings of the papers ({told}); median of rounds "
        "in turn (minimum–maximum). Words a second of training alone; seconds of the whole process, text to "
        "model; megabytes at its peak.",
        table(("program", "words/s", "whole process, s", "peak, MB"), rows),
    ]
    if "sent2vec" in rounds[0]:
        times = ratios([run["omnivec"] for run in rounds], [run["sent2vec"] for run in rounds])
        whole = [run["sent2vec"]["wall_seconds"] / run["omnivec"]["wall_seconds"] for run in rounds]
        parts.append(
            f"Training: {spread(times, 1)} × sent2vec, {verdict(statistics.median(times), BAR)}; the whole "
            f"process {spread(whole, 1)} ×."
        )
    found = {name: runs for name, runs in result["scores"].items() if runs[0]}
    if found:
        sets = list(next(iter(found.values()))[0])
        scores = [
            (name, *(spread([run[s] for run in runs], 3) for s in sets)) for name, runs in found.items()
        ]
        parts += ["Spearman of cosines with people's scores, by seeds:", table(("vectors", *sets), scores)]
    return "\n\n".join(parts)
