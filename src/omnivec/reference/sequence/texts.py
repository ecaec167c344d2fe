"""A running text as ids: the Penn Treebank as the book reads it, or any file of lines of words.

Source: "Deep Learning from Scratch 2", chapter 2 (`dataset/ptb.py`): a line ends with the word <eos>, and the
vocabulary is that of the training text, in the order of first appearance.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EOS = "<eos>"


class Corpus(NamedTuple):
    """Ids of the running text, and what they stand for."""

    ids: NDArray[np.int64]
    word_to_id: dict[str, int]
    id_to_word: dict[int, str]


def load_text(path: str | os.PathLike[str], word_to_id: Mapping[str, int] | None = None) -> Corpus:
    """The words of a UTF-8 file, with `EOS` at each end of a line.

    word_to_id: that of the training text, for validation and test. Raises: ValueError for a word not in it.
    """
    return corpus_of(Path(path).read_text(encoding="utf-8"), word_to_id)


def corpus_of(text: str, word_to_id: Mapping[str, int] | None = None) -> Corpus:
    """The same for a text that is already here."""
    words = text.replace("\n", f" {EOS} ").split()
    known = dict(word_to_id or {})
    for word in words:
        if word_to_id is None:
            known.setdefault(word, len(known))
        elif word not in known:
            raise ValueError(f"{word!r} is no word of the vocabulary given ({len(known)} words)")
    ids = np.fromiter((known[word] for word in words), np.int64, len(words))
    return Corpus(ids, known, {number: word for word, number in known.items()})
