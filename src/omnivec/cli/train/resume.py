"""Checkpoints of a training on the command line: where they lie, which one goes on, what is left of them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from omnivec.cli.failure import WrongCall
from omnivec.errors import InputError, OptionError, OutputError

if TYPE_CHECKING:
    from omnivec.model import Model


@dataclass(frozen=True)
class Point:
    """Where a training was stopped. replaced: whether OUTPUT holds a part of it, and so may be replaced."""

    path: str
    model: Model
    replaced: bool

    def preset(self, asked: str | None) -> str | None:
        """The preset it was trained with; OptionError if another one was asked for."""
        name: str | None = self.model.config.get("preset")
        if asked not in (None, name):
            which = f"preset {name}" if name else "no preset"
            raise OptionError(
                f"preset {asked} and --resume exclude each other: {self.path} was trained with {which}; "
                "leave out one of them"
            )
        return name


def checkpoint_of(output: str) -> str:
    """OUTPUT.checkpoint, beside OUTPUT."""
    return f"{Path(output)}.checkpoint"


def stopped(output: str, learner: str) -> Point:
    """The checkpoint of OUTPUT, or OUTPUT itself where that is a part of the same training and further.

    Raises: InputError when there is neither, or nothing is left to do; FormatError for what is damaged.
    """
    from omnivec.model import load

    there = [path for path in (checkpoint_of(output), output) if os.path.lexists(path)]
    if not there:
        raise InputError(
            f"nothing to resume: there is neither {checkpoint_of(output)} nor {output}; leave out --resume"
        )
    models = {path: load(path) for path in there}
    parts = {path: model for path, model in models.items() if model.record.get("interrupted")}
    if not parts:
        raise InputError(
            f"{there[-1]}: nothing to resume: it is no training that was stopped before its end; "
            "leave out --resume"
        )
    path = next(iter(parts))  # the checkpoint, if both are there
    one = len({_training(model) for model in parts.values()}) == 1
    if one:  # another one in OUTPUT is what the checkpoint's was to replace
        path = max(parts, key=lambda path: parts[path].record["epochs"])
    if (trained := parts[path].learner) != learner:
        raise WrongCall(f"{path} was trained by {trained}, not by {learner}", [f"train {trained}"])
    return Point(path, parts[path], one and output in parts)


def _training(model: Model) -> str:
    """What two parts of one training have in common."""
    options = {name: value for name, value in model.options.items() if name != "threads"}
    return json.dumps([model.learner, options, model.record.get("fingerprint")], sort_keys=True)


def check_none(output: str, overwrite: bool) -> None:
    """Refuse to begin anew beside a checkpoint that somebody may want; with `overwrite`, beside what is none.

    Raises: OutputError.
    """
    from omnivec.engine.checkpoint import check_place

    checkpoint = checkpoint_of(output)
    check_place(checkpoint)
    if os.path.lexists(checkpoint) and not overwrite:
        raise OutputError(
            f"{checkpoint} exists, from a training that was stopped; add --resume to go on with it, or "
            "--overwrite to begin anew"
        )


def remove(output: str) -> None:
    """Remove the checkpoint of what has been saved."""
    from omnivec.engine import checkpoint

    checkpoint.remove(checkpoint_of(output))
