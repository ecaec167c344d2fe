"""Training speed beside gensim and fastText: the same text, threads, epochs and rate, in interleaved runs."""

from __future__ import annotations

import statistics
from typing import Any

from programs import FASTTEXT, GENSIM, OURS, Program, Record
from settings import Settings
from table import millions, ratios, spread, table, verdict

TITLE = "Training speed"
DIMS = {100: (GENSIM, OURS, FASTTEXT, OURS), 300: (GENSIM, OURS)}  # ours again after each peer
BARS = {(100, "gensim"): 15, (100, FASTTEXT.name): 18, (300, "gensim"): 10}


def rounds(settings: Settings, order: tuple[Program, ...], dim: int) -> list[list[Record]]:
    """Records per repetition and place in `order`; every program runs once before any runs again."""
    order = tuple(program for program in order if program.here)
    done: list[list[Record]] = []
    for _ in range(settings.repeats):
        records = []
        for program in order:
            model = settings.work / "speed.model"
            options = {"dim": dim, "epochs": settings.epochs, "threads": settings.threads}
            records.append(
                {"program": program.name, **program.train(settings.corpus, model, parts=True, **options)}
            )
        done.append(records)
    return done


def measure(settings: Settings) -> dict[str, Any]:
    """Rounds by dim."""
    return {
        "corpus": settings.corpus.name, "epochs": settings.epochs, "threads": settings.threads,
        "rounds": {str(dim): rounds(settings, order, dim) for dim, order in DIMS.items()},
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


def _by_program(rounds_: list[list[Record]]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in (record for round_ in rounds_ for record in round_):
        found.setdefault(record["program"], []).append(record)
    return found


def pairs(rounds_: list[list[Record]], name: str) -> tuple[list[Record], list[Record]]:
    """Our runs that directly followed a run of `name`, and those runs."""
    found = [
        (ours, peer)
        for round_ in rounds_
        for peer, ours in zip(round_, round_[1:], strict=False)
        if peer["program"] == name and ours["program"].startswith("omnivec")
    ]
    return [ours for ours, _ in found], [peer for _, peer in found]


def _table(rounds_: list[list[Record]]) -> str:
    rows = []
    for name, records in _by_program(rounds_).items():
        ours, theirs = pairs(rounds_, name)
        ratio = spread(ratios(ours, theirs), 1) + " ×" if theirs else ""
        read = spread([record["read_seconds"] for record in records], 1)
        compiled = [record["compile_seconds"] for record in records if "compile_seconds" in record]
        loading = spread(compiled, 2) if compiled else ""
        rows.append((name, millions(records), ratio, read, loading))
    return table(
        ("program", "tokens/s", "omnivec against it", "reading, s", "loading compiled kernels, s"), rows
    )


def _verdicts(dim: int, rounds_: list[list[Record]]) -> list[str]:
    said = []
    for (of, name), bar in BARS.items():
        ours, theirs = pairs(rounds_, name)
        if of == dim and theirs:
            said.append(f"Against {name}: {verdict(statistics.median(ratios(ours, theirs)), bar)}.")
    return said


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows for the README: what was measured, in few words."""
    found = []
    for dim, rounds_ in result["rounds"].items():
        for name in (GENSIM.name, FASTTEXT.name):
            ours, theirs = pairs(rounds_, name)
            if theirs:
                times = statistics.median(ratios(ours, theirs))
                said = f"{millions(ours)} tokens/s against {millions(theirs)}: **{times:.1f} ×**"
                found.append((f"dim {dim}, beside {name}", said))
    return found
