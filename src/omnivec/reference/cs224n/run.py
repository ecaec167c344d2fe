"""The training of assignment 2: skip-gram with negative sampling on the sentiment sentences.

Source: CS224n, assignment 2, part 3 (its seeds, sizes and order of random numbers; the published losses of
that run are met digit by digit, see docs/cs224n.md).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from omnivec.reference.cs224n.descent import latest_saved, sgd
from omnivec.reference.cs224n.losses import Rows, neg_sampling_loss_and_gradient
from omnivec.reference.cs224n.models import skipgram, word2vec_sgd_wrapper
from omnivec.reference.cs224n.sentiment import StanfordSentiment
from omnivec.reference.cs224n.sparse import word2vec_sparse_wrapper

SEED, VECTOR_SEED = 31415, 9265
WORDS = (
    "great cool brilliant wonderful well amazing worth sweet enjoyable boring bad dumb annoying "
    "female male queen king man woman rain snow hail coffee tea"
).split()  # fmt: skip
"""The words of the assignment's picture."""


def train_sentiment(
    data: str | Path | StanfordSentiment, iterations: int = 40_000, *, dim: int = 10, window: int = 5,
    step: float = 0.3, dense: bool = False, folder: str | Path | None = None,
    report: Callable[[int, float], None] | None = None,
) -> tuple[Rows, StanfordSentiment]:  # fmt: skip
    """(2·words, dim) float64, the centre vectors above the outside vectors, and the data.

    dense: gradients of the whole table, as the hand-out makes them: the same path at a hundred times the
    time. folder: where to save every 5,000 iterations and to resume from, with data as it was at the start.
    report: as in `sgd`.
    """
    dataset = data if isinstance(data, StanfordSentiment) else StanfordSentiment(data, random.Random(SEED))
    if folder is not None and latest_saved(Path(folder)) is not None:
        # The sentences were thinned by the draws behind the first window's size. A resumed run of the
        # hand-out thins them anew, by those of the saved state, and trains on other sentences from there on.
        dataset.rng.randint(1, window)
        dataset.thinned  # noqa: B018
    objective = (
        partial(_dense, dataset=dataset, window=window)
        if dense
        else partial(word2vec_sparse_wrapper, dataset=dataset, window_size=window)
    )
    vectors = sgd(
        objective, initial_vectors(len(dataset.tokens), dim), step, iterations,
        use_saved=folder is not None, folder=folder or ".", rng=dataset.rng, report=report,
    )  # fmt: skip
    return vectors, dataset


def initial_vectors(words: int, dim: int) -> Rows:
    """Centre vectors uniform in ±1/(2·dim), from NumPy's old generator and one seed; zeros below them."""
    numbers = np.random.RandomState(VECTOR_SEED).random_sample((words, dim))
    return np.concatenate([(numbers - 0.5) / dim, np.zeros((words, dim))])


def _dense(x: Rows, *, dataset: StanfordSentiment, window: int) -> tuple[float, Rows]:
    return word2vec_sgd_wrapper(skipgram, dataset.tokens, x, dataset, window, neg_sampling_loss_and_gradient)
