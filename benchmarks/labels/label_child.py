"""label_child.py PROGRAM TRAIN TEST OPTIONS: train a classifier, predict a file, say what it cost."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

FASTTEXT = {"epochs": "epoch", "word_ngrams": "wordNgrams", "threads": "thread", "buckets": "bucket"}


def main() -> None:
    """One run."""
    program, train, test, told = sys.argv[1:]
    options = json.loads(told)
    texts = Path(test).read_text(encoding="utf-8").split("\n")
    texts = [text for text in texts if text]
    gold = [{word[9:] for word in text.split() if word.startswith("__label__")} for text in texts]
    record = (_ours if program == "omnivec" else _theirs)(train, texts, options)
    said = record.pop("said")
    hits = sum(label in labels for label, labels in zip(said, gold, strict=True))
    print(json.dumps({**record, "accuracy": hits / len(gold), "texts": len(gold)}))


def _ours(train: str, texts: list[str], options: dict[str, Any]) -> dict[str, Any]:
    from omnivec import Classifier

    learner = Classifier(**options)
    small = learner.replaced(epochs=1, threads=1, buckets=10)
    small.fit(["__label__a x y", "__label__b y z"]).predict(texts[:2] * 200)  # the kernels are loaded
    began = time.perf_counter()
    model = learner.fit(train)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    said = [answer[0][0] if answer else "" for answer in model.predict(texts)]
    return {"train_seconds": seconds, "predict_seconds": time.perf_counter() - began, "said": said}


def _theirs(train: str, texts: list[str], options: dict[str, Any]) -> dict[str, Any]:
    import fasttext

    given = {FASTTEXT.get(name, name): value for name, value in options.items() if name != "labels"}
    began = time.perf_counter()
    model = fasttext.train_supervised(train, verbose=0, **given)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    # What its `predict` calls; NumPy 2 breaks the rest of that.
    labels, _ = model.f.multilinePredict([text + "\n" for text in texts], 1, 0.0, "strict")
    took = time.perf_counter() - began
    said = [str(some[0]).removeprefix("__label__") if len(some) else "" for some in labels]
    return {"train_seconds": seconds, "predict_seconds": took, "said": said}


if __name__ == "__main__":
    main()
