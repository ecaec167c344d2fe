"""What a prediction costs in a vocabulary of V words: all of them (softmax), some (ns), or a tree (hs)."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any

from common import child, corpus
from common.child import ONE_CORE
from common.settings import Settings
from common.table import met, table
from peers.programs import OURS, Run

TITLE = "Full softmax, and what replaces it"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
TOKENS = 5_000_000  # of ns and hs
# Softmax moves a whole table for each prediction; these tokens take it a second or two at every size.
WORK, REFERENCE_WORK, LEAST = 40_000_000, 1_000_000, 8  # tokens times words; tokens at least
REFERENCE_WORDS = 100_000  # the reference needs minutes beyond
REFERENCE, SOFTMAX, NS, HS = "softmax, NumPy definition", "softmax", "ns", "hs"
SLOPES = {SOFTMAX: (1, 0.1), NS: (0, 0.1)}  # expected slope, and how far it may lie from it


def measure(settings: Settings) -> dict[str, Any]:
    """Interleaved: every size and loss once before any comes again."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(settings.repeats):
        for words in (max(20, int(size * settings.scale)) for size in SIZES):
            for loss, cost in _costs(settings, words).items():
                found.setdefault(loss, {}).setdefault(str(words), []).append(cost)
    return {"costs": found}


def _costs(settings: Settings, words: int) -> dict[str, float]:
    """Seconds of training for a prediction, by loss."""
    tokens = max(words, int(TOKENS * settings.scale))
    whole = corpus.zipf(tokens, words, every=tokens // words)
    vocabulary = corpus.words(words)
    costs = {}
    for loss, text in ((NS, whole), (HS, whole), (SOFTMAX, _short(whole, words, WORK * settings.scale))):
        run = Run(OURS, {"loss": loss, "sample": 0, "threads": 1, "vocabulary": str(vocabulary)}, loss)
        record = run.train(corpus.Corpus(text, "uniform"), settings.work / "softmax.model")
        costs[loss] = record["train_seconds"] / record["pairs"]
    if words <= REFERENCE_WORDS:
        short = _short(whole, words, REFERENCE_WORK * settings.scale)
        options = '{"dim": 100, "lr": 0.025}'
        record = child.python("words.peer_reference", short, vocabulary, options, env=ONE_CORE)
        costs[REFERENCE] = record["seconds"] / record["predictions"]
    return costs


def _short(whole: Path, words: int, work: float) -> Path:
    return corpus.first(whole, max(LEAST, int(work) // words))


def report(result: dict[str, Any]) -> str:
    """Microseconds by size and loss, their slopes, and softmax beside its definition."""
    costs = {
        loss: {int(words): statistics.median(values) for words, values in sizes.items()}
        for loss, sizes in result["costs"].items()
    }
    sizes = sorted({words for by_size in costs.values() for words in by_size})
    rows = [
        (loss, *(_micro(by_size.get(words)) for words in sizes), f"{slope(by_size):+.2f}")
        for loss, by_size in costs.items()
    ]
    said = []
    for loss, (expected, tolerance) in SLOPES.items():
        found = slope(costs[loss])
        reached = met(abs(found - expected) <= tolerance)
        said.append(f"Slope of {loss}, {expected} ± {tolerance:g}: {reached} ({found:+.2f}).")
    both = [words for words in sizes if words in costs[REFERENCE]]
    faster = ", ".join(
        f"{costs[REFERENCE][words] / costs[SOFTMAX][words]:.0f} × at {words:,} words" for words in both
    )
    heading = (
        "Microseconds for a prediction (a context word and its centre), skip-gram, dim 100, one thread, 5 "
        "negatives, texts in which every word is equally frequent. Softmax scores and moves all rows, "
        "negative sampling 6, and the tree as many as a word's path is long, log₂ V. Slope: of a line "
        "through log time over log V; what ns and softmax gain beside 0 and 1 is the memory, since "
        "larger tables leave the caches."
    )
    header = ("loss", *(f"V = {words:,}" for words in sizes), "slope")
    faster = f"omnivec's softmax beside its definition in NumPy, on one core: {faster}."
    return "\n\n".join([heading, table(header, rows), " ".join(said), faster])


def _micro(seconds: float | None) -> str:
    return "" if seconds is None else f"{1e6 * seconds:,.{3 if seconds < 1e-5 else 0}f}"


def slope(costs: dict[int, float]) -> float:
    """Of the least-squares line through (log size, log cost)."""
    x, y = [math.log(size) for size in costs], [math.log(cost) for cost in costs.values()]
    line = statistics.linear_regression(x, y)
    return line.slope
