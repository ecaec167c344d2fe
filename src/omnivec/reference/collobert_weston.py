"""Collobert and Weston's language model, the whole pass: windows of running text against spoilt ones.

The score and its gradients are those of `word_models.WindowScorer`; here is which windows it meets, which
words spoil them, and at what rates it moves.

Sources: Collobert, Weston 2008; Collobert, Weston, Bottou, Karlen, Kavukcuoglu, Kuksa 2011, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.reference.arrays import Array
from omnivec.reference.negatives import negatives_at
from omnivec.reference.random import random_at
from omnivec.reference.word_models.window_scorer import WindowScorer

BATCH, CHUNK = 64, 1024
"""Places that are scored together, and tokens after which they begin anew."""


def scorer(
    vectors: Array, padding: Array, hidden: Array, bias: Array, score: Array, activation: str = "hardtanh"
) -> WindowScorer:
    """The model that these tables are: copies of them, and padding is the last word.

    vectors (V, dim); padding (1, dim); hidden (window · H, dim), H rows for each place of a window; bias
    (H,); score (H,). A constant added to the score changes nothing, and is 0.
    """
    (V, dim), H = vectors.shape, len(bias)
    blocks = hidden.reshape(-1, H, dim)
    weights = [
        np.concatenate([vectors, padding]), blocks.transpose(0, 2, 1).reshape(-1, H).copy(), bias.copy(),
        score[:, None].copy(), np.zeros(1, score.dtype),
    ]  # fmt: skip
    return WindowScorer(V + 1, dim, H, len(blocks), activation=activation, weights=weights)


def train(
    tokens: Sequence[int], units: Sequence[int], keep: NDArray[np.uint32], vectors: Array, padding: Array,
    hidden: Array, bias: Array, score: Array, *, alias: NDArray[np.uint64], activation: str = "hardtanh",
    frozen: ArrayLike | None = None, rate: float, ratio: float, decay: float = 0.0, base: int = 0,
    first: int = 0, last: int | None = None,
) -> tuple[float, int]:  # fmt: skip
    """One pass of gradient descent over the centres tokens[first:last], a batch of places at a time.

    The tables are changed in place, the hidden layer and the score at ratio times the rate, which is that of
    the token at `first` and falls by `decay` a token. Rows of vectors that frozen (V,) marks do not move. All
    steps of a batch are taken from the values before it.

    Returns (loss, windows).
    """
    total, count = 0.0, 0
    last = len(tokens) if last is None else last
    reach = len(hidden) // len(bias) // 2
    moves = np.full((len(vectors), 1), 1.0) if frozen is None else 1.0 - np.asarray(frozen, bool)[:, None]
    for begin in range(first, last, CHUNK):
        places = laid_out(tokens, units, keep, base, reach, begin, min(begin + CHUNK, last))
        words = np.array([len(vectors) if p < 0 else tokens[p] for p in places])
        for start in range(reach, len(places) - reach, BATCH):
            centres = [t for t in range(start, min(start + BATCH, len(places) - reach)) if places[t] >= 0]
            if not centres:
                continue
            windows = np.array([words[t - reach : t + reach + 1] for t in centres])
            wrong = [negatives_at(base, places[t], words[t], alias, 1)[0] for t in centres]
            model = scorer(vectors, padding, hidden, bias, score, activation)
            total += float(model.forward(windows, np.array(wrong))) * len(centres)
            count += len(centres)
            rates = np.array([rate - decay * (places[t] - first) for t in centres])
            model.backward(rates * len(centres))
            dvectors, dhidden, dbias, dscore, _ = model.grads
            vectors -= moves * dvectors[:-1]
            padding -= dvectors[-1:]
            blocks = dhidden.reshape(-1, vectors.shape[1], len(bias)).transpose(0, 2, 1)
            hidden -= ratio * blocks.reshape(hidden.shape)
            bias -= ratio * dbias
            score -= ratio * dscore[:, 0]
    return total, count


def laid_out(
    tokens: Sequence[int], units: Sequence[int], keep: NDArray[np.uint32], base: int, reach: int,
    begin: int, end: int,
) -> list[int]:  # fmt: skip
    """The positions of the survivors of tokens[begin:end] and of `reach` places on both sides.

    −1 stands for no word: `reach` of them between two units, and where a unit does not reach on.
    """

    def survives(position: int) -> bool:
        return bool((random_at(base, position) & 0xFFFFFFFF) <= keep[tokens[position]])

    unit = int(np.searchsorted(units, begin, side="right")) - 1
    before = [p for p in range(units[unit], begin) if survives(p)][-reach:]
    places = [-1] * (reach - len(before)) + before
    for position in range(begin, end):
        while position >= units[unit + 1]:
            unit += 1
            places += [-1] * (reach if places[-1] >= 0 else 0)
        places += [position] if survives(position) else []
    after = [p for p in range(end, units[unit + 1]) if survives(p)][:reach]
    return places + after + [-1] * (reach - len(after))
