"""What a run says about itself while it lasts: small records, handed to a function of the user's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One record; the numbers of training are 0 outside it.

    phase: "options", "read", "memory", "compile", "train" or "epoch"; done: share of the phase, 0 … 1; text:
    the line of a phase that is finished, else empty; bytes: what training allocates, when the phase is
    "memory"; loss: mean per prediction since the last record (of the epoch, when the phase is "epoch"),
    float64, NaN of an epoch in which nothing was predicted; heldout: that of the text held out, at an epoch's
    end.
    """

    phase: str
    done: float = 0.0
    text: str = ""
    bytes: int = 0
    epoch: int = 0
    epochs: int = 0
    tokens: int = 0
    tokens_per_second: float = 0.0
    lr: float = 0.0
    loss: float = 0.0
    seconds_left: float = 0.0
    heldout: float | None = None


Listener = Callable[[Progress], None]


def silent(record: Progress) -> None:
    """The listener of a library call."""
