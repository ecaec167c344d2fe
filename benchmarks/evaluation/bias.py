"""Bias: how long tests and removals take, and what is left of a bias that was taken out of real vectors."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from common.settings import Settings
from common.table import spread, table, verdict
from omnivec import Vectors
from omnivec.errors import InputError
from omnivec.evaluate import bias
from omnivec.explore.debias import METHODS, debias
from peers.programs import OURS

TITLE = "Bias"
GUIDE = "bias.md"
ROWS, DIM, PERMUTATIONS = 70_000, 100, 10_000
EPOCHS = 5
TESTS = ("WEAT6", "WEAT7", "WEAT8")
BAR = 1  # second at most for a test with that many partitions


def measure(settings: Settings) -> dict[str, Any]:
    """Rounds of every test, and of every method of removal."""
    rows = max(int(ROWS * settings.scale), 2000)
    vectors = _vectors(rows)
    jobs: dict[str, Callable[[], object]] = {
        "WEAT1, 25 and 25 targets": lambda: _weat(vectors, "WEAT1"),
        "WEAT3, 32 and 32 targets": lambda: _weat(vectors, "WEAT3"),
        "WEAT6, 8 and 8 targets, all partitions": lambda: _weat(vectors, "WEAT6"),
        "SC-WEAT of 50 words": lambda: _sc_weat(vectors),
        "RNSB": lambda: _rnsb(vectors),
        **{f"bias remove, {method}": _removing(vectors, method) for method in METHODS},
    }
    rounds = []
    for _ in range(settings.repeats):
        one = {name: _seconds(job) for name, job in jobs.items()}
        print("   ", one, file=sys.stderr, flush=True)
        rounds.append(one)
    told = {"rows": rows, "dim": DIM, "permutations": PERMUTATIONS, "rounds": rounds}
    return {**told, "text": settings.corpus.name, "removed": _removed(settings)}


def _removed(settings: Settings) -> dict[str, Any]:
    """The record of each method on vectors of the text; none where the text has no such words."""
    folder = settings.work / "biased.omnivec"
    OURS.train(settings.corpus, folder, dim=DIM, epochs=EPOCHS, threads=settings.threads, seed=1)
    tests, found = [bias.published_test(name) for name in TESTS], {}
    for method in METHODS:
        try:
            done = debias(folder, "gender", method=method, tests=tests)
        except InputError as error:
            print("   ", error, file=sys.stderr, flush=True)
            return {}
        found[method] = done.residual.record()
    return found


def _vectors(rows: int) -> Vectors:
    """Random ones for the words of all lists and others."""
    words = {word: None for group in bias.sets().values() for word in group.words}
    words |= {word: None for pair in bias.pairs("gender") for word in pair}
    keys = [*words, *(f"word{number}" for number in range(rows - len(words)))]
    matrix = np.random.default_rng(1).normal(size=(rows, DIM)).astype(np.float32)
    return Vectors(keys, matrix)


def _weat(vectors: Vectors, name: str) -> object:
    test = bias.published_test(name)
    return bias.weat(vectors, test.targets, test.attributes, permutations=PERMUTATIONS)


def _sc_weat(vectors: Vectors) -> object:
    test = bias.published_test("WEAT1")
    words = bias.Group("words", tuple(word for group in test.targets for word in group.words))
    return bias.sc_weat(vectors, words, test.attributes, permutations=PERMUTATIONS)


def _rnsb(vectors: Vectors) -> object:
    test = bias.published_test("WEAT1")
    return bias.rnsb(vectors, test.targets, test.attributes)


def _removing(vectors: Vectors, method: str) -> Callable[[], object]:
    return lambda: debias(vectors, "gender", method=method, similarity=[])


def _seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def report(result: dict[str, Any]) -> str:
    """A row for each job, and the bar."""
    rounds = result["rounds"]
    rows = [(name, spread([one[name] for one in rounds], 3)) for name in rounds[0]]
    slowest = max(statistics.median(one[name] for one in rounds) for name in rounds[0] if "WEAT" in name)
    about = (
        f"{result['rows']:,} × {result['dim']} random float32 vectors in memory, {result['permutations']:,} "
        "drawn partitions where there are more than 200,000. The removals measure what remains, too."
    )
    return "\n\n".join([
        about, table(("", "seconds"), rows),
        f"Bar: a test with its p-value in {BAR} s; the slowest takes {slowest:.3f} s, "
        f"{verdict(BAR / slowest, 1)}.", *_remains(result),
    ])  # fmt: skip


def guide(result: dict[str, Any]) -> str:
    """The same of real vectors, for the page about bias."""
    return "\n\n".join(_remains(result))


def _remains(result: dict[str, Any]) -> list[str]:
    """What the report of each method says, of vectors of the text."""
    if not result["removed"]:
        return ["The text has too few of the words of gender to take a direction out of its vectors."]
    first = next(iter(result["removed"].values()))
    fields = [name for name in ("direct_bias", "linear", "kernel", "clusters", "neighbours") if name in first]
    rows = [
        (
            TITLES[name],
            f"{first[name][0]:.3f}",
            *(f"{told[name][1]:.3f}" for told in result["removed"].values()),
        )
        for name in fields
    ]
    for part in ("weat", "quality"):
        for name, (before, _) in first[part].items():
            after = (f"{told[part][name][1]:.3f}" for told in result["removed"].values())
            rows.append((name + (", effect size" if part == "weat" else ""), f"{before:.3f}", *after))
    for name, title in COSTS.items():
        rows.append((title, "1.000", *(f"{told[name]:.3f}" for told in result["removed"].values())))
    return [
        f"The direction of gender taken out of vectors of {result['text']}, dim {DIM}, {EPOCHS} epochs, by "
        "`omnivec bias remove`; words are told by chance in half of the cases.",
        table(("", "before", *result["removed"]), rows),
    ]


TITLES = {
    "direct_bias": "mean absolute cosine with the direction", "linear": "told by a linear classifier",
    "kernel": "told by a classifier with kernels", "clusters": "told by two clusters",
    "neighbours": "of the 10 nearest, same side",
}  # fmt: skip
COSTS = {"neighbours_kept": "nearest 10 kept", "cosine_mean": "cosine with the vector before"}
"""Fields of the record in words."""
