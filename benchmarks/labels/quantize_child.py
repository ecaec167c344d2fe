"""quantize_child.py PROGRAM TRAIN TEST OPTIONS: train a classifier, quantise it, say what that cost."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from labels.label_child import FASTTEXT

KEPT = 20_000
"""Rows that pruning leaves."""

WAYS: dict[str, dict[str, Any]] = {
    "codes": {}, "with norms": {"norms": True}, "pruned": {"norms": True, "cutoff": KEPT},
    "pruned, trained again": {"norms": True, "cutoff": KEPT, "retrain": True},
}  # fmt: skip
THEIRS = {"norms": "qnorm"}


def main() -> None:
    """One run."""
    program, train, test, told = sys.argv[1:]
    options = json.loads(told)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps((_ours if program == "omnivec" else _theirs)(train, test, options, Path(folder))))


def _ours(train: str, test: str, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    from omnivec import Classifier, quantize
    from omnivec.store import formats

    learner = Classifier.preset("fasttext", **options)
    tiny = learner.replaced(epochs=1, threads=1, buckets=300).fit(["__label__a x y", "__label__b y z"])
    quantize(tiny, norms=True)  # the kernels are loaded
    model = learner.fit(train)
    found: dict[str, Any] = {"before": model.evaluate(test).precision}
    formats.named("fasttext").write(folder / "m.bin", model.contents())
    found["bytes"] = (folder / "m.bin").stat().st_size
    for name, way in WAYS.items():
        asked = {**way, **({"retrain": train} if "retrain" in way else {})}
        began = time.perf_counter()
        small = quantize(model, **asked)
        seconds = time.perf_counter() - began
        formats.named("fasttext").write(folder / "m.ftz", small.contents(), overwrite=True)
        size = (folder / "m.ftz").stat().st_size
        found[name] = {"seconds": seconds, "bytes": size, "precision": small.evaluate(test).precision}
    return found


def _theirs(train: str, test: str, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    import fasttext

    given = {FASTTEXT.get(name, name): value for name, value in options.items()}
    saved = str(folder / "m.bin")
    fasttext.train_supervised(train, verbose=0, **given).save_model(saved)
    found: dict[str, Any] = {
        "before": fasttext.load_model(saved).test(test)[1], "bytes": Path(saved).stat().st_size,
    }  # fmt: skip
    for name, way in WAYS.items():
        model = fasttext.load_model(saved)  # it changes the model it quantises
        asked = {THEIRS.get(key, key): value for key, value in way.items()}
        asked |= {"input": train, "epoch": options["epochs"], "lr": options["lr"]} if "retrain" in way else {}
        began = time.perf_counter()
        model.quantize(thread=options["threads"], verbose=0, **asked)
        seconds = time.perf_counter() - began
        small = str(folder / "m.ftz")
        model.save_model(small)
        size = Path(small).stat().st_size
        found[name] = {"seconds": seconds, "bytes": size, "precision": model.test(test)[1]}
    return found


if __name__ == "__main__":
    main()
