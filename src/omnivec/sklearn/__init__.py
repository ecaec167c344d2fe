"""Estimators for scikit-learn (extra `sklearn`): labels of texts, and texts as vectors.

    from omnivec.sklearn import FastTextClassifier, TextVectorizer

Parameters have the names of the learners' options; see docs/scikit-learn.md.
"""

from omnivec.store.extra import extra

extra("sklearn", "sklearn", what="omnivec.sklearn")  # says how to get it, before the imports below need it

from omnivec.sklearn.baseline import BaselineScore, baseline  # noqa: E402
from omnivec.sklearn.classifier import FastTextClassifier  # noqa: E402
from omnivec.sklearn.clustering import ClusterScore, clustering  # noqa: E402
from omnivec.sklearn.swap import swap  # noqa: E402
from omnivec.sklearn.swapped import SwapScore  # noqa: E402
from omnivec.sklearn.vectorizer import TextVectorizer  # noqa: E402

__all__ = [
    "BaselineScore",
    "ClusterScore",
    "FastTextClassifier",
    "SwapScore",
    "TextVectorizer",
    "baseline",
    "clustering",
    "swap",
]
