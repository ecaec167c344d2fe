"""Whether word vectors help: `omnivec baseline` on movie reviews, or on the synthetic twin."""

from __future__ import annotations

import lzma
from typing import Any

from common import child, corpus
from common.labelled import twin
from common.settings import Settings
from common.table import table

TITLE = "Baseline"
REVIEWS = "movie_reviews.tsv.xz"


def measure(settings: Settings) -> dict[str, Any]:
    """One run of the command, in a process of its own."""
    packed = corpus.data() / "textclass" / REVIEWS
    if packed.exists():
        path = settings.work / "movie_reviews.tsv"
        path.write_bytes(lzma.open(packed).read())
        columns = ["--text-column", "text", "--label-column", "label", "--no-quotes"]
    else:
        path, columns = twin(settings.work, settings.scale).test, []
    run = child.omnivec("baseline", path, *columns, "--threads", settings.threads, "--json")
    return {"source": path.name, "result": run}


def report(result: dict[str, Any]) -> str:
    """A table of the contenders."""
    said = result["result"]
    rows = [
        (name, f"{one['accuracy']:.3f} ± {one['deviation']:.3f}", f"{one['seconds']:.0f}")
        for name, one in said["scores"].items()
    ]
    text = (
        f"`omnivec baseline` on {result['source']}: {said['texts']:,} texts, {said['folds']} folds; "
        "accuracy: mean ± standard deviation of the folds."
    )
    return f"{text}\n\n{table(('contender', 'accuracy', 'seconds'), rows)}"
