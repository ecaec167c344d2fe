"""Numbers and tables as the page writes them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" + "---:|" * (len(header) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median with minimum and maximum behind it."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def millions(records: Iterable[dict[str, float]]) -> str:
    """Tokens per second of several runs, in millions."""
    return spread([record["tokens_per_second"] / 1e6 for record in records]) + " M"


def ratios(ours: Sequence[dict[str, float]], theirs: Sequence[dict[str, float]]) -> list[float]:
    """Our rate over theirs, round by round: both of a round ran one after the other."""
    return [a["tokens_per_second"] / b["tokens_per_second"] for a, b in zip(ours, theirs, strict=True)]


def met(reached: bool) -> str:
    """Whether a bar is met, as every section says it."""
    return "met" if reached else "**missed**"


def verdict(value: float, bar: float) -> str:
    """Whether a bar is met, with both numbers."""
    return f"bar {bar:g}: {met(value >= bar)} ({value:.1f})"
