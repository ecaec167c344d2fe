"""The English suite of word sets on 70,000 vectors, and analogies beside gensim's evaluation of the same."""

from __future__ import annotations

import statistics
from typing import Any

from common import child, corpus
from common.settings import Settings
from common.table import met, spread, table, verdict

TITLE, GUIDE = "Evaluation of word vectors", "evaluation.md"
ROWS, DIM = 70_000, 100
SUITE_BAR, RATIO_BAR = 5, 10  # seconds; times as fast as gensim


def measure(settings: Settings) -> dict[str, Any]:
    """Both programs in one process, in turn, since they share NumPy and its BLAS."""
    peer = child.installed("gensim")
    return child.python(
        "evaluation.peer_suite", int(ROWS * settings.scale), DIM, settings.repeats, int(peer),
        env={"OPENBLAS_NUM_THREADS": str(settings.threads), "OMNIVEC_DATA": str(corpus.data())},
    ) | {"threads": settings.threads}  # fmt: skip


def report(result: dict[str, Any]) -> str:
    """What a suite takes, and how its analogies compare."""
    took = _took(result)
    parts = [
        f"{result['rows']:,} × {result['dim']} made vectors whose keys are all words that the sets ask for, "
        f"and others; {result['threads']} threads. Seconds, median (minimum–maximum), sets read and "
        f"checksums compared beforehand; with {result['resamples']:,} resamples for each interval, and "
        f"without. Sets: {', '.join(result['sets'])}."
    ]
    rows = [
        ("the suite, with intervals", spread(took["suite"])),
        ("the suite as `fit(evaluate=)` calls it, without", spread(took["called"])),
        (f"{result['asked']:,} analogies, 3CosAdd", spread(took["add"])),
        (f"{result['asked']:,} analogies, 3CosMul", spread(took["mul"])),
    ]
    if "gensim" in took:
        rows.append(("gensim's `evaluate_word_analogies`", spread(took["gensim"])))
    parts.append(table(("measured", "seconds"), rows))
    slowest = statistics.median(took["suite"])
    parts.append(f"The suite within {SUITE_BAR} s: {met(slowest <= SUITE_BAR)} ({slowest:.2f} s).")
    if "gensim" in took:
        apart = "equal" if result["apart"] <= 1e-6 else f"**{result['apart']:.2g} apart**"
        parts.append(
            f"Analogies against gensim's: {verdict(_ratio(took), RATIO_BAR)} times as fast; accuracies and "
            f"Spearman's coefficients of the two programs: {apart} (to 1e-6; accuracy "
            f"{result['accuracy']:.4f})."
        )
    return "\n\n".join(parts)


def _took(result: dict[str, Any]) -> dict[str, list[float]]:
    """Seconds of each, round by round."""
    rounds = result["rounds"]
    return {name: [one[name] for one in rounds] for name in rounds[0]}


def _ratio(took: dict[str, list[float]]) -> float:
    return statistics.median(b / a for a, b in zip(took["add"], took["gensim"], strict=True))


def guide(result: dict[str, Any]) -> str:
    """For the page on evaluation."""
    took = _took(result)
    said = (
        f"The {len(result['sets'])} English sets take {statistics.median(took['suite']):.1f} s on "
        f"{result['rows']:,} × {result['dim']} vectors with intervals, and "
        f"{statistics.median(took['called']):.1f} s without, on {result['threads']} cores"
    )
    if "gensim" not in took:
        return f"{said}."
    return (
        f"{said}; Google's {result['asked']:,} analogies alone {statistics.median(took['add']):.2f} s, "
        f"{_ratio(took):.0f} times as fast as gensim's `evaluate_word_analogies`."
    )


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A row for the README."""
    took = _took(result)
    if "gensim" not in took:
        return []
    seconds = statistics.median(took["add"])
    return [
        (
            f"Google's {result['asked']:,} analogies on {result['rows']:,} × {result['dim']}",
            f"{seconds:.2f} s, **{_ratio(took):.0f} ×** gensim's evaluation, equal scores",
        )
    ]
