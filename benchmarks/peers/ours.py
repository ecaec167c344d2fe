"""omnivec's Word2Vec or FastText as a process: ours.py train CORPUS MODEL JSON | export MODEL VECTORS."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from common.child import STARTED
from omnivec import FastText, Word2Vec, load
from omnivec.data.vocabulary import Vocabulary
from omnivec.errors import NotFinite
from omnivec.learners.windowed import Windowed
from peers.options import Options, parse

if TYPE_CHECKING:
    from omnivec.engine.progress import Progress

COMMON = ("model", "loss", "dim", "epochs", "lr", "sample", "threads", "seed")


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


def learner(given: Options) -> Windowed:
    """Our learner with the settings common to all programs, or with a preset's in their place."""
    common = {name: getattr(given, name) for name in COMMON if getattr(given, name) is not None}
    if given.subwords:
        return FastText(window=5, negatives=5, min_count=5, **common, **given.own)
    if given.preset:
        return Word2Vec.preset(given.preset, **common, **given.own)
    return Word2Vec(window=5, negatives=5, power=0.75, min_count=5, **common, **given.own)


def train(given: Options) -> dict[str, object]:
    """Text file to saved model, the phases timed by the progress records."""
    clock = Clock()
    more: dict[str, Any] = {}
    if given.checkpoint_minutes:
        more = {"checkpoint": f"{given.saved}.checkpoint", "checkpoint_minutes": given.checkpoint_minutes}
    if given.vocabulary:
        more["vocabulary"] = Vocabulary.load(given.vocabulary)
    began = time.perf_counter()
    try:
        model = learner(given).fit(given.corpus, progress=clock, **more)
    except NotFinite as failure:
        return {"diverged": str(failure)}
    trained = time.perf_counter()
    model.save(given.saved)
    saved = time.perf_counter()
    tokens = model.record["tokens_in_vocabulary"]
    return {
        "rows": len(model.vectors), "tokens": tokens, "trained_tokens": tokens * given.epochs,
        "read_seconds": clock.seconds.get("read", 0.0), "compile_seconds": clock.seconds.get("compile", 0.0),
        "train_seconds": model.record["seconds"], "save_seconds": saved - trained,
        "fit_seconds": trained - began, "paused_seconds": model.record.get("seconds_paused", 0.0),
        "ready_seconds": clock.ready, "phases": clock.seconds, "pairs": model.record["pairs"],
        "loss": [entry["loss"] for entry in model.history if "loss" in entry],
    }  # fmt: skip


def export(given: Options) -> dict[str, object]:
    """The saved model's vectors in word2vec's binary format."""
    load(given.saved).vectors.save_word2vec_format(given.vectors, binary=True)
    return {}


if __name__ == "__main__":
    print(json.dumps(parse(train, export)))
