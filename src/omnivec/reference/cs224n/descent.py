"""Stochastic gradient descent of the assignment: halved steps, a running loss, files to resume from.

A resumed run is the uninterrupted one: the step is halved at multiples of 20,000 only, and the running loss
goes on. (In the hand-out a resumed step is multiplied by 0.5^(start / 20,000), 0.84 at iteration 5,000, and
the running loss is forgotten.)  Source: CS224n, assignment 2, part 2.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from omnivec.reference.arrays import add_at
from omnivec.reference.cs224n.losses import Rows
from omnivec.reference.cs224n.sparse import SparseRows

Objective: TypeAlias = Callable[[Any], tuple[float, Rows | SparseRows]]
"""x ↦ (loss, gradient): an array of the shape of x, or (rows, values)."""

ANNEAL_EVERY = 20_000
SAVE_PARAMS_EVERY = 5_000
KEPT = 0.95
"""Share of the running loss that is kept when a new loss comes in."""


def sgd(
    f: Objective, x0: Any, step: float, iterations: int,
    postprocessing: Callable[[Any], Any] | None = None, use_saved: bool = False, print_every: int = 10, *,
    folder: str | Path = ".", rng: random.Random | None = None,
    report: Callable[[int, float], None] | None = None,
) -> Any:  # fmt: skip
    """X after `iterations` steps x ← x − step · gradient; x0 is not changed.

    postprocessing: applied to x after each step, e.g. `normalize_rows`.
    use_saved: begin from the latest `saved_params_N.npy` in folder, and write one every 5,000 steps, with
    `saved_state_N.json` beside it: the state of rng, which f draws from, and the running loss. What else f
    remembers is not there: it has to be made again before (`train_sentiment` does so).
    report: called as report(iteration, running loss) every print_every iterations. The running loss begins
    with the first and is .95 · old + .05 · new, of these iterations only.

    """
    x = np.array(x0, dtype=np.result_type(x0, np.float64))
    start, running = 0, None
    if use_saved and (latest := latest_saved(Path(folder))) is not None:
        start = latest
        x, running = _load(Path(folder), start, rng)
    for iteration in range(start + 1, iterations + 1):
        loss, gradient = f(x)
        rate = step * 0.5 ** ((iteration - 1) // ANNEAL_EVERY)
        if isinstance(gradient, tuple):
            rows, values = gradient
            add_at(x, rows, -rate * values)
        else:
            x -= rate * gradient
        if postprocessing is not None:
            x = postprocessing(x)
        if iteration % print_every == 0:
            running = loss if running is None else KEPT * running + (1 - KEPT) * loss
            if report is not None:
                report(iteration, running)
        if use_saved and iteration % SAVE_PARAMS_EVERY == 0:
            _save(Path(folder), iteration, x, running, rng)
    return x


def latest_saved(folder: Path) -> int | None:
    """The last iteration of which folder has parameters and state."""
    numbers = [path.stem.removeprefix("saved_params_") for path in folder.glob("saved_params_*.npy")]
    found = [int(n) for n in numbers if n.isdigit() and (folder / f"saved_state_{n}.json").exists()]
    return max(found, default=None)


def _save(folder: Path, iteration: int, x: Rows, running: float | None, rng: random.Random | None) -> None:
    """The parameters first: a state without them would be found and could not be used."""
    np.save(folder / f"saved_params_{iteration}.npy", x)
    state = {"running_loss": running, "random_state": None if rng is None else rng.getstate()}
    path = folder / f"saved_state_{iteration}.json"
    half = path.with_suffix(".part")
    half.write_text(json.dumps(state), encoding="utf-8")
    half.replace(path)


def _load(folder: Path, iteration: int, rng: random.Random | None) -> tuple[Rows, float | None]:
    x = np.load(folder / f"saved_params_{iteration}.npy", allow_pickle=False)
    state = json.loads((folder / f"saved_state_{iteration}.json").read_text(encoding="utf-8"))
    if rng is not None:
        if state["random_state"] is None:
            raise ValueError(f"iteration {iteration} was saved without a random state: resume without rng")
        version, numbers, gauss = state["random_state"]
        rng.setstate((version, tuple(numbers), gauss))
    return x, state["running_loss"]
