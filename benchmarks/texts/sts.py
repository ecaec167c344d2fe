"""What vectors of sentences are worth: correlation of their cosines with what people said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from common import child, corpus


def spearman(model: str | Path, sets: Iterable[str], recipe: str | None = None) -> dict[str, float]:
    """Spearman by set of the data folder; none where none is there."""
    files = [file for name in sets if (file := corpus.data() / name).exists()]
    if not files:
        return {}
    flags = ("--recipe", recipe) if recipe else ()
    said = child.omnivec("evaluate", model, "--sts", *files, *flags, "--json", "-q")
    return {name: score["spearman"] for name, score in said["sts"].items()}
