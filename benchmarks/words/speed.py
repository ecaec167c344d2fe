"""Training speed beside gensim and fastText: the same text, threads, epochs and rate, in interleaved runs."""

from __future__ import annotations

from typing import Any

from common.settings import Settings
from common.table import millions, ratios, spread, table, verdict
from peers.programs import FASTTEXT, GENSIM, OURS, Run
from peers.race import Rounds, by_name, pairs, rounds, times

TITLE = "Training speed"
DIMS = {100: (GENSIM, OURS, FASTTEXT, OURS), 300: (GENSIM, OURS)}  # ours again after each peer
BARS = {(100, "gensim"): 15, (100, FASTTEXT.name): 18, (300, "gensim"): 10}


def measure(settings: Settings) -> dict[str, Any]:
    """Rounds by dim."""
    return {
        "corpus": settings.corpus.name, "epochs": settings.epochs, "threads": settings.threads,
        "rounds": {
            str(dim): rounds(settings, [Run(program) for program in order], dim=dim, parts=True)
            for dim, order in DIMS.items()
        },
    }  # fmt: skip


def report(result: dict[str, Any]) -> str:
    """The tables, and each bar with its measured value."""
    lines = [
        f"Skip-gram, window 5, 5 negatives, sample 1e-4, lr 0.025, {result['threads']} threads, "
        f"{result['epochs']} epoch of "
        f"{result['corpus']}. Tokens of the vocabulary per second of training; reading and compiling stand "
        "apart. "
        "Median (minimum–maximum) of interleaved runs, each a process of its own; a ratio compares "
        "neighbours in time."
    ]
    for dim, rounds_ in result["rounds"].items():
        lines += [f"**dim {dim}**", _table(rounds_), *_verdicts(int(dim), rounds_)]
    return "\n\n".join(lines)


def _table(rounds_: Rounds) -> str:
    rows = []
    for name, records in by_name(rounds_).items():
        ours, theirs = pairs(rounds_, name)
        ratio = spread(ratios(ours, theirs), 1) + " ×" if theirs else ""
        read = spread([record["read_seconds"] for record in records], 1)
        compiled = [record["compile_seconds"] for record in records if "compile_seconds" in record]
        loading = spread(compiled, 2) if compiled else ""
        rows.append((name, millions(records), ratio, read, loading))
    return table(
        ("program", "tokens/s", "omnivec against it", "reading, s", "loading compiled kernels, s"), rows
    )


def _verdicts(dim: int, rounds_: Rounds) -> list[str]:
    return [
        f"Against {name}: {verdict(times(rounds_, name), bar)}."
        for (of, name), bar in BARS.items()
        if of == dim and pairs(rounds_, name)[1]
    ]


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows for the README: what was measured, in few words."""
    return [
        row
        for dim, rounds_ in result["rounds"].items()
        for name in (GENSIM.name, FASTTEXT.name)
        for row in headline_row(f"dim {dim}", rounds_, name)
    ]


def headline_row(what: str, rounds_: Rounds, name: str) -> list[tuple[str, str]]:
    """One row for the README, or none when that peer was not there."""
    ours, theirs = pairs(rounds_, name)
    if not theirs:
        return []
    said = f"{millions(ours)} tokens/s against {millions(theirs)}: **{times(rounds_, name):.1f} ×**"
    return [(f"{what}, beside {name}", said)]
