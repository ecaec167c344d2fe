"""CBOW with negative sampling beside gensim's: with gensim's conventions, then with our defaults."""

from __future__ import annotations

from typing import Any

from common.settings import Settings
from peers import contest
from peers.contest import Contest
from peers.programs import GENSIM
from words.speed import headline_row

TITLE = "CBOW"
CONTESTS = (
    Contest("omnivec's preset `gensim`", {"model": "cbow", "lr": 0.025, "sample": 1e-3}, preset="gensim"),
    Contest("omnivec's defaults", {"model": "cbow", "sample": 1e-4}, scores=("analogies", "WS-353")),
)

report = contest.report


def measure(settings: Settings) -> dict[str, Any]:
    """Both contests."""
    return contest.measure(settings, CONTESTS)


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """One row for the README."""
    return headline_row("CBOW, dim 100", result["contests"][-1]["rounds"], GENSIM.name)
