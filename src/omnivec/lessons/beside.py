"""The engine and the definition on one text, with the same sampled words: how far apart do they end?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.engine.schedule import Schedule
from omnivec.engine.start import base
from omnivec.reference import word2vec
from omnivec.reference.huffman import tree
from omnivec.reference.random import alias_table
from omnivec.reference.windows import keep_thresholds

if TYPE_CHECKING:
    from omnivec.data.sources import Source
    from omnivec.learners.word2vec import Word2Vec
    from omnivec.model import Model


class Beside(NamedTuple):
    """What both have learned."""

    model: Model
    """The engine's, float32."""
    inputs: NDArray[np.float64]
    """The definition's input rows, (words, dim)."""
    difference: float
    """The largest one between two numbers of the input rows."""


def beside(learner: Word2Vec, text: Source) -> Beside:
    """Train a learner of one thread on a text by the engine, and by the definition in plain NumPy.

    A random number here is a function of the seed and the place in the text (reference/random.py), so both
    thin the same words, draw the same windows and the same negatives. The definition takes about .1 ms for a
    window.
    """
    learner = learner.derived()
    corpus = learner.reading().corpus(text)
    counts = corpus.vocabulary.counts
    keep = keep_thresholds(counts, learner.sample, int(counts.sum()), learner.sample_formula)
    first = learner.initial(corpus.vocabulary)
    outputs_name = "nodes" if learner.loss == "hs" else "output"
    inputs, outputs = (
        first[name][:, : learner.dim].astype(np.float64) for name in (learner.inputs, outputs_name)
    )
    work = learner.job(corpus, first).work
    schedule = Schedule(len(corpus.tokens), learner.epochs, learner.rate, learner.lr_floor, work)
    for shard in schedule.shards():
        word2vec.train(
            corpus.tokens.tolist(), corpus.units.tolist(), keep, inputs, outputs, model=learner.model, loss=learner.loss,
            alias=alias_table(counts**learner.power), tree=tree(counts), reduction=learner.reduction,
            gradient=learner.gradient, window=learner.window, kind=learner.window_kind,
            negatives=learner.negatives, exclude=learner.exclude_target, distinct=learner.distinct_negatives,
            rate=shard.rate, decay=shard.decay, base=int(base(learner.seed, shard.epoch)), first=shard.first,
            last=shard.last,
        )  # fmt: skip
    model = learner.fit(text)
    difference = np.abs(model.tables[learner.inputs][:, : learner.dim] - inputs).max()
    return Beside(model, inputs, float(difference))
