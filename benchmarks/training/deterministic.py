"""What `deterministic=True` costs: the same bytes for any number of threads, beside threads that race."""

from __future__ import annotations

import statistics
from typing import Any

from common.settings import Settings
from common.table import millions, ratios, spread, table
from peers.programs import OURS, Run
from peers.race import by_name, rounds

TITLE = "The price of determinism"
MODELS = {"skipgram": "skip-gram", "cbow": "CBOW"}


def measure(settings: Settings) -> dict[str, Any]:
    """For each model: threads that race, the same number deterministic, and one thread, in turn."""
    many = f"{settings.threads} threads"
    found = {}
    for model in MODELS:
        order = [
            Run(OURS, {"model": model}, many),
            Run(OURS, {"model": model, "own": {"deterministic": True}}, f"{many}, deterministic"),
            Run(OURS, {"model": model, "threads": 1}, "1 thread"),
        ]
        found[model] = rounds(settings, order)
    return {"corpus": settings.corpus.name, "epochs": settings.epochs, "rounds": found}


def report(result: dict[str, Any]) -> str:
    """Speeds, and the deterministic run's beside the others' of its round."""
    rows, said = [], []
    for model, rounds_ in result["rounds"].items():
        found = by_name(rounds_)
        free, bound, alone = found.values()
        for name, records in found.items():
            share = spread(ratios(records, free)) + " ×"
            rows.append((f"{MODELS[model]}, {name}", millions(records), share))
        price = 100 * (1 - statistics.median(ratios(bound, free)))
        gain = statistics.median(ratios(bound, alone))
        said.append(
            f"{MODELS[model]}: determinism costs {price:.0f} % of the speed; it is {gain:.2f} times as fast "
            "as `threads=1`, which is deterministic anyway."
        )
    heading = (
        "Threads that race write to the same rows as they come, so the last bits differ from run to run. "
        "`deterministic=True` gives the same bytes whatever number of threads is asked for. "
        f"Negative sampling, dim 100, {result['epochs']} epoch of {result['corpus']}; runs in turn."
    )
    return "\n\n".join([heading, table(("run", "tokens/s", "against racing threads"), rows), *said])
