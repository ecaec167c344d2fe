"""What every program of the comparison is told, in the same words."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """A training run, or an export of its vectors. Window 5, 5 negatives, min_count 5 are common to all."""

    model: str
    corpus: str = ""
    vectors: str = ""
    dim: int = 100
    epochs: int = 1
    lr: float = 0.025
    sample: float = 1e-4
    threads: int = 2
    seed: int = 1
    parts: bool = False


Step = Callable[[Options], dict[str, object]]


def parse(train: Step, export: Step) -> dict[str, object]:
    """Read the command line, do the one step it names, and return the step's record."""
    parser = argparse.ArgumentParser()
    steps = parser.add_subparsers(dest="step", required=True)
    first = steps.add_parser("train")
    first.add_argument("corpus")
    first.add_argument("model")
    for name in ("dim", "epochs", "lr", "sample", "threads", "seed"):
        default = getattr(Options, name)
        first.add_argument(f"--{name}", type=type(default), default=default)
    first.add_argument(
        "--parts", action="store_true", help="time reading apart where that needs a second reading"
    )
    second = steps.add_parser("export")
    second.add_argument("model")
    second.add_argument("vectors")
    given = vars(parser.parse_args())
    step = train if given.pop("step") == "train" else export
    return step(Options(**given))
