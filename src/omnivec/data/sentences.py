"""Texts → vectors, by a named recipe: what tools call a sentence vector differs, so the name says which.

    mean        the mean of the words' vectors
    fasttext    the mean of the words' vectors, each of length one; those of length zero do not count
    sif         the mean of a / (a + p) times the word's vector, p its share of the text it was learned from,
                less the part along the texts' first principal component (Arora, Liang, Ma 2017)

NumPy alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from omnivec.data.tokenize import words_of
from omnivec.errors import OptionError, UnknownKey
from omnivec.vectors import Vectors

Recipe: TypeAlias = Literal["mean", "fasttext", "sif"]
Rows = NDArray[np.float32]

_TOKENS = 1 << 14  # gathered at once: 20 MB at dim 300

log = logging.getLogger("omnivec")


def embed(
    vectors: Vectors,
    texts: Iterable[str],
    recipe: str = "mean",
    *,
    tokenizer: Callable[[str], Sequence[str]] = words_of,
    a: float = 1e-3,
    components: int = 1,
) -> Rows:
    """A vector for each text, (texts, dim) float32.

    Words that have no vector are left out; a text without any gets zeros, and their number is logged.
    a, components: of sif; 0 components leave the weighted means as they are.

    Raises: OptionError for an unknown recipe, a single str in place of texts, or sif without counts.
    """
    if isinstance(texts, str):
        raise OptionError("embed takes many texts; give a list, [text] for one")
    if recipe not in get_args(Recipe):
        raise OptionError(f"recipe must be one of {', '.join(get_args(Recipe))}, got {recipe!r}")
    if recipe == "sif" and vectors.keys.counts is None:
        raise OptionError("sif weighs words by their counts, and these vectors came without; choose mean")
    total = 1.0 if vectors.keys.counts is None else float(vectors.keys.counts.sum())
    made: list[Rows] = []
    waiting: list[list[str]] = []
    tokens = 0
    for text in texts:
        waiting.append(list(tokenizer(text)))
        tokens += len(waiting[-1])
        if tokens >= _TOKENS:
            made.append(_block(vectors, waiting, recipe, a, total))
            waiting, tokens = [], 0
    made.append(_block(vectors, waiting, recipe, a, total))
    found = np.concatenate(made)
    empty = int(np.count_nonzero(~found.any(axis=1)))
    if empty:
        log.warning(
            "%s of %s texts have no word with a vector and are zeros", f"{empty:,}", f"{len(found):,}"
        )
    return _without_common(found, components) if recipe == "sif" and components else found


def _block(vectors: Vectors, texts: list[list[str]], recipe: str, a: float, total: float) -> Rows:
    """The vectors of some texts, given as words; each different word is looked up once."""
    places = {
        word: place for place, word in enumerate(dict.fromkeys(word for text in texts for word in text))
    }
    table, weights = np.zeros((len(places), vectors.vector_size), np.float32), np.zeros(len(places))
    for word, place in places.items():
        try:
            vector = vectors[word]
        except UnknownKey:
            continue
        table[place], weights[place] = vector, 1.0
        if recipe == "fasttext":
            length = float(np.linalg.norm(vector))
            weights[place] = 1.0 if length > 0 else 0.0
            table[place] /= length if length > 0 else 1.0
        elif recipe == "sif":
            assert vectors.keys.counts is not None
            row = vectors.keys.find(word)
            share = float(vectors.keys.counts[row]) / total if row >= 0 else 0.0
            table[place] *= a / (a + share)
    made = np.zeros((len(texts), vectors.vector_size), np.float32)
    for number, text in enumerate(texts):
        # By different words, so that a text of a million words takes no million rows; in float64, since a sum
        # of 40,000 float32 lost four of its seven digits.
        some, times = np.unique(np.array([places[word] for word in text], np.int64), return_counts=True)
        count = float(times @ weights[some])
        if count:
            made[number] = (times @ table[some].astype(np.float64)) / count
    return made


def _without_common(made: Rows, components: int) -> Rows:
    """The vectors less their parts along the first principal directions of all of them."""
    wide = made.astype(np.float64)
    _, directions = np.linalg.eigh(wide.T @ wide)
    first = directions[:, ::-1][:, :components]
    less: Rows = (wide - wide @ first @ first.T).astype(np.float32)
    return less
