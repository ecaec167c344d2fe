"""The honest baseline: texts by tf-idf, whose words need no vectors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from omnivec.errors import InputError

BASELINE = "tf-idf + linear SVC"

_WORD = re.compile(r"\b\w\w+\b")


def vectorizer(texts: Iterable[str]) -> TfidfVectorizer:
    """scikit-learn's tf-idf as it is; where most texts have no word of two letters, of all that is not space.

    It would refuse texts without any, which a part of these may be, and nodes of a graph may well have
    numbers of one digit.

    Raises: InputError for texts that are nothing but space.
    """
    some = list(texts)
    if 2 * sum(_WORD.search(text) is not None for text in some) >= len(some):
        return TfidfVectorizer()
    if not any(map(str.strip, some)):
        raise InputError("no text has a word; texts with words are needed")
    return TfidfVectorizer(token_pattern=r"\S+")


def tf_idf(texts: Iterable[str], learner: Any) -> Any:
    """What learns labels from tf-idf of texts such as these."""
    return make_pipeline(vectorizer(texts), learner)
