"""Exact search: one query and a thousand at once beside gensim's loop, and how it grows with the table."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from common import child
from common.settings import Settings
from common.table import spread, table, verdict
from search import clustered

TITLE, GUIDE = "Exact search", "search.md"
BESIDE = ((71_000, 100), (400_000, 100), (400_000, 300))  # gensim
WIDE = ((71_000, 100), (400_000, 100))  # once more, where OpenBLAS leaves half of the vector unit unused
GROWTH = ((20_000, 100), (200_000, 100), (1_000_000, 100), (1_000_000, 300), (2_000_000, 300))
BATCH_BAR, SINGLE_BAR = 10, 1
SOON = 10  # milliseconds within which an answer feels immediate, one of several parts of a page
WIDE_KERNELS = "SkylakeX"


def measure(settings: Settings) -> dict[str, Any]:
    """Every size in a process of its own; in it the programs take turns."""
    env = {"OPENBLAS_NUM_THREADS": str(settings.threads)}
    peer = child.installed("gensim")

    def asked(size: tuple[int, int], *, peer: bool, rounds: int, **more: str) -> dict[str, Any]:
        rows, dim = int(size[0] * settings.scale), size[1]
        return child.python("search.peer_search", rows, dim, rounds, int(peer), env={**env, **more})

    found: dict[str, Any] = {"threads": settings.threads, "peer": peer, "wide": []}
    found["beside"] = [asked(size, peer=peer, rounds=settings.repeats) for size in BESIDE]
    if found["beside"][0]["kernels"] != WIDE_KERNELS and _avx512():
        found["wide"] = [
            asked(size, peer=peer, rounds=settings.repeats, OPENBLAS_CORETYPE=WIDE_KERNELS) for size in WIDE
        ]
    found["growth"] = [asked(size, peer=False, rounds=2) for size in GROWTH]
    return found


def _avx512() -> bool:
    info = Path("/proc/cpuinfo")
    return info.exists() and "avx512f" in info.read_text()


def report(result: dict[str, Any]) -> str:
    """The race, its bars, then the sizes."""
    heading = (
        f"{clustered.HOW} 10 neighbours of keys, {result['threads']} threads, milliseconds for a query, "
        "imports and loading apart: gensim's `most_similar` in a loop of 200, ours in the same loop and for "
        "1,000 keys in one call of `neighbors`. Median (minimum–maximum) of rounds in which they take turns."
    )
    parts = [heading]
    if result["peer"]:
        parts += [_race(result["beside"] + result["wide"]), *_verdicts(result["beside"])]
        if result["wide"]:
            parts += [_why(result), *_verdicts(result["wide"])]
    parts += [f"Larger and smaller tables:\n\n{_table(result['growth'])}", _memory(result["beside"])]
    return "\n\n".join(parts)


def _race(sizes: list[dict[str, Any]]) -> str:
    rows = [
        (
            f"{_size(one)}, {one['kernels']}",
            *(spread(_ms(one, name), 3 if name == "batch" else 2) for name in ("gensim", "single", "batch")),
            *(spread(_ratios(one, name)) + " ×" for name in ("single", "batch")),
        )
        for one in sizes
    ]
    header = (
        "rows × dim, OpenBLAS kernels", "gensim", "one query", "of 1,000", "one against gensim",
        "1,000 against gensim",
    )  # fmt: skip
    return table(header, rows)


def _verdicts(sizes: list[dict[str, Any]]) -> list[str]:
    return [
        f"{_size(one)}, {one['kernels']}: 1,000 queries at once against gensim's loop: "
        f"{verdict(statistics.median(_ratios(one, 'batch')), BATCH_BAR)}; one query against gensim's: "
        f"{verdict(statistics.median(_ratios(one, 'single')), SINGLE_BAR)}."
        for one in sizes
    ]


def _why(result: dict[str, Any]) -> str:
    return (
        f"NumPy's OpenBLAS takes this processor for {result['beside'][0]['kernels']} and multiplies matrices "
        f"with half of its vector unit. `OPENBLAS_CORETYPE={WIDE_KERNELS}` in the environment gives it the "
        "whole unit; both programs were run so as well. A loop of single queries waits for memory either way."
    )


def _table(sizes: list[dict[str, Any]]) -> str:
    rows = [
        (
            _size(one),
            f"{_bytes(*_of(one)) / 1e6:,.0f} MB",
            spread(_ms(one, "single")),
            spread(_ms(one, "batch"), 3),
        )
        for one in sizes
    ]
    return table(("rows × dim", "table", "one query", "of 1,000"), rows)


def _memory(sizes: list[dict[str, Any]]) -> str:
    one = sizes[-1]
    said = " and ".join(f"{peak / 1e6:.0f} MB for {int(n):,}" for n, peak in one["peaks"].items())
    return (
        f"Memory that a call of `neighbors` takes besides the table, answers included: {said} ({_size(one)})."
    )


def _ms(one: dict[str, Any], name: str) -> list[float]:
    return [1000 * record[name] for record in one["rounds"]]


def _ratios(one: dict[str, Any], name: str) -> list[float]:
    return [record["gensim"] / record[name] for record in one["rounds"]]


def _size(one: dict[str, Any]) -> str:
    return f"{one['rows']:,} × {one['dim']}"


def _of(one: dict[str, Any]) -> tuple[int, int]:
    return one["rows"], one["dim"]


def _bytes(rows: int, dim: int) -> int:
    """Of a float32 table, padded."""
    return rows * -(-dim // 16) * 64


def guide(result: dict[str, Any]) -> str:
    """For the page on search: how long exact search takes, and up to which size that is soon."""
    large = [one for one in result["growth"] if one["rows"] >= result["growth"][-1]["rows"] // 2]
    single, batch = (
        statistics.median(ms / _bytes(*_of(one)) for one in large for ms in _ms(one, name))
        for name in ("single", "batch")
    )
    sizes = " or ".join(
        f"{round(SOON / single / _bytes(1, dim), -4):,.0f} rows of dim {dim}" for dim in (100, 300)
    )
    said = (
        f"A table too large for the processor's cache takes {single * 1e8:.1f} ms a query for every 100 MB, "
        f"and {batch * 1e8:.2f} ms a query when 1,000 are asked at once. So one exact answer comes within "
        f"{SOON} ms up to about {sizes}, on {result['threads']} cores. Milliseconds for a query, by size:"
    )
    return f"{said}\n\n{_table(result['growth'])}"


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A row for the README."""
    if not result["peer"]:
        return []
    one = result["beside"][1]
    ratio, ms = statistics.median(_ratios(one, "batch")), statistics.median(_ms(one, "batch"))
    said = f"{ms:.2f} ms a query, 1,000 at once: **{ratio:.1f} ×** gensim's loop"
    return [(f"exact neighbours among {_size(one)}", said)]
