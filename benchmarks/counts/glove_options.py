"""The sweep behind GloVe's defaults: one option at a time beside them, on the same cells."""

from __future__ import annotations

from typing import Any

from common.settings import Settings
from common.table import table
from counts.glove import DIM, ITERATIONS, WINDOW, counted, ours
from peers.judged import HOW, SCORES, score

TITLE = "Options of GloVe"
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"biases": "random"},
    {"divide_by": "before"},
    {"biases": "random", "divide_by": "before"},
    {"lr": 0.05},
    {"lr": 0.3, "lr_floor": 0.1},
    {"biases": "random", "lr": 0.3, "lr_floor": 0.1},
    {"x_max": 3.0},
    {"x_max": 30.0},
    {"x_max": 100.0},
    {"alpha": 0.5},
    {"alpha": 1.0},
    {"vectors": "words"},
)


def measure(settings: Settings) -> dict[str, Any]:
    """Every setting with the same seeds."""
    cells = counted(settings)
    runs = [
        {"options": options, **ours(settings, cells, {"dim": DIM, **options}, ITERATIONS, seed, judged=True)}
        for options in OPTIONS
        for seed in range(1, settings.our_seeds + 1)
    ]
    return {"corpus": settings.corpus.name, "threads": settings.threads, "runs": runs}


def report(result: dict[str, Any]) -> str:
    """A row for each setting."""
    runs = result["runs"]
    rows = []
    for options in OPTIONS:
        some = [run for run in runs if run["options"] == options]
        name = ", ".join(f"{name} {value}" for name, value in options.items()) or "as they are"
        rows.append((name, len(some), f"{some[0]['loss'][-1]:.5f}", *(score(some, each) for each in SCORES)))
    heading = (
        f"{result['corpus']}, {runs[0]['cells']:,} cells of a window of {WINDOW}, dim {DIM}, {ITERATIONS} "
        f"epochs, {result['threads']} threads; what differs from the defaults. Costs compare where x_max and "
        f"alpha are the same. {HOW.format(seen=max(run['scores']['seen'] for run in runs))}"
    )
    return "\n\n".join([heading, table(("options", "seeds", "cost", *SCORES), rows)])
