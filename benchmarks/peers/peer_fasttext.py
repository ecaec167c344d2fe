"""fastText, with subwords or without (-maxn 0), as a process of its own, called like peer_gensim.py."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import fasttext
import numpy as np

from common.child import command
from peers.options import Options, parse


def _run(given: Options, epochs: int) -> fasttext.FastText._FastText:
    letters = {"minn": 3, "maxn": 6} if given.subwords else {"minn": 0, "maxn": 0}
    return fasttext.train_unsupervised(
        given.corpus, model=given.model, dim=given.dim, ws=5, neg=5, t=given.sample, minCount=5,
        bucket=2_000_000, loss=given.loss, lr=given.lr, epoch=epochs, thread=given.threads, verbose=0,
        **letters,
    )  # fmt: skip


def _reading(given: Options) -> float:
    """Seconds of a run of 0 epochs, in a process of its own.

    With fewer than ten threads fastText leaves a part of its matrix as it finds the
    memory, and after another run in the same process it finds NaN there.
    """
    same = {name: getattr(given, name) for name in ("model", "loss", "dim", "threads", "subwords")}
    options = json.dumps({**same, "epochs": 0})
    again = [*command("peers.peer_fasttext"), "train", given.corpus, given.saved, options]
    found = subprocess.run(again, capture_output=True, text=True, check=True).stdout
    return float(json.loads(found)["train_seconds"])


def train(given: Options) -> dict[str, object]:
    """Text file to saved model. Reading is one with training; `parts` times it by a run of 0 epochs."""
    read = _reading(given) if given.parts else 0.0
    began = time.perf_counter()
    model = _run(given, given.epochs)
    trained = time.perf_counter()
    model.save_model(given.saved)
    saved = time.perf_counter()
    _, counts = model.get_words(include_freq=True)
    # It stops when it has seen epochs x *all* tokens, line ends included, among those of its vocabulary: more
    # passes than asked for. The caller, who knows the corpus, counts them all.
    return {
        "rows": len(counts), "read_seconds": read, "train_seconds": trained - began - read,
        "save_seconds": saved - trained,
    }  # fmt: skip


def export(given: Options) -> dict[str, object]:
    """The saved model's vectors in word2vec's binary format."""
    model = fasttext.load_model(given.saved)
    words = [word for word in model.get_words() if word != "</s>"]
    with Path(given.vectors).open("wb") as target:
        target.write(f"{len(words)} {model.get_dimension()}\n".encode())
        for word in words:
            target.write(
                word.encode() + b" " + model.get_word_vector(word).astype(np.float32).tobytes() + b"\n"
            )
    return {}


if __name__ == "__main__":
    print(json.dumps(parse(train, export)))
