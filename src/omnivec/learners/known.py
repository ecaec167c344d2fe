"""The learners there are, by the name that the command line and `config.json` give them."""

from __future__ import annotations

from collections.abc import Mapping

from omnivec.learners.fasttext import FastText
from omnivec.learners.windowed import Windowed
from omnivec.learners.word2vec import Word2Vec

LEARNERS: Mapping[str, type[Windowed]] = {learner.name: learner for learner in (Word2Vec, FastText)}
"""A new learner is a row here."""
