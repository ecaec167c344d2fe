"""The training of CS224n's assignment 2 in the textbook: how long one waits, and whether losses are met."""

from __future__ import annotations

import sys
from typing import Any

from common import child
from common.settings import Settings
from common.table import met, table

TITLE = "CS224n, assignment 2"
ITERATIONS, DENSE, BAR = 40_000, 20, 180
PUBLISHED = {"first": 19.061546, "last": 9.812206}


def measure(settings: Settings) -> dict[str, Any]:
    """One run on one core."""
    iterations = int(ITERATIONS * settings.scale)
    found = child.python("textbook.cs224n_child", iterations, DENSE, env=child.ONE_CORE)
    print("   ", found, file=sys.stderr, flush=True)
    return {"iterations": iterations, **found}


def report(result: dict[str, Any]) -> str:
    """Seconds of both, and the losses beside the published ones."""
    text = "the sentiment sentences" if result["file"] else "made-up sentences of as many words"
    dense = result["dense_seconds_each"] * result["iterations"]
    rows = [
        (
            "sparse, the same path",
            f"{result['seconds']:.0f}",
            f"{result['first']:.6f}",
            f"{result['last']:.6f}",
        ),
        (f"dense, as handed out: {DENSE} iterations timed", f"{dense:,.0f}", "", ""),
        ("published", "", *(f"{PUBLISHED[name]:.6f}" for name in ("first", "last"))),
    ]
    return "\n\n".join([
        f"{result['iterations']:,} iterations on {text}, dim 10, window 5, one core, plain NumPy. Bar: at "
        f"most {BAR} s: {met(result['seconds'] <= BAR)}.",
        table(("gradients", "seconds", "loss at 10", "loss at the end"), rows),
    ])  # fmt: skip
