"""Korean: words alone, with n-grams of syllables, with n-grams of letters; fastText beside them."""

from __future__ import annotations

import re
import statistics
import sys
import unicodedata
from pathlib import Path
from typing import Any

from common import child, corpus
from common.corpus import Corpus
from common.settings import Settings
from common.table import met, millions, table
from peers.programs import OURS, SUBWORDS, Record, Run, remove

TITLE = "Korean"
EPOCHS, TOKENS = 5, 2_300_000
PARTS = {"subwords": True, "lr": 0.05}
RUNS = (
    Run(SUBWORDS, PARTS, "fastText, syllables"),
    Run(OURS, {"lr": 0.05}, "omnivec, words alone"),
    Run(OURS, PARTS, "omnivec, syllables"),
    Run(OURS, {**PARTS, "own": {"jamo": "simple"}}, "omnivec, jamo simple"),
    Run(OURS, {**PARTS, "own": {"jamo": "unicode"}}, "omnivec, jamo unicode"),
)
SCORES = ("WS-353", "analogies", "semantic", "syntactic")


def measure(settings: Settings) -> dict[str, Any]:
    """Every program in turn, a seed a round, each judged by score_korean.py."""
    text, runs = _text(settings.scale), list[Record]()
    for seed in range(1, settings.our_seeds + 1) if text is not None else ():
        for run in RUNS:
            if not run.program.here or run.program is SUBWORDS and seed > settings.peer_seeds:
                continue
            model = settings.work / ("judged.bin" if run.program is SUBWORDS else "judged.model")
            record = run.train(text, model, epochs=EPOCHS, threads=settings.threads, seed=seed)
            runs.append({**record, "scores": child.python("words.score_korean", model, _data())})
            remove(model)
            print("   ", runs[-1]["scores"], file=sys.stderr, flush=True)
    return {"text": text.name if text else None, "threads": settings.threads, "runs": runs}


def _data() -> Path:
    """The folder of the Korean sets."""
    return corpus.data() / "ko"


def _text(scale: float) -> Corpus | None:
    """Korean Wikipedia in NFC, its words between single spaces, a paragraph a line; None where it is not."""
    source = corpus.unpacked("kowiki.txt")
    if source is None or not _data().is_dir():
        return None
    text = corpus.cache() / "kowiki-words.txt"
    if not text.exists():
        part = text.with_suffix(".part")
        with source.open(encoding="utf-8") as lines, part.open("w", encoding="utf-8") as out:
            for line in lines:
                words = re.findall(r"\w+", unicodedata.normalize("NFC", line))
                out.write(" ".join(words) + "\n" if words else "")
        part.rename(text)
    if scale < 1:
        return Corpus(corpus.first(text, int(scale * TOKENS)), f"the first {scale:.0%} of kowiki")
    return Corpus(text, "the words of kowiki (Korean Wikipedia, 25 MB)")


def report(result: dict[str, Any]) -> str:
    """A table, and whether letters beat words alone."""
    if result["text"] is None:
        return "The Korean text and sets are not here: nothing was measured."
    groups: dict[str, list[Record]] = {}
    for run in result["runs"]:
        groups.setdefault(run["program"], []).append(run)
    first = result["runs"][0]["scores"]
    rows = [
        (
            name,
            len(runs),
            millions(runs),
            *(_mean(runs, "known", score) for score in SCORES),
            *(
                "–" if "alone" in name else _of(runs, *pair)
                for pair in zip(SCORES, ("pairs", "seen"), strict=False)
            ),
        )
        for name, runs in groups.items()
    ]
    text = (
        f"dim 100, window 5, n-grams of 3 to 6, min_count 5, {EPOCHS} epochs of {result['text']}, "
        f"{result['threads']} threads. KO-WS-353: Spearman; KO-analogies: share right (Park et al. 2018). "
        f"*Known*: the {first['known']['pairs']} pairs and {first['known']['seen']:,} questions whose four "
        "words are in the vocabulary, the same for all; *all*: every pair, and the questions whose answer is "
        "in the vocabulary, other words by their parts; fewer where all parts of a word are zeros, as "
        "fastText leaves rows below ten threads. Mean ± standard deviation over seeds."
    )
    header = ("program", "seeds", "tokens/s", *(f"{name}, known" for name in SCORES))
    return "\n\n".join([text, table((*header, *(f"{name}, all" for name in SCORES[:2])), rows), _bar(groups)])


def _values(runs: list[Record], which: str, score: str) -> list[float]:
    return [run["scores"][which][score] for run in runs]


def _mean(runs: list[Record], which: str, score: str) -> str:
    values = _values(runs, which, score)
    scale, unit, digits = (1, "", 3) if score == "WS-353" else (100, " %", 1)
    said = f"{scale * statistics.mean(values):.{digits}f}"
    return said + (f" ± {scale * statistics.stdev(values):.{digits}f}" if len(values) > 1 else "") + unit


def _of(runs: list[Record], score: str, count: str) -> str:
    return f"{_mean(runs, 'unseen', score)} of {statistics.median(_values(runs, 'unseen', count)):,.0f}"


def _bar(groups: dict[str, list[Record]]) -> str:
    letters, alone = (groups.get(f"omnivec, {name}", []) for name in ("jamo simple", "words alone"))
    said = []
    for score in SCORES[:2]:
        one, other = (statistics.mean(_values(runs, "known", score)) for runs in (letters, alone))
        said.append(f"{score} {met(one > other)} ({one:.3f} and {other:.3f})")
    return f"Letters above words alone, as in Park et al. 2018: {'; '.join(said)}."
