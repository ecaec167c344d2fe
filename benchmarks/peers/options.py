"""What every program of the comparison is told, in the same words."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Options:
    """A training run, or an export of its vectors. Window 5, 5 negatives, min_count 5 are common to all."""

    saved: str
    """Where the model is written, or read."""
    corpus: str = ""
    vectors: str = ""
    model: str = "skipgram"
    loss: str = "ns"
    dim: int = 100
    epochs: int = 1
    lr: float | None = 0.025
    """None leaves a program its own; so does None for `sample`."""
    sample: float | None = 1e-4
    threads: int = 2
    seed: int = 1
    subwords: bool = False
    """Words have parts: n-grams of 3 to 6 letters in 2 million rows."""
    parts: bool = False
    """Time reading apart where that needs a second reading."""

    preset: str | None = None
    """Of omnivec, as are those below: the preset that stands in place of the common settings."""
    own: Mapping[str, object] = field(default_factory=dict)
    """Options of the learner that no other program has."""
    checkpoint_minutes: float = 0
    """Minutes between two checkpoints, 0 for none."""
    vocabulary: str = ""
    """A file of words and counts to use instead of the text's."""


Step = Callable[[Options], dict[str, object]]


def parse(train: Step, export: Step) -> dict[str, object]:
    """Do the step that the command line names, `train CORPUS MODEL JSON` or `export MODEL VECTORS`, and
    return its record.
    """
    step, *given = sys.argv[1:]
    if step == "train":
        return train(Options(corpus=given[0], saved=given[1], **json.loads(given[2])))
    return export(Options(saved=given[0], vectors=given[1]))
