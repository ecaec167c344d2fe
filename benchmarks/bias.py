"""Bias: association tests with 10,000 partitions, and taking a direction out, on random vectors."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from settings import Settings
from table import spread, table, verdict

from omnivec import Vectors
from omnivec.evaluate import bias
from omnivec.explore.debias import METHODS, debias

TITLE = "Bias"
ROWS, DIM, PERMUTATIONS = 70_000, 100, 10_000
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
    return {"rows": rows, "dim": DIM, "permutations": PERMUTATIONS, "rounds": rounds}


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
    slowest = max(
        sorted(one[name] for one in rounds)[len(rounds) // 2] for name in rounds[0] if "WEAT" in name
    )
    about = (
        f"{result['rows']:,} × {result['dim']} random float32 vectors in memory, {result['permutations']:,} "
        "drawn partitions where there are more than 200,000. The removals measure what remains, too."
    )
    return "\n\n".join([
        about, table(("", "seconds"), rows),
        f"Bar: a test with its p-value in {BAR} s; the slowest takes {slowest:.3f} s, "
        f"{verdict(BAR / slowest, 1)}.",
    ])  # fmt: skip
