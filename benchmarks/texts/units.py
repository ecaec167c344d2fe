"""Growth of Sent2Vec: what a word costs as units grow and as buckets do, beside the sent2vec program."""

from __future__ import annotations

import random
import statistics
import sys
from pathlib import Path
from typing import Any

from common.settings import Settings
from common.table import table
from texts import sent2vec

TITLE = "Growth of Sent2Vec"
LENGTHS = (4, 8, 16, 32, 64, 128, 512, 2048)
BUCKETS = (10_000, 100_000, 1_000_000, 10_000_000)
USUAL, WORDS, TOKENS, EPOCHS = 24, 30_000, 2_000_000, 4
PLOT = "sent2vec-growth.svg"


def measure(settings: Settings) -> dict[str, Any]:
    """Nanoseconds a word over lengths at 2 M buckets, then over buckets at the usual length."""
    program = sent2vec.peer()
    tokens = int(TOKENS * settings.scale)
    cases = [(length, 2_000_000) for length in LENGTHS] + [(USUAL, buckets) for buckets in BUCKETS]
    found = []
    for length, buckets in cases:
        text = _text(settings.work, length, tokens)
        options = {**sent2vec.PAPERS, "epochs": EPOCHS, "buckets": buckets, "threads": settings.threads}
        one: dict[str, Any] = {"length": length, "buckets": buckets}
        for name, path in (("omnivec", None), ("sent2vec", program)):
            # The program builds a bag anew for each word: beyond 128 words it takes longer than we have.
            if name == "omnivec" or (path is not None and length <= 128):
                runs = [
                    sent2vec.trained(path, text, settings.work / f"{name}.model", options)
                    for _ in range(settings.repeats)
                ]
                one[name] = statistics.median(run["train_seconds"] for run in runs) / (EPOCHS * tokens) * 1e9
        print("   ", one, file=sys.stderr, flush=True)
        found.append(one)
    return {"threads": settings.threads, "tokens": tokens, "cases": found}


def _text(work: Path, length: int, tokens: int) -> Path:
    """A Zipf text in lines of so many words."""
    path = work / f"units-{length}.txt"
    if not path.exists():
        words = [f"w{k}" for k in range(WORDS)]
        drawn = random.Random(1).choices(words, [1 / (k + 3) for k in range(WORDS)], k=tokens)
        with path.open("w") as target:
            for start in range(0, tokens, length):
                target.write(" ".join(drawn[start : start + length]) + "\n")
    return path


def report(result: dict[str, Any]) -> str:
    """Both tables; the picture is drawn beside the page."""
    names = [name for name in ("omnivec", "sent2vec") if name in result["cases"][0]]
    lengths, buckets = result["cases"][: len(LENGTHS)], result["cases"][len(LENGTHS) :]

    def rows(cases: list[dict[str, Any]], by: str) -> list[tuple[str, ...]]:
        return [
            (f"{one[by]:,}", *(f"{one[name]:,.0f}" if name in one else "-" for name in names))
            for one in cases
        ]

    return "\n\n".join([
        f"Synthetic Zipf texts of {result['tokens']:,} words out of {WORDS:,}, bigrams, dim 100, 10 "
        f"negatives, sample 1e-5, {EPOCHS} epochs, {result['threads']} threads; nanoseconds of training a "
        "word, the first touch of the table's memory included. The program builds the bag of each word anew, "
        "ours takes a word off the sum of its unit.",
        "Words in a unit, 2,000,000 buckets:",
        table(("words in a unit", *names), rows(lengths, "length")),
        f"Buckets, units of {USUAL} words:",
        table(("buckets", *names), rows(buckets, "buckets")),
        f"![Nanoseconds a word by length of the unit and by buckets]({PLOT})",
    ])  # fmt: skip


def draw(result: dict[str, Any], folder: Path) -> None:
    """Both curves of each program as a picture."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = TITLE  # the same picture is the same file
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    cut = len(LENGTHS)
    for axis, cases, by, label in (
        (axes[0], result["cases"][:cut], "length", "words in a unit"),
        (axes[1], result["cases"][cut:], "buckets", "buckets"),
    ):
        for name, colour in (("omnivec", "#1f6f8b"), ("sent2vec", "#c2571a")):
            points = [(one[by], one[name]) for one in cases if name in one]
            if points:
                axis.plot(*zip(*points, strict=True), marker="o", color=colour, label=name)
        axis.set(xscale="log", yscale="log", xlabel=label)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("training, ns a word")
    axes[0].legend()
    figure.savefig(folder / PLOT, metadata={"Date": None})
    pyplot.close(figure)
