"""Phrases: finding them and joining a text with them, beside gensim's Phrases."""

from __future__ import annotations

import sys
from typing import Any

from common import child
from common.settings import Settings
from common.table import ratios, spread, table

TITLE = "Phrases"
PROGRAMS = ("gensim", "omnivec")
SCORES = ("gensim", "npmi")


def measure(settings: Settings) -> dict[str, Any]:
    """Every program in turn, for each score, round by round."""
    programs = [name for name in PROGRAMS if child.installed(name)]
    runs = []
    for _ in range(settings.repeats):
        for score in SCORES:
            for program in programs:
                record = child.python("texts.phrases_child", program, settings.corpus.path, score)
                record["tokens_per_second"] = record["tokens"] / record["find_seconds"]
                runs.append({"program": program, "score": score, **record})
                print("   ", runs[-1], file=sys.stderr, flush=True)
    return {"corpus": settings.corpus.name, "runs": runs}


def report(result: dict[str, Any]) -> str:
    """A row for each program and score, and the ratio of their rates."""
    rows, said = [], []
    for score in SCORES:
        by = {name: _of(result["runs"], name, score) for name in PROGRAMS}
        for name, runs in by.items():
            if runs:
                finding = [run["tokens_per_second"] / 1e6 for run in runs]
                joining = [run["tokens"] / run["join_seconds"] / 1e6 for run in runs]
                peak = [run["peak_bytes"] / 1e6 for run in runs]
                rows.append(
                    (
                        f"{name}, {score}", f"{runs[0]['phrases']:,}", f"{spread(finding)} M",
                        f"{spread(joining)} M", spread(peak, 0),
                    )
                )  # fmt: skip
        if all(by.values()):
            same = {(run["phrases"], run["digest"]) for runs in by.values() for run in runs}
            alike = "the same phrases" if len(same) == 1 else "**other phrases**"
            reading = [run["joined_seconds"] / run["read_seconds"] for run in by["omnivec"]]
            said.append(
                f"{score}: {spread(ratios(by['omnivec'], by['gensim']), 1)} × gensim, {alike}, and a learner "
                f"reads the text with phrases joined in {spread(reading)} × the time that it takes without"
            )
    heading = (
        f"{result['corpus']}: min_count 5, each score's default threshold, one pass, one thread. Finding: "
        "from the file to the phrases (reading included); joining: the whole text as lists of tokens, one "
        "line after the other. Peak: the whole process, megabytes."
    )
    header = ("program, score", "phrases", "finding, tokens/s", "joining, tokens/s", "peak")
    return "\n\n".join([heading, table(header, rows), "; ".join(said) + "."])


def _of(runs: list[dict[str, Any]], program: str, score: str) -> list[dict[str, Any]]:
    return [run for run in runs if (run["program"], run["score"]) == (program, score)]
