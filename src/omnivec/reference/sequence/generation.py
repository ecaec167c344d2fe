"""Text from a language model: each word is drawn from what the words before it make likely."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from omnivec.reference.arrays import Array, to_cpu
from omnivec.reference.losses import softmax


def generated(
    scores: Callable[[int], Array],
    start_id: int,
    skip_ids: Sequence[int],
    sample_size: int,
    rng: np.random.Generator | None,
) -> list[int]:
    """`sample_size` ids that begin with start_id; `scores(id)` (V,) are those of the word after it.

    The shares of `skip_ids` are shared out among the other words. The book draws again instead, and reads the
    last word into the state once more at each such draw, so that a skipped word changes what follows.

    Raises: ValueError when every word is skipped.
    """
    ids = [int(start_id)]
    while len(ids) < sample_size:
        chances = softmax(to_cpu(scores(ids[-1])))
        if not all(0 <= word < len(chances) for word in skip_ids):
            raise ValueError(f"skip_ids are words, 0 to {len(chances) - 1}; {list(skip_ids)} came")
        chances[list(skip_ids)] = 0
        if not chances.any():
            raise ValueError(f"all {len(chances)} words are skipped: none is left to draw")
        chances /= chances.sum()
        ids.append(int(chances.argmax() if rng is None else rng.choice(len(chances), p=chances)))
    return ids
