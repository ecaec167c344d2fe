"""`Trained.plan`: the text is read and counted, the rest is arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from omnivec.data.vocabulary import keep_chance
from omnivec.engine import phases
from omnivec.engine.plan import Plan, Work, whole_ngrams, windows
from omnivec.engine.progress import Listener, Progress
from omnivec.store import memory
from omnivec.store.folder import METADATA
from omnivec.store.keys import Keys
from omnivec.store.safetensors import file_size
from omnivec.store.tables import LENGTHS, padded_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from omnivec.data.corpus import Corpus
    from omnivec.data.sources import Source
    from omnivec.data.vocabulary import Vocabulary
    from omnivec.learners.classifier import Classifier
    from omnivec.learners.learner import Trained
    from omnivec.learners.sent2vec import Sent2Vec
    from omnivec.learners.windowed import Windowed


def planned(learner: Trained, source: Source, listener: Listener) -> Plan:
    """The plan of a derived learner. Raises: as `fit` does while it reads."""
    listener(Progress(phase="options", done=1, text=learner.summary()))
    corpus = learner.corpus(source, listener)
    words = corpus.vocabulary
    if learner.heldout:
        corpus, _ = phases.share_held_out(corpus, learner.heldout, learner.seed, listener)
    work, labels = learner.work(corpus), None if words.labels is None else len(words.labels)
    free, limit = memory.available()
    return Plan(
        options=learner.as_dict(),
        words=len(words),
        labels=labels,
        tokens=corpus.total,
        tokens_in_vocabulary=corpus.known,
        tokens_kept=work.tokens_kept,
        epochs=learner.epochs,
        predictions=work.predictions,
        rows_moved=work.rows_moved,
        floats_moved=work.rows_moved * padded_width(learner.dim),
        memory=learner.memory(len(words), labels or 0),
        memory_free=free,
        memory_limit=limit,
        disk=model_bytes(learner, words),
    )


def work_of_windows(learner: Windowed, corpus: Corpus) -> Work:
    """Centres and the words around them, thinned out."""
    words = corpus.vocabulary
    kept = keep_chance(learner.thresholds(words)) * words.counts
    share = float(kept.sum()) / int(words.counts.sum())
    centres, contexts = windows(corpus.units, share, learner.window, dynamic=learner.window_kind == "dynamic")
    return Work(
        tokens_kept=len(corpus.tokens) * share,
        predictions=contexts if learner.model == "skipgram" else centres,
        rows_moved=contexts + centres * targets(learner, words, kept),
    )


def work_of_units(learner: Sent2Vec, corpus: Corpus) -> Work:
    """Units of two words or more: the rows of each move once, and the outputs once for each target."""
    lengths = np.diff(corpus.units)
    alone = corpus.tokens[corpus.units[:-1][lengths == 1]]
    counts = np.bincount(corpus.tokens, minlength=len(corpus.vocabulary))
    counts -= np.bincount(alone, minlength=len(corpus.vocabulary))
    chosen = float(keep_chance(learner.thresholds(corpus.vocabulary)) @ counts)
    ngrams = whole_ngrams(lengths[lengths > 1], learner.word_ngrams, learner.ngram_dropout)
    words = int(counts.sum())
    return Work(
        tokens_kept=words, predictions=chosen, rows_moved=words + ngrams + chosen * (learner.negatives + 1)
    )


def work_of_lines(learner: Classifier, corpus: Corpus) -> Work:
    """Lines with a label and a feature: the rows of each move once, and the outputs it is told by."""
    from omnivec.data.labelled import WORD
    from omnivec.data.predicting import parts_of

    types, labels = corpus.types, corpus.vocabulary.labels
    assert types is not None and labels is not None
    spans, _ = parts_of(learner.bag(), types.keys, types.rows, len(corpus.vocabulary))
    features = np.where(types.labels == WORD, np.diff(spans), 0)
    outputs = outputs_of_labels(learner, labels)
    kept = lines = rows = 0.0
    for first in range(0, len(corpus.units) - 1, LINES):
        borders = corpus.units[first : first + LINES + 1]
        here, starts = corpus.tokens[borders[0] : borders[-1]], borders[:-1] - borders[0]
        words = np.add.reduceat((types.labels[here] == WORD).astype(np.int64), starts)
        inputs = np.add.reduceat(features[here], starts)
        for n in range(2, learner.word_ngrams + 1):
            inputs += np.maximum(words - n + 1, 0)
        line = np.repeat(np.arange(len(starts)), np.diff(borders))
        named = types.labels[here] >= 0
        # A label that stands twice in a line is one.
        pairs = np.unique(line[named] * len(labels) + types.labels[here][named])
        each, label = np.divmod(pairs, len(labels))
        several = np.bincount(each, minlength=len(starts))
        taught = (several > 0) & (inputs > 0)
        share = 1 / several[each] if learner.labels == "one" else np.ones(len(each))
        met = np.bincount(each, outputs[label] * share, len(starts))
        if learner.loss == "ns":
            met += learner.negatives
        elif learner.loss != "hs":
            met = np.full(len(starts), len(labels))
        kept += np.diff(borders)[taught].sum()
        lines += taught.sum()
        rows += (inputs + met)[taught].sum()
    return Work(tokens_kept=float(kept), predictions=float(lines), rows_moved=float(rows))


LINES = 1 << 16
"""Lines that are counted together."""


def outputs_of_labels(learner: Classifier, labels: Vocabulary) -> NDArray[np.float64]:
    """Output rows that each label moves, (labels,): its path in a tree, or one."""
    if learner.loss != "hs":
        return np.ones(len(labels))
    from omnivec.engine import tree

    return np.diff(tree.paths(tree.grown(labels.counts))[0]).astype(np.float64)


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


def model_bytes(learner: Trained, words: Vocabulary) -> int:
    """Bytes of the saved tables of a model that has learned nothing yet."""
    rows = len(words)
    return tables_bytes(words, learner.shapes(rows, rows if words.labels is None else len(words.labels)))


def tables_bytes(words: Vocabulary, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Bytes of saved tables of float32, keys included, to the byte; nothing is allocated for it."""
    # A number repeated without memory has the size of the table it stands for.
    tables = {name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}
    labels = {} if words.labels is None else named(words.labels)
    return file_size({  # in the order of the file: what stands last is not filled up
        **tables,
        **{name.replace("keys.", "labels.", 1): array for name, array in labels.items()},
        "vectors" + LENGTHS: np.broadcast_to(np.float32(0), (len(words),)),
        **named(words),
    }, METADATA)  # fmt: skip


def named(words: Vocabulary) -> dict[str, NDArray[np.generic]]:
    """The arrays of the words, as they are saved."""
    keys = words.keys if isinstance(words.keys, Keys) else Keys.build(words.keys, words.counts)
    return dict(keys.tables())
