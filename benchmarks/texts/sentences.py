"""Sentence vectors: how fast texts are embedded beside fastText and gensim, and what they are worth."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from common import child, corpus
from common.settings import Settings
from common.table import spread, table, verdict
from texts.sts import spearman

TITLE = "Sentence vectors"
WORDS = 10  # of a short text
TEXTS = 200_000
RATE_BAR, TIMES_BAR = 200_000, 3.0
SETS = ("sts/stsb-dev.tsv", "sts/stsb-test.tsv", "sts/sick-test.tsv")
RECIPES = ("mean", "fasttext-unsupervised", "sif")


def measure(settings: Settings) -> dict[str, Any]:
    """Speed of each program on the same short texts, in turn; then correlations of our skip-gram vectors."""
    text = corpus.sentences(settings.scale)
    short = settings.work / "short.txt"
    _shorten(text.path, short, int(TEXTS * settings.scale))
    models = _trained(text.path, settings)
    rounds = [_round(models, short) for _ in range(settings.repeats)]
    return {
        "text": text.name, "threads": settings.threads, "texts": rounds[0]["omnivec word2vec mean"]["texts"],
        "rounds": rounds, "scores": _scores(models["word2vec"]),
    }  # fmt: skip


def _shorten(text: Path, short: Path, texts: int) -> None:
    """The first words of the first lines."""
    with text.open(encoding="utf-8") as source, short.open("w", encoding="utf-8") as target:
        for line, _ in zip(source, range(texts), strict=False):
            target.write(" ".join(line.split()[:WORDS]) + "\n")


def _trained(text: Path, settings: Settings) -> dict[str, Path]:
    """Our two kinds of models, and the same in the files that the others open."""
    models = {}
    for kind, ending in (("word2vec", "bin"), ("fasttext", "ftbin")):
        models[kind] = settings.work / f"{kind}.omnivec"
        flags = ("--threads", settings.threads, "--epochs", 5, "-q")
        child.omnivec("train", kind, text, models[kind], *flags)
        models[ending] = settings.work / f"{kind}.{ending}"
        child.omnivec("convert", models[kind], models[ending], "--to", kind, "-q")
    return models


def _round(models: dict[str, Path], short: Path) -> dict[str, Any]:
    runs = [("omnivec", kind, recipe) for kind in ("word2vec", "fasttext") for recipe in RECIPES]
    runs += [
        ("gensim", "word2vec", "fasttext-unsupervised"),
        ("fasttext", "fasttext", "fasttext-unsupervised"),
    ]
    files = {"gensim": "bin", "fasttext": "ftbin"}
    found = {}
    for program, kind, recipe in runs:
        if child.installed(program):
            model = models[files.get(program, kind)]
            found[f"{program} {kind} {recipe}"] = child.python(
                "texts.sentence_child", program, model, short, recipe
            )
    return found


def _scores(model: Path) -> dict[str, dict[str, float]]:
    """Spearman of each set by recipe; none where the sets are not there."""
    found = {recipe: spearman(model, SETS, recipe) for recipe in RECIPES}
    return found if any(found.values()) else {}


def report(result: dict[str, Any]) -> str:
    """Both tables, and the bars."""
    rounds = result["rounds"]
    rows = []
    for name in rounds[0]:
        rates = [one[name]["texts"] / one[name]["seconds"] for one in rounds]
        program, kind, recipe = name.split(" ")
        rows.append((program, kind, recipe, f"{statistics.median(rates):,.0f}", _times(rounds, name)))
    text = (
        f"{result['texts']:,} texts of up to {WORDS} words out of {result['text']}, dim 100; median of "
        "rounds in turn, ratios of neighbours in time (minimum–maximum). Ours are one call on "
        f"{result['threads']} threads, theirs a call for each text, as they offer it; opening and the "
        "first 5,000 texts do not count."
    )
    speed = table(("program", "words", "recipe", "texts/s", "times fastText's loop"), rows)
    parts = [text, speed, _bars(rounds)]
    if result["scores"]:
        sets = list(next(iter(result["scores"].values())))
        scores = [
            (recipe, *(f"{found[name]:.3f}" for name in sets)) for recipe, found in result["scores"].items()
        ]
        parts += ["Spearman of cosines of skip-gram vectors, 5 epochs:", table(("recipe", *sets), scores)]
    return "\n\n".join(parts)


def _times(rounds: list[dict[str, Any]], name: str) -> str:
    found = _ratios(rounds, name)
    return spread(found, 1) if found else "-"


def _ratios(rounds: list[dict[str, Any]], name: str) -> list[float]:
    theirs = "fasttext fasttext fasttext-unsupervised"
    return [one[theirs]["seconds"] / one[name]["seconds"] for one in rounds if theirs in one]


def _bars(rounds: list[dict[str, Any]]) -> str:
    slowest = min(
        statistics.median(one[name]["texts"] / one[name]["seconds"] for one in rounds)
        for name in rounds[0]
        if name.startswith("omnivec")
    )
    said = [f"Slowest of ours, texts per second: {verdict(slowest, RATE_BAR)}"]
    if ratios := _ratios(rounds, "omnivec fasttext fasttext-unsupervised"):
        said.append(f"FastText model, times fastText's loop: {verdict(statistics.median(ratios), TIMES_BAR)}")
    return "; ".join(said) + "."
