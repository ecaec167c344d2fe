"""Words, their co-occurrences, two dimensions: assignment 1.

A corpus is a list of documents, a document a list of words.
Source: CS224n, assignment 1, part 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.counts.svd import truncated_svd

START, END = "<START>", "<END>"
ENCODING = "iso8859-2"
"""In which NLTK's reader of this corpus opens its files."""

Corpus = Sequence[Sequence[str]]


def read_corpus(folder: str | Path, category: str = "crude") -> list[list[str]]:
    """The documents of a category of the Reuters corpus in a folder, lower-cased, between START and END.

    folder: NLTK's `reuters`, with cats.txt (a line: `training/9865 barley corn`) and the files it names.
    Words are cut as NLTK's reader of this corpus cuts them: runs of word characters, runs of other signs.
    """
    folder = Path(folder)
    names = [
        fields[0]
        for line in (folder / "cats.txt").read_text(encoding=ENCODING).splitlines()
        if category in (fields := line.split())[1:]
    ]
    if not names:
        raise ValueError(f"{folder / 'cats.txt'} names no document of category {category!r}")
    return [
        [START, *(w.lower() for w in _words((folder / name).read_text(encoding=ENCODING))), END]
        for name in sorted(names)
    ]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]+", text)


def distinct_words(corpus: Corpus) -> tuple[list[str], int]:
    """The distinct words of all documents in the order of their code points, and how many they are."""
    words = sorted({word for document in corpus for word in document})
    return words, len(words)


def compute_co_occurrence_matrix(
    corpus: Corpus, window_size: int = 4
) -> tuple[NDArray[np.float64], dict[str, int]]:
    """M (words, words), how often two words stand at most window_size places apart, and word → row.

    Counted from both sides, so M is symmetric; a window ends where its document does.
    """
    if window_size < 1:
        raise ValueError(f"a window has at least one word on each side, got {window_size}")
    words, count = distinct_words(corpus)
    word2ind = {word: row for row, word in enumerate(words)}
    matrix = np.zeros((count, count))
    for document in corpus:
        ids = np.array([word2ind[word] for word in document], int)
        for distance in range(1, min(window_size, len(ids) - 1) + 1):
            np.add.at(matrix, (ids[distance:], ids[:-distance]), 1)
            np.add.at(matrix, (ids[:-distance], ids[distance:]), 1)
    return matrix, word2ind


def reduce_to_k_dim(matrix: NDArray[Any], k: int = 2) -> NDArray[np.float64]:
    """U·S of the truncated singular value decomposition, (words, k): exact, where the hand-out iterates.

    Columns may be mirrored, and turned among themselves where singular values are equal, against another
    program's: the space they span is the same.
    """
    u, s, _ = truncated_svd(matrix, k)
    return np.asarray(u * s)
