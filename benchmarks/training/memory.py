"""Peak memory of training, with a million words and with the ordinary corpus; opening what was saved."""

from __future__ import annotations

from typing import Any

from common import child, corpus
from common.settings import Settings
from common.table import met, table
from peers.programs import OURS

TITLE = "Memory, and opening a model"
WORDS, TOKENS, DIM = 1_000_000, 10_000_000, 100
BESIDE = 300e6  # bytes that may be used beside tables and tokens
TOKEN_BYTES, FLOAT_BYTES, TABLES = 4, 4, 2


def measure(settings: Settings) -> dict[str, Any]:
    """One run each; memory hardly varies."""
    words, tokens = (int(number * settings.scale) for number in (WORDS, TOKENS))
    large = corpus.Corpus(corpus.zipf(tokens, words, every=5), f"Zipf, {tokens:,} tokens, {words:,} words")
    runs = []
    for text in (large, settings.corpus):
        record = OURS.train(text, settings.work / "memory.model", dim=DIM, threads=settings.threads)
        opening = child.python("files.opened", "omnivec", settings.work / "memory.model")
        runs.append({"opening": opening, "name": text.name, "text_bytes": text.path.stat().st_size, **record})
    return {"dim": DIM, "threads": settings.threads, "runs": runs}


def report(result: dict[str, Any]) -> str:
    """Peak beside tables and tokens."""
    width = -(-result["dim"] // 16) * 16
    rows = []
    for run in result["runs"]:
        tables, tokens = run["rows"] * width * FLOAT_BYTES * TABLES, run["tokens"] * TOKEN_BYTES
        beside = run["peak_bytes"] - tables - tokens
        numbers = (run["text_bytes"], tables, tokens, run["peak_bytes"], beside)
        megabytes = (f"{number / 1e6:,.0f}" for number in numbers)
        rows.append((run["name"], f"{run['rows']:,}", *megabytes, met(beside <= BESIDE)))
    heading = (
        f"Skip-gram, dim {result['dim']}, {result['threads']} threads, megabytes. Peak: largest resident "
        "memory of the whole "
        "process (interpreter, Numba and the mapped text included). Tables: rows × padded width × 4 bytes, "
        "input and output. "
        f"Bar: at most {BESIDE / 1e6:.0f} MB beside tables and tokens."
    )
    training = table(("text", "rows", "text file", "tables", "tokens", "peak", "beside", "bar"), rows)
    return "\n\n".join([heading, training, *_opening(result["runs"])])


def _opening(runs: list[dict[str, Any]]) -> list[str]:
    rows = []
    for run in runs:
        opening = run["opening"]
        times = (1000 * opening["open_seconds"], 1000 * opening["lookup_seconds"])
        rows.append(
            (f"{run['rows']:,}", *(f"{t:.1f}" for t in times), f"{opening['peak_bytes'] / 1e6:.0f} MB")
        )
    heading = (
        "The same models opened by a new process, mapped: time of `load`, then of the first look-up, imports "
        "apart; memory of that whole process."
    )
    return [heading, table(("rows", "load, ms", "first vector, ms", "peak memory"), rows)]
