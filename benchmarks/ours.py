"""omnivec's skip-gram as a process of its own: python ours.py train CORPUS MODEL | export MODEL VECTORS."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from child import STARTED
from options import Options, parse

from omnivec import Word2Vec, load

if TYPE_CHECKING:
    from omnivec.engine.progress import Progress


class Clock:
    """Notes how long each phase lasted, from the progress records that `fit` gives."""

    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.seconds: dict[str, float] = {}
        self.ready = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.perf_counter()
        self.seconds[progress.phase] = self.seconds.get(progress.phase, 0.0) + now - self.last
        self.last = now
        if not {"train", "epoch"} & self.seconds.keys():  # what follows may be the first update
            self.ready = time.time() - float(os.environ.get(STARTED, "nan"))


def train(given: Options) -> dict[str, object]:
    """Text file to saved model, the phases timed by the progress records."""
    clock = Clock()
    learner = Word2Vec(
        dim=given.dim, window=5, negatives=5, power=0.75, sample=given.sample, min_count=5, model="skipgram",
        loss="ns", lr=given.lr, epochs=given.epochs, threads=given.threads, seed=given.seed,
    )  # fmt: skip
    model = learner.fit(given.corpus, progress=clock)
    trained = time.perf_counter()
    model.save(given.model)
    saved = time.perf_counter()
    tokens = model.record["tokens_in_vocabulary"]
    return {
        "rows": len(model.vectors), "tokens": tokens, "trained_tokens": tokens * given.epochs,
        "read_seconds": clock.seconds.get("read", 0.0), "compile_seconds": clock.seconds.get("compile", 0.0),
        "train_seconds": model.record["seconds"], "save_seconds": saved - trained,
        "ready_seconds": clock.ready, "phases": clock.seconds, "loss": model.record["loss"],
    }  # fmt: skip


def export(given: Options) -> dict[str, object]:
    """The saved model's vectors in word2vec's binary format."""
    load(given.model).vectors.save_word2vec_format(given.vectors, binary=True)
    return {}


if __name__ == "__main__":
    print(json.dumps(parse(train, export)))
