"""How much slower training is that writes a checkpoint every minute."""

from __future__ import annotations

import math
import statistics
from typing import Any

from common import corpus
from common.corpus import Corpus
from common.settings import Settings
from common.table import met, spread, table
from peers.programs import OURS, Record, Run
from peers.race import by_name

TITLE = "Checkpoints"
SECONDS, MINUTES = 220, 1  # a run at least, so that three checkpoints fall into it; between two checkpoints
WORDS, TOKENS = 1_000_000, 10_000_000
BAR = 3  # percent
WITHOUT, WITH = "without", "with"


def measure(settings: Settings) -> dict[str, Any]:
    """Two texts: one of ordinary size, and one whose tables are large."""
    words, tokens = (int(number * settings.scale) for number in (WORDS, TOKENS))
    large = Corpus(corpus.zipf(tokens, words, every=5), f"Zipf, {tokens:,} tokens, {words:,} words")
    minutes = MINUTES * settings.scale
    return {
        "threads": settings.threads, "minutes": minutes,
        "texts": [_rounds(settings, text, minutes) for text in (settings.corpus, large)],
    }  # fmt: skip


def _rounds(settings: Settings, text: Corpus, minutes: float) -> dict[str, Any]:
    """Runs with and without in turn, as many epochs each as a first run shows to be needed."""
    model, threads = settings.work / "checkpoint.model", settings.threads
    once = OURS.train(text, model, threads=threads)
    epochs = math.ceil(SECONDS * settings.scale / once["train_seconds"])
    order = (Run(OURS, {}, WITHOUT), Run(OURS, {"checkpoint_minutes": minutes}, WITH))
    rounds_ = [
        [run.train(text, model, threads=threads, epochs=epochs) for run in order]
        for _ in range(settings.repeats)
    ]
    return {"name": text.name, "epochs": epochs, "rounds": rounds_}


def report(result: dict[str, Any]) -> str:
    """Seconds with and without, the difference, and what one checkpoint is."""
    rows, said = [], []
    for text in result["texts"]:
        found = by_name(text["rounds"])
        slower = [
            100 * (b["fit_seconds"] / a["fit_seconds"] - 1)
            for a, b in zip(found[WITHOUT], found[WITH], strict=True)
        ]
        rows.append((
            text["name"], f"{found[WITH][0]['rows']:,}", text["epochs"],
            *(spread([run["fit_seconds"] for run in found[name]], 1) for name in (WITHOUT, WITH)),
            spread(slower, 1) + " %", spread([_still(run, result["minutes"]) for run in found[WITH]]),
            spread([run["save_seconds"] for run in found[WITH]]),
        ))  # fmt: skip
        middle = statistics.median(slower)
        said.append(f"{text['name']}: at most {BAR} % slower: {met(middle <= BAR)} ({middle:.1f} %).")
    heading = (
        f"A checkpoint every {result['minutes']:g} minutes, dim 100, {result['threads']} threads. Seconds of "
        "`fit`, reading included; runs with and without take turns, and a percentage compares neighbours in "
        "time. A checkpoint is a model folder. Threads stand still while the tables are copied, and train on "
        "while the copy is written; the last column is what saving a model takes by itself."
    )
    header = (
        "text", "rows", "epochs", "without, s", "with, s", "slower", "standing still for each, s",
        "saving once, s",
    )  # fmt: skip
    return "\n\n".join([heading, table(header, rows), *said])


def _still(run: Record, minutes: float) -> float:
    """Seconds for which no thread trained, for each checkpoint that fell into the run."""
    return float(run["paused_seconds"] / max(1, run["train_seconds"] // (60 * minutes)))
