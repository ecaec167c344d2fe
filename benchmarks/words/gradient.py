"""The sweep behind CBOW's defaults: what each context word receives, and the learning rate."""

from __future__ import annotations

import statistics
from typing import Any

from common.settings import Settings
from common.table import table
from peers.judged import EPOCHS, HOW, SCORES, judged, score
from peers.programs import OURS, Record, Run, defaults

TITLE = "CBOW's gradient and learning rate"
GRADIENTS, RATES = ("undivided", "true"), (0.025, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2)


def measure(settings: Settings) -> dict[str, Any]:
    """Every gradient with every rate, all of them once for a seed before the next seed."""
    runs = [
        judged(settings, Run(OURS, {"model": "cbow", "lr": lr, "own": {"gradient": gradient}}), seed=seed)
        for seed in range(1, settings.our_seeds + 1)
        for gradient in GRADIENTS
        for lr in RATES
    ]
    chosen = defaults(model="cbow")
    return {
        "corpus": settings.corpus.name, "threads": settings.threads, "runs": runs,
        "default": [chosen["gradient"], chosen["lr"]],
    }  # fmt: skip


def report(result: dict[str, Any]) -> str:
    """One row for each cell; then where each gradient is best, and what the default is."""
    cells: dict[tuple[str, float], list[Record]] = {}
    for run in result["runs"]:
        cells.setdefault((run["own"]["gradient"], run["lr"]), []).append(run)
    rows = [
        (gradient, f"{lr:g}", *(score(runs, name) for name in SCORES), _loss(runs))
        for (gradient, lr), runs in cells.items()
    ]
    seen = max((run["scores"]["seen"] for run in result["runs"] if "scores" in run), default=0)
    heading = (
        "In the mean of n context rows each takes part by 1/n. *true* hands each row that share of the "
        "mean's gradient; *undivided* hands each the whole, n times as much, as word2vec.c, gensim and "
        f"fastText do. CBOW, negative sampling, dim 100, {EPOCHS} epochs of {result['corpus']}, "
        f"{result['threads']} threads. {HOW.format(seen=seen)} Loss: mean of the last epoch for each window; "
        "it compares rows of this table, not quality."
    )
    gradient, lr = result["default"]
    said = [_best(cells, name) for name in GRADIENTS] + [f"omnivec's default: {gradient}, lr {lr:g}."]
    return "\n\n".join([heading, table(("gradient", "lr", *SCORES, "loss"), rows), " ".join(said)])


def _loss(runs: list[Record]) -> str:
    losses = [run["loss"][-1] for run in runs if "loss" in run]
    return f"{statistics.mean(losses):.3f}" if losses else "diverged"


def _best(cells: dict[tuple[str, float], list[Record]], gradient: str) -> str:
    """The rate at which a gradient has the highest analogies."""
    means = {
        lr: statistics.mean(run["scores"]["analogies"] for run in runs)
        for (name, lr), runs in cells.items()
        if name == gradient and all("scores" in run for run in runs)
    }
    if not means:
        return f"The {gradient} gradient diverged at every rate."
    lr = max(means, key=means.__getitem__)
    return f"Analogies of the {gradient} gradient are highest at lr {lr:g} ({100 * means[lr]:.1f} %)."
