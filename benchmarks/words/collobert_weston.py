"""Collobert and Weston's windows: what they cost and what their vectors are worth, beside skip-gram.

Nobody else maintains such a learner, so there is no peer; skip-gram's row says what it costs to score windows
instead of pairs.
"""

from __future__ import annotations

import sys
from typing import Any

from common import child
from common.settings import Settings
from common.table import millions, table
from peers.judged import EPOCHS, HOW, SCORES, score
from peers.programs import remove

TITLE = "Collobert and Weston's windows"
RUNS = {
    "CollobertWeston": ("collobert-weston",),
    "CollobertWeston, windows of 11 words": ("collobert-weston", "--window", "5"),
    "CollobertWeston, preset `senna`": ("collobert-weston", "--preset", "senna"),
    "Word2Vec skip-gram": ("word2vec",),
}


def measure(settings: Settings) -> dict[str, Any]:
    """Every run over several seeds, and the first once more on one thread."""
    runs = []
    for name, words in RUNS.items():
        for seed in range(1, settings.our_seeds + 1):
            runs.append({"name": name, **_trained(settings, words, seed, settings.threads)})
    alone = _trained(settings, next(iter(RUNS.values())), 1, 1)
    return {"corpus": settings.corpus.name, "threads": settings.threads, "runs": runs, "alone": alone}


def _trained(settings: Settings, words: tuple[str, ...], seed: int, threads: int) -> dict[str, Any]:
    """One run: its speed, its losses by epoch, its scores."""
    saved, vectors = settings.work / "windows.model", settings.work / "windows.bin"
    remove(saved)
    flags = ("--epochs", EPOCHS, "--seed", seed, "--threads", threads, "-q")
    child.omnivec("train", words[0], settings.corpus.path, saved, *words[1:], *flags)
    record = child.omnivec("info", saved, "--json")["training"]
    child.omnivec("convert", saved, vectors, "--to", "word2vec", "-q")
    scores = child.python("peers.score", vectors)
    remove(saved)
    vectors.unlink()
    found = {"seed": seed, "tokens_per_second": record["tokens_per_second"], "loss": record["loss"]}
    said = ", ".join(f"{name} {scores[name]:.3f}" for name in SCORES)
    print(
        f"  {' '.join(words)} {found['tokens_per_second']:,.0f} tokens/s, {said}", file=sys.stderr, flush=True
    )
    return {**found, "scores": {name: scores[name] for name in (*SCORES, "seen")}}


def report(result: dict[str, Any]) -> str:
    """One row for each kind of run."""
    kinds = {name: [run for run in result["runs"] if run["name"] == name] for name in RUNS}
    rows = [
        (name, millions(runs), f"{runs[0]['loss'][-1]:.3f}", *(score(runs, each) for each in SCORES))
        for name, runs in kinds.items()
    ]
    seen = max(run["scores"]["seen"] for run in result["runs"])
    heading = (
        f"{EPOCHS} epochs of {result['corpus']}, {result['threads']} threads, defaults but for what the name "
        f"says. No other program of this kind is maintained. {HOW.format(seen=seen)}"
    )
    alone = f"CollobertWeston on one thread: {millions([result['alone']])} tokens/s."
    return "\n\n".join([heading, table(("learner", "tokens/s", "loss", *SCORES), rows), alone])
