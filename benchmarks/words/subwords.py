"""Words with parts beside fastText: skip-gram and CBOW."""

from __future__ import annotations

from typing import Any

from common.settings import Settings
from peers import contest
from peers.contest import Contest
from peers.programs import SUBWORDS
from words.speed import headline_row

TITLE = "Subwords"
PARTS = {"subwords": True, "lr": 0.05, "sample": 1e-4}
CONTESTS = (
    Contest("Skip-gram", PARTS, scores=("analogies", "WS-353"), rival=SUBWORDS, bar=10),
    Contest("CBOW", {**PARTS, "model": "cbow"}, scores=("analogies", "WS-353"), rival=SUBWORDS, bar=4),
)

report = contest.report


def measure(settings: Settings) -> dict[str, Any]:
    """Both contests."""
    return contest.measure(settings, CONTESTS)


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """One row for the README."""
    return headline_row("FastText skip-gram, dim 100", result["contests"][0]["rounds"], SUBWORDS.name)
