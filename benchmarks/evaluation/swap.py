"""Whether vectors help: everything the same but the vectors, beside tf-idf, by `omnivec compare`."""

from __future__ import annotations

import os
from typing import Any

from common import child, corpus
from common.labelled import twin
from common.settings import Settings
from common.table import table
from peers.programs import OURS

TITLE = "Swap-only"
EPOCHS = 5
MODELS = {
    "dim 100": {"dim": 100, "seed": 1},
    "dim 100 again": {"dim": 100, "seed": 2},
    "dim 50": {"dim": 50, "seed": 1},
}
"""The second differs from the first by its seed alone: what differs no more than these is no difference."""
SETS = {
    "sst2": "sst2-train.tsv", "trec": "trec-train.tsv", "movie-reviews": "movie_reviews.tsv.xz",
    "r8": "r8-train.tsv.xz",
}  # fmt: skip
"""Named sets, and a file of each."""


def measure(settings: Settings) -> dict[str, Any]:
    """Three models of one text, the first two compared, then all of them on every set that is here."""
    folders = []
    for name, options in MODELS.items():
        folder = settings.work / f"{name}.omnivec"
        OURS.train(settings.corpus, folder, epochs=EPOCHS, threads=settings.threads, **options)
        folders.append(str(folder))
    compared = _omnivec("compare", *folders[:2])
    data = corpus.data() / "textclass"
    asked = {name: name for name, file in SETS.items() if (data / file).exists()}
    asked = asked or {"synthetic": str(twin(settings.work, settings.scale).test)}
    told = {
        name: _omnivec("compare", *folders, "--asked", "100", "--movers", "0", "--texts", texts)["texts"]
        for name, texts in asked.items()
    }
    pair = compared["pairs"][0]
    return {
        "text": settings.corpus.name, "sets": told, "seconds": compared["wall_seconds"],
        "pair": {name: pair[name] for name in ("common", "asked", "overlap", "displacement", "bands")},
    }  # fmt: skip


def _omnivec(*words: str) -> dict[str, Any]:
    data = {"OMNIVEC_DATA": os.fspath(corpus.data())}
    return child.omnivec(*words, "--json", "-q", env=data)


def report(result: dict[str, Any]) -> str:
    """What two seeds have in common; then a table of sets and contenders."""
    pair = result["pair"]
    bands = "; ".join(
        f"{band['ranks']}: {band['overlap']:.1%}, {band['displacement']:.3f}" for band in pair["bands"]
    )
    first = (
        f"Word2Vec, {EPOCHS} epochs of {result['text']}. Two seeds, all else the same: of the 10 nearest "
        f"words {pair['overlap']:.1%} are the same, and words move by {pair['displacement']:.3f} (1 - cosine "
        f"of vectors less their mean, after rotation); {pair['asked']:,} of {pair['common']:,} words, by "
        f"rank: {bands}. "
        f"{result['seconds']:.1f} s for the whole command."
    )
    rows = [row for name, told in result["sets"].items() for row in _rows(name, told)]
    header = ("set", "vectors", "accuracy", "95 %", "less tf-idf", "p", "NMI", "ARI", "purity")
    second = (
        "Labels by a linear SVC on means of words, clusters by k-means, everything the same but the vectors; "
        "tf-idf + linear SVC, and tf-idf clustered, beside them. p: McNemar's exact test of labels."
    )
    return f"{first}\n\n{second}\n\n{table(header, rows)}"


def _rows(name: str, told: dict[str, Any]) -> list[tuple[str, ...]]:
    labels, clusters = told["labels"], told["clusters"]
    rows = []
    for contender, score in labels["scores"].items():
        baseline = score["coverage"] is None
        against = next(
            (
                each
                for each in labels["differences"]
                if each["a"] == contender and each["b"].startswith("tf-idf")
            ),
            None,
        )
        low, high = score["ci"]
        difference = (
            ("–", "–") if against is None else (f"{against['value']:+.3f}", f"{against['p_value']:.1g}")
        )
        grouped = clusters["scores"]["tf-idf" if baseline else contender]
        rows.append(
            (name, contender, f"{score['accuracy']:.3f}", f"{low:.3f}–{high:.3f}", *difference,
             *(f"{grouped[measure]:.3f}" for measure in ("nmi", "ari", "purity")))
        )  # fmt: skip
    return rows
