"""peer_suite.py ROWS DIM ROUNDS PEER: seconds of the English suite, and of analogies by gensim.

OMNIVEC_DATA names the folder with the sets. One process for both, in turn; PEER is 1 or 0. The vectors are
made: in each question the expected word lies near b - a + c, so that both have right and wrong answers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from omnivec import Vectors
from omnivec.data.catalogue import catalogue
from omnivec.evaluate import Suite, analogies
from omnivec.evaluate.questions import read_analogies
from omnivec.evaluate.suite import KINDS

REST = 0.2
"""Seconds; OpenBLAS's threads go on spinning for a while after a product, beside whoever comes next."""


def main(rows: int, dim: int, rounds: int, peer: bool) -> dict[str, Any]:
    """Seconds by program and round, and how far the figures are apart at most."""
    suite = Suite("english")
    questions = catalogue()["google"].path()
    vectors = made(rows, dim)
    programs: dict[str, Callable[[], Any]] = {
        "suite": lambda: suite.score(vectors),
        "called": lambda: suite(vectors),
        "add": lambda: analogies(vectors, questions),
        "mul": lambda: analogies(vectors, questions, method="mul"),
    }
    found: dict[str, Any] = {"rows": rows, "dim": dim, "sets": suite.sets, "resamples": suite.resamples}
    if peer:
        from gensim.models import KeyedVectors

        keyed = KeyedVectors(dim)
        keyed.add_vectors(list(vectors), vectors.vectors)
        programs["gensim"] = lambda: keyed.evaluate_word_analogies(str(questions))
    answers = {name: ask() for name, ask in programs.items() if name != "gensim"}  # and warm up
    found |= {"asked": answers["add"].total.asked, "accuracy": answers["add"].total.accuracy}
    records = []
    for _ in range(rounds):
        record = {}
        for name, ask in programs.items():
            time.sleep(REST)
            began = time.perf_counter()
            answers[name] = ask()
            record[name] = time.perf_counter() - began
        records.append(record)
    if peer:
        apart = [abs(answers["gensim"][0] - found["accuracy"])]
        for name, one in answers["suite"].similarity.items():
            theirs = keyed.evaluate_word_pairs(str(catalogue()[name].path()))[1][0]
            apart.append(abs(theirs - one.spearman))
        found["apart"] = float(max(apart))
    return found | {"rounds": records}


def made(rows: int, dim: int) -> Vectors:
    """Vectors for all words of the English sets and for others, in no order."""
    draw = np.random.default_rng(1)
    asked = words()
    keys = [*asked, *(f"w{number}" for number in range(rows - len(asked)))][:rows]
    matrix = draw.normal(size=(rows, dim)).astype(np.float32) / np.sqrt(dim)
    row = {key: place for place, key in enumerate(keys)}
    for section in read_analogies(catalogue()["google"].path()):
        shift = draw.normal(size=dim) / np.sqrt(dim)
        for one, other in {(q[0].lower(), q[1].lower()) for q in section.questions}:
            if one in row and other in row:
                matrix[row[other]] = matrix[row[one]] + shift + 0.9 * draw.normal(size=dim) / np.sqrt(dim)
    order = draw.permutation(rows)
    return Vectors([keys[place] for place in order], matrix[order])


def words() -> list[str]:
    """All words of the English sets that are here, in lower case; of phrases as they stand."""
    found: dict[str, None] = {}
    for one in catalogue().values():
        if one.kind in KINDS and one.language == "en" and one.state() == "present":
            for line in one.path().read_text(encoding="utf-8").splitlines():
                found.update(dict.fromkeys(cell.lower() for cell in line.replace("\t", " ").split()))
    return sorted(word for word in found if not word.replace(".", "").isdigit())


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:4]), sys.argv[4] == "1")))
