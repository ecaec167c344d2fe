"""tune_child.py PROGRAM TRAIN SEARCH JUDGE SECONDS OPTIONS: search options, say what was found."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any


def main() -> None:
    """One search."""
    program, *given = sys.argv[1:]
    print(json.dumps((_ours if program == "omnivec" else _theirs)(*given)))


def _ours(train: str, search: str, judge: str, seconds: str, options: str) -> dict[str, Any]:
    from omnivec import Classifier, autotune

    learner = Classifier(**json.loads(options))
    learner.replaced(epochs=1, buckets=10).fit(["__label__a x y", "__label__b y z"])  # the kernels are loaded
    began = time.perf_counter()
    model, trials = autotune(train, search, learner=learner, fixed=(), seconds=float(seconds))
    took = time.perf_counter() - began
    searched, judged = (model.evaluate(file, ignore_unseen=True).f1 for file in (search, judge))
    return {"trials": len(trials), "seconds": took, "searched": searched, "judged": judged}


def _theirs(train: str, search: str, judge: str, seconds: str, options: str) -> dict[str, Any]:
    import fasttext

    given = json.loads(options)
    with tempfile.TemporaryFile() as said:
        kept = os.dup(1)
        os.dup2(said.fileno(), 1)  # it tells its trials on stdout, if at all
        began = time.perf_counter()
        model, failed = None, ""
        try:
            model = fasttext.train_supervised(
                train, autotuneValidationFile=search, autotuneDuration=int(float(seconds)), verbose=3,
                thread=given["threads"], seed=given["seed"],
            )  # fmt: skip
        except RuntimeError as error:  # such as NaN in the training at the end, where no trial had one
            failed = str(error)
        took = time.perf_counter() - began
        sys.stdout.flush()
        os.dup2(kept, 1)
        said.seek(0)
        trials = said.read().count(b"Trial = ")
    if model is None:
        return {"trials": trials, "seconds": took, "failed": failed}
    scores = []
    for file in (search, judge):
        _, precision, recall = model.f.test(file, 1, 0.0)
        scores.append(2 * precision * recall / max(precision + recall, 1e-12))
    return {"trials": trials, "seconds": took, "searched": scores[0], "judged": scores[1]}


if __name__ == "__main__":
    main()
