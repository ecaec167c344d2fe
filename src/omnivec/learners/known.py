"""The learners there are, by the name that the command line and `config.json` give them."""

from __future__ import annotations

from collections.abc import Mapping

from omnivec.learners.classifier import Classifier
from omnivec.learners.collobert_weston import CollobertWeston
from omnivec.learners.fasttext import FastText
from omnivec.learners.glove import GloVe
from omnivec.learners.learner import Learner
from omnivec.learners.ppmi_svd import PPMISVD
from omnivec.learners.sent2vec import Sent2Vec
from omnivec.learners.word2vec import Word2Vec

LEARNERS: Mapping[str, type[Learner]] = {
    learner.name: learner
    for learner in (Word2Vec, FastText, Classifier, Sent2Vec, GloVe, PPMISVD, CollobertWeston)
}
"""A new learner is a row here."""
