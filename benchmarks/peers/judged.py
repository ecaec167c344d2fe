"""What vectors are worth: full runs over several seeds, each judged by score.py."""

from __future__ import annotations

import statistics
import sys

from common import child
from common.settings import Settings
from peers.programs import Record, Run, remove

EPOCHS = 5
SCORES = ("analogies", "WS-353", "SimLex-999")
SECTIONS = ("semantic", "syntactic")  # of the analogies
HOW = (
    "Analogies: Google's, share right of the {seen:,} whose words are among the 30,000 most frequent; WS-353 "
    "and SimLex-999: Spearman. Mean ± standard deviation over seeds. One evaluator judges all vectors, "
    "omnivec's, and gensim's gives the same to 1e-6."
)


def judged(settings: Settings, run: Run, **common: object) -> Record:
    """Train for EPOCHS epochs, export and score; a run that diverged has no scores."""
    model, vectors = settings.work / "judged.model", settings.work / "judged.bin"
    common = {"epochs": EPOCHS, "threads": settings.threads, **common}
    record = {**common, **run.options, **run.train(settings.corpus, model, **common)}
    if "diverged" in record:
        return record
    run.program.export(model, vectors)
    scores = child.python("peers.score", vectors)
    remove(model)
    vectors.unlink()
    print("    " + ", ".join(f"{name} {scores[name]:.3f}" for name in SCORES), file=sys.stderr, flush=True)
    return {**record, "scores": {name: scores[name] for name in (*SCORES, *SECTIONS, "seen")}}


def score(runs: list[Record], name: str) -> str:
    """Mean and standard deviation of a score, as a table shows them."""
    values = [run["scores"][name] for run in runs if "scores" in run]
    if not values:
        return "diverged"
    scale, unit = (100, " %") if name in ("analogies", *SECTIONS) else (1, "")
    digits = 1 if scale == 100 else 3
    said = f"{scale * statistics.mean(values):.{digits}f}"
    return said + (f" ± {scale * statistics.stdev(values):.{digits}f}" if len(values) > 1 else "") + unit


def apart(ours: list[Record], theirs: list[Record], name: str) -> tuple[float, float]:
    """Our mean less theirs, and two standard deviations of what a seed alone does: the larger of both
    programs'.
    """
    a, b = ([run["scores"][name] for run in runs] for runs in (ours, theirs))
    noise = max(statistics.stdev(values) if len(values) > 1 else 0.0 for values in (a, b))
    return statistics.mean(a) - statistics.mean(b), 2 * noise


def known(ours: list[Record], theirs: list[Record]) -> bool:
    """Whether one of both ran with two seeds, so that it is known what a seed alone does."""
    return max(len(ours), len(theirs)) > 1


def noise(ours: list[Record], theirs: list[Record]) -> str:
    """Each score's distance beside what seeds alone do, where that is known."""
    if not known(ours, theirs):
        return "; ".join(f"{name} {apart(ours, theirs, name)[0]:+.3f}" for name in SCORES)
    parts = []
    for name in SCORES:
        distance, twice = apart(ours, theirs, name)
        word = "better" if distance > twice else "worse" if distance < -twice else "within seed noise"
        parts.append(f"{name} {distance:+.3f} (2 standard deviations {twice:.3f}: {word})")
    return "; ".join(parts)
