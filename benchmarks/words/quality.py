"""Quality at equal epochs and rate over several seeds, and the whole way from text file to saved model."""

from __future__ import annotations

import statistics
from typing import Any

from common.settings import Settings
from common.table import millions, spread, table, verdict
from peers.judged import EPOCHS, HOW, SCORES, judged, noise, score
from peers.programs import FASTTEXT, GENSIM, OURS, Program, Record, Run

TITLE = "Quality, and the whole process"
PEER_LR, OUR_LR = 0.025, 0.05
WHOLE_BAR = 10


def measure(settings: Settings) -> dict[str, Any]:
    """Full runs, interleaved; every model is exported and judged by score.py."""
    runs = [
        judged(settings, Run(program), dim=dim, lr=lr, seed=seed)
        for program, dim, lr, seed in _plan(settings)
    ]
    return {"corpus": settings.corpus.name, "epochs": EPOCHS, "threads": settings.threads, "runs": runs}


def _plan(settings: Settings) -> list[tuple[Program, int, float, int]]:
    """(program, dim, lr, seed), peers and ours in turn."""
    plan: list[tuple[Program, int, float, int]] = []
    for seed in range(1, settings.our_seeds + 1):
        if seed <= settings.peer_seeds:
            plan.append((GENSIM, 100, PEER_LR, seed))
        plan += [(OURS, 100, PEER_LR, seed), (OURS, 100, OUR_LR, seed)]
        if seed == 1:
            plan += [(FASTTEXT, 100, PEER_LR, seed), (GENSIM, 300, PEER_LR, seed)]
        plan.append((OURS, 300, PEER_LR, seed))
    return [line for line in plan if line[0].here]


def report(result: dict[str, Any]) -> str:
    """One row for each program, dim and rate; then what a seed alone changes; then the whole process."""
    groups: dict[tuple[str, int, float], list[Record]] = {}
    for run in result["runs"]:
        groups.setdefault((run["program"], run["dim"], run["lr"]), []).append(run)
    rows = [
        (f"{name}, dim {dim}, lr {lr:g}", len(runs), *_row(runs))
        for (name, dim, lr), runs in sorted(
            groups.items(), key=lambda group: (group[0][1], group[0][0], group[0][2])
        )
    ]
    heading = (
        f"{result['epochs']} epochs of {result['corpus']}, {result['threads']} threads. "
        f"{HOW.format(seen=result['runs'][0]['scores']['seen'])} *Whole process*: start of the program to "
        "saved model, imports, reading and saving included, with a warm compile cache."
    )
    header = ("program", "seeds", *SCORES, "tokens/s", "whole process, s", "peak memory")
    return "\n\n".join([heading, table(header, rows), *_noise(groups), *_whole(groups)])


def _row(runs: list[Record]) -> list[str]:
    walls, peak = [run["wall_seconds"] for run in runs], max(run["peak_bytes"] for run in runs)
    return [
        *(score(runs, name) for name in SCORES),
        millions(runs),
        spread(walls, 1),
        f"{peak / 1e6:,.0f} MB",
    ]


def _noise(groups: dict[tuple[str, int, float], list[Record]]) -> list[str]:
    """Our mean less gensim's beside what seeds alone do, at each dim and the rate that both ran."""
    said = []
    for (name, dim, lr), theirs in groups.items():
        ours = groups.get((OURS.name, dim, lr), [])
        if name != GENSIM.name or len(ours) < 2:
            continue
        said.append(f"omnivec less gensim at dim {dim}, lr {lr:g}: {noise(ours, theirs)}.")
    return said


def _whole(groups: dict[tuple[str, int, float], list[Record]]) -> list[str]:
    said = []
    for dim in (100, 300):
        ours, theirs = (groups.get((program.name, dim, PEER_LR)) for program in (OURS, GENSIM))
        if ours and theirs:
            ratio = statistics.median(r["wall_seconds"] for r in theirs) / statistics.median(
                r["wall_seconds"] for r in ours
            )
            said.append(f"Whole process at dim {dim}, gensim's time over ours: {verdict(ratio, WHOLE_BAR)}.")
    return said


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows for the README."""
    found = []
    for program, lr in ((GENSIM, PEER_LR), (OURS, PEER_LR), (OURS, OUR_LR)):
        runs = [r for r in result["runs"] if (r["program"], r["dim"], r["lr"]) == (program.name, 100, lr)]
        if runs:
            said = ", ".join(f"{name} {score(runs, name)}" for name in SCORES)
            wall = statistics.median(run["wall_seconds"] for run in runs)
            found.append(
                (
                    f"{program.name}, dim 100, lr {lr:g}, {EPOCHS} epochs",
                    f"{said}; text to saved model in {wall:.0f} s",
                )
            )
    return found
