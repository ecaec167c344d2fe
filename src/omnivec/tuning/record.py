"""The folder of a sweep: what was asked of which text, and a file for every model that is over.

sweep.json        the text and the files that judge, by checksum
runs/NAME.json    a model: options, cost, every answer
best.omnivec      the model that is best so far; with keep="all", models/NAME.omnivec
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from omnivec.errors import FormatError, OptionError, OutputError
from omnivec.learners.learner import Learner
from omnivec.model import Model
from omnivec.store import replace
from omnivec.tuning.share import Whole

HEAD, RUNS, MODELS, BEST = "sweep.json", "runs", "models", "best.omnivec"
VERSION = 1

_UNSAID = ("threads",)
"""Options that tell no two models apart."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is kept of one model. answers: by measure, to each item; told: what somebody's function gave."""

    name: str
    cost: Mapping[str, Any] | None = None
    tokens: int | None = None
    words: int | None = None
    seconds: float | None = None
    training: float | None = None
    """Seconds after reading."""
    floats: float | None = None
    """That training moved."""
    read: int | None = None
    """Tokens of all its epochs; by these three the speed of its learner is known."""
    bytes: int | None = None
    loss: float | None = None
    answers: Mapping[str, Sequence[float | None]] | None = None
    told: Mapping[str, float | None] | None = None
    reason: str | None = None


def name_of_model(learner: Learner, share: float) -> str:
    """A name for a file: the learner, and a number made of its options and the share of the text."""
    options = {name: value for name, value in learner.as_dict().items() if name not in _UNSAID}
    text = json.dumps([learner.name, options, share], sort_keys=True)
    return f"{learner.name}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


@dataclass(frozen=True)
class Room:
    """The folder, which need not be there yet."""

    path: Path

    def opened(self, text: Whole, judge: Mapping[str, Any]) -> dict[str, Record]:
        """What was found before, by name; nothing in a folder that is empty or not there.

        Raises: OutputError for a folder that holds something else, or cannot be written; OptionError for a
        sweep of another text, or judged otherwise; FormatError for a damaged file.
        """
        target = replace.target_of(self.path)
        if not os.access(target if target.is_dir() else target.parent, os.W_OK | os.X_OK):
            raise OutputError(f"{self.path}: the folder cannot be written")
        if os.path.lexists(target) and not target.is_dir():
            raise OutputError(f"{self.path} is a file, and a sweep is kept in a folder; choose another name")
        if not target.is_dir() or not list(target.iterdir()):
            return {}
        if not (target / HEAD).is_file():
            raise OutputError(f"{self.path} holds something else than a sweep; choose another name")
        before = _read(target / HEAD)
        read = before.get("text", {})
        if read.get("sha256") != text.sha256:
            raise OptionError(
                f"{self.path} holds a sweep of {read.get('name')}, and {text.name} is another text, or has "
                "changed since; choose another folder"
            )
        if before.get("judge") != dict(judge):
            raise OptionError(
                f"{self.path} holds models that were judged by other files, in another way, or on shares "
                "drawn by another seed; choose another folder"
            )
        records = [_read(file) for file in sorted((target / RUNS).glob("*.json"))]
        return {record["name"]: Record(**record) for record in records}

    def begin(self, text: Whole, judge: Mapping[str, Any]) -> None:
        """Make the folder, where it is not there. Raises: OutputError."""
        with replace.reporting(self.path):
            (self.path / RUNS).mkdir(parents=True, exist_ok=True)
        if not (self.path / HEAD).exists():
            self._write(HEAD, {"version": VERSION, "text": asdict(text), "judge": dict(judge)})

    def write(self, record: Record) -> None:
        """Keep a record, in the place of an earlier one of the same model. Raises: OutputError."""
        self._write(f"{RUNS}/{record.name}.json", asdict(record))

    def save(self, model: Model, name: str | None = None) -> None:
        """Save a model under its name, or, without, as the best so far. Raises: OutputError."""
        if name is None:
            model.save(self.path / BEST, overwrite=True)
            return
        with replace.reporting(self.path):
            (self.path / MODELS).mkdir(exist_ok=True)
        model.save(self.path / MODELS / f"{name}.omnivec", overwrite=True)

    def kept(self, names: Sequence[str], best: str | None) -> dict[str, str]:
        """Where the models lie that are saved, by name."""
        there = {name: self.path / MODELS / f"{name}.omnivec" for name in names}
        found = {name: str(path) for name, path in there.items() if path.is_dir()}
        if best is not None and (self.path / BEST).is_dir():
            found.setdefault(best, str(self.path / BEST))
        return found

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        with replace.replacing(self.path / name, overwrite=True) as file:
            file.write(text.encode("utf-8", "backslashreplace") + b"\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise FormatError(f"{path}: no JSON ({error}); remove it, and its model is trained again") from None
    if not isinstance(found, dict) or found.get("version", VERSION) != VERSION:
        raise FormatError(f"{path}: is not of this version of sweeps; choose another folder")
    return found
