"""The book's CBOW: our preset beside the book's iteration in NumPy, dense Adam and all, on one core."""

from __future__ import annotations

import math
import statistics
from typing import Any

from common import child, corpus
from common.child import ONE_CORE
from common.corpus import Corpus
from common.settings import Settings
from common.table import met, spread, table, verdict
from peers.programs import OURS, Program, Run

TITLE = "The book's training"
TWIN_TOKENS, TWIN_WORDS = 930_000, 10_000  # the size of Penn Treebank's training part
ITERATIONS, EPOCHS, CENTRES = 100, 10, 100
BAR = 30
ALONE = Program(OURS.name, OURS.script, OURS.module, ONE_CORE)
OPTIONS = {"preset": "book", "lr": None, "sample": None, "threads": 1}
WORD, EXPECTED = "year", {"month", "week", "decade"}
STILL = {"lr": 1e-9, "epochs": 1}  # so slow that an epoch's loss is the loss before the first step
FIRST = 6 * math.log(2)  # five negatives and the centre, every score near 0
NEAR = 5e-4


def measure(settings: Settings) -> dict[str, Any]:
    """NumPy's iterations and our ten epochs in turn; then the loss before the first step."""
    text, word = _text()
    model = settings.work / "book.model"
    iterations, epochs = (max(2, round(number * settings.scale)) for number in (ITERATIONS, EPOCHS))
    theirs, ours = [], []
    for _ in range(settings.repeats):
        theirs.append(child.python("textbook.peer_book", text.path, iterations, env=ONE_CORE))
        ours.append(Run(ALONE, {**OPTIONS, "model": "cbow", "epochs": epochs}).train(text, model))
    nearest = child.python("textbook.nearest", model, *word)
    still = {
        name: Run(ALONE, {**OPTIONS, **STILL, "model": name}).train(text, model)["loss"][0]
        for name in ("cbow", "skipgram")
    }
    return {
        "text": text.name, "epochs": epochs, "iterations": iterations, "theirs": theirs, "ours": ours,
        "nearest": nearest, "still": still,
    }  # fmt: skip


def _text() -> tuple[Corpus, list[str]]:
    """Penn Treebank and the word to ask about, or its twin, where any word is as good."""
    path = corpus.unpacked("ptb.train.txt")
    if path is not None:
        return Corpus(path, "Penn Treebank (training part)"), [WORD]
    twin = corpus.zipf(TWIN_TOKENS, TWIN_WORDS, every=5)
    return Corpus(twin, "a synthetic Zipf text of Penn Treebank's size, since that is not here"), []


def report(result: dict[str, Any]) -> str:
    """Milliseconds for a batch of 100, first losses, neighbours."""
    theirs = [1000 * run["seconds"] / run["iterations"] for run in result["theirs"]]
    ours = [1000 * CENTRES * run["train_seconds"] / run["trained_tokens"] for run in result["ours"]]
    faster = [a / b for a, b in zip(theirs, ours, strict=True)]
    first = statistics.mean(run["first_loss"] for run in result["theirs"])
    rows = [
        ("NumPy, batches of 100, dense Adam", spread(theirs, 1), "", f"{first:.4f}"),
        (
            "omnivec, preset `book`",
            spread(ours, 3),
            spread(faster, 0) + " ×",
            f"{result['still']['cbow']:.4f}",
        ),
    ]
    heading = (
        "*Deep Learning from Scratch 2*, chapter 4: CBOW, window 5, 5 negatives without "
        f"replacement, dim 100, on {result['text']}, {result['theirs'][0]['words']:,} words. The book takes "
        "a step of Adam over both tables for each batch of 100 centres; the preset keeps its window, sampler "
        "and start, and takes plain steps at the rows that a centre touches. Both on one core, in turn: "
        f"{result['iterations']} iterations of a NumPy program written from the book's formulas, "
        f"{result['epochs']} epochs of ours."
    )
    header = ("program", "ms for 100 centres", "omnivec against it", "loss before the first step")
    still = result["still"]
    said = [
        f"Against the book's iteration: {verdict(statistics.median(faster), BAR)}.",
        f"Loss of a prediction before the first step, 6 ln 2 = {FIRST:.4f} to {NEAR}: "
        f"{met(all(abs(loss - FIRST) < NEAR for loss in still.values()))} "
        f"(CBOW {still['cbow']:.4f}, skip-gram {still['skipgram']:.4f}).",
        _neighbours(result),
    ]
    return "\n\n".join([heading, table(header, rows), *said])


def _neighbours(result: dict[str, Any]) -> str:
    word, found = result["nearest"]["word"], result["nearest"]["nearest"]
    said = f"Nearest to *{word}* after {result['epochs']} epochs: " + ", ".join(
        f"{name} {cosine:.3f}" for name, cosine in found
    )
    if word != WORD:
        return said + "; a word of a random text has no neighbours by meaning."
    reached = met(bool(EXPECTED & {name for name, _ in found}))
    return f"{said}. One of {', '.join(sorted(EXPECTED))} among them: {reached}."
