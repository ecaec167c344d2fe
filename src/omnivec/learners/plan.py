"""`Windowed.plan`: the text is read and counted, the rest is arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from omnivec.data.vocabulary import keep_chance
from omnivec.engine import phases
from omnivec.engine.plan import Plan, windows
from omnivec.engine.progress import Listener, Progress
from omnivec.store import memory
from omnivec.store.folder import METADATA
from omnivec.store.keys import Keys
from omnivec.store.safetensors import file_size
from omnivec.store.tables import LENGTHS, padded_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from omnivec.data.sources import Source
    from omnivec.data.vocabulary import Vocabulary
    from omnivec.learners.windowed import Windowed


def planned(learner: Windowed, source: Source, listener: Listener) -> Plan:
    """The plan of a derived learner. Raises: as `fit` does while it reads."""
    listener(Progress(phase="options", done=1, text=learner.summary()))
    corpus = phases.read(learner.reading(), source, listener)
    words = corpus.vocabulary
    if learner.heldout:
        corpus, _ = phases.share_held_out(corpus, learner.heldout, learner.seed, listener)
    kept = keep_chance(learner.thresholds(words)) * words.counts
    share = float(kept.sum()) / int(words.counts.sum())
    centres, contexts = windows(corpus.units, share, learner.window, dynamic=learner.window_kind == "dynamic")
    rows = contexts + centres * targets(learner, words, kept)
    free, limit = memory.available()
    return Plan(
        options=learner.as_dict(),
        words=len(words),
        tokens=corpus.total,
        tokens_in_vocabulary=len(corpus.tokens),
        tokens_kept=len(corpus.tokens) * share,
        epochs=learner.epochs,
        predictions=contexts if learner.model == "skipgram" else centres,
        rows_moved=rows,
        floats_moved=rows * padded_width(learner.dim),
        memory=learner.memory(len(words)),
        memory_free=free,
        memory_limit=limit,
        disk=model_bytes(learner, words),
    )


def targets(learner: Windowed, words: Vocabulary, kept: NDArray[np.float64]) -> float:
    """Mean number of output rows that a window moves: all its context words share them.

    kept (words,): tokens of each word that subsampling is expected to keep.
    """
    if learner.loss == "ns":
        return learner.negatives + 1
    if learner.loss == "softmax":
        return len(words)
    from omnivec.engine import tree

    starts, _, _ = tree.paths(tree.grown(words.counts))
    return tree.mean_path(starts, kept)


def model_bytes(learner: Windowed, words: Vocabulary) -> int:
    """Bytes of the saved tables, keys included, to the byte; nothing is allocated for it."""
    rows, width = len(words), padded_width(learner.dim)
    shapes: dict[str, tuple[int, ...]] = {"vectors": (rows, width), "output": (rows, width)}
    if learner.loss == "hs":
        shapes = {"vectors": (rows, width), "nodes": (rows - 1, width), "tree": (rows - 1, 2)}
    if learner.inputs != "vectors":
        shapes[learner.inputs] = (learner.rows(rows), width)
    shapes["vectors" + LENGTHS] = (rows,)
    # A number repeated without memory has the size of the table it stands for.
    tables = {name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}
    keys = words.keys if isinstance(words.keys, Keys) else Keys.build(words.keys, words.counts)
    return file_size({**tables, **keys.tables()}, METADATA)
