"""How long the first start compiles, with an empty cache folder, and how soon the second start trains."""

from __future__ import annotations

import statistics
import tempfile
from typing import Any

from common import corpus
from common.settings import Settings
from common.table import met, spread, table
from peers.programs import OURS, Program

TITLE = "Compiling"
TOKENS, WORDS = 1_000_000, 10_000
SMALL = (2_000, 50)  # tokens and words, enough to compile for
OTHERS = [("skipgram", "hs"), ("skipgram", "softmax"), ("cbow", "ns"), ("cbow", "hs"), ("cbow", "softmax")]
COLD_BAR, WARM_BAR = 15, 1


def measure(settings: Settings) -> dict[str, Any]:
    """Each repetition starts from a home without any cache, starts again, then meets the other kernels."""
    text, small = (corpus.Corpus(corpus.zipf(*size), "Zipf") for size in ((TOKENS, WORDS), SMALL))
    found: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for _ in range(settings.repeats):
        with tempfile.TemporaryDirectory() as home:
            names = ("HOME", "XDG_CACHE_HOME", "OMNIVEC_CACHE_DIR", "NUMBA_CACHE_DIR")
            program = Program(OURS.name, OURS.script, OURS.module, dict.fromkeys(names, home))
            for start in ("cold", "warm"):
                found[start].append(
                    program.train(text, settings.work / "compile.model", threads=settings.threads)
                )
            for model, loss in OTHERS:
                record = program.train(small, settings.work / "compile.model", model=model, loss=loss)
                found.setdefault(f"cold, then {model} {loss}", []).append(record)
    return {"starts": found}


def report(result: dict[str, Any]) -> str:
    """Cold and warm, and their bars."""
    rows, middle = [], {}
    for start, runs in result["starts"].items():
        parts = {name: [run[f"{name}_seconds"] for run in runs] for name in ("compile", "read", "ready")}
        middle[start] = {name: statistics.median(values) for name, values in parts.items()}
        rows.append((start, *(spread(values) for values in parts.values())))
    warm = middle["warm"]["ready"]
    cold = sum(parts["compile"] for start, parts in middle.items() if start.startswith("cold"))
    said = [f"Cold, all of them at most {COLD_BAR} s: {met(cold <= COLD_BAR)} ({cold:.1f} s)."]
    said.append(f"Warm, at most {WARM_BAR} s to the first update: {met(warm <= WARM_BAR)} ({warm:.2f} s).")
    header = ("start", "compiling, s", "reading, s", "process start to first update, s")
    heading = (
        f"Skip-gram with negative sampling on a text of {TOKENS:,} tokens, dim 100: cold with an empty cache "
        "folder, warm with the one that this leaves. Below it, what the first run of another model or loss "
        "adds, on a text of a few words: each compiles a form of its own."
    )
    return "\n\n".join([heading, table(header, rows), *said])
