"""cs224n_child.py ITERATIONS DENSE: the training of CS224n's assignment 2; prints seconds and losses.

$OMNIVEC_SST names datasetSentences.txt; else sentences of as many words are made up. DENSE iterations, with
gradients of the whole table as the hand-out has them, are timed beside.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time

from omnivec.reference.cs224n import StanfordSentiment, train_sentiment

SENTENCES, LENGTH, WORDS = 11_855, 19, 19_538


def made_up() -> StanfordSentiment:
    """Zipf sentences as many and as long."""
    words = [f"w{k}" for k in range(WORDS)]
    shares = [1 / (k + 3) for k in range(WORDS)]
    drawn = random.Random(1).choices(words, shares, k=SENTENCES * LENGTH)
    return StanfordSentiment.from_sentences([drawn[at : at + LENGTH] for at in range(0, len(drawn), LENGTH)])


def main(iterations: int, dense: int) -> None:
    """Both, in one process; reading and thinning count, they are part of the exercise."""
    path = os.environ.get("OMNIVEC_SST")
    losses: dict[int, float] = {}
    began = time.perf_counter()
    train_sentiment(path or made_up(), iterations, report=losses.__setitem__)
    seconds = time.perf_counter() - began
    data = StanfordSentiment(path) if path else made_up()
    train_sentiment(data, 1)  # thins and makes the table
    began = time.perf_counter()
    train_sentiment(data, dense, dense=True)
    each = (time.perf_counter() - began) / dense
    print(json.dumps({
        "file": path is not None, "seconds": seconds, "dense_seconds_each": each,
        "first": losses[10], "last": losses[max(losses)],
    }))  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
