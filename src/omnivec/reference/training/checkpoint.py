"""A training in a file, so that it can stop and go on as if it had not stopped.

The file is NumPy's .npz without pickled objects: parameters, the optimiser's arrays, the order of the
current epoch, and one JSON text with the numbers, the random state among them. It is replaced whole, never
written over.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.arrays import Array, converted, copied, to_cpu
from omnivec.reference.training.optimizers import Optimizer


@dataclass
class Position:
    """Where a training stands: between two batches of an epoch."""

    epoch: int = 0
    """Epochs that are over."""
    iteration: int = 0
    """Batches of this epoch that are over."""
    until: int | None = None
    """The epoch at which the running fit ends; None between two fits."""
    total: float = 0.0
    """Sum of the losses of the `seen` examples since the last point."""
    seen: int = 0
    losses: list[float] = field(default_factory=list)
    order: NDArray[np.int64] | None = None
    """The order of the examples in this epoch."""

    def close_point(self) -> float:
        """The mean loss since the last point, which becomes the newest of `losses`."""
        loss = self.total / self.seen
        self.losses.append(loss)
        self.total, self.seen = 0.0, 0
        return loss

    def next_epoch(self) -> None:
        """The epoch is over, and the running fit with it if it was the last."""
        self.epoch, self.iteration, self.order = self.epoch + 1, 0, None
        if self.epoch == self.until:
            self.until = None


def save_checkpoint(
    path: Path, params: Sequence[Array], optimizer: Optimizer, rng: np.random.Generator, position: Position
) -> None:
    """Write it all to `path`; a reader sees the old file or the new one."""
    arrays: dict[str, Any] = {f"param_{i}": to_cpu(p) for i, p in enumerate(params)}
    for i, state in enumerate(optimizer.state):
        arrays |= {f"state_{i}_{j}": to_cpu(memory) for j, memory in enumerate(state)}
    place = asdict(position)
    if position.order is not None:
        arrays["order"] = place["order"]
    numbers = {
        "position": place | {"order": None},
        "optimizer": {"name": type(optimizer).__name__, "steps": optimizer.steps, "lr": optimizer.lr},
        "rng": rng.bit_generator.state,
    }
    arrays["numbers"] = np.array(json.dumps(numbers, default=np.ndarray.tolist))
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, **arrays)
    part.replace(path)


def load_checkpoint(
    path: Path, params: Sequence[Array], optimizer: Optimizer, rng: np.random.Generator
) -> Position:
    """Put the file's numbers into params, optimizer and rng, in place, and say where it stood.

    All is read and compared before anything is changed.
    """
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as file:
            arrays: dict[str, Any] = dict(file)
        numbers = json.loads(str(arrays["numbers"]))
    except (zipfile.BadZipFile, KeyError, ValueError) as fault:
        raise ValueError(f"{path}: no checkpoint of a Trainer ({fault})") from None
    saved = [arrays[name] for name in arrays if name.startswith("param_")]
    if [a.shape for a in saved] != [tuple(p.shape) for p in params]:
        raise ValueError(
            f"{path}: saved with parameters of shapes {[a.shape for a in saved]}, "
            f"the model has {[tuple(p.shape) for p in params]}"
        )
    if numbers["optimizer"]["name"] != type(optimizer).__name__:
        raise ValueError(
            f"{path}: saved with {numbers['optimizer']['name']}, got {type(optimizer).__name__}: "
            "pass the one it was saved with"
        )
    rng.bit_generator.state = numbers["rng"]
    for p, a in zip(params, saved, strict=True):
        p[...] = converted(a, p)
    # Copied, since a tensor would share its memory with the array it is made from.
    optimizer.state = [
        [copied(converted(arrays[f"state_{i}_{j}"], p)) for j in range(optimizer.memories)]
        for i, p in enumerate(params)
        if f"state_{i}_0" in arrays or (not optimizer.memories and numbers["optimizer"]["steps"])
    ]
    optimizer.steps, optimizer.lr = numbers["optimizer"]["steps"], numbers["optimizer"]["lr"]
    return Position(**numbers["position"] | {"order": arrays.get("order")})
