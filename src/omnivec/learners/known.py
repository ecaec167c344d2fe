"""The learners there are, by the name that the command line and `config.json` give them."""

from __future__ import annotations

from collections.abc import Mapping

from omnivec.learners.classifier import Classifier
from omnivec.learners.fasttext import FastText
from omnivec.learners.learner import Learner
from omnivec.learners.sent2vec import Sent2Vec
from omnivec.learners.windowed import Windowed
from omnivec.learners.word2vec import Word2Vec

WINDOWED: Mapping[str, type[Windowed]] = {learner.name: learner for learner in (Word2Vec, FastText)}
"""Those that learn words from the words around them."""

LEARNERS: Mapping[str, type[Learner]] = {
    **WINDOWED, Classifier.name: Classifier, Sent2Vec.name: Sent2Vec,
}  # fmt: skip
"""A new learner is a row here."""
