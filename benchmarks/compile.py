"""How long the first start compiles, with an empty cache folder, and how soon the second start trains."""

from __future__ import annotations

import statistics
import tempfile
from typing import Any

import corpus
from programs import OURS, Program
from settings import Settings
from table import spread, table

TITLE = "Compiling"
TOKENS, WORDS = 1_000_000, 10_000
COLD_BAR, WARM_BAR = 15, 1


def measure(settings: Settings) -> dict[str, Any]:
    """Each repetition starts from a home without any cache, then starts again."""
    text = corpus.Corpus(corpus.zipf(TOKENS, WORDS), "Zipf")
    found: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for _ in range(settings.repeats):
        with tempfile.TemporaryDirectory() as home:
            names = ("HOME", "XDG_CACHE_HOME", "OMNIVEC_CACHE_DIR", "NUMBA_CACHE_DIR")
            program = Program(OURS.name, OURS.script, OURS.module, dict.fromkeys(names, home))
            for start in ("cold", "warm"):
                found[start].append(
                    program.train(text, settings.work / "compile.model", threads=settings.threads)
                )
    return {"starts": found}


def report(result: dict[str, Any]) -> str:
    """Cold and warm, and their bars."""
    rows, middle = [], {}
    for start, runs in result["starts"].items():
        parts = {name: [run[f"{name}_seconds"] for run in runs] for name in ("compile", "read", "ready")}
        middle[start] = {name: statistics.median(values) for name, values in parts.items()}
        rows.append((start, *(spread(values) for values in parts.values())))
    cold, warm = middle["cold"]["compile"], middle["warm"]["ready"]
    said = [
        f"Cold, all drivers at most {COLD_BAR} s: {'met' if cold <= COLD_BAR else '**missed**'} ({cold:.1f} "
        "s)."
    ]
    said.append(
        f"Warm, at most {WARM_BAR} s to the first update: {'met' if warm <= WARM_BAR else '**missed**'} "
        f"({warm:.2f} s)."
    )
    header = ("start", "compiling, s", "reading, s", "process start to first update, s")
    return "\n\n".join([f"A text of {TOKENS:,} tokens, dim 100.", table(header, rows), *said])
