"""The sweep behind the learning rates of hierarchical softmax."""

from __future__ import annotations

from typing import Any

from common.settings import Settings
from common.table import table
from peers.judged import EPOCHS, HOW, SCORES, judged, score
from peers.programs import OURS, Run, defaults

TITLE = "Learning rates of hierarchical softmax"
RATES = {"skipgram": (0.0125, 0.025, 0.035, 0.05), "cbow": (0.0125, 0.025, 0.04, 0.06)}


def measure(settings: Settings) -> dict[str, Any]:
    """Every rate once, with one seed: what the seed does is in the section on gradients."""
    runs = [
        judged(settings, Run(OURS, {"model": model, "loss": "hs", "lr": lr}), seed=1)
        for model, rates in RATES.items()
        for lr in rates
    ]
    chosen = {model: defaults(model=model, loss="hs")["lr"] for model in RATES}
    return {
        "corpus": settings.corpus.name, "threads": settings.threads, "runs": runs, "default": chosen
    }  # fmt: skip


def report(result: dict[str, Any]) -> str:
    """One row for each run, and the defaults."""
    rows = [
        (run["model"], f"{run['lr']:g}", *(score([run], name) for name in SCORES)) for run in result["runs"]
    ]
    seen = max((run["scores"]["seen"] for run in result["runs"] if "scores" in run), default=0)
    heading = (
        f"Hierarchical softmax, dim 100, {EPOCHS} epochs of {result['corpus']}, {result['threads']} threads, "
        f"one seed. {HOW.format(seen=seen)}"
    )
    said = ", ".join(f"{model} {lr:g}" for model, lr in result["default"].items())
    return "\n\n".join([heading, table(("model", "lr", *SCORES), rows), f"omnivec's defaults: {said}."])
