"""What bounds the speed at a greater dim: the same work on rows inside and outside the caches."""

from __future__ import annotations

import statistics
from typing import Any

from common import corpus
from common.settings import Settings
from common.table import spread, table
from peers.programs import OURS

TITLE = "What bounds the speed"
DIMS, WORDS, TOKENS = (100, 300), (1_000, 70_000), 3_500_000
# Dynamic window 5 has 6 outside words on average, each meets 6 outputs, and a pair costs a score and two
# updates, of two operations a float.
OPERATIONS = 6 * 6 * 3 * 2


def measure(settings: Settings) -> dict[str, Any]:
    """One thread, uniform texts, no subsampling: only the size of the tables differs."""
    tokens = int(TOKENS * settings.scale)
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(settings.repeats):
        for dim in DIMS:
            for words in WORDS:
                shown = max(1, int(words * settings.scale))
                text = corpus.Corpus(corpus.zipf(tokens, shown, every=tokens // shown), "uniform")
                record = OURS.train(text, settings.work / "bound.model", dim=dim, threads=1, sample=1)
                found.setdefault(f"{dim} {shown}", []).append(record)
    return {"runs": found}


def report(result: dict[str, Any]) -> str:
    """Time a token, arithmetic a second, and the share of the time that the larger tables add."""
    cost: dict[int, list[float]] = {}
    rows = []
    for key, runs in result["runs"].items():
        dim, words = map(int, key.split())
        width = -(-dim // 16) * 16
        times = [1e9 / run["tokens_per_second"] for run in runs]
        cost.setdefault(dim, []).append(statistics.median(times))
        operations = OPERATIONS * width / statistics.median(times)
        size = f"{2 * words * width * 4 / 1e6:,.1f} MB"
        rows.append((f"dim {dim}, {words:,} words", size, spread(times, 0), f"{operations:.0f}"))
    share = ", ".join(
        f"{100 * (1 - small / large):.0f} % at dim {dim}" for dim, (small, large) in cost.items()
    )
    return "\n\n".join(
        [
            "One thread, every word equally often, no subsampling: the arithmetic of a token is the same "
            "in each text. The small tables stay in the processor's caches, the large ones do not. Real text "
            "lies between, since its frequent rows stay in the caches.",
            table(("text", "tables", "ns a token", "10⁹ operations/s"), rows),
            "Share of the time in which rows are awaited, although they are requested ahead: "
            f"{share}. The rest is arithmetic.",
        ]
    )
