"""Texts → vectors, by a named recipe: what tools call a sentence vector differs, so the name says which.

    mean                    the mean of the words' vectors
    fasttext-unsupervised   the mean of the words' vectors, each of length one; those of zeros do not count
    fasttext-supervised     the mean of the rows of all that a classifier sees of a text: words, n-grams of
                            letters and of words, and the end of the line; its hidden layer
    sent2vec                the mean of the rows of the words that a model knows, and of their n-grams
    sif                     the mean of a / (a + p) times the word's vector, p its share of the text it was
                            learned from, less the part along the texts' first principal component
    idf                     the mean of idf times the word's vector, the larger the fewer texts have the word

NumPy alone for few texts, or without Numba; kernels for many (many_sentences.py), which are equal. Source of
sif: Arora, Liang, Ma 2017; of idf: idf.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray

from omnivec.data.idf import Idf
from omnivec.data.many_sentences import LINES, Many
from omnivec.data.means import Means
from omnivec.data.tokenize import Splitting, words_of
from omnivec.data.weighing import Weighing
from omnivec.errors import InputError, OptionError
from omnivec.index.blas import at_most
from omnivec.store.processors import processors
from omnivec.vectors import Vectors

Recipe: TypeAlias = Literal["mean", "fasttext-unsupervised", "fasttext-supervised", "sent2vec", "sif", "idf"]
Rows = NDArray[np.float32]

WHOLE = {"fasttext-supervised": "classifier", "sent2vec": "model of sent2vec"}
"""Recipes that take all rows of a text, and the kind of model that knows them."""

SMOOTHING, COMPONENTS = 1e-3, 1
"""What sif takes for `a`, and how many principal components it removes."""

_TOKENS = 1 << 14  # gathered at once: 40 MB at dim 300
_TEXTS = 1 << 16  # of a classifier at once
_CHUNK = 4 * LINES * processors()  # texts that wait for threads: 10 MB for each thread

log = logging.getLogger("omnivec")


def default(learner: str | None) -> Recipe:
    """The recipe that a kind of model was made for: fastText's and sent2vec's own, else the mean."""
    if learner == "classifier":
        return "fasttext-supervised"
    if learner == "sent2vec":
        return "sent2vec"
    return "fasttext-unsupervised" if learner == "fasttext" else "mean"


def embed(
    vectors: Vectors,
    texts: Iterable[str | Sequence[str]],
    recipe: str = "mean",
    *,
    tokenizer: Callable[[str], Sequence[str]] = words_of,
    a: float = SMOOTHING,
    components: int = COMPONENTS,
    idf: Idf | None = None,
    many: Many | None = None,
) -> Rows:
    """A vector for each text, (texts, dim) float32.

    texts: str, or lists of tokens. Words that have no vector are left out; a text without any gets zeros, and
    the number of those is logged. a, components: of sif; 0 components leave the weighted means as they are.
    idf: of the texts that something is learned from; None counts these. many: the words made ready for
    kernels, of someone who asks more than once.

    Raises: OptionError for an unknown recipe, fasttext-supervised, which is `hidden`, or sif without counts;
    InputError for a single str in place of texts, or what is neither str nor tokens.
    """
    if recipe == "idf" and idf is None:
        texts = list(checked(texts))
        idf = Idf.of(texts, tokenizer)
    parts = batches(vectors, texts, recipe, tokenizer=tokenizer, a=a, idf=idf, many=many)
    return together(parts, vectors.vector_size, components if recipe == "sif" else 0)


def batches(
    vectors: Vectors,
    texts: Iterable[str | Sequence[str]],
    recipe: str = "mean",
    *,
    tokenizer: Callable[[str], Sequence[str]] = words_of,
    a: float = SMOOTHING,
    idf: Idf | None = None,
    many: Many | None = None,
) -> Iterator[Rows]:
    """The vectors of texts, some after the other, so that no more of them than are worked on need be held.

    As `embed`, but nothing is removed by sif, idf needs `idf`, and nothing is said of texts without a vector.
    """
    if recipe not in get_args(Recipe):
        raise OptionError(f"recipe must be one of {', '.join(get_args(Recipe))}, got {recipe!r}")
    if recipe in WHOLE:
        raise OptionError(
            f"{recipe} takes what a {WHOLE[recipe]} sees of a text, and here are words alone; "
            "choose another recipe, such as mean"
        )
    weighing = Weighing.of(vectors, recipe, a, idf)
    return _in_chunks(Many(vectors) if many is None else many, checked(texts), tokenizer, weighing)


def hidden(
    means: Means,
    texts: Iterable[str | Sequence[str]],
    tokenizer: Callable[[str], Sequence[str]] | None = None,
) -> Iterator[Rows]:
    """As `batches`, by the recipes of what a model sees of a text, fasttext-supervised and sent2vec.

    tokenizer: in place of the model's own.
    """
    some = checked(texts)
    if tokenizer is not None:
        some = (_tokens(text, tokenizer) for text in some)
    return _hidden(means, some)


def together(parts: Iterable[Rows], dim: int, components: int = 0) -> Rows:
    """All of them, (texts, dim), less so many principal components; how many are zeros is logged."""
    if components < 0:
        raise OptionError(f"components must be 0 or more, got {components}")
    found = np.concatenate([np.empty((0, dim), np.float32), *parts])
    report_empty(int(np.count_nonzero(~found.any(axis=1))), len(found))
    return without(found, principal(found, components)) if components else found


def report_empty(empty: int, texts: int) -> None:
    """Log how many texts have no vector, if there are any."""
    if empty:
        log.warning("%s of %s texts have nothing with a vector and are zeros", f"{empty:,}", f"{texts:,}")


def checked(texts: object) -> Iterator[str | Sequence[str]]:
    """Texts, each a str or tokens. Raises: InputError, of each when its turn comes."""
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise InputError(f"many texts are expected, got {type(texts).__name__}; give a list, [text] for one")
    return map(_checked_text, texts)


def _checked_text(text: Any) -> str | Sequence[str]:
    if not isinstance(text, str | list | tuple):
        raise InputError(f"texts are str, or lists of tokens, got {type(text).__name__}")
    if not isinstance(text, str) and (odd := [token for token in text if not isinstance(token, str)]):
        raise InputError(f"tokens are str, got {type(odd[0]).__name__} in {str(text)[:60]}")
    return text


def _tokens(text: str | Sequence[str], tokenizer: Callable[[str], Sequence[str]]) -> Sequence[str]:
    return list(tokenizer(text)) if isinstance(text, str) else text


def _hidden(means: Means, texts: Iterator[str | Sequence[str]]) -> Iterator[Rows]:
    while some := list(islice(texts, _TEXTS)):
        for rows, _ in means.of(some):
            yield rows


def _in_chunks(
    many: Many,
    texts: Iterator[str | Sequence[str]],
    tokenizer: Callable[[str], Sequence[str]],
    weighing: Weighing,
) -> Iterator[Rows]:
    """The weighted means of texts, a chunk at a time: by kernels where they can, else in NumPy."""
    while some := list(islice(texts, _CHUNK)):
        if many.takes(some, tokenizer):
            strings = cast("Sequence[str]", some)
            if isinstance(tokenizer, Splitting):
                strings = tokenizer.spaced(strings)
            yield from many.means(strings, weighing.keys, weighing.unit, weighing.words)
        else:
            words = (_tokens(text, tokenizer) for text in some)
            yield from _means(words, weighing)


def _means(texts: Iterable[Sequence[str]], weighing: Weighing) -> Iterator[Rows]:
    """The weighted means of texts, given as words, in blocks that threads share."""
    blocks, threads = _blocks(texts), processors()
    with ThreadPoolExecutor(threads) as pool:
        while some := list(islice(blocks, 2 * threads)):
            yield from pool.map(lambda block: _block(block, weighing), some)


def _blocks(texts: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    """Lists of texts of about as many tokens; a text that is longer stands alone."""
    waiting: list[Sequence[str]] = []
    tokens = 0
    for text in texts:
        if tokens + len(text) > _TOKENS and waiting:
            yield waiting
            waiting, tokens = [], 0
        waiting.append(text)
        tokens += len(text)
    if waiting:
        yield waiting


def _block(texts: list[Sequence[str]], weighing: Weighing) -> Rows:
    """The vectors of some texts; each different word is looked up once."""
    words = [word for text in texts for word in text]
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    table, weights = weighing.words(list(places))
    at = np.fromiter(map(places.__getitem__, words), np.int64, len(words))
    made = np.zeros((len(texts), table.shape[1]), np.float32)
    if len(words) > _TOKENS:  # one text alone; a text of a million words takes no million rows
        sums, counts = (np.bincount(at) @ table)[None], np.array([weights[at].sum()])
        there = np.zeros(1, np.int64)
    else:
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        there = np.flatnonzero(lengths)
        starts = (np.cumsum(lengths) - lengths)[there]
        sums = np.add.reduceat(table[at], starts, axis=0) if len(there) else table[:0]
        counts = np.add.reduceat(weights[at], starts) if len(there) else weights[:0]
    known = counts > 0
    made[there[known]] = sums[known] / counts[known, None]
    return made


def without(made: Rows, directions: NDArray[np.float64]) -> Rows:
    """Vectors less their parts along directions, (dim, n) of length one."""
    less = np.empty_like(made)
    with at_most(1):  # blocks are small, and BLAS's threads take long to agree
        for first in range(0, len(made), LINES):  # a block stays in the caches: twice as fast as all at once
            block = made[first : first + LINES]
            less[first : first + LINES] = block - (block @ directions) @ directions.T
    return less


def principal(made: Rows, count: int) -> NDArray[np.float64]:
    """The first principal directions of vectors, (dim, count). Raises: OptionError for all there are."""
    if count >= made.shape[1]:
        raise OptionError(
            f"{count:,} components of {made.shape[1]:,} columns leave nothing but rounding; lower components"
        )
    products = np.zeros((made.shape[1], made.shape[1]))
    with at_most(1):
        for first in range(0, len(made), LINES):
            wide = made[first : first + LINES].astype(np.float64)
            products += wide.T @ wide
    _, directions = np.linalg.eigh(products)
    return directions[:, ::-1][:, :count]
