"""Approximate search: recall, speed, memory and time to build, beside exact search in the same process."""

from __future__ import annotations

import importlib.metadata
import statistics
from typing import Any

from common import child
from common.settings import Settings
from common.table import met, spread, table
from peers.programs import OURS
from search import clustered

TITLE, GUIDE = "Approximate search", "search.md"
ROWS, DIM = 1_000_000, 100
KINDS = {"voyager": "voyager", "faiss": "faiss-cpu"}  # the package that brings it
RECALL_BAR, SPEED_BAR = 0.95, 20


def measure(settings: Settings) -> dict[str, Any]:
    """Each kind in a process of its own: a million clustered vectors, then those of the corpus's words."""
    kinds = [kind for kind in KINDS if child.installed(kind)]
    model = settings.work / "words.omnivec"
    common = (settings.repeats, settings.work)
    env = {"OPENBLAS_NUM_THREADS": str(settings.threads)}
    OURS.train(settings.corpus, model, dim=DIM, threads=settings.threads, epochs=settings.epochs)
    sources = {"clustered": (int(ROWS * settings.scale), DIM), settings.corpus.name: (model,)}
    return {
        "threads": settings.threads, "epochs": settings.epochs,
        "versions": {kind: importlib.metadata.version(KINDS[kind]) for kind in kinds},
        "runs": [
            {"source": name, **child.python("search.indexed", kind, *common, *source, env=env)}
            for name, source in sources.items()
            for kind in kinds
        ],
    }  # fmt: skip


def report(result: dict[str, Any]) -> str:
    """Tables and bars."""
    heading = (
        f"{clustered.HOW} And the words of the corpus, trained {result['epochs']} epoch. 10 neighbours of "
        "1,000 keys, one call of `neighbors` each; exact search answers 50 of them in turn with the index. "
        "Recall: the share of the 10 true neighbours found, mean over keys; their scores are exact. "
        f"Parameters are the defaults. {result['threads']} threads build. "
        + ", ".join(f"{kind} {version}" for kind, version in result["versions"].items())
        + "."
    )
    answers = [
        (
            _name(run),
            f"{run['recall']:.3f}",
            *(spread([1000 * record[name] for record in run["rounds"]], 3) for name in ("exact", "index")),
            spread(_ratios(run), 1) + " ×",
        )
        for run in result["runs"]
    ]
    costs = [
        (
            _name(run), f"{run['build_seconds']:.0f}", *(f"{run[name] / 1e6:,.0f}" for name in _BYTES),
            f"{run['open_seconds']:.2f}", _parameters(run),
        )
        for run in result["runs"]
    ]  # fmt: skip
    parts = [
        heading,
        table(("vectors, index", "recall@10", "exact, ms", "index, ms", "times the speed"), answers),
        table(
            (
                "vectors, index", "building, s", "memory held, MB", "asked for before building, MB",
                "file, MB", "loading and verifying, s", "parameters",
            ),
            costs,
        ),
    ]  # fmt: skip
    return "\n\n".join([*parts, *(_verdict(run) for run in result["runs"] if run["source"] == "clustered")])


_BYTES = ("held_bytes", "need_bytes", "file_bytes")


def _name(run: dict[str, Any]) -> str:
    return f"{run['source']}, {run['rows']:,} × {run['dim']}, {run['kind']}"


def _parameters(run: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in run["parameters"].items() if value is not None)


def _ratios(run: dict[str, Any]) -> list[float]:
    return [record["exact"] / record["index"] for record in run["rounds"]]


def _verdict(run: dict[str, Any]) -> str:
    recall, times = run["recall"], statistics.median(_ratios(run))
    reached = met(recall >= RECALL_BAR and times >= SPEED_BAR)
    return (
        f"{_name(run)}: recall@10 at least {RECALL_BAR} at {SPEED_BAR} times the speed of exact search: "
        f"{reached} ({recall:.3f} at {times:.1f} ×)."
    )


def guide(result: dict[str, Any]) -> str:
    """For the page on search: what an index gives and costs."""
    rows = []
    for run in result["runs"]:
        exact, index = (
            statistics.median(1000 * record[name] for record in run["rounds"]) for name in ("exact", "index")
        )
        pays = f"{1000 * run['build_seconds'] / (exact - index):,.0f}" if exact > index else "never"
        rows.append((
            _name(run), f"{run['recall']:.3f}", f"{exact:.2f}", f"{index:.2f}",
            f"{run['build_seconds']:.0f} s", f"{run['held_bytes'] / 1e6:,.0f} MB", pays,
        ))  # fmt: skip
    header = (
        "vectors, index", "recall@10", "exact, ms", "index, ms", "building", "memory", "pays after queries"
    )  # fmt: skip
    return table(header, rows)


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A row for the README for each kind."""
    return [
        (
            f"neighbours among {run['rows']:,} × {run['dim']} by {run['kind']}",
            f"recall@10 {run['recall']:.3f} at **{statistics.median(_ratios(run)):.0f} ×** exact search",
        )
        for run in result["runs"]
        if run["source"] == "clustered"
    ]
