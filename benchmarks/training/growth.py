"""Whether a token costs the same in a small and in a large text of the same vocabulary."""

from __future__ import annotations

import statistics
from typing import Any

from common import corpus
from common.settings import Settings
from common.table import met, spread, table
from peers.programs import OURS

TITLE = "Growth"
SIZES, WORDS, TOLERANCE = (1_000_000, 10_000_000, 50_000_000), 30_000, 0.10
MANY = 30_000_000  # tokens a run at least: short texts run more epochs, since a short run times badly


def measure(settings: Settings) -> dict[str, Any]:
    """Interleaved runs over the sizes. A word's floor grows with the text: same rows, same shares."""
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(settings.repeats):
        for size in (int(size * settings.scale) for size in SIZES):
            words, every = int(WORDS * settings.scale), 5 * size // int(SIZES[0] * settings.scale)
            text = corpus.Corpus(corpus.zipf(size, words, every=every), f"Zipf, {size:,} tokens")
            epochs = max(1, int(MANY * settings.scale) // size)
            record = OURS.train(text, settings.work / "growth.model", epochs=epochs, threads=settings.threads)
            found.setdefault(str(size), []).append({"epochs": epochs, **record})
    return {"threads": settings.threads, "sizes": found}


def report(result: dict[str, Any]) -> str:
    """Nanoseconds a token by size, and how far apart they are."""
    cost = {size: [1e9 / run["tokens_per_second"] for run in runs] for size, runs in result["sizes"].items()}
    rows = [
        (f"{int(size):,}", runs[0]["rows"], runs[0]["epochs"], spread(cost[size], 1),
         spread([1e9 * run["read_seconds"] / int(size) for run in runs], 1))
        for size, runs in result["sizes"].items()
    ]  # fmt: skip
    middle = [statistics.median(values) for values in cost.values()]
    mean = statistics.mean(middle)
    constant = met(all(abs(value / mean - 1) <= TOLERANCE for value in middle))
    return "\n\n".join([
        f"Synthetic Zipf texts of one vocabulary, dim 100, {result['threads']} threads; short texts run "
        "more epochs.",
        table(("tokens", "rows", "epochs", "training, ns a token", "reading, ns a token"), rows),
        f"Largest over smallest: {max(middle) / min(middle):.2f}. Constant within "
        f"± {100 * TOLERANCE:.0f} % of the mean: {constant}.",
    ])  # fmt: skip
