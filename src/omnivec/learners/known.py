"""The learners there are, by the name that the command line and `config.json` give them."""

from __future__ import annotations

from collections.abc import Mapping

from omnivec.learners.word2vec import Word2Vec

LEARNERS: Mapping[str, type[Word2Vec]] = {Word2Vec.name: Word2Vec}
"""A new learner is a row here."""
