"""Runs in turn: every one once before any runs again, since a machine is not equally fast all day."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from common.settings import Settings
from common.table import ratios
from peers.programs import Record, Run

Rounds = list[list[Record]]


def rounds(settings: Settings, order: Sequence[Run], repeats: int = 0, **common: object) -> Rounds:
    """Records by repetition and place in `order`; programs that are not installed are left out."""
    order = [run for run in order if run.program.here]
    common = {"epochs": settings.epochs, "threads": settings.threads, **common}
    return [
        [run.train(settings.corpus, settings.work / "race.model", **common) for run in order]
        for _ in range(repeats or settings.repeats)
    ]


def by_name(rounds_: Rounds) -> dict[str, list[Record]]:
    """All records of a run, by its name and in the order of the first round."""
    found: dict[str, list[Record]] = {}
    for record in (record for round_ in rounds_ for record in round_):
        found.setdefault(record["program"], []).append(record)
    return found


def pairs(rounds_: Rounds, name: str) -> tuple[list[Record], list[Record]]:
    """Our runs that directly followed a run of `name`, and those runs."""
    found = [
        (ours, peer)
        for round_ in rounds_
        for peer, ours in zip(round_, round_[1:], strict=False)
        if peer["program"] == name and ours["program"].startswith("omnivec")
    ]
    return [ours for ours, _ in found], [peer for _, peer in found]


def times(rounds_: Rounds, name: str) -> float:
    """How many times the speed of `name` our runs reach, the median over pairs of neighbours in time."""
    return statistics.median(ratios(*pairs(rounds_, name)))
