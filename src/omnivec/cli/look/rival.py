"""gensim on the same file with the same options, live: the demo's other line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnivec.cli.out import speed

PATIENCE = 25.0
"""Seconds after which gensim is stopped at the end of its epoch, so that the demo stays under a minute."""


OPTIONS = {
    "vector_size": "dim",
    "window": "window",
    "negative": "negatives",
    "sample": "sample",
    "min_count": "min_count",
    "alpha": "lr",
    "seed": "seed",
}
"""gensim's names of the options that both have, and ours."""


@dataclass(frozen=True)
class Race:
    """What gensim did."""

    version: str
    tokens_per_second: float
    epochs: int
    """Epochs it finished; fewer than asked when it took longer than PATIENCE."""
    keys: list[str]
    matrix: Any


class _Enough(Exception):
    pass


def race(path: Path, options: dict[str, Any], threads: int, tick: Callable[[str], None]) -> Race:
    """Train gensim's skip-gram with negative sampling on a plain file; `tick` is told where it stands.

    The seconds are those of its training alone, as ours are: all its tokens times epochs, vocabulary apart.
    """
    import gensim

    epochs = int(options["epochs"])
    peer = gensim.models.Word2Vec(
        **{theirs: options[ours] for theirs, ours in OPTIONS.items()}, sg=1, workers=threads
    )
    tick("vocabulary …")
    peer.build_vocab(corpus_file=str(path))
    tokens, done, start = peer.corpus_total_words, 0, time.perf_counter()

    class Ticker(gensim.models.callbacks.CallbackAny2Vec):  # type: ignore[misc]
        def on_epoch_end(self, model: object) -> None:
            nonlocal done
            done += 1
            seconds = time.perf_counter() - start
            tick(f"epoch {done}/{epochs}  {speed(tokens * done / seconds)} …")
            if seconds > PATIENCE and done < epochs:
                raise _Enough

    tick(f"epoch 1/{epochs} …")
    try:
        peer.train(
            corpus_file=str(path), total_words=tokens, total_examples=peer.corpus_count, epochs=epochs,
            callbacks=[Ticker()],
        )  # fmt: skip
    except _Enough:
        pass
    seconds = time.perf_counter() - start
    rate = tokens * done / seconds
    return Race(f"gensim {gensim.__version__}", rate, done, list(peer.wv.index_to_key), peer.wv.vectors)
