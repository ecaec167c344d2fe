"""Hierarchical softmax beside gensim's and fastText's, skip-gram and CBOW."""

from __future__ import annotations

from typing import Any

from common.settings import Settings
from peers import contest
from peers.contest import Contest
from peers.programs import GENSIM
from words.speed import headline_row

TITLE = "Hierarchical softmax"
GENSIMS = {"lr": 0.025, "sample": 1e-3}
CONTESTS = (
    Contest("Skip-gram, preset `gensim`", {"loss": "hs", **GENSIMS}, preset="gensim"),
    Contest("Skip-gram, omnivec's defaults", {"loss": "hs"}, fasttext=True),
    Contest("CBOW, preset `gensim`", {"model": "cbow", "loss": "hs", **GENSIMS}, preset="gensim"),
    Contest("CBOW, omnivec's defaults", {"model": "cbow", "loss": "hs"}),
)

report = contest.report


def measure(settings: Settings) -> dict[str, Any]:
    """All contests."""
    return contest.measure(settings, CONTESTS)


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """One row for the README."""
    return headline_row("Hierarchical softmax, dim 100", result["contests"][1]["rounds"], GENSIM.name)
